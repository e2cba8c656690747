/**
 * XML read strictly into a small tree (S-31, S-32, S-34): UTF-8 only, no DOCTYPE, no processing instruction, bounded in depth, number of
 * elements, attributes and length of names. Only the five entities of XML itself exist; nothing is ever fetched. Names are values, never keys.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { NORTHBOUND_LIMITS } from '../limits.js';
import { scanXml } from './xml-scanner.js';

export interface XmlAttribute {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
}
export interface XmlElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Character data directly in it, put together; comments are left out. */
  readonly text: string;
}
export type XmlOutcome = { readonly ok: true; readonly root: XmlElement } | { readonly ok: false; readonly detail: string };

class Unreadable extends Error {}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const XMLNS = 'http://www.w3.org/2000/xmlns/';

export function readXml(bytes: Buffer): XmlOutcome {
  // what is plain is ASCII, which is the same in every reading
  const root = scanXml(bytes.toString('latin1'));
  if (root !== undefined) return { ok: true, root };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, detail: 'the body is not UTF-8' };
  }
  return readXmlStrictly(text);
}

/** By the parser; for what {@link scanXml} leaves to it. */
export function readXmlStrictly(text: string): XmlOutcome {
  // Before any parsing: a DOCTYPE in another encoding shows as NUL bytes, one in UTF-8 as itself.
  if (text.includes('\0')) return { ok: false, detail: 'the body is not UTF-8 text' };
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return { ok: false, detail: 'a DOCTYPE is not allowed' };
  try {
    return { ok: true, root: parse(text) };
  } catch (error) {
    return { ok: false, detail: error instanceof Unreadable ? error.message : 'the body is not well-formed XML' };
  }
}

function parse(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let elements = 0;
  let attributes = 0;

  parser.on('error', () => refuse('the body is not well-formed XML'));
  parser.on('doctype', () => refuse('a DOCTYPE is not allowed'));
  parser.on('processinginstruction', () => refuse('a processing instruction is not allowed'));
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') refuse('the body must be XML 1.0');
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) refuse('the declared encoding must be UTF-8');
  });
  parser.on('opentagstart', ({ name }) => {
    attributes = 0;
    elements += 1;
    if (elements > NORTHBOUND_LIMITS.xmlElementsMax) refuse(`more than ${NORTHBOUND_LIMITS.xmlElementsMax} elements`);
    if (open.length >= NORTHBOUND_LIMITS.xmlDepthMax) refuse(`nested deeper than ${NORTHBOUND_LIMITS.xmlDepthMax}`);
    checkName(name);
  });
  parser.on('attribute', ({ name }) => {
    attributes += 1;
    if (attributes > NORTHBOUND_LIMITS.xmlAttributesMax) refuse(`more than ${NORTHBOUND_LIMITS.xmlAttributesMax} attributes`);
    checkName(name);
  });
  parser.on('opentag', (tag) => {
    const element = elementOf(tag);
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  const addText = (piece: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return root ?? refuse('the body is empty');
}

function elementOf(tag: SaxesTagNS): OpenElement {
  const attributes = Object.values(tag.attributes)
    .filter(({ uri }) => uri !== XMLNS)
    .map(({ local, uri, value }) => ({ name: local, namespace: uri, value }));
  return { name: tag.local, namespace: tag.uri, attributes, children: [], text: '' };
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) > NORTHBOUND_LIMITS.xmlNameBytesMax)
    refuse(`a name is longer than ${NORTHBOUND_LIMITS.xmlNameBytesMax} bytes`);
}

function refuse(detail: string): never {
  throw new Unreadable(detail);
}
