/** R-LOG-01, S-74: what stands in the log of an instance of numbers is what the access document in force says, from the next line on. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessDocument } from '#contracts/gateway-admin';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { logFile, parseLogLine } from '#telemetry/log-files';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { ask, routerSurroundings, type RouterSurroundings } from '#testkit/routed-instances';
import { InstanceLog } from '../../apps/gateway/src/instance-log.js';
import { runInstance, type RunningInstance } from './running-instance.js';

const NUMBER = '+12125551234';
let around: RouterSurroundings;
let block: LoopbackBlock;
let dir: string;
let log: InstanceLog;
let instance: RunningInstance;

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  dir = mkdtempSync(join(tmpdir(), 'cordboard-log-'));
  log = new InstanceLog();
  log.open(dir);
  const more = { loggedNumbers: 'none' } as const;
  instance = await runInstance(around, { tenantId: randomUUID(), address: block.address(1), slots: [0], sessions: 5, more, log });
}, 60_000);
afterAll(async () => {
  await instance?.incarnation.stop();
  await log?.end();
  await around?.remove();
  await block?.release();
  rmSync(dir, { recursive: true, force: true });
});

let lines = 0;
/** A line as it stands in the file. */
async function logged(): Promise<string> {
  lines += 1;
  log.logger.warn({ line: lines, dialled: NUMBER }, `a call to ${NUMBER}`);
  return eventually(
    () =>
      readFileSync(logFile(dir, 0), 'utf8')
        .split('\n')
        .find((line) => parseLogLine(line)?.facts['line'] === lines),
    { what: 'the line in the file' },
  );
}

async function push(serial: number, loggedNumbers: AccessDocument['loggedNumbers']): Promise<void> {
  const { privateKeyPem } = await ensureDocumentKey(around.dir);
  const { loggedNumbers: _before, ...document } = { ...instance.document, serial };
  const signed = signDocument({ ...document, ...(loggedNumbers === undefined ? {} : { loggedNumbers }) }, privateKeyPem);
  const answer = await ask(instance.incarnation.ports.admin, {
    method: 'PUT',
    path: '/v1/access-document',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(signed),
    tls: { ...(await around.client('worker')), host: block.address(1) },
  });
  expect(answer.status, answer.body).toBeLessThan(300);
}

describe('numbers in the log of an instance', () => {
  it('R-LOG-01 S-74 stand there as the newest document says, from the stored one on; the last four digits where it says nothing', async () => {
    expect(await logged()).not.toMatch(/1234|5551/);
    await push(2, 'full');
    expect((await logged()).split(NUMBER)).toHaveLength(3);
    await push(3, undefined);
    const masked = await logged();
    expect(masked).not.toMatch(/5551/);
    expect(masked.split('…1234')).toHaveLength(3);
  });
});
