/**
 * The arguments of an operation, read from its request element by the types of the contract.
 *
 * As liberal as the original was: elements in any order, an empty or nil element counts as absent where it is optional, numbers may have leading
 * zeros or a plus sign. Strict where being liberal would hide a mistake: unknown elements and attributes, and repeated ones that may not be, are refused.
 */
import type { ComplexType, Field, SoapOperation, SoapType } from '#contracts/soap';
import type { ArgumentErrors } from '../refusal.js';
import type { XmlElement } from './xml-reader.js';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XML = 'http://www.w3.org/XML/1998/namespace';

export type Arguments =
  | { readonly ok: true; readonly values: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly errors: ArgumentErrors };

type Errors = { path: string; message: string }[];
/** By members of the contract alone. */
type Values = Record<string, unknown>;

/**
 * Members of the request as the application API names them, whether they were children of the element, of its one argument, or attributes of
 * that. What is deeper becomes an object; what may be repeated, a list.
 */
export function decodeArguments(operation: SoapOperation, element: XmlElement, namespace: string): Arguments {
  const values: Values = {};
  const errors: Errors = [];
  // a single complex argument only wraps the members of the request
  const wrapped = operation.input.length === 1;
  readMembers(element, namespace, operation.input, [], values, errors, wrapped);
  return errors.length === 0 ? { ok: true, values } : { ok: false, errors };
}

/** @param wraps what is complex in it is only a wrapping: its members are those of the request */
function readMembers(
  element: XmlElement,
  namespace: string,
  elements: readonly Field[],
  attributes: readonly Field[],
  values: Values,
  errors: Errors,
  wraps = false,
): void {
  if (element.text.trim() !== '') errors.push({ path: element.name, message: 'holds text where only elements may be' });
  readAttributes(element, attributes, values, errors);
  const seen = new Set<string>();
  for (const child of element.children) {
    const field = elements.find(({ name }) => name === child.name);
    if (field === undefined || child.namespace !== namespace) {
      errors.push({ path: child.name, message: 'is no element of this operation' });
    } else if (seen.has(field.name) && !field.repeated) {
      errors.push({ path: field.name, message: 'is there twice' });
    } else {
      seen.add(field.name);
      if (wraps && field.type.kind === 'complex') readComplex(child, field.type, values, errors);
      else readElement(child, field, values, errors);
    }
  }
}

function readComplex(element: XmlElement, type: ComplexType, values: Values, errors: Errors): void {
  if (!isNil(element)) readMembers(element, type.namespace, type.elements, type.attributes, values, errors);
}

const isNil = (element: XmlElement): boolean =>
  element.attributes.some(({ name, namespace, value }) => name === 'nil' && namespace === XSI && /^\s*(1|true)\s*$/.test(value));

function readElement(element: XmlElement, field: Field, values: Values, errors: Errors): void {
  if (field.type.kind === 'complex') {
    if (isNil(element)) return;
    const members: Values = {};
    readComplex(element, field.type, members, errors);
    return put(field, members, values);
  }
  readAttributes(element, [], values, errors);
  if (element.children.length > 0) errors.push({ path: field.name, message: 'must be text' });
  // a list keeps its empty texts: what stands where in it matters
  else if (field.repeated ? !isNil(element) : !(field.optional && (isNil(element) || element.text === '')))
    putText(field, element.text, values, errors);
  else if (field.repeated) put(field, '', values);
}

/** `xsi:` and `xml:` attributes say nothing that matters here: a type is known from the contract, a schema is never fetched. */
function readAttributes(element: XmlElement, attributes: readonly Field[], values: Values, errors: Errors): void {
  for (const { name, namespace, value } of element.attributes) {
    if (namespace === XSI || namespace === XML) continue;
    const field = namespace === '' ? attributes.find((candidate) => candidate.name === name) : undefined;
    if (field === undefined) errors.push({ path: name, message: 'is no attribute of this operation' });
    else putText(field, value, values, errors);
  }
}

function putText(field: Field, text: string, values: Values, errors: Errors): void {
  const value = read(field.type, text);
  if (value === undefined)
    errors.push({
      path: field.name,
      message: `is not a value of the type ${field.type.kind === 'simple' ? field.type.name : (field.type.name ?? field.type.kind)}`,
    });
  else put(field, value, values);
}

function put(field: Field, value: unknown, values: Values): void {
  if (!field.repeated) values[field.member] = value;
  else ((values[field.member] ??= []) as unknown[]).push(value);
}

const INT_MAX = 2 ** 31;
const TRUTH: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/** A long beyond 53 bits cannot be one of our ids and would be rounded, so it is refused. */
function read(type: SoapType, text: string): string | number | boolean | undefined {
  if (type.kind === 'complex') return undefined;
  if (type.kind === 'enum') return type.values.has(text.trim()) ? text.trim() : undefined;
  if (type.name === 'string') return text;
  if (type.name === 'boolean') return Object.hasOwn(TRUTH, text.trim()) ? TRUTH[text.trim()] : undefined;
  const match = /^[ \t\r\n]*([+-]?[0-9]{1,40})[ \t\r\n]*$/.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]);
  if (!Number.isSafeInteger(value)) return undefined;
  if (type.name === 'int' && (value >= INT_MAX || value < -INT_MAX)) return undefined;
  return value;
}
