/** The checked-in forms of the application API: what `npm run generate` writes and a test compares, by path below `generated/`. */
import { applicationOpenApi } from './application-openapi.js';
import { SOAP_PATH, SOAP_SERVICES, wsdlOf } from './soap.js';

/** Stands in the checked-in WSDL; a served one has the address its reader used. */
const EXAMPLE_BASE = 'https://gateway.example/t/tenant';

export function applicationArtifacts(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  files.set('application-api.openapi.json', `${JSON.stringify(applicationOpenApi(), null, 2)}\n`);
  for (const name of SOAP_SERVICES.keys()) files.set(`${name}.wsdl`, wsdlOf(name, `${EXAMPLE_BASE}${SOAP_PATH}${name}`));
  return files;
}
