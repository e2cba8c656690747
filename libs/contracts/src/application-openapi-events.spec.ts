import { describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from './application-api.js';
import { applicationOpenApi } from './application-openapi.js';
import { EVENT_STREAM_PATHS } from './event-streams.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly webhooks: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
const document = applicationOpenApi() as unknown as Document;
const operationIds = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));

describe('R-CC-04 the OpenAPI document of the application API', () => {
  it('has every way to events: each operation, the streams, and what webhooks are sent', () => {
    expect(operationIds).toEqual(expect.arrayContaining(Object.keys(APPLICATION_OPERATIONS)));
    for (const path of Object.values(EVENT_STREAM_PATHS)) expect(document.paths[path], path).toHaveProperty('get');
    expect(Object.keys(document.webhooks)).toEqual(['events']);
  });

  it('names each operation once, and refers to nothing that is not in it', () => {
    expect(new Set(operationIds).size).toBe(operationIds.length);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name!,
    );
    expect(references).toEqual(expect.arrayContaining(['Event', 'SocketMessage', 'SocketAcknowledgement', 'WebhookMessage']));
    for (const name of references) expect(document.components.schemas, name).toHaveProperty(name);
  });
});
