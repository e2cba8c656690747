import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORBIDDEN_NAMES, readJson } from './strict-json.js';

const read = (text: string) => readJson(Buffer.from(text));

describe('strict JSON', () => {
  it('gives what JSON.parse gives for what it accepts', () => {
    const plain = fc
      .jsonValue({ maxDepth: 5 })
      .filter((value) => ![...FORBIDDEN_NAMES].some((name) => JSON.stringify(value).includes(name)));
    fc.assert(
      fc.property(plain, fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!/\\ud[89a-f]/i.test(text));
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof readJson(bytes).ok === 'boolean'));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0123aeltrufs -.') }),
        (text) => typeof read(text).ok === 'boolean',
      ),
    );
  });

  it.each([
    ['S-21 __proto__', '{"__proto__":{"a":1}}'],
    ['S-21 __proto__ by escapes', '{"a":[{"\\u005f\\u005fproto__":1}]}'],
    ['S-21 constructor', '{"a":{"constructor":{"prototype":{"a":1}}}}'],
    ['S-21 prototype', '{"prototype":1}'],
    ['S-20 a member twice', '{"a":1,"b":2,"a":3}'],
    ['S-20 a member twice by escapes', '{"a":1,"\\u0061":3}'],
    ['S-20 a member twice further in', '[{"a":{"b":[],"b":1}}]'],
    ['S-20 nested too deeply', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['S-20 too many members', `{${Array.from({ length: 1001 }, (_value, at) => `"k${at}":0`).join(',')}}`],
    ['S-20 half a character', '{"a":"\\ud83d"}'],
    ['S-20 half a character as a name', '{"\\ude00":1}'],
    ['S-20 a byte order mark', '\ufeff{}'],
    ['a comment', '{/**/}'],
    ['a comma too many', '{"a":1,}'],
    ['nothing', ''],
  ])('refuses %s', (_name, text) => {
    expect(read(text)).toMatchObject({ ok: false });
  });

  it('S-20 refuses what is not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00],
    ])
      expect(readJson(new Uint8Array(bytes)).ok).toBe(false);
  });

  it.each([
    '{"a":"{\\"a\\":[[["}',
    `${'['.repeat(32)}${']'.repeat(32)}`,
    '[{"a":1},{"a":2}]',
    '{"a":"\\ud83d\\ude00"}',
    '"__proto__"',
    '{"a":"__proto__"}',
    '{"toString":1}',
  ])('accepts %s', (text) => {
    expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });
});
