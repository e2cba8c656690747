/**
 * The plain shape nearly every SOAP request has, read without an XML parser: printable ASCII, elements and attributes in double quotes, text
 * without references; no comments, no CDATA. Whatever is not certainly of that shape and well-formed is left to the strict parser
 * (xml-reader.ts), which alone refuses; a test proves that where both answer, they answer the same.
 */
import { NORTHBOUND_LIMITS } from '../limits.js';
import { ownText } from '../own-text.js';
import type { XmlAttribute, XmlElement } from './xml-reader.js';

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}
/** What one declaration adds to those around it: few are in force at once, and a table of them would be made for nearly every request. */
interface Namespaces {
  /** '' for the default. */
  readonly prefix: string;
  /** Undefined: nothing is declared. */
  readonly value: string | undefined;
  readonly around: Namespaces | undefined;
  /** What has been declared within them, by how it is written; the outermost ones alone keep it. */
  readonly known: Map<string, Described> | undefined;
}
interface Scope {
  readonly element: OpenElement;
  /** As it is written, prefix included. */
  readonly qualified: string;
  readonly namespaces: Namespaces;
}

const PLAIN = /^[\t\n\x20-\x7e]*$/;
const PROLOG = /<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?\?>[\t\n ]*/y;
const NAME = '[A-Za-z_][\\w.-]{0,99}';
const ATTRIBUTE = `[\\t\\n ]+(?:${NAME}:)?${NAME}="[\\x20!#-%'-;=-~]*"`;
/** A tag and the text behind it. `]` could be the beginning of what text may not hold. */
const TAG = new RegExp(`<(/?)(?:(${NAME}):)?(${NAME})((?:${ATTRIBUTE})*)[\\t\\n ]*(/?)>([^<&\\]]*)`, 'y');
const ATTRIBUTES = new RegExp(`(?:(${NAME}):)?(${NAME})="([^"]*)"`, 'g');
const BLANK = /^[\t\n ]*$/;
const RESERVED = /^http:\/\/www\.w3\.org\/(2000\/xmlns\/|XML\/1998\/namespace)$/;
const NO_NAMESPACES: Namespaces = { prefix: '', value: undefined, around: undefined, known: new Map() };
const NO_ATTRIBUTES: readonly XmlAttribute[] = [];

/** The document's root; undefined: ask the parser. */
export function scanXml(text: string): XmlElement | undefined {
  if (!PLAIN.test(text)) return undefined;
  PROLOG.lastIndex = 0;
  let at = PROLOG.test(text) ? PROLOG.lastIndex : 0;
  const open: Scope[] = [];
  let root: OpenElement | undefined;
  let elements = 0;
  while (at < text.length) {
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (tag === null) return undefined;
    at = TAG.lastIndex;
    const [, closes, prefix = '', name = '', attributes = '', empty, behind = ''] = tag;
    const qualified = prefix === '' ? name : `${prefix}:${name}`;
    if (closes === '/') {
      if (attributes !== '' || empty === '/' || open.pop()?.qualified !== qualified) return undefined;
    } else {
      elements += 1;
      // nothing may stand beside the root
      if (root !== undefined && open.length === 0) return undefined;
      if (elements > NORTHBOUND_LIMITS.xmlElementsMax || open.length >= NORTHBOUND_LIMITS.xmlDepthMax) return undefined;
      const scope = opened(prefix, name, qualified, attributes, open.at(-1));
      if (scope === undefined) return undefined;
      root ??= scope.element;
      open.at(-1)?.element.children.push(scope.element);
      if (empty !== '/') open.push(scope);
    }
    const inside = open.at(-1);
    if (inside !== undefined) inside.element.text += behind;
    else if (!BLANK.test(behind)) return undefined;
  }
  return open.length === 0 ? root : undefined;
}

