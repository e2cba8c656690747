/**
 * Envelopes against the facts of the original's contract (test/fixtures/soap/contract-facts.json): namespace, order and presence of every element and
 * attribute, and every value. Shares nothing with what writes or reads envelopes in the gateway.
 */
import { SaxesParser } from 'saxes';
import { expect } from 'vitest';
import { FACTS, serviceOf } from './clients.js';

export interface Node {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

export function parseXml(xml: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const open: Node[] = [{ name: '', namespace: '', attributes: {}, children: [], text: '' }];
  parser.on('opentag', ({ local, uri, attributes }) => {
    const own = Object.values(attributes).filter((attribute) => attribute.uri !== 'http://www.w3.org/2000/xmlns/');
    for (const attribute of own) expect(attribute.uri, 'attributes are unqualified').toBe('');
    const node: Node = {
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(own.map(({ local: name, value }) => [name, value])),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => (open.at(-1)!.text += text));
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return open[0]!.children[0]!;
}

const SIMPLE: Record<string, RegExp> = { string: /^[^]*$/, long: /^-?\d{1,19}$/, int: /^-?\d{1,10}$/, boolean: /^(true|false)$/ };
/** `result` is in several schemas: one of the service's own family comes first. */
const find = (name: string, near: string) => {
  const schemas = Object.entries(FACTS.schemas).sort(([a], [b]) => affinity(b, near) - affinity(a, near));
  for (const [namespace, schema] of schemas) {
    const { types, enums } = schema as { types: Record<string, (string | object)[]>; enums?: Record<string, string[]> };
    if (types[name] !== undefined) return { namespace, fields: types[name] };
    if (enums?.[name] !== undefined) return { namespace, values: enums[name] };
  }
  throw new Error(`the facts have no type ${name}`);
};

const affinity = (namespace: string, near: string): number => (near.startsWith(namespace) ? namespace.length : 0);

/** Holds one element against its type as the facts print it: namespace of every child, order, what must be there, values. */
function check(node: Node, type: string | readonly (string | object)[], namespace: string): void {
  if (typeof type === 'string') {
    const pattern = SIMPLE[type];
    if (pattern !== undefined) return expect(node.text, node.name).toMatch(pattern);
    if (type.startsWith('enum ')) return expect(type.slice(5).split('|'), node.name).toContain(node.text);
    const found = find(type, namespace);
    if (found.values !== undefined) return expect(found.values, node.name).toContain(node.text);
    return check(node, found.fields ?? [], found.namespace);
  }
  const left = [...node.children];
  const attributes = new Set(Object.keys(node.attributes));
  for (const fact of type) {
    const [head, inner] =
      typeof fact === 'string' ? [fact, undefined] : (Object.entries(fact)[0]! as [string, (string | object)[]]);
    const [, attribute, name = '', fieldType = '', repeated, optional] = /^(@?)(\w+)(?::(.*?))?(\[\])?(\?)?$/.exec(head)!;
    if (attribute === '@') {
      expect(node.attributes[name] ?? 'absent', `${node.name}@${name}`).toMatch(SIMPLE[fieldType]!);
      attributes.delete(name);
      continue;
    }
    let count = 0;
    while (left[0]?.name === name && (count === 0 || repeated !== undefined)) {
      expect(left[0].namespace, `${node.name}/${name}`).toBe(namespace);
      check(left.shift()!, inner ?? fieldType, namespace);
      count += 1;
    }
    if (optional === undefined && repeated === undefined) expect(count, `${node.name}/${name}`).toBe(1);
  }
  expect(
    left.map(({ name }) => name),
    `children of ${node.name} that the contract does not have there`,
  ).toEqual([]);
  expect([...attributes], `attributes of ${node.name}`).toEqual([]);
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
/** The one element in the Body of an envelope. */
function bodyOf(xml: string): Node {
  const root = parseXml(xml);
  expect(root).toMatchObject({ name: 'Envelope', namespace: SOAP });
  const body = root.children.at(-1)!;
  expect(body).toMatchObject({ name: 'Body', namespace: SOAP });
  expect(body.children.length).toBe(1);
  return body.children[0]!;
}

/** An answer of an operation that the gateway hosts. */
export function checkResponse(operation: string, xml: string): void {
  const { targetNamespace, operations } = FACTS.services[serviceOf(operation)]!;
  const response = bodyOf(xml);
  expect(response).toMatchObject({ name: `${operation}Response`, namespace: targetNamespace });
  check(response, operations[operation]!.out, targetNamespace);
}

/** A call of an operation that the application hosts. */
export function checkRequest(operation: string, xml: string): void {
  const { targetNamespace, operations } = FACTS.services[serviceOf(operation)]!;
  const request = bodyOf(xml);
  expect(request).toMatchObject({ name: operation, namespace: targetNamespace });
  check(request, operations[operation]!.in, targetNamespace);
}
