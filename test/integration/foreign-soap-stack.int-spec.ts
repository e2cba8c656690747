/**
 * R-SES-05 An application on a SOAP stack of another language (Python's zeep) knows only our WSDL: it logs in, finds its way, and follows a call
 * through a real router, a real gateway and the simulator.
 */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPlant, startCallPlant } from './call-plant.js';

/** Debian's own interpreter is the one that its packages are for. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('../fixtures/soap/seven-events.py', import.meta.url));
const TRANSFER = fileURLToPath(new URL('../fixtures/soap/supervised-transfer.py', import.meta.url));
const hasZeep = spawnSync(PYTHON, ['-c', 'import zeep']).status === 0;
const WITHOUT = 'Debian’s Python has no zeep (apt-get install python3-zeep)';
const run = promisify(execFile);

let plant: CallPlant;

describe('R-SES-05 a SOAP stack of another language', () => {
  beforeAll(async () => {
    if (hasZeep) plant = await startCallPlant();
  }, 60_000);
  afterAll(() => plant?.close());

  for (const scheme of ['http', 'https'] as const) {
    it(`R-CC-02 follows the seven events of a call over ${scheme}`, async (context) => {
      if (!hasZeep) context.skip(WITHOUT);
      const port = scheme === 'http' ? plant.router.httpPort : plant.router.httpsPort;
      const trusted = scheme === 'http' ? [] : [plant.around.authority.certFile];
      const base = `${scheme}://localhost:${port}/t/acme/axis2/services/`;
      const { stdout } = await run(PYTHON, [PROGRAM, base, plant.controller, '2001', '2002', ...trusted], { timeout: 60_000 });
      const told = JSON.parse(stdout) as { events: readonly (readonly string[])[] };
      const of = (who: string) => told.events.filter(([name]) => name === who).map(([, type, cause]) => `${type} ${cause}`);
      expect(of('caller').map((line) => line.split(' ')[0])).toEqual([
        'CALL_ORIGINATED',
        'CALL_DELIVERED',
        'CALL_ESTABLISHED',
        'CALL_CLEAR',
      ]);
      expect(of('caller').at(-1)).toBe('CALL_CLEAR CLEARED');
      expect(of('called').map((line) => line.split(' ')[0])).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_CLEAR']);
      expect(of('called').at(-1)).toBe('CALL_CLEAR CLEAR_INVOKED');
      expect(told).toMatchObject({
        wrongLogIn: [false, expect.stringMatching(/^LOGIN_REFUSED: /)],
        controller: ['CONNECTED', true],
        refused: false,
        caller: ['2001'],
        nothing: 'Timeout no event message available.',
        controllers: [{ icpId: '1', address: plant.controller, name: 'one' }],
        others: 0,
        left: true,
      });
    }, 90_000);
  }

  it('R-CC-01 transfers a call after consulting: caller and consulted party speak, who transferred is out', async (context) => {
    if (!hasZeep) context.skip(WITHOUT);
    const base = `http://localhost:${plant.router.httpPort}/t/acme/axis2/services/`;
    const numbers = ['2003', '2004', '2005'];
    const { stdout } = await run(PYTHON, [TRANSFER, base, plant.controller, ...numbers], { timeout: 60_000 });
    const told = JSON.parse(stdout) as { events: readonly (readonly string[])[]; left: boolean };
    const of = (who: string) => told.events.filter(([name]) => name === who).map(([, type]) => type);
    expect(told.left).toBe(true);
    expect(of('third').slice(0, 3)).toEqual(['CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_TRANSFERRED']);
    expect(of('caller').at(-1)).toBe('CALL_CLEAR');
    expect(of('caller')).toContain('CALL_TRANSFERRED');
  }, 90_000);
});
