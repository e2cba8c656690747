/** Documents with one thing wrong, made from a good one: a member missing, or of another kind. */
import type { Seeded } from './seeded.js';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const WRONG: readonly Json[] = [null, true, -1, 1.5, 1e300, 'x', 'x'.repeat(100_000), [], [[]], {}, { $ne: 1 }];
const kindOf = (value: Json): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/** No documents at all. */
export const NO_JSON: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '[[[['.repeat(5000),
  '{"payload":1}',
  '\u0000',
  '<?xml version="1.0"?><x/>',
  '{"a":1}}',
];

/** Every object in it with the path to it. */
function objectsIn(value: Json, path = '$'): [string, { [name: string]: Json }][] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => objectsIn(item, `${path}[${at}]`));
  return [[path, value], ...Object.entries(value).flatMap(([name, member]) => objectsIn(member, `${path}.${name}`))];
}

/** What documents of earlier releases do not have. */
const MAY_BE_MISSING: ReadonlySet<string> = new Set(['hotDeskUsers']);

/** A copy with one member missing or of another kind. One too many is a later release's (ADR 0098). */
export function broken(seeded: Seeded, good: Json): { readonly what: string; readonly value: Json } {
  const value = JSON.parse(JSON.stringify(good)) as Json;
  const [path, object] = seeded.pick(objectsIn(value));
  const name = seeded.pick(Object.keys(object));
  if (seeded.below(2) === 0 && !MAY_BE_MISSING.has(name)) {
    delete object[name];
    return { what: `without ${path}.${name}`, value };
  }
  const wrong = seeded.pick(WRONG.filter((one) => kindOf(one) !== kindOf(object[name]!)));
  // an endpoint that is null is an instance that does not run
  object[name] = wrong === null && name === 'endpoint' ? 'x' : wrong;
  return { what: `${path}.${name} is ${JSON.stringify(wrong).slice(0, 40)}`, value };
}
