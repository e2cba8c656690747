/** The control API as an OpenAPI 3.1 document, made from the routes of the contract. */
import { CONTROL_ROUTE_LIST, type ControlRoute } from '#contracts/control-api';
import { ERROR_KINDS, type ErrorCode } from '#contracts/errors';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** `io` input: what a caller may leave out is not required; output: what an answer always has is. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...members } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return members;
}

function parametersOf(route: ControlRoute): Json[] {
  const members = (where: 'path' | 'query', object: z.ZodObject) => {
    const json = schemaOf(object, 'input') as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(json.properties ?? {}).map(([name, schema]) => {
      const { description, ...rest } = schema;
      const required = where === 'path' || (json.required ?? []).includes(name);
      return { name, in: where, required, ...(description === undefined ? {} : { description }), schema: rest };
    });
  };
  const header = (name: string, description: string, schema: Json) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema,
  });
  return [
    ...members('path', route.params),
    ...members('query', route.query),
    ...(route.idempotent
      ? [
          header('Idempotency-Key', 'Makes a repetition of this request harmless', {
            type: 'string',
            minLength: 1,
            maxLength: 200,
          }),
        ]
      : []),
    ...(route.ifMatch ? [header('If-Match', 'ETag the resource must still have', { type: 'string' })] : []),
  ];
}

/** Error answers by status: several codes share one; the same set of codes is described once, in `components`. */
function errorResponses(route: ControlRoute, shared: Record<string, Json>): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of route.errors)
    byStatus.set(ERROR_KINDS[code].status, [...(byStatus.get(ERROR_KINDS[code].status) ?? []), code]);
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, codes]) => {
      const name = codes.join('-');
      shared[name] ??= {
        description: codes.map((code) => `${code}: ${ERROR_KINDS[code].title}`).join('. '),
        content: {
          'application/problem+json': {
            schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] },
          },
        },
      };
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function operationOf(route: ControlRoute, shared: Record<string, Json>): Json {
  return {
    operationId: route.id,
    summary: route.summary,
    'x-role': route.role,
    ...(route.role === 'public' ? { security: [] } : {}),
    parameters: parametersOf(route),
    ...(route.body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    responses: {
      [String(route.status)]: {
        description: route.summary,
        ...(route.etag ? { headers: { ETag: { description: 'Version of the resource', schema: { type: 'string' } } } } : {}),
        content: { 'application/json': { schema: schemaOf(route.response, 'output') } },
      },
      ...errorResponses(route, shared),
    },
  };
}

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457 problem document',
  required: ['type', 'title', 'status', 'code', 'detail', 'retriable', 'action'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: Object.keys(ERROR_KINDS) },
    detail: { type: 'string' },
    retriable: { type: 'boolean', description: 'The same request may succeed later' },
    action: { type: 'string', description: 'What the caller can do' },
    correlationId: { type: 'string' },
    limit: { type: 'string' },
    used: { type: 'integer' },
    cap: { type: 'integer' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

/** Deterministic: the same contract gives the same document. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  const responses: Record<string, Json> = {};
  for (const route of CONTROL_ROUTE_LIST) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, responses);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cordboard control API',
      version: '1.0.0',
      description:
        'Provisions tenants, clusters, controllers, gateway instances and applications. Changes that take time answer 202 with an operation.',
    },
    security: [{ key: [] }],
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: PROBLEM }, responses },
  };
}
