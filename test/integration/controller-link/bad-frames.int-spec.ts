/**
 * Bad input on the controller link: frames that the page forbids, generated, some hundred over real TLS (in process: bad-input.int-spec.ts). Each
 * ends its own link cleanly (GOODBYE, protocol error, then the end of both connections), changes nothing, and no other link notices.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contracts/gateway-admin';
import { ensureCertificate, openAuthority, type Authority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { ControllerPeer } from '#testkit/controller-peer';
import { eventually } from '#testkit/eventually';
import { lookUp, SimulatorWorld } from '../../../apps/call-manager-sim/src/testing/simulator-world.js';
import { createControllerLinks } from '../../../apps/gateway/src/southbound/controller-links.js';
import { Seeded } from '../../../tools/fuzz/seeded.js';
import { badFrame, type BadFrame, type Receiver } from '../../../tools/fuzz/bad-frames.js';
import { isFramed } from '../../../tools/fuzz/frames-face.js';

const INSTANCE_ID = '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607';
const ON_THE_WIRE = 240;
const DEADLINE = { deadlineMs: 30_000 };
const [GOODBYE, PROTOCOL_ERROR] = [0x07, 2];
/** Another one makes other cases; the same the same. */
const seed = 20_261;

function casesOf(name: string, receiver: Receiver, count: number): BadFrame[] {
  const cases = Array.from({ length: count }, (_, at) => badFrame(Seeded.ofCase(seed, at), receiver));
  const past = cases.filter(({ bytes }) => isFramed(bytes)).length;
  const share = Math.round((100 * past) / count);
  process.stdout.write(`bad-input frames ${name} (seed ${seed}): ${count} cases, ${past} past the first parser (${share} %)\n`);
  expect(past / count).toBeGreaterThanOrEqual(0.5);
  return cases;
}

let dir: string;
let block: LoopbackBlock;
let instances: Authority;
let controllers: Authority;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-frames-'));
  block = await freeLoopbackBlock();
  [instances, controllers] = [await openAuthority(dir, 'ca'), await openAuthority(dir, 'controllers-ca')];
});

afterAll(async () => {
  await block?.release();
  await rm(dir, { recursive: true, force: true });
});

const gone = (socket: TLSSocket): Promise<unknown> =>
  socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));

/** Each worker takes the next case when it has done with one. */
async function spread(cases: readonly BadFrame[], workers: readonly ((one: BadFrame) => Promise<void>)[]): Promise<void> {
  const left = [...cases];
  await Promise.all(
    workers.map(async (work) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
    }),
  );
}

