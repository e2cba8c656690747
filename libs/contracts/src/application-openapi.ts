/** OpenAPI 3.1 of the application API over REST, written from APPLICATION_OPERATIONS: where each member travels is decided here, once. */
import { z } from 'zod';
import { APPLICATION_OPERATIONS, type OperationName } from './application-api.js';
import { eventSchemas, eventStreamPaths, eventWebhooks } from './application-openapi-events.js';
import { CONTRACT_VERSION, type RestMember, type RestOperation } from './application-rest.js';
import { ERROR_KINDS } from './errors.js';

export {
  CONTRACT_VERSION,
  IDEMPOTENCY_HEADER,
  REST_DOCUMENTS,
  type MemberPlace,
  type RestMember,
  type RestOperation,
} from './application-rest.js';

type JsonSchema = Record<string, unknown>;

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as JsonSchema;
  return rest;
}

function restOperation(name: OperationName): RestOperation {
  const { rest, request, response } = APPLICATION_OPERATIONS[name];
  const schema = jsonSchemaOf(request, 'input');
  const required = new Set((schema['required'] ?? []) as string[]);
  const withBody = rest.method === 'POST' || rest.method === 'PUT';
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).map(
    ([member, memberSchema]): RestMember => {
      const inPath = rest.path.includes(`{${member}}`);
      const place = inPath ? 'path' : member === 'idempotencyKey' ? 'header' : withBody ? 'body' : 'query';
      return { name: member, place, required: required.has(member), schema: memberSchema };
    },
  );
  const answer = jsonSchemaOf(response, 'output');
  const nothing = Object.keys((answer['properties'] ?? {}) as object).length === 0;
  const optional = ((answer['required'] ?? []) as string[]).length === 0;
  const status = name === 'login' || name === 'loginUser' ? 201 : nothing ? 204 : 200;
  return { name, method: rest.method, path: rest.path, members, status, emptyStatus: optional ? 204 : status };
}

/** The REST form of every operation. */
export const REST_OPERATIONS: readonly RestOperation[] = (Object.keys(APPLICATION_OPERATIONS) as OperationName[]).map(
  restOperation,
);

function describe(operation: RestOperation): JsonSchema {
  const { name, members, status, emptyStatus } = operation;
  const parameters: JsonSchema[] = members
    .filter(({ place }) => place !== 'body')
    .map(({ name: member, place, required, schema }) => ({
      name: place === 'header' ? 'Idempotency-Key' : member,
      in: place,
      required: place === 'path' || required,
      schema,
    }));
  if (name === 'getEvents') {
    const schema = { type: 'integer', minimum: 0, maximum: 60 };
    parameters.push({ name: 'wait', in: 'query', required: false, description: 'Seconds to wait; instead of waitMs', schema });
  }
  const body = members.filter(({ place }) => place === 'body');
  const content = (schema: JsonSchema) => ({ 'application/json': { schema } });
  const bodySchema = {
    type: 'object',
    properties: Object.fromEntries(body.map((member) => [member.name, member.schema])),
    required: body.filter(({ required }) => required).map((member) => member.name),
    additionalProperties: false,
  };
  const success =
    status === 204
      ? { description: 'Done' }
      : { description: 'Done', content: content(jsonSchemaOf(APPLICATION_OPERATIONS[name].response, 'output')) };
  const { doc, level, kind } = APPLICATION_OPERATIONS[name];
  return {
    operationId: name,
    summary: doc,
    tags: [kind],
    'x-level': level,
    ...(operation.path.startsWith('/v1/sessions/') ? { security: [{ session: [] }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body.length === 0 ? {} : { requestBody: { required: true, content: content(bodySchema) } }),
    responses: {
      [status]: success,
      ...(emptyStatus === status ? {} : { [emptyStatus]: { description: 'Done, and nothing to tell' } }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'retriable', 'action'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_KINDS) },
    detail: { type: 'string' },
    retriable: { type: 'boolean' },
    action: { type: 'string' },
    limit: { type: 'string' },
    used: { type: 'integer' },
    cap: { type: 'integer' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
    correlationId: { type: 'string' },
  },
};

/** The document as a value; the same on every call. Its server is relative, so no address of ours is in it (S-36). */
export function applicationOpenApi(): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of REST_OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cordboard application API',
      version: 'v1',
      description: `Compatible with release ${CONTRACT_VERSION} of the contract.`,
    },
    servers: [{ url: '..' }],
    paths: { ...paths, ...eventStreamPaths() },
    webhooks: eventWebhooks(),
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'The token that log-in answered' },
        ticket: { type: 'apiKey', in: 'query', name: 'ticket', description: 'What issueEventTicket answered' },
      },
      responses: {
        Problem: {
          description: 'A refusal (RFC 9457)',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: { Problem: problemSchema, ...eventSchemas() },
    },
  };
}
