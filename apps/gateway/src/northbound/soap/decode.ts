/**
 * The arguments of an operation, read from its request element by the types of the contract.
 *
 * As liberal as the original was: elements in any order, an empty or nil element counts as absent where it is optional, numbers may have leading
 * zeros or a plus sign. Strict where being liberal would hide a mistake: unknown or repeated elements and attributes are refused.
 */
import type { Field, SoapOperation, SoapType } from '#contracts/soap';
import type { ArgumentErrors } from '../refusal.js';
import type { XmlElement } from './xml-reader.js';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XML = 'http://www.w3.org/XML/1998/namespace';

export type Arguments =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string | number> }
  | { readonly ok: false; readonly errors: ArgumentErrors };

type Errors = { path: string; message: string }[];
type Values = Map<string, string | number>;

/** Members of the request, whether they were children of the element, of its one argument, or attributes of that. */
export function decodeArguments(operation: SoapOperation, element: XmlElement, namespace: string): Arguments {
  const values: Values = new Map();
  const errors: Errors = [];
  readMembers(element, namespace, operation.input, [], values, errors);
  return errors.length === 0 ? { ok: true, values } : { ok: false, errors };
}

function readMembers(
  element: XmlElement,
  namespace: string,
  elements: readonly Field[],
  attributes: readonly Field[],
  values: Values,
  errors: Errors,
): void {
  if (element.text.trim() !== '') errors.push({ path: element.name, message: 'holds text where only elements may be' });
  readAttributes(element, attributes, values, errors);
  const seen = new Set<string>();
  for (const child of element.children) {
    const field = elements.find(({ name }) => name === child.name);
    if (field === undefined || child.namespace !== namespace) {
      errors.push({ path: child.name, message: 'is no element of this operation' });
    } else if (seen.has(field.name)) {
      errors.push({ path: field.name, message: 'is there twice' });
    } else {
      seen.add(field.name);
      readElement(child, field, values, errors);
    }
  }
}

function readElement(element: XmlElement, field: Field, values: Values, errors: Errors): void {
  const nil = element.attributes.some(
    ({ name, namespace, value }) => name === 'nil' && namespace === XSI && /^\s*(1|true)\s*$/.test(value),
  );
  if (field.type.kind === 'complex') {
    if (!nil) readMembers(element, field.type.namespace, field.type.elements, field.type.attributes, values, errors);
    return;
  }
  readAttributes(element, [], values, errors);
  if (element.children.length > 0) errors.push({ path: field.name, message: 'must be text' });
  else if (!(field.optional && (nil || element.text === ''))) put(field, element.text, values, errors);
}

/** `xsi:` and `xml:` attributes say nothing that matters here: a type is known from the contract, a schema is never fetched. */
function readAttributes(element: XmlElement, attributes: readonly Field[], values: Values, errors: Errors): void {
  for (const { name, namespace, value } of element.attributes) {
    if (namespace === XSI || namespace === XML) continue;
    const field = namespace === '' ? attributes.find((candidate) => candidate.name === name) : undefined;
    if (field === undefined) errors.push({ path: name, message: 'is no attribute of this operation' });
    else put(field, value, values, errors);
  }
}

function put(field: Field, text: string, values: Values, errors: Errors): void {
  const value = read(field.type, text);
  if (value === undefined)
    errors.push({
      path: field.name,
      message: `is not a value of the type ${field.type.kind === 'simple' ? field.type.name : field.type.kind}`,
    });
  else values.set(field.name, value);
}

const INT_MAX = 2 ** 31;

/** Requests hold texts and whole numbers only. A long beyond 53 bits cannot be one of our ids and would be rounded, so it is refused. */
function read(type: SoapType, text: string): string | number | undefined {
  if (type.kind !== 'simple') return undefined;
  if (type.name === 'string') return text;
  const match = /^[ \t\r\n]*([+-]?[0-9]{1,40})[ \t\r\n]*$/.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]);
  if (!Number.isSafeInteger(value)) return undefined;
  if (type.name === 'int' && (value >= INT_MAX || value < -INT_MAX)) return undefined;
  return value;
}