function opened(prefix: string, name: string, qualified: string, text: string, parent: Scope | undefined): Scope | undefined {
  const inherited = parent?.namespaces ?? NO_NAMESPACES;
  const { namespaces, attributes } =
    text === '' ? { namespaces: inherited, attributes: NO_ATTRIBUTES } : described(text, inherited);
  if (namespaces === undefined || attributes === undefined) return undefined;
  const namespace = namespaceOf(prefix, namespaces);
  if (namespace === undefined) return undefined;
  return { qualified, namespaces, element: { name, namespace, attributes, children: [], text: '' } };
}

interface Described {
  /** Undefined, as the attributes: ask the parser. */
  readonly namespaces: Namespaces | undefined;
  readonly attributes: readonly XmlAttribute[] | undefined;
}
interface Written {
  readonly prefix: string;
  readonly name: string;
  readonly value: string;
}
const UNKNOWN: Described = { namespaces: undefined, attributes: undefined };
const DECLARATIONS_MAX = 32;
const DECLARATION_LENGTH_MAX = 500;

/** Clients declare the same prefixes with every request: what tags declare and nothing else is read once for each way to write it. */
function described(text: string, inherited: Namespaces): Described {
  const { known } = inherited;
  if (known === undefined || text.length > DECLARATION_LENGTH_MAX) return describe(text, inherited);
  const before = known.get(text);
  if (before !== undefined) return before;
  const own = ownText(text);
  const found = describe(own, inherited);
  if (found.attributes !== NO_ATTRIBUTES) return found;
  if (known.size >= DECLARATIONS_MAX) known.clear();
  known.set(own, found);
  return found;
}

function describe(text: string, inherited: Namespaces): Described {
  const written: Written[] = [];
  let namespaces = inherited;
  ATTRIBUTES.lastIndex = 0;
  // not matchAll, which makes an expression of its own for each tag
  for (let found = ATTRIBUTES.exec(text), count = 0; found !== null; found = ATTRIBUTES.exec(text), count += 1) {
    const [, of = '', local = '', value = ''] = found;
    if (count >= NORTHBOUND_LIMITS.xmlAttributesMax) return UNKNOWN;
    if (of === 'xmlns' || (of === '' && local === 'xmlns')) {
      const declared = of === '' ? '' : local;
      // names that XML keeps for itself, and prefixes taken back, are for the parser
      if (/^xml/i.test(declared) || (value === '' && declared !== '') || RESERVED.test(value)) return UNKNOWN;
      if (/^ | $/.test(value) || isDeclared(declared, namespaces, inherited)) return UNKNOWN;
      namespaces = { prefix: declared, value, around: namespaces, known: inherited === NO_NAMESPACES ? new Map() : undefined };
    } else {
      if (written.some(({ prefix, name }) => name === local && prefix === of)) return UNKNOWN;
      written.push({ prefix: of, name: local, value });
    }
  }
  return { namespaces, attributes: written.length === 0 ? NO_ATTRIBUTES : attributesOf(written, namespaces) };
}

/** An attribute without a prefix is in no namespace; two names may not mean one attribute. */
function attributesOf(written: readonly Written[], namespaces: Namespaces): XmlAttribute[] | undefined {
  const attributes: XmlAttribute[] = [];
  for (const { prefix, name, value } of written) {
    const namespace = prefix === '' ? '' : namespaceOf(prefix, namespaces);
    if (namespace === undefined) return undefined;
    if (attributes.some((other) => other.name === name && other.namespace === namespace)) return undefined;
    attributes.push({ name, namespace, value });
  }
  return attributes;
}

/** By this tag itself. */
function isDeclared(prefix: string, namespaces: Namespaces, inherited: Namespaces): boolean {
  for (let at = namespaces; at !== inherited; at = at.around!) if (at.prefix === prefix) return true;
  return false;
}

function namespaceOf(prefix: string, namespaces: Namespaces): string | undefined {
  for (let at: Namespaces | undefined = namespaces; at?.value !== undefined; at = at.around)
    if (at.prefix === prefix) return at.value;
  return prefix === '' ? '' : undefined;
}
