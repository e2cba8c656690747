/** The typed client of the application API: one method per operation. */
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import { REST_OPERATIONS, type RestOperation } from '#contracts/application-openapi';

const PREAMBLE = `/** Generated from the contract (\`npm run generate\`): do not edit. */
import type { OperationName, OperationResponse } from './application-api.js';
import {
  ApplicationApiCalls,
  type ApplicationApiClientOptions,
  type OperationInput,
  type RequestOptions,
  type Route,
} from './application-api-calls.js';

export { ApplicationApiError, ApplicationApiUnreachable } from './application-api-calls.js';

export class ApplicationApiClient extends ApplicationApiCalls {
  constructor(settings: ApplicationApiClientOptions) {
    super(settings, ROUTES);
  }

  /** The same client for a session. */
  withToken(token: string): ApplicationApiClient {
    return new ApplicationApiClient({ ...this.settings, token });
  }
`;

/** Where what is not in the path travels; undefined: there is nothing more to say. */
function placeOf({ members }: RestOperation): 'body' | 'query' | undefined {
  const places = members.map(({ place }) => place);
  return places.includes('body') ? 'body' : places.includes('query') ? 'query' : undefined;
}

function methodOf({ name }: RestOperation): string {
  const { doc, level, kind } = APPLICATION_OPERATIONS[name];
  const repeated = kind === 'command' ? ' With the same `idempotencyKey` it happens once.' : '';
  return [
    '',
    `  /** ${doc}${level === 'advanced' ? ' For advanced sessions.' : ''}${repeated} */`,
    `  ${name}(request: OperationInput<'${name}'>, options?: RequestOptions): Promise<OperationResponse<'${name}'>> {`,
    `    return this.send('${name}', request, options);`,
    '  }',
    '',
  ].join('\n');
}

const route = (operation: RestOperation): string =>
  `  ${operation.name}: ['${operation.method}', '${operation.path}', ${JSON.stringify(placeOf(operation))}],`;

export function applicationClientModule(): string {
  return `${PREAMBLE}${REST_OPERATIONS.map(methodOf).join('')}}

const ROUTES: Readonly<Record<OperationName, Route>> = {
${REST_OPERATIONS.map(route).join('\n').replaceAll(', undefined]', ']')}
};
`;
}
