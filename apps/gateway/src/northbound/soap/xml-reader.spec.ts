import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml } from './encode.js';
import { readXml } from './xml-reader.js';

const read = (text: string, encoding: BufferEncoding = 'utf8') => readXml(Buffer.from(text, encoding));
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const utf32 = (text: string): Buffer =>
  Buffer.concat(
    [...text].map((character) => Buffer.from([character.codePointAt(0)! & 0xff, (character.codePointAt(0)! >> 8) & 0xff, 0, 0])),
  );
/** Code page 1047 of what these documents are made of. */
const EBCDIC: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'abcdefghi'].map((letter, at) => [letter, 0x81 + at])),
  ...Object.fromEntries([...'jklmnopqr'].map((letter, at) => [letter, 0x91 + at])),
  ...Object.fromEntries([...'stuvwxyz'].map((letter, at) => [letter, 0xa2 + at])),
  ...Object.fromEntries([...'ABCDEFGHI'].map((letter, at) => [letter, 0xc1 + at])),
  ...Object.fromEntries([...'JKLMNOPQR'].map((letter, at) => [letter, 0xd1 + at])),
  ...Object.fromEntries([...'STUVWXYZ'].map((letter, at) => [letter, 0xe2 + at])),
  ...Object.fromEntries([...'0123456789'].map((digit, at) => [digit, 0xf0 + at])),
  ...{ ' ': 0x40, '<': 0x4c, '>': 0x6e, '!': 0x5a, '?': 0x6f, '/': 0x61, '"': 0x7f, '=': 0x7e, ':': 0x7a, ';': 0x5e, '&': 0x50 },
  ...{ '.': 0x4b, '-': 0x60, '[': 0xad, ']': 0xbd },
};
const ebcdic = (text: string): Buffer => Buffer.from([...text].map((character) => EBCDIC[character]!));
const utf7 = (text: string): string => text.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-').replaceAll('!', '+ACE-');

const DOCTYPE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>';

describe('S-31 no DOCTYPE in any encoding', () => {
  it.each([
    ['UTF-8', Buffer.from(DOCTYPE)],
    ['lower case', Buffer.from(DOCTYPE.toLowerCase())],
    ['after a byte order mark', Buffer.from(`\ufeff${DOCTYPE}`)],
    ['UTF-16 little end first', Buffer.from(DOCTYPE, 'utf16le')],
    ['UTF-16 little end first with mark', Buffer.from(`\ufeff${DOCTYPE}`, 'utf16le')],
    ['UTF-16 big end first', swapped(DOCTYPE)],
    ['UTF-16 big end first with mark', swapped(`\ufeff${DOCTYPE}`)],
    ['UTF-32', utf32(DOCTYPE)],
    ['UTF-7', Buffer.from(utf7(DOCTYPE))],
    ['UTF-7 declared', Buffer.from(`<?xml version="1.0" encoding="UTF-7"?>${utf7(DOCTYPE)}`)],
    ['EBCDIC', ebcdic(DOCTYPE)],
    ['EBCDIC declared', ebcdic(`<?xml version="1.0" encoding="IBM1047"?>${DOCTYPE}`)],
    ['EBCDIC declared in ASCII', Buffer.concat([Buffer.from('<?xml version="1.0" encoding="IBM037"?>'), ebcdic(DOCTYPE)])],
    ['an external subset', Buffer.from('<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>')],
    ['parameter entities', Buffer.from('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><r/>')],
    ['in the middle', Buffer.from('<r><!DOCTYPE r><a/></r>')],
    [
      'entities that grow',
      Buffer.from(
        `<!DOCTYPE r [<!ENTITY a "ha">${Array.from({ length: 9 }, (_value, at) => `<!ENTITY a${at} "${'&a;'.repeat(10)}">`).join('')}]><r>&a8;</r>`,
      ),
    ],
  ])('%s', (_name, bytes) => {
    expect(readXml(bytes)).toMatchObject({ ok: false });
  });
});

describe('S-31 S-32 other hostile documents', () => {
  it.each([
    ['an unknown entity', '<r>&x;</r>'],
    ['a stylesheet', '<?xml-stylesheet href="http://127.0.0.1/"?><r/>'],
    ['a processing instruction inside', '<r><?php x?></r>'],
    ['another declared encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><r/>'],
    ['XML 1.1', '<?xml version="1.1"?><r/>'],
    ['two roots', '<r/><r/>'],
    ['text after the root', '<r/>x'],
    ['an end that is missing', '<r><a></r>'],
    ['an attribute twice', '<r a="1" a="2"/>'],
    ['an attribute twice by namespace', '<r xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"/>'],
    ['an undeclared prefix', '<p:r/>'],
    ['a NUL by reference', '<r>&#0;</r>'],
    ['a NUL', '<r>\0</r>'],
    ['nested too deeply', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`],
    ['nested far too deeply', '<a>'.repeat(20_000)],
    ['too many elements', `<r>${'<a/>'.repeat(512)}</r>`],
    ['too many attributes', `<r ${Array.from({ length: 65 }, (_value, at) => `a${at}=""`).join(' ')}/>`],
    ['too many namespaces', `<r ${Array.from({ length: 65 }, (_value, at) => `xmlns:a${at}="u${at}"`).join(' ')}/>`],
    ['a long element name', `<${'n'.repeat(257)}/>`],
    ['a long attribute name', `<r ${'n'.repeat(257)}=""/>`],
    ['nothing', ''],
    ['no XML', 'hello'],
  ])('refuses %s', (_name, text) => {
    expect(read(text)).toMatchObject({ ok: false });
  });

  it('a flood of character references is only text', () => {
    const result = read(`<r>${'&#65;'.repeat(12_000)}</r>`);
    expect(result).toMatchObject({ ok: true, root: { text: 'A'.repeat(12_000) } });
  });

  it('XInclude and schemaLocation are elements and attributes like any other: nothing is fetched', () => {
    const result = read('<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></r>');
    expect(result).toMatchObject({ ok: true, root: { text: '', children: [{ name: 'include', text: '', children: [] }] } });
  });

  it('S-34 names are values, never keys', () => {
    const result = read('<r __proto__="a" constructor="b"><__proto__><polluted/></__proto__><constructor/></r>');
    expect(result).toMatchObject({
      ok: true,
      root: {
        attributes: [
          { name: '__proto__', value: 'a' },
          { name: 'constructor', value: 'b' },
        ],
        children: [{ name: '__proto__' }, { name: 'constructor' }],
      },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof readXml(Buffer.from(bytes)).ok === 'boolean'));
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '/', 'a', ':', '=', '"', ' ', '!', '-', '?', '&', ';', '#', '[', 'CDATA', 'xmlns'),
        }),
        (text) => typeof read(text).ok === 'boolean',
      ),
    );
  });
});

it('text comes through escaping and reading as it was, but for characters XML cannot hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = read(`<r a="${escapeXml(text)}">${escapeXml(text)}</r>`);
      expect(result.ok).toBe(true);
      if (!result.ok) return;
      expect(result.root.attributes[0]?.value).toBe(result.root.text);
      expect(result.root.text).toBe(
        text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd'),
      );
    }),
  );
});
