import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { badEnvelope } from '../../../../../tools/fuzz/bad-soap.js';
import { argumentsOf, envelope, FACTS, requestElement } from '../../../../../tools/fuzz/contract-requests.js';
import { Seeded } from '../../../../../tools/fuzz/seeded.js';
import { readXmlStrictly } from './xml-reader.js';
import { scanXml } from './xml-scanner.js';

const OPERATIONS = ['SessionService', 'StandardCCService', 'DataAccessService'].flatMap((service) =>
  Object.keys(FACTS.services[service]!.operations),
);
const SIMPLE = ['string', 'int', 'long', 'boolean'];
const usual = (operation: string): string =>
  envelope(
    requestElement(
      operation,
      Object.fromEntries(argumentsOf(operation).flatMap(({ name, type }) => (SIMPLE.includes(type) ? [[name, '1']] : []))),
    ),
  );

/** Where the scanner answers, the parser answers the same. */
function expectSame(text: string): boolean {
  const scanned = scanXml(text);
  if (scanned !== undefined) expect(readXmlStrictly(text), text).toEqual({ ok: true, root: scanned });
  return scanned !== undefined;
}

describe('the scanner of plain envelopes', () => {
  it('reads the usual request of every operation, with and without declaration and line breaks, as the parser does', () => {
    for (const operation of OPERATIONS) {
      const xml = usual(operation);
      const spread = xml.replaceAll('><', '>\n  <').replaceAll(' xmlns', '\n\txmlns');
      for (const text of [xml, `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`, spread])
        expect(expectSame(text), text).toBe(true);
    }
  });

  it('S-31 S-32 answers nothing that the parser refuses or reads otherwise, for 20,000 bad envelopes', () => {
    const target = { sessionId: 7, token: 'x', foreignSessionId: 8 };
    let scanned = 0;
    for (let index = 0; index < 20_000; index += 1) {
      const { body = '' } = badEnvelope(target, Seeded.ofCase(20_262, index));
      if (expectSame(Buffer.from(body as Uint8Array).toString('utf8'))) scanned += 1;
    }
    expect(scanned).toBeGreaterThan(10_000);
  });

  it('nor for documents put together from pieces, or with a piece changed', () => {
    const names = fc.constantFrom('a', 'p:a', 'q:b', 'b', 'xml:a', 'xmlns', 'xmlns:p', 'A', '_', 'p:', ':a', '1a', 'a.b-c');
    const values = fc.constantFrom(
      '',
      'urn:x',
      'urn:y',
      ' urn:x',
      'a>b',
      'a b',
      "'",
      '&amp;',
      'a\nb',
      'http://www.w3.org/2000/xmlns/',
      ']]>',
    );
    const attribute = fc
      .tuple(fc.constantFrom(' ', '\n', '  ', ''), fc.oneof(fc.constant('xmlns:p'), names), values)
      .map(([space, name, value]) => `${space}${name}="${value}"`);
    const piece = fc.oneof(
      fc
        .tuple(names, fc.array(attribute, { maxLength: 3 }), fc.constantFrom('>', '/>', ' >', ' / >'))
        .map(([name, all, end]) => `<${name}${all.join('')}${end}`),
      names.map((name) => `</${name}>`),
      fc.constantFrom(
        'text',
        ' ',
        '\n',
        '&lt;',
        ']',
        ']]>',
        '<!-- x -->',
        '<![CDATA[x]]>',
        '<?x y?>',
        'é',
        '\r',
        '\u0000',
        '<',
        '>',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => void expectSame(pieces.join(''))),
      { numRuns: 3000 },
    );
    const nested = fc.array(fc.tuple(names, fc.array(attribute, { maxLength: 2 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(nested, fc.constantFrom('', 'text', ' x ', '<a/>'), (tags, text) => {
        const [begin, end] = [
          tags.map(([name, all]) => `<${name}${all.join('')}>`),
          tags.map(([name]) => `</${name}>`).reverse(),
        ];
        expectSame(`<a xmlns:p="urn:p" xmlns:q="urn:q">${begin.join('')}${text}${end.join('')}</a>`);
      }),
      { numRuns: 3000 },
    );
    const good = usual('makeCall');
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(3),
        fc.constantFrom('', '<', '>', '"', '/', ' ', '&', ':', 'x', '='),
        (at, count, put) => {
          expectSame(good.slice(0, at) + put + good.slice(at + count));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
