/** What is generated, as path (from the clone's root) and text; formatted as the rest of the tree. */
import { resolveConfig, format } from 'prettier';
import { applicationArtifacts } from '#contracts/application-artifacts';
import { metricsPage } from '#telemetry/metrics';
import { applicationClientModule } from './application-client.js';
import { applicationReference } from './application-reference.js';
import { clientModule } from './client.js';
import { openApiDocument } from './openapi.js';
import { repositoryFiles } from './repository.js';
import { requirementsPage } from './requirements-map.js';

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const document = openApiDocument();
  const module = `/** Generated from the contract (\`npm run generate\`): do not edit. The OpenAPI document as a module, so that it needs no file beside the program. */
export const CONTROL_API_DOCUMENT: Readonly<Record<string, unknown>> & { readonly openapi: string } = JSON.parse(
  ${JSON.stringify(JSON.stringify(document))},
);
`;
  const files = [
    { path: 'libs/contracts/src/generated/control-api.openapi.json', text: JSON.stringify(document) },
    { path: 'libs/contracts/src/generated/control-api.openapi.ts', text: module },
    { path: 'libs/contracts/src/control-api-client.ts', text: clientModule() },
    { path: 'libs/contracts/src/application-api-client.ts', text: applicationClientModule() },
  ];
  const pages = [
    { path: 'docs/design/metrics.md', text: metricsPage() },
    { path: 'docs/reference/application-api.md', text: applicationReference() },
    { path: 'docs/requirements-map.md', text: requirementsPage(repositoryFiles()) },
  ];
  const options = (await resolveConfig('libs/contracts/src/control-api.ts')) ?? {};
  // The application API's artifacts are written as they are: there is no formatter for WSDL.
  const artifacts = [...applicationArtifacts()].map(([name, text]) => ({ path: `libs/contracts/src/generated/${name}`, text }));
  const formatted = await Promise.all(
    files.map(async ({ path, text }) => ({ path, text: await format(text, { ...options, filepath: path }) })),
  );
  return [...formatted, ...artifacts, ...pages];
}
