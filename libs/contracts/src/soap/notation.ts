/**
 * How the SOAP types are written down, once (design.md 13). A field is `name:type`, and around it
 *
 * - `@` before the name: an attribute, unqualified, always written
 * - `?` at the end: may be absent
 * - `[]` before the `?`: may be repeated
 * - type `string`, `long`, `int` or `boolean`: of XML Schema
 * - any other type: a complex type or enumeration of the same schema, or of another as `prefix.type`
 * - `=` before an enumeration: an anonymous type with the same values
 * - an object instead of a text: an element with an anonymous complex type, and what is in it
 *
 * Enumerations are their values with white space between.
 */
export type FieldNotation = string | { readonly [element: string]: readonly FieldNotation[] };

export interface SchemaNotation {
  readonly prefix: string;
  readonly namespace: string;
  readonly types: Readonly<Record<string, readonly FieldNotation[]>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** Gathers one schema; `enums` are given as texts. */
export function schema(
  prefix: string,
  namespace: string,
  content: {
    readonly types: Readonly<Record<string, readonly FieldNotation[]>>;
    readonly enums: Readonly<Record<string, string>>;
  },
): SchemaNotation {
  const enums = Object.fromEntries(Object.entries(content.enums).map(([name, values]) => [name, values.trim().split(/\s+/)]));
  return { prefix, namespace, types: content.types, enums };
}
