import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStrictJson } from './strict-json.js';

const BOUNDS = { depthMax: 32, keysMax: 1000 };
const read = (text: string | Uint8Array) => readStrictJson(typeof text === 'string' ? Buffer.from(text) : text, BOUNDS);
const reason = (text: string | Uint8Array) => {
  const reading = read(text);
  return reading.ok ? undefined : reading.reason;
};

describe('strict JSON', () => {
  it('reads whatever JSON.stringify writes, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|constructor|prototype|\\u0000|\\ud[89a-f]/i.test(text));
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
        expect(read(JSON.stringify(value, undefined, 2))).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void expect(read(bytes)).toHaveProperty('ok')));
  });

  it('S-21 refuses members that reach the prototype, however written', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"a":{"constructor":1}}', '[{"\\u005f_proto__":1}]', '{"prototype" \n : 1}']) {
      expect(reason(text)).toMatch(/name that is not allowed/);
    }
    expect(reason('{"a":"__proto__"}')).toBeUndefined();
    expect(reason('["constructor"]')).toBeUndefined();
  });

  it('S-20 refuses members given twice, depth above the bound, too many members, and what is not text', () => {
    expect(reason('{"a":1,"\\u0061":2}')).toMatch(/twice/);
    expect(reason('{"a":{"b":1},"b":{"a":1}}')).toBeUndefined();
    expect(reason('['.repeat(33) + ']'.repeat(33))).toMatch(/deeper/);
    expect(reason('['.repeat(32) + ']'.repeat(32))).toBeUndefined();
    expect(reason('['.repeat(200_000))).toMatch(/deeper/);
    expect(reason(JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, i]))))).toMatch(
      /more than 1000/,
    );
    expect(reason('{"a":"\\u0000"}')).toMatch(/characters that are none/);
    expect(reason('{"a":"\\ud800"}')).toMatch(/characters that are none/);
    expect(reason(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toMatch(/UTF-8/);
    expect(reason('\ufeff{}')).toMatch(/not JSON/);
  });
});
