/** The plain checks against the schemas they are made from: what they take the schema takes, with the same value; and they take what is usual. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { APPLICATION_OPERATIONS, type OperationName } from '#contracts/application-api';
import { AccessDocumentSchema, InstanceConfigSchema, JournalQuerySchema, SignedDocumentSchema } from '#contracts/gateway-admin';
import { GATEWAY_SHAPES, REQUEST_SHAPES, type JsonShape } from '#contracts/gateway-tables';
import { nextEventSchema } from '../northbound/soap/next-event.schema.js';
import { readNextEvent } from '../northbound/soap/next-event.js';
import { plainCheck } from './plain-check.js';
import { plainRequest, readDocument, readRequest } from './shapes.js';

/** Values that sit on the edges of what schemas say. */
const edges = fc.constantFrom<unknown>(
  ...[0, -0, 1, -1, 3, 0.5, 60_000, 60_001, 500, 501, 1023, 1024, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53],
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    false,
    null,
    undefined,
    [],
    {},
    '',
    'x',
    '1',
    '+4930',
    '12*#',
    '4.0',
    '4.1 SP5',
  ],
  ...[
    '1.0.7',
    '1.0.7\n',
    'a'.repeat(100),
    'a'.repeat(101),
    '😀'.repeat(100),
    '00000000-0000-4000-8000-000000000001',
    'f'.repeat(64),
  ],
  ...['2026-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01', 'active', 'generic', new Date(0), 7n],
);

/** A value of the shape, as JSON Schema words it. */
function valueOf(shape: JsonShape): fc.Arbitrary<unknown> {
  if ('const' in shape) return fc.constant(shape['const']);
  if (Array.isArray(shape['enum'])) return fc.constantFrom<unknown>(...(shape['enum'] as unknown[]));
  const { minimum, maximum, maxLength, pattern } = shape as {
    minimum?: number;
    maximum?: number;
    maxLength?: number;
    pattern?: string;
  };
  switch (shape['type']) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Math.max(minimum ?? 0, -(2 ** 31)), max: Math.min(maximum ?? 2 ** 31 - 1, 2 ** 31 - 1) });
    case 'string':
      if (shape['format'] === 'date-time')
        return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString());
      if (shape['format'] === 'uuid') return fc.uuid();
      return pattern === undefined
        ? fc.string({ maxLength: Math.min(maxLength ?? 20, 40), minLength: 1 })
        : fc.stringMatching(new RegExp(pattern));
    case 'array':
      return fc.array(valueOf(shape['items'] as JsonShape), { minLength: 1, maxLength: 4 });
    default: {
      const members = Object.entries(shape['properties'] as Record<string, JsonShape>);
      return fc.record(Object.fromEntries(members.map(([name, member]) => [name, valueOf(member)])), {
        requiredKeys: [...((shape['required'] ?? []) as string[])],
      });
    }
  }
}

/** A value of the shape with one member, at some depth, changed, dropped or added. */
const spoiled = (shape: JsonShape): fc.Arbitrary<unknown> =>
  fc
    .tuple(valueOf(shape), fc.infiniteStream(fc.nat(1000)), edges, fc.constantFrom('change', 'drop', 'add'))
    .map(([value, picks, edge, how]) => {
      const copy = structuredClone(value);
      let at = copy as Record<string, unknown>;
      for (;;) {
        const names = Object.keys(at);
        const name = names[(picks.next().value as number) % Math.max(1, names.length)];
        const inner = name === undefined ? undefined : at[name];
        if (typeof inner === 'object' && inner !== null && (picks.next().value as number) % 3 > 0) {
          at = inner as Record<string, unknown>;
          continue;
        }
        if (how === 'add' && Array.isArray(at)) at.push(edge);
        else if (how === 'add') at['more'] = edge;
        else if (name !== undefined && how === 'drop') delete at[name];
        else if (name !== undefined) at[name] = edge;
        return copy;
      }
    });

const documents: readonly (readonly [name: string, shape: JsonShape, schema: z.ZodType])[] = [
  ['instance configuration', GATEWAY_SHAPES.instanceConfig, InstanceConfigSchema],
  ['question for the journal', GATEWAY_SHAPES.journalQuery, JournalQuerySchema],
  ['access document', GATEWAY_SHAPES.accessDocument, AccessDocumentSchema],
  ['signed document', GATEWAY_SHAPES.signedDocument, SignedDocumentSchema],
];
const operations = Object.keys(APPLICATION_OPERATIONS) as OperationName[];

describe('plain checks', () => {
  it.each(documents)(
    'of an %s: never more than the schema, the value as it is, and what is usual without the schema',
    (_name, shape, schema) => {
      const check = plainCheck(shape);
      fc.assert(
        fc.property(valueOf(shape), (value) => {
          expect(check(value)).toBe(true);
          expect(schema.parse(value)).toEqual(value);
        }),
      );
      fc.assert(
        fc.property(spoiled(shape), (value) => {
          if (check(value)) expect(schema.parse(value)).toEqual(value);
        }),
        { numRuns: 400 },
      );
    },
  );

  it.each(operations)('of a request of %s: never more than the schema, the same value with the same defaults', (name) => {
    const { request } = APPLICATION_OPERATIONS[name];
    const shape = JSON.parse(REQUEST_SHAPES[name]) as JsonShape;
    fc.assert(
      fc.property(valueOf(shape), (value) => {
        expect(plainRequest(name, { ...(value as object) })).toEqual(request.parse(value));
      }),
    );
    fc.assert(
      fc.property(spoiled(shape), (value) => {
        const plain = plainRequest(name, structuredClone(value) as Record<string, unknown>);
        if (plain !== undefined) expect(request.parse(value)).toEqual(plain);
      }),
      { numRuns: 400 },
    );
  });

  it('what a plain check does not take, the schema judges: its value or its words', async () => {
    const request = APPLICATION_OPERATIONS.getEvents.request;
    expect(await readRequest('getEvents', { sessionId: 1, waitMs: undefined })).toEqual({
      ok: true,
      value: request.parse({ sessionId: 1 }),
    });
    expect(await readRequest('getEvents', { sessionId: 1, max: 501 })).toMatchObject({ ok: false, errors: [{ path: 'max' }] });
    expect(await readDocument('signedDocument', { payload: 1 })).toMatchObject({ ok: false });
    expect(
      await readDocument('signedDocument', JSON.parse('{"payload":"","signature":"","keyId":"","__proto__":1}')),
    ).toMatchObject({ ok: false });
  });

  it('a word of JSON Schema it does not know makes it refuse everything', () => {
    expect(plainCheck({ type: 'string', contentEncoding: 'base64' })('aGk=')).toBe(false);
    expect(plainCheck({ type: 'string', format: 'email' })('a@example.org')).toBe(false);
    expect(plainCheck({ anyOf: [{ type: 'string' }] })('a')).toBe(false);
    expect(plainCheck({ type: 'object', properties: {} })({})).toBe(false);
  });

  it('getEvent of SOAP likewise', async () => {
    const given = fc.record({ sessionId: edges, timeout: edges, eventNumber: edges, more: edges }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(given, async (value) => {
        const parsed = nextEventSchema.safeParse(value);
        expect(await readNextEvent({ ...value })).toEqual(
          parsed.success ? { ok: true, value: parsed.data } : { ok: false, errors: expect.anything() as unknown },
        );
      }),
      { numRuns: 500 },
    );
  });
});
