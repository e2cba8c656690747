/**
 * The WSDL and schemas against the contract, by code that shares nothing with what writes them: the documents are read as XML and written down
 * again as the facts are (test/fixtures/soap/contract-facts.json), and the two must be the same.
 */
import { readFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
}
type FieldFacts = readonly (string | Readonly<Record<string, FieldFacts>>)[];
interface Facts {
  readonly services: Record<string, { targetNamespace: string; operations: Record<string, { in: FieldFacts; out: FieldFacts }> }>;
  readonly schemas: Record<string, { types: Record<string, FieldFacts>; enums: Record<string, readonly string[]> }>;
}
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const facts = JSON.parse(read('../../../test/fixtures/soap/contract-facts.json')) as Facts;

function parse(xml: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const open: Node[] = [{ name: '', attributes: {}, children: [] }];
  parser.on('opentag', ({ local, attributes }) => {
    const own = Object.values(attributes).map(({ name, value }) => [name, value] as const);
    const node: Node = { name: local, attributes: Object.fromEntries(own), children: [] };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return open[0]!.children[0]!;
}

const all = (node: Node, name: string): Node[] => node.children.filter((child) => child.name === name);
const one = (node: Node, name: string): Node => {
  const found = all(node, name);
  expect(found.length, `${name} in ${node.name} ${node.attributes['name'] ?? ''}`).toBe(1);
  return found[0]!;
};
const local = (qualified = ''): string => qualified.replace(/^\w+:/, '');
const values = (simpleType: Node): string[] =>
  all(one(simpleType, 'restriction'), 'enumeration').map(({ attributes }) => attributes['value'] ?? '');

function fieldFacts(field: Node): string | Readonly<Record<string, FieldFacts>> {
  const { name = '', type, use, minOccurs, maxOccurs } = field.attributes;
  if (field.name === 'attribute') {
    expect(use, name).toBe('required');
    return `@${name}:${local(type)}`;
  }
  const marks = `${maxOccurs === 'unbounded' ? '[]' : ''}${minOccurs === '0' ? '?' : ''}`;
  if (type !== undefined) return `${name}:${local(type)}${marks}`;
  const [enumeration] = all(field, 'simpleType');
  if (enumeration !== undefined) return `${name}:enum ${values(enumeration).join('|')}${marks}`;
  return { [`${name}${marks}`]: typeFacts(one(field, 'complexType')) };
}
const typeFacts = (complexType: Node): FieldFacts => [
  ...one(complexType, 'sequence').children.map(fieldFacts),
  ...all(complexType, 'attribute').map(fieldFacts),
];
/** Attributes have no order; elements have. */
const ordered = (fields: FieldFacts): FieldFacts => {
  const isAttribute = (field: unknown): field is string => typeof field === 'string' && field.startsWith('@');
  const elements = fields.filter((field) => !isAttribute(field));
  const inner = elements.map((field) =>
    typeof field === 'string'
      ? field
      : Object.fromEntries(Object.entries(field).map(([name, within]) => [name, ordered(within)])),
  );
  return [...inner, ...fields.filter(isAttribute).sort()];
};

function schemaFacts(schema: Node): Facts['schemas'][string] {
  expect(schema.attributes).toMatchObject({ elementFormDefault: 'qualified', attributeFormDefault: 'unqualified' });
  return {
    types: Object.fromEntries(
      all(schema, 'complexType').map((type) => [type.attributes['name'] ?? '', ordered(typeFacts(type))]),
    ),
    enums: Object.fromEntries(all(schema, 'simpleType').map((type) => [type.attributes['name'] ?? '', values(type)])),
  };
}

describe.each(Object.keys(facts.services))('the WSDL of %s', (name) => {
  const document = parse(read(`./generated/${name}.wsdl`));
  const schemas = all(one(document, 'types'), 'schema');
  const { targetNamespace, operations } = facts.services[name]!;

  it('has the operations of the contract, document/literal wrapped, with its actions', () => {
    expect(document.attributes).toMatchObject({ name, targetNamespace });
    const wrappers = schemas.find((schema) => schema.attributes['targetNamespace'] === targetNamespace)!;
    const members = (element: string) => {
      const found = all(wrappers, 'element').find(({ attributes }) => attributes['name'] === element);
      return typeFacts(one(found!, 'complexType'));
    };
    const declared = all(one(document, 'portType'), 'operation').map(({ attributes }) => attributes['name'] ?? '');
    expect(declared).toEqual(Object.keys(operations));
    for (const [operation, given] of Object.entries(operations)) {
      expect(members(operation), operation).toEqual(given.in);
      expect(members(`${operation}Response`), operation).toEqual(given.out);
    }
    const binding = one(document, 'binding');
    expect(all(binding, 'binding')[0]?.attributes).toEqual({
      transport: 'http://schemas.xmlsoap.org/soap/http',
      style: 'document',
    });
    for (const operation of all(binding, 'operation')) {
      const [own] = all(operation, 'operation');
      expect(own?.attributes).toEqual({ soapAction: `urn:${operation.attributes['name']}`, style: 'document' });
      for (const direction of ['input', 'output'])
        expect(one(one(operation, direction), 'body').attributes).toEqual({ use: 'literal' });
    }
  });

  it('leads from the port of the service to the wrappers of each operation, and nowhere else', () => {
    const own = new Map(
      Object.entries(document.attributes).flatMap(([key, value]) =>
        key.startsWith('xmlns:') && value === targetNamespace ? [[key.slice('xmlns:'.length), value] as const] : [],
      ),
    );
    /** Of a name in the service's own namespace, its local part. */
    const named = (qualified = ''): string => {
      const [prefix = '', name = ''] = qualified.split(':');
      expect(own.has(prefix), qualified).toBe(true);
      return name;
    };
    const [portType, binding] = [one(document, 'portType'), one(document, 'binding')];
    expect(named(one(one(document, 'service'), 'port').attributes['binding'])).toBe(binding.attributes['name']);
    expect(named(binding.attributes['type'])).toBe(portType.attributes['name']);
    expect(one(document, 'service').attributes).toEqual({ name });
    expect(all(binding, 'operation').length).toBeGreaterThan(0);
    const elements = (within: string) =>
      all(portType, 'operation').map((operation) => {
        const message = named(one(operation, within).attributes['message']);
        const [found, ...others] = all(document, 'message').filter(({ attributes }) => attributes['name'] === message);
        expect([found === undefined, others.length], message).toEqual([false, 0]);
        return named(one(found!, 'part').attributes['element']);
      });
    expect(elements('input')).toEqual(Object.keys(operations));
    expect(elements('output')).toEqual(Object.keys(operations).map((operation) => `${operation}Response`));
    expect(all(binding, 'operation').map(({ attributes }) => attributes['name'])).toEqual(Object.keys(operations));
  });

  it('has the schemas of the contract, whole: types, order, attributes, enumerations', () => {
    const shared = schemas.filter((schema) => schema.attributes['targetNamespace'] !== targetNamespace);
    expect(shared.length).toBeGreaterThan(0);
    for (const schema of shared) {
      const namespace = schema.attributes['targetNamespace'] ?? '';
      const { types, enums } = facts.schemas[namespace]!;
      const expected = Object.fromEntries(Object.entries(types).map(([type, fields]) => [type, ordered(fields)]));
      expect(schemaFacts(schema), namespace).toEqual({ types: expected, enums });
    }
  });

  it('refers to no type that it does not hold', () => {
    const prefixes = new Map(
      Object.entries(document.attributes).flatMap(([key, value]) =>
        key.startsWith('xmlns:') ? [[key.slice('xmlns:'.length), value] as const] : [],
      ),
    );
    const held = new Set(
      schemas.flatMap((schema) =>
        schema.children.map((child) => `${schema.attributes['targetNamespace']} ${child.attributes['name'] ?? ''}`),
      ),
    );
    const check = (node: Node): void => {
      const type = node.attributes['type'];
      if (type !== undefined && node.name !== 'binding' && !type.startsWith('xs:')) {
        const [prefix = '', typeName = ''] = type.split(':');
        expect(held, type).toContain(`${prefixes.get(prefix)} ${typeName}`);
      }
      node.children.forEach(check);
    };
    schemas.forEach(check);
  });
});
