/**
 * Generated bad input for the faces of the gateway (S-20 to S-22, S-31 to S-39): each case wrong in one known way. Each must get a typed
 * answer, none may change anything, leak anything or disturb anybody, and at least half must reach an operation, or the generator tests
 * nothing but parsers. More of the same: `npm run fuzz`.
 */
import { describe, expect, it } from 'vitest';
import { reportLines } from '../../../tools/fuzz/cases.js';
import { casesOf, GATEWAY_FACE_NAMES, openFace } from '../../../tools/fuzz/faces.js';
import { gatewayFace, KINDS } from '../../../tools/fuzz/gateway-faces.js';
import { runCases } from '../../../tools/fuzz/run-cases.js';
import { LittleEngine } from './little-engine.js';

const CASES = 20_000;
/** The faces alone, without the gateway's engine. */
const CASES_OF_LITTLE_ENGINE = 2000;
/** Printed with every failure; another number gives other cases. */
const seed = 20_261;

describe('bad input against the gateway', () => {
  it.each(GATEWAY_FACE_NAMES)(
    '%s: a typed error for each case, nothing changed, leaked or disturbed',
    { timeout: 120_000 },
    async (name) => {
      const cases = casesOf(name, CASES);
      const face = await openFace[name]();
      try {
        const report = await runCases(face, { seed, cases });
        const lines = reportLines(report);
        console.log(lines[0]);
        expect(report.findings, lines.join('\n')).toEqual([]);
        expect(report.cases).toBe(cases);
        expect(report.reached.handler).toBeGreaterThanOrEqual(cases / 2);
        expect(report.met.operations, 'operations met').toBe(report.met.of);
      } finally {
        await face.close();
      }
    },
  );
});

describe('bad input against a little engine', () => {
  it.each(['rest', 'soap'] as const)('%s: the face refuses by itself what no engine should see', async (name) => {
    const engine = new LittleEngine();
    const face = await gatewayFace(KINDS[name], { engine, state: async () => engine.snapshot(), stop: async () => {} });
    try {
      const report = await runCases(face, { seed, cases: CASES_OF_LITTLE_ENGINE });
      const lines = reportLines(report);
      console.log(lines[0]);
      expect(report.findings, lines.join('\n')).toEqual([]);
    } finally {
      await face.close();
    }
  });
});