describe('bad frames from controllers to the gateway, over TLS', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    // the links first: they would dial again a peer that has gone
    for (const one of opened.splice(0)) await one.close();
  });

  it('S-51 each ends its link cleanly and it comes back; the neighbour’s link answers all the while', async () => {
    const states = new Map<number, ConnectionState[]>();
    const reasons = new Map<number, string>();
    const answered = new Set<number>();
    const own = await instances.issue({ commonName: `instance:${INSTANCE_ID}`, ipAddresses: [block.address(1)] });
    const links = await createControllerLinks(
      {
        instanceId: INSTANCE_ID,
        epoch: { major: 1, minor: 0 },
        address: block.address(1),
        callbackPorts: { from: 49_500, to: 49_600 },
        tls: { ...own, caPem: controllers.certPem },
        timings: { heartbeatMs: 500, silenceMs: 60_000, reconnectMinMs: 5, reconnectMaxMs: 10 },
      },
      {
        linkState: (icpId, state, _up, reason) => {
          states.set(icpId, [...(states.get(icpId) ?? []), state]);
          if (state === 'CONNECTION_FAILURE') reasons.set(icpId, reason);
        },
        message: (icpId, message) => {
          // the neighbour's answers are all that may come
          if (icpId !== NEIGHBOUR || !('correlation' in message)) throw new Error(`a bad frame was delivered: ${message.type}`);
          answered.add(message.correlation);
        },
      },
    );
    opened.push(links);
    const NEIGHBOUR = 0;
    const peers = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6].map(async (icpId) => {
        const address = block.address(100 + icpId);
        const { certPem, keyPem } = await controllers.issue({ commonName: `controller:${address}`, ipAddresses: [address] });
        const peer = await ControllerPeer.open({ address, certPem, keyPem, caPem: instances.certPem });
        opened.push(peer);
        return peer;
      }),
    );
    links.setControllers(peers.map(({ port }, icpId) => ({ icpId, address: block.address(100 + icpId), port })));
    const isUp = (icpId: number) => states.get(icpId)?.at(-1) === 'CONNECTED';
    await eventually(() => peers.every((_peer, icpId) => isUp(icpId)), { ...DEADLINE, what: 'all links to come up' });

    const endsIts = (icpId: number) => async (one: BadFrame) => {
      const peer = peers[icpId]!;
      await eventually(() => isUp(icpId) && peer.types('back').at(-1) === 0x04, { ...DEADLINE, what: `link ${icpId} to be up` });
      const { forward, back } = peer as { forward: TLSSocket; back: TLSSocket };
      const seen = peer.frames.length;
      const ends = Promise.all([gone(forward), gone(back)]);
      (one.connection === 'forward' ? forward : back).write(one.bytes);
      await ends;
      await eventually(() => reasons.has(icpId), { ...DEADLINE, what: 'the gateway to say why' });
      expect(reasons.get(icpId), one.what).toContain('protocol error');
      reasons.delete(icpId);
      const last = peer.frames.slice(seen).filter(({ type }) => type === GOODBYE);
      expect(last.map(({ connection, frame }) => [connection, frame.body[0]]).sort(), one.what).toEqual([
        ['back', PROTOCOL_ERROR],
        ['forward', PROTOCOL_ERROR],
      ]);
    };
    const asked: number[] = [];
    const asks = async () => {
      asked.push(asked.length + 1);
      const correlation = asked.length;
      expect(links.send(NEIGHBOUR, { type: 'LOOKUP_DEVICE', correlation, directoryNumber: '2001' })).toBe(true);
      await eventually(
        () => peers[NEIGHBOUR]!.frames.some(({ type, frame }) => type === 0x10 && frame.correlation === correlation),
        DEADLINE,
      );
      peers[NEIGHBOUR]!.forward?.write(answerTo(correlation));
      await eventually(() => answered.has(correlation), { ...DEADLINE, what: 'the neighbour’s answer' });
    };
    const workers = [1, 2, 3, 4, 5, 6].map((icpId) => {
      const end = endsIts(icpId);
      return async (one: BadFrame) => {
        await end(one);
        if (icpId === 1) await asks();
      };
    });
    await spread(casesOf('gateway, over TLS', 'instance', ON_THE_WIRE), workers);
    expect(states.get(NEIGHBOUR)).toEqual(['CONNECTION_ATTEMPT', 'CONNECTION_INITIALIZING', 'CONNECTED']);
    expect(answered.size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(0);
  });
});

/** LOOKUP_DEVICE response: OK, a voice set, in service. */
function answerTo(correlation: number): Buffer {
  const frame = Buffer.from('000f01900000000000000101000101', 'hex');
  frame.writeUInt32BE(correlation, 4);
  return frame;
}

describe('bad frames from instances to the simulator, over TLS', () => {
  let world: SimulatorWorld;
  beforeAll(async () => {
    world = new SimulatorWorld({
      address: (number) => block.address(number),
      installation: instances,
      controllersCa: controllers,
      controllerFiles: (address) =>
        ensureCertificate(controllers, dir, address, { commonName: `controller:${address}`, ipAddresses: [address] }),
      eventually,
    });
    // the instances here send no PING: long enough that nobody is taken for dead
    await world.start({ heartbeatMs: 30_000 });
  });
  afterAll(() => world?.stop());

  it('each ends its link cleanly and counts; the neighbour’s link answers all the while', async () => {
    const neighbour = await world.link(await world.instance(50));
    const workers = await Promise.all(
      [51, 52, 53, 54].map(async (host) => {
        const from = await world.instance(host);
        return async (one: BadFrame) => {
          const link = await world.link(from);
          link[one.connection].socket.write(one.bytes);
          await eventually(() => link.forward.ended && link.back.ended, { ...DEADLINE, what: `the end after ${one.what}` });
          expect(link.forward.frames.at(-1), one.what).toMatchObject({ type: GOODBYE, body: Buffer.from([PROTOCOL_ERROR]) });
          if (host === 51) expect(await lookUp(neighbour, '2001')).toBeGreaterThan(0);
        };
      }),
    );
    await spread(casesOf('simulator, over TLS', 'controller', ON_THE_WIRE), workers);
    const view = await world.view();
    expect(view.counters).toMatchObject({ protocolErrors: ON_THE_WIRE, eventsSent: 0 });
    expect([view.links.length, view.monitors.total, neighbour.forward.ended]).toEqual([1, 0, false]);
  });
});
