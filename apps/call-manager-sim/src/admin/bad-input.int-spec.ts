import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { badRequests, type BadAdminRequest } from '../../../../tools/fuzz/bad-simulator-admin.js';
import { SimulatorWorld } from '../testing/simulator-world.js';

let dir: string;
let block: LoopbackBlock;
let world: SimulatorWorld;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'call-manager-sim-'));
  block = await freeLoopbackBlock();
  const [installation, controllersCa] = [await openAuthority(dir, 'ca'), await openAuthority(dir, 'controllers-ca')];
  const controllerFiles = (address: string) =>
    ensureCertificate(controllersCa, dir, address, { commonName: `controller:${address}`, ipAddresses: [address] });
  world = new SimulatorWorld({
    address: (number) => block.address(number),
    installation,
    controllersCa,
    controllerFiles,
    eventually,
  });
  const equipmentFile = join(dir, 'equipment.json');
  await writeFile(equipmentFile, JSON.stringify({ controllers: [{ trunks: [{ number: 1, name: 'T1', kind: 'trunk' }] }] }));
  await world.start({ equipmentFile });
});

afterAll(async () => {
  agent.destroy();
  await world.stop();
  await block.release();
  await rm(dir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Without the conveniences of fetch, which refuses or mends some of what has to be sent. */
function send({ method, path, body, headers }: BadAdminRequest, key: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      `${world.adminBase}/`,
      { agent, method, path, headers: { authorization: `Bearer ${key}`, 'content-length': body?.length ?? 0, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const BEFORE_ROUTES = new Set(['UNAUTHORIZED', 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'TOO_LARGE', 'BAD_JSON']);
const KEY = 'simulator-test-key-0123456789';

describe('the admin interface', () => {
  it('S-60 answers every generated bad request with a typed error, changes nothing and lives on', async () => {
    const cases = badRequests({ address: world.controllerAt(1).address, dn: '2001' });
    const state = async () =>
      JSON.stringify([(await world.admin('GET', '/v1/controllers')).body, (await world.admin('GET', '/v1/traffic')).body]);
    const before = await state();
    let reached = 0;
    const wrong: string[] = [];
    const judge = async (one: BadAdminRequest) => {
      const { status, text } = await send(one, KEY);
      const body = JSON.parse(text === '' ? '{}' : text) as { readonly code?: string; readonly detail?: string };
      if (body.code !== undefined && !BEFORE_ROUTES.has(body.code)) reached += 1;
      const typed = Object.keys(body).join() === 'code,detail' && (body.detail?.length ?? 0) <= 500;
      if (status < 400 || status >= 500 || !typed)
        wrong.push(`${one.method} ${one.path.slice(0, 80)} ${one.fault}: ${status} ${text.slice(0, 200)}`);
    };
    for (let from = 0; from < cases.length; from += 8) await Promise.all(cases.slice(from, from + 8).map(judge));
    const share = Math.round((100 * reached) / cases.length);
    process.stdout.write(`bad-input simulator admin: ${cases.length} cases, ${reached} past the first parser (${share} %)\n`);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(await state()).toBe(before);
    expect(cases.length).toBeGreaterThan(3_000);
    expect(share).toBeGreaterThanOrEqual(50);
  }, 120_000);
});
