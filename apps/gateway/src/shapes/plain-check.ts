/**
 * Checks made from JSON Schema, for what is asked at every start and with every request. A check says yes only to what the schema
 * certainly takes; at the least doubt (an unknown keyword, too) it says no, and the schema itself is asked: so refusals and their words
 * are the schema's alone. A test proves the two equal.
 */
import type { JsonShape } from '#contracts/gateway-tables';

/** True: the schema takes the value as it is. False: ask the schema. */
export type PlainCheck = (value: unknown) => boolean;

const NEVER: PlainCheck = () => false;
/** Words that change nothing about what is taken; `format` comes with the `pattern` that says the same. */
const REMARKS = new Set(['$schema', 'description', 'format', 'type']);

/** A plain one: a Date has no members, and is none. */
const isObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
const onlyWords = (shape: JsonShape, ...words: readonly string[]): boolean =>
  Object.keys(shape).every((word) => REMARKS.has(word) || words.includes(word));

export function plainCheck(shape: JsonShape): PlainCheck {
  if ('const' in shape && onlyWords(shape, 'const')) return (value) => value === shape['const'];
  if (Array.isArray(shape['enum']) && onlyWords(shape, 'enum')) {
    const values = new Set<unknown>(shape['enum']);
    return (value) => values.has(value);
  }
  switch (shape['type']) {
    case 'boolean':
      return onlyWords(shape, 'default') ? (value) => typeof value === 'boolean' : NEVER;
    case 'string':
      return textCheck(shape);
    case 'integer':
      return integerCheck(shape);
    case 'array':
      return arrayCheck(shape);
    case 'object':
      return objectCheck(shape);
    default:
      return NEVER;
  }
}

function textCheck(shape: JsonShape): PlainCheck {
  if (!onlyWords(shape, 'minLength', 'maxLength', 'pattern', 'default')) return NEVER;
  // a format without a pattern would be one this does not know
  if ('format' in shape && !('pattern' in shape)) return NEVER;
  const {
    minLength = 0,
    maxLength = Number.POSITIVE_INFINITY,
    pattern,
  } = shape as Partial<Record<'minLength' | 'maxLength', number>> & { pattern?: string };
  const expression = pattern === undefined ? undefined : new RegExp(pattern);
  return (value) =>
    typeof value === 'string' &&
    value.length >= minLength &&
    value.length <= maxLength &&
    (expression === undefined || expression.test(value));
}

function integerCheck(shape: JsonShape): PlainCheck {
  if (!onlyWords(shape, 'minimum', 'maximum', 'default')) return NEVER;
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = shape as Partial<
    Record<'minimum' | 'maximum', number>
  >;
  return (value) => Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

function arrayCheck(shape: JsonShape): PlainCheck {
  if (!onlyWords(shape, 'items', 'minItems', 'maxItems') || !isObject(shape['items'])) return NEVER;
  const item = plainCheck(shape['items']);
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = shape as Partial<Record<'minItems' | 'maxItems', number>>;
  return (value) => {
    if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) return false;
    // not `every`, which passes over holes
    for (let at = 0; at < value.length; at += 1) if (!item(value[at])) return false;
    return true;
  };
}

function objectCheck(shape: JsonShape): PlainCheck {
  const {
    properties,
    required = [],
    additionalProperties,
  } = shape as { properties?: Record<string, JsonShape>; required?: readonly string[]; additionalProperties?: unknown };
  if (
    !onlyWords(shape, 'properties', 'required', 'additionalProperties') ||
    additionalProperties !== false ||
    properties === undefined
  )
    return NEVER;
  const members = new Map(Object.entries(properties).map(([name, member]) => [name, plainCheck(member)]));
  return (value) => {
    if (!isObject(value)) return false;
    let seen = 0;
    for (const name of Object.keys(value)) {
      const check = members.get(name);
      if (check === undefined || !check(value[name])) return false;
      seen += 1;
    }
    // every member that is there is known: with all of them there none can be missing
    return seen === members.size || required.every((name) => Object.hasOwn(value, name));
  };
}

/** What a schema fills in for absent members of an object, one level deep; frozen. */
export function defaultsOf(shape: JsonShape): readonly (readonly [name: string, value: unknown])[] {
  const properties = Object.entries((shape['properties'] ?? {}) as Record<string, JsonShape>);
  return Object.freeze(properties.flatMap(([name, member]) => ('default' in member ? [[name, member['default']] as const] : [])));
}
