/** Values that a schema takes and a careless program does not. */
import type { MemberSchema } from './fitting.js';
import type { Seeded } from './seeded.js';

export const HOSTILE_TEXTS: readonly string[] = [
  "'; drop table sessions; --",
  '../../etc/passwd',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  ']]><!ENTITY x "y">',
  '%s%n%x',
  '{{7*7}}',
  '$(id)',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '-1',
  '00000000',
  '9'.repeat(26),
  '*#0*#',
  '+',
  '1,2;3',
  'é'.repeat(20),
  '‮gnp',
  '٣٤٥',
  'NaN',
  'null',
  'true',
];

/** A text or a number that fits the member; undefined where none of them does. */
export function hostileFor(name: string, schema: MemberSchema, random: Seeded): unknown {
  if (schema['type'] === 'integer') return hostileNumber(schema, random);
  // the addresses of controllers and what is chosen from a list have a meaning
  if (schema['type'] !== 'string' || Array.isArray(schema['enum']) || 'const' in schema || name === 'icpIpAddress')
    return undefined;
  const { pattern, minLength = 0, maxLength = 200 } = schema as { pattern?: string; minLength?: number; maxLength?: number };
  const expression = pattern === undefined ? undefined : new RegExp(pattern);
  const text = random.pick(HOSTILE_TEXTS);
  return text.length >= minLength && text.length <= maxLength && (expression?.test(text) ?? true) ? text : undefined;
}

function hostileNumber({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: MemberSchema, random: Seeded): number | undefined {
  const value = random.pick([Number(minimum), Number(maximum), 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]);
  return value >= Number(minimum) && value <= Number(maximum) ? value : undefined;
}
