/** The notation resolved into types that refer to one another: what the WSDL, the reader and the writer walk. */
import { memberOf } from './names.js';
import type { FieldNotation, SchemaNotation } from './notation.js';

export type SimpleName = 'string' | 'long' | 'int' | 'boolean';

export interface SimpleType {
  readonly kind: 'simple';
  readonly name: SimpleName;
}
export interface EnumType {
  readonly kind: 'enum';
  /** Prefix of the schema that defines it, and its name there; an anonymous copy has no name. */
  readonly prefix: string;
  readonly name: string | undefined;
  readonly values: ReadonlySet<string>;
}
export interface ComplexType {
  readonly kind: 'complex';
  readonly prefix: string;
  readonly name: string | undefined;
  /** Namespace its child elements carry. */
  readonly namespace: string;
  readonly elements: readonly Field[];
  readonly attributes: readonly Field[];
}
export type SoapType = SimpleType | EnumType | ComplexType;

export interface Field {
  readonly name: string;
  /** Its member in requests and responses of the application API (names.ts). */
  readonly member: string;
  readonly type: SoapType;
  readonly optional: boolean;
  readonly repeated: boolean;
}

export interface SoapModel {
  readonly schemas: readonly SchemaNotation[];
  /** Named types by `prefix.name`. */
  readonly types: ReadonlyMap<string, ComplexType | EnumType>;
  /** Reads fields that stand in a schema of their own, such as the arguments of an operation. */
  fields(prefix: string, notations: readonly FieldNotation[]): readonly Field[];
}

const SIMPLE: Readonly<Record<SimpleName, SimpleType>> = {
  string: { kind: 'simple', name: 'string' },
  long: { kind: 'simple', name: 'long' },
  int: { kind: 'simple', name: 'int' },
  boolean: { kind: 'simple', name: 'boolean' },
};

interface MutableComplex extends ComplexType {
  elements: Field[];
  attributes: Field[];
}

/** Throws when a notation names a type that is not there: a mistake in the contract, found when the module is loaded. */
export function resolveModel(schemas: readonly SchemaNotation[]): SoapModel {
  const types = new Map<string, ComplexType | EnumType>();
  const bodies: [MutableComplex, readonly FieldNotation[]][] = [];
  for (const { prefix, namespace, types: complex, enums } of schemas) {
    for (const [name, values] of Object.entries(enums))
      types.set(`${prefix}.${name}`, { kind: 'enum', prefix, name, values: new Set(values) });
    for (const [name, notations] of Object.entries(complex)) {
      const type: MutableComplex = { kind: 'complex', prefix, name, namespace, elements: [], attributes: [] };
      types.set(`${prefix}.${name}`, type);
      bodies.push([type, notations]);
    }
  }

  const typeOf = (prefix: string, text: string): SoapType => {
    if (Object.hasOwn(SIMPLE, text)) return SIMPLE[text as SimpleName];
    const anonymous = text.startsWith('=');
    const name = anonymous ? text.slice(1) : text;
    const found = types.get(name.includes('.') ? name : `${prefix}.${name}`);
    if (found === undefined) throw new Error(`the SOAP contract has no type ${name} (schema ${prefix})`);
    if (!anonymous) return found;
    if (found.kind !== 'enum') throw new Error(`${name} is not an enumeration`);
    return { ...found, name: undefined };
  };
  const read = (prefix: string, namespace: string, notations: readonly FieldNotation[], owner: string) => {
    const elements: Field[] = [];
    const attributes: Field[] = [];
    for (const notation of notations) {
      const inner = typeof notation === 'string' ? undefined : Object.entries(notation)[0];
      const match = /^(@?)(\w+)(?::([=\w.]+))?(\[\])?(\?)?$/.exec(inner === undefined ? (notation as string) : inner[0]);
      if (match === null) throw new Error(`unreadable SOAP field ${JSON.stringify(notation)}`);
      const type: SoapType =
        inner === undefined
          ? typeOf(prefix, match[3] ?? '')
          : { kind: 'complex', prefix, name: undefined, namespace, ...read(prefix, namespace, inner[1], '') };
      const name = match[2] ?? '';
      const member = memberOf(owner, name);
      const field = { name, member, type, optional: match[5] !== undefined, repeated: match[4] !== undefined };
      (match[1] === '@' ? attributes : elements).push(field);
    }
    return { elements, attributes };
  };
  for (const [type, notations] of bodies) Object.assign(type, read(type.prefix, type.namespace, notations, type.name ?? ''));
  return { schemas, types, fields: (prefix, notations) => read(prefix, '', notations, 'request').elements };
}
