/** Values written by the types of the contract: elements in its order and namespace, attributes always there. */
import {
  contractWord,
  type ComplexType,
  type Field,
  type SoapExchange,
  type SoapOperation,
  type SoapService,
} from '#contracts/soap';

/** XML of a long list, written in pieces before the rest. */
export class EncodedList {
  constructor(readonly xml: string) {}
}
export type SoapValue = string | number | boolean | EncodedList | SoapRecord | readonly SoapValue[];
export interface SoapRecord {
  readonly [member: string]: SoapValue | undefined;
}

const NOTHING: SoapRecord = Object.freeze({});

/**
 * The response element of an operation with its `return`.
 * @param asked members of the request, for what the result does not say; to make one record of both costs more than all the rest of writing it
 */
export function encodeResponse(service: SoapService, operation: SoapOperation, value: SoapRecord, asked = NOTHING): string {
  return within(`${operation.name}Response`, service.namespace, operation.output.name, operation.outputType, value, asked);
}

/** The request element of an operation that an application hosts, with its one argument. */
export function encodeRequest(service: SoapService<SoapExchange>, { name, input }: SoapExchange, value: SoapRecord): string {
  const [argument] = input;
  if (argument?.type.kind !== 'complex') throw new Error(`${name} must take one complex argument`);
  return within(name, service.namespace, argument.name, argument.type, value);
}

const within = (outer: string, namespace: string, name: string, type: ComplexType, value: SoapRecord, asked = NOTHING): string =>
  `<ns:${outer} xmlns:ns="${namespace}">` +
  `<ns:${name} xmlns:${type.prefix}="${type.namespace}"${attributes(type, value, asked)}>${members(type, value, asked)}</ns:${name}>` +
  `</ns:${outer}>`;

/** A type's members carry its own namespace; one of another schema than the element around it declares its prefix where it starts. */
function members(type: ComplexType, value: SoapRecord, asked = NOTHING): string {
  let written = '';
  for (const field of type.elements) written += occurrences(type, field, memberOf(value, field) ?? memberOf(asked, field));
  return written;
}

/** By the noun of our API, else by the contract's name. */
const memberOf = (value: SoapRecord, field: Field): SoapValue | undefined => value[field.member] ?? value[field.name];

function occurrences(parent: ComplexType, field: Field, value: SoapValue | undefined): string {
  if (value === undefined) return '';
  if (value instanceof EncodedList) return value.xml;
  if (Array.isArray(value)) return (value as readonly SoapValue[]).map((one) => element(parent, field, one)).join('');
  return element(parent, field, value as SoapValue);
}

const PIECE = 250;

/** A repeated field of `parent`; others get their turn between pieces, so that a long answer holds nobody up (R-DAS-02). */
export async function encodeList(parent: ComplexType, field: Field, list: readonly SoapRecord[]): Promise<EncodedList> {
  const pieces: string[] = [];
  for (let from = 0; from < list.length; from += PIECE) {
    pieces.push(occurrences(parent, field, list.slice(from, from + PIECE)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return new EncodedList(pieces.join(''));
}

function element(parent: ComplexType, field: Field, value: SoapValue): string {
  const tag = `${parent.prefix}:${field.name}`;
  if (field.type.kind === 'enum') return `<${tag}>${contractWord(String(value as string))}</${tag}>`;
  if (field.type.kind === 'simple') return `<${tag}>${escapeXml(String(value as string | number | boolean))}</${tag}>`;
  const record = value as SoapRecord;
  const declaration = field.type.prefix === parent.prefix ? '' : ` xmlns:${field.type.prefix}="${field.type.namespace}"`;
  return `<${tag}${declaration}${attributes(field.type, record)}>${members(field.type, record)}</${tag}>`;
}

/** Attributes are primitive values in the contract: one that has no value is 0 or false. */
function attributes(type: ComplexType, value: SoapRecord, asked = NOTHING): string {
  let written = '';
  for (const field of type.attributes) {
    const nothing = field.type.kind === 'simple' && field.type.name === 'boolean' ? false : 0;
    const given = (memberOf(value, field) ?? memberOf(asked, field) ?? nothing) as string | number | boolean;
    written += ` ${field.name}="${typeof given === 'string' ? escapeXml(given) : given}"`;
  }
  return written;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Nothing in it is escaped; nearly all texts are so. */
const PLAIN = /^[ !#-%'-;=?-~]*$/;

/** For text and attribute values; characters that XML 1.0 cannot hold become U+FFFD, because controllers may send any (S-62). */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"\r\n\t]/g, (character) => ESCAPES[character] ?? '');
}
