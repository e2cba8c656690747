/** The simulator's admin interface as a face under bad input. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeLoopbackBlock } from '#config/addresses';
import { callManagerSimSettings } from '#config/settings';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { ROUTES } from '../../apps/call-manager-sim/src/admin/routes.js';
import { startSimulator } from '../../apps/call-manager-sim/src/simulator.js';
import { onTheWire, type BadRequest } from './bad-http.js';
import { badRequests, refusedByDesk, type BadAdminRequest, type Known } from './bad-simulator-admin.js';
import { byOperation, type Face, type Verdict } from './cases.js';
import { bytesOf, HttpConnection, type HttpAnswer, type HttpRequest } from './http-connection.js';
import { httpFace, INSIDE } from './http-face.js';
import type { Seeded } from './seeded.js';

const LANES = 8;
const KEY = 'a-key-of-bad-input-only';
/** Told before a route has looked at anything, and by its checks. */
const PARSERS: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'TOO_LARGE', 'BAD_JSON']);

export async function simulatorAdminFace(): Promise<Face<BadRequest>> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-simulator-'));
  const [authority, block] = [await openAuthority(dir), await freeLoopbackBlock()];
  const address = block.address(1);
  const files = await ensureCertificate(authority, dir, 'controller', {
    commonName: `controller:${address}`,
    ipAddresses: [address],
  });
  const equipmentFile = join(dir, 'equipment.json');
  await writeFile(equipmentFile, JSON.stringify({ controllers: [{ trunks: [{ number: 1, name: 'T1', kind: 'trunk' }] }] }));
  const simulator = await startSimulator(
    callManagerSimSettings.parse({
      instanceCaFile: authority.certFile,
      admin: { port: 0, key: KEY },
      controllers: [{ name: 'one', address, ...files, extensions: { from: 2001, count: 20 } }],
      equipmentFile,
      logLevel: 'silent',
    }),
  );
  const { hostname, port } = new URL(simulator.adminBase);
  const open = () => connect(Number(port), hostname).setNoDelay(true);
  const own = new HttpConnection(open);
  const get = (path: string): HttpRequest => ({ method: 'GET', path, headers: dressed({}) });
  return httpFace({
    name: 'simulator-admin',
    lanes: LANES,
    operations: ROUTES.reduce((sum, { methods }) => sum + Object.keys(methods).length, 0),
    open,
    make: adminCases({ address, dn: '2001' }),
    judge,
    good: get('/v1/controllers'),
    isGood: ({ status, body }) => status === 200 && body.includes(address),
    state: async () => {
      const [controllers, traffic] = [
        await own.exchange(bytesOf(get('/v1/controllers'))),
        await own.exchange(bytesOf(get('/v1/traffic'))),
      ];
      return `${controllers.body} ${traffic.body}`;
    },
    failures: () => [],
    close: async () => {
      await own.close();
      await simulator.close();
      await block.release();
      await rm(dir, { recursive: true, force: true });
    },
  });
}

const dressed = (headers: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries({ host: 'simulator', authorization: `Bearer ${KEY}`, ...headers });

function adminCases(known: Known): (random: Seeded) => BadRequest {
  const singles = byOperation(badRequests(known), ({ operation }) => operation);
  const shaped = ({ fault, operation, headers = {}, ...request }: BadAdminRequest): BadRequest => ({
    ...request,
    what: fault,
    operation,
    headers: dressed(headers),
  });
  return (random) => {
    const kind = random.below(100);
    if (kind < 36) return shaped(random.pick(random.pick(singles)));
    const refused = shaped(refusedByDesk(known, random));
    // its bound for headers is lower than what others take: node refuses where they do not
    return kind < 42 ? { ...onTheWire(refused, random), belowHttp: true } : refused;
  };
}

function judge({ status, head, body: text }: HttpAnswer): Verdict {
  if (status < 400 || status >= 500) return { reached: 'parser', wrong: `answered ${status} ${text.slice(0, 300)}` };
  if (!/\ncontent-type: application\/json/i.test(head)) return { reached: 'parser', wrong: `no error document: ${head}` };
  const body = JSON.parse(text) as { readonly code: string; readonly detail: string };
  if (Object.keys(body).join() !== 'code,detail' || body.detail.length > 500 || INSIDE.test(text))
    return { reached: 'parser', wrong: `not as errors are: ${text.slice(0, 300)}` };
  return { reached: PARSERS.has(body.code) ? 'parser' : body.code === 'BAD_INPUT' ? 'checks' : 'handler' };
}
