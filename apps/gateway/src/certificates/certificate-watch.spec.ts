import { describe, expect, it } from 'vitest';
import { CertificateWatch } from './certificate-watch.js';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-28T00:00:00Z');

function setUp() {
  let nowMs = START;
  const told: string[] = [];
  const watch = new CertificateWatch({
    wallMs: () => nowMs,
    warn: (facts, text) => {
      const { holder, days } = facts as { holder: string; days: number };
      told.push(`${holder} ${days}: ${text}`);
    },
  });
  const at = (days: number) => {
    nowMs = START + days * DAY_MS;
    watch.look();
    return told.splice(0);
  };
  return { watch, at, told };
}

describe('R-VRT-05 R-LOG-01 certificates that come to their end', () => {
  it('are warned of 30, 7 and 1 days ahead and when it is so, once each', () => {
    const { watch, at } = setUp();
    watch.saw('own', START + 100 * DAY_MS);
    expect([at(0), at(69)]).toEqual([[], []]);
    expect(at(70)).toEqual(['own 30: a certificate expires soon']);
    expect([at(71), at(92.9)]).toEqual([[], []]);
    expect(at(93)).toEqual(['own 7: a certificate expires soon']);
    expect(at(99)).toEqual(['own 1: a certificate expires soon']);
    expect(at(100)).toEqual(['own 0: a certificate has expired']);
    expect(at(200)).toEqual([]);
  });

  it('what is seen late is warned of once, by the step it has come to; a renewed one begins anew', () => {
    const { watch, at, told } = setUp();
    watch.saw('controller 3', START + 5 * DAY_MS);
    expect(told.splice(0)).toEqual(['controller 3 7: a certificate expires soon']);
    watch.saw('controller 3', START + 5 * DAY_MS);
    watch.saw('router', START + 400 * DAY_MS);
    expect(at(1)).toEqual([]);
    watch.saw('controller 3', START + 366 * DAY_MS);
    expect(at(5)).toEqual([]);
    expect(at(336)).toEqual(['controller 3 30: a certificate expires soon']);
    expect([...watch.notAfter()]).toEqual([
      ['controller 3', START + 366 * DAY_MS],
      ['router', START + 400 * DAY_MS],
    ]);
  });
});
