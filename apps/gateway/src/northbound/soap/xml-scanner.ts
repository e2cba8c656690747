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
interface Namespaces {
  /** By prefix; '' for the default. */
  readonly byPrefix: ReadonlyMap<string, string>;
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
const NO_NAMESPACES: Namespaces = { byPrefix: new Map(), known: new Map() };
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
  const written: (readonly [prefix: string, name: string, value: string])[] = [];
  const own = new Map<string, string>();
  const seen = new Set<string>();
  for (const [, of = '', local = '', value = ''] of text.matchAll(ATTRIBUTES)) {
    if (seen.has(`${of}:${local}`) || seen.size >= NORTHBOUND_LIMITS.xmlAttributesMax) return UNKNOWN;
    seen.add(`${of}:${local}`);
    if (of === 'xmlns' || (of === '' && local === 'xmlns')) {
      const declared = of === '' ? '' : local;
      // names that XML keeps for itself, and prefixes taken back, are for the parser
      if (/^xml/i.test(declared) || (value === '' && declared !== '') || RESERVED.test(value)) return UNKNOWN;
      if (/^ | $/.test(value)) return UNKNOWN;
      own.set(declared, value);
    } else written.push([of, local, value]);
  }
  const namespaces = own.size === 0 ? inherited : within(inherited, own);
  return { namespaces, attributes: written.length === 0 ? NO_ATTRIBUTES : attributesOf(written, namespaces) };
}

const within = (inherited: Namespaces, own: ReadonlyMap<string, string>): Namespaces => ({
  byPrefix: new Map([...inherited.byPrefix, ...own]),
  known: inherited === NO_NAMESPACES ? new Map() : undefined,
});

/** An attribute without a prefix is in no namespace; two names may not mean one attribute. */
function attributesOf(
  written: readonly (readonly [prefix: string, name: string, value: string])[],
  namespaces: Namespaces,
): XmlAttribute[] | undefined {
  const attributes: XmlAttribute[] = [];
  for (const [prefix, name, value] of written) {
    const namespace = prefix === '' ? '' : namespaceOf(prefix, namespaces);
    if (namespace === undefined) return undefined;
    if (attributes.some((other) => other.name === name && other.namespace === namespace)) return undefined;
    attributes.push({ name, namespace, value });
  }
  return attributes;
}

const namespaceOf = (prefix: string, namespaces: Namespaces): string | undefined =>
  namespaces.byPrefix.get(prefix) ?? (prefix === '' ? '' : undefined);
