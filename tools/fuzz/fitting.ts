/** A value that fits a member's schema, for any operation of the contract: known ones by name, the others from their JSON Schema. */

export type MemberSchema = Readonly<Record<string, unknown>>;

/** Values that fit their members, though nothing in the engine answers to them. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  companyName: 'Acme',
  applicationName: 'demo',
  applicationPassword: 'not this one',
  localPassword: 'nor this',
  version: '4.0',
  userId: 'u1',
  icpIpAddress: '192.0.2.77',
  icpId: 987654,
  primeDn: '5550',
  objectId: 424242,
  localCallId: 31337,
  deiId: 99_999,
  number: '5551',
  accountCode: '12',
  idempotencyKey: 'key',
  after: '3.1.0',
  waitMs: 0,
  max: 5,
};
/** For a pattern the first of these that fits it. */
const TEXTS = ['5550', '4.0', '3.1.0', '0123456789abcdef', 'phones', `whsec_${'k'.repeat(43)}=`];

export function fitting(name: string, schema: MemberSchema): unknown {
  const known = BY_NAME[name];
  return known !== undefined && isOf(schema['type'], known) ? known : fromSchema(name, schema);
}

/** One name may stand for a text here and for something else there. */
const isOf = (type: unknown, value: unknown): boolean => type === (typeof value === 'number' ? 'integer' : 'string');

function fromSchema(name: string, schema: MemberSchema): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if ('const' in schema) return schema['const'];
  const choice = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choice)) return fromSchema(name, choice[0] as MemberSchema);
  switch (schema['type']) {
    case 'boolean':
      return true;
    case 'integer':
      return Math.max(Number(schema['minimum'] ?? 3), 3);
    case 'array':
      return [fitting(name, schema['items'] as MemberSchema)];
    case 'object':
      return fromProperties((schema['properties'] ?? {}) as Readonly<Record<string, MemberSchema>>);
    default:
      return textFor(name, schema);
  }
}

const fromProperties = (properties: Readonly<Record<string, MemberSchema>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fitting(name, schema)]));

function textFor(name: string, { pattern }: MemberSchema): string {
  if (typeof pattern !== 'string') return name;
  const found = TEXTS.find((text) => new RegExp(pattern).test(text));
  if (found === undefined) throw new Error(`no text is known that fits ${name}: ${pattern}`);
  return found;
}
