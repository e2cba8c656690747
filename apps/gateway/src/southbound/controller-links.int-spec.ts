import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contracts/gateway-admin';
import { type Authority, openAuthority } from '#pki/authority';
import { encodeFrame } from '#southbound/framing';
import type { ControllerResponse, EventMessage } from '#southbound/messages';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { ControllerPeer, type PeerIdentity } from '#testkit/controller-peer';
import { eventually } from '#testkit/eventually';
import type { LinkListener, LinkUp } from '../southbound-port.js';
import { type ControllerLinksAdapter, createControllerLinks } from './controller-links.js';

const INSTANCE_ID = '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607';
/** Fast where that cannot be mistaken for anything else; silence is long, so that a busy machine does not look like a dead controller. */
const TIMINGS = { heartbeatMs: 100, silenceMs: 6000, reconnectMinMs: 40, reconnectMaxMs: 160 };
const IMPATIENT = { ...TIMINGS, silenceMs: 600 };
const [HELLO, BACK_ACK, GOODBYE, LOOKUP_DEVICE, MONITOR_START] = [1, 4, 7, 0x10, 0x11];
const EVENT_HEX =
  '00540140000000210000010100000000000000290000019b76daa87b0000000100000011000000050000000900010001080000140000000000000000000000000101' +
  '0432303031010203416e6102040432303032';

/** What the engine would be told. */
class Record implements LinkListener {
  readonly states: {
    readonly icpId: number;
    readonly state: ConnectionState;
    readonly up: LinkUp | undefined;
    readonly reason: string;
  }[] = [];
  readonly messages: (ControllerResponse | EventMessage)[] = [];

  linkState(icpId: number, state: ConnectionState, up: LinkUp | undefined, reason: string): void {
    this.states.push({ icpId, state, up, reason });
  }

  message(_icpId: number, message: ControllerResponse | EventMessage): void {
    this.messages.push(message);
  }

  of(icpId: number): ConnectionState[] {
    return this.states.filter((change) => change.icpId === icpId).map((change) => change.state);
  }

  async until(icpId: number, state: ConnectionState, times = 1): Promise<void> {
    await eventually(() => this.of(icpId).filter((seen) => seen === state).length >= times, {
      what: `${times} times ${state} of ${icpId}; so far ${JSON.stringify(this.states.map((change) => [change.icpId, change.state, change.reason]))}`,
    });
  }
}

let dir: string;
let block: LoopbackBlock;
let instances: Authority;
let controllers: Authority;
let past: Authority;
let strangers: Authority;
let own: PeerIdentity;
let instanceAddress: string;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordboard-links-'));
  block = await freeLoopbackBlock();
  instances = await openAuthority(dir, 'ca');
  controllers = await openAuthority(dir, 'controllers-ca', undefined, () => Date.now() - 20 * 86_400_000);
  past = controllers;
  controllers = await openAuthority(dir, 'controllers-ca');
  strangers = await openAuthority(join(dir), 'strangers-ca');
  instanceAddress = block.address(1);
  own = await instances.issue({ commonName: `instance:${INSTANCE_ID}`, ipAddresses: [instanceAddress] });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

afterAll(async () => {
  await block.release();
  await rm(dir, { recursive: true, force: true });
});

const controllerAddress = (icpId: number): string => block.address(100 + icpId);

async function peerAt(icpId: number, identity?: PeerIdentity): Promise<ControllerPeer> {
  const address = controllerAddress(icpId);
  const { certPem, keyPem } =
    identity ?? (await controllers.issue({ commonName: `controller:${address}`, ipAddresses: [address] }));
  const peer = await ControllerPeer.open({ address, certPem, keyPem, caPem: instances.certPem });
  opened.push(peer);
  return peer;
}

/** When certificates of controllers end, as they were shown. */
const shown = new Map<number, number>();

async function linksOf(record: LinkListener, timings = TIMINGS): Promise<ControllerLinksAdapter> {
  const links = await createControllerLinks(
    {
      instanceId: INSTANCE_ID,
      epoch: { major: 7, minor: 2 },
      address: instanceAddress,
      callbackPorts: { from: 49500, to: 49600 },
      tls: { ...own, caPem: controllers.certPem },
      timings,
      sawCertificate: (icpId, notAfterMs) => void shown.set(icpId, notAfterMs),
    },
    record,
  );
  opened.push(links);
  return links;
}
const targetOf = (icpId: number, peer: ControllerPeer) => ({ icpId, address: controllerAddress(icpId), port: peer.port });

describe('links to controllers', () => {
  it('R-CLU-03 come up when both connections stand, and carry requests, responses and events', async () => {
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record);
    peer.onHello = () => peer.acknowledge();
    links.setControllers([targetOf(1, peer)]);
    expect(record.states).toEqual([]);
    await eventually(() => peer.hellos.length === 1);
    expect(peer.hellos[0]).toMatchObject({
      instanceId: INSTANCE_ID,
      epochMajor: 7,
      epochMinor: 2,
      address: instanceAddress,
      port: links.callbackPort,
    });
    expect(links.callbackPort).toBeGreaterThanOrEqual(49500);
    expect(links.callbackPort).toBeLessThanOrEqual(49600);
    expect(record.of(1)).toEqual(['CONNECTION_ATTEMPT', 'CONNECTION_INITIALIZING']);
    expect(links.send(1, { type: 'MONITOR_START', correlation: 1, target: 0x101 })).toBe(false);

    expect(await peer.callBack()).toBe(true);
    await record.until(1, 'CONNECTED');
    expect(record.states.at(-1)?.up).toEqual({ bootId: 0x5eed0001, release: '9.4.1', platform: 'x86', capabilities: 0 });
    await eventually(() => peer.types('back').includes(BACK_ACK));
    expect(shown.get(1), 'when its certificate ends').toBeGreaterThan(Date.now());

    expect(links.send(1, { type: 'LOOKUP_DEVICE', correlation: 1, directoryNumber: '2001' })).toBe(true);
    await eventually(() => peer.types('forward').includes(LOOKUP_DEVICE));
    peer.forward?.write(encodeFrame(0x90, 1, 0x101, Buffer.from([0, 1, 1])));
    peer.back?.write(Buffer.from(EVENT_HEX, 'hex'));
    await eventually(() => record.messages.length === 2);
    expect(record.messages.map(({ type }) => type).sort()).toEqual(['EVENT', 'LOOKUP_DEVICE_RESPONSE']);
    expect(peer.types('forward')).not.toContain(MONITOR_START);
    // R-CLU-09
    await eventually(() => links.figures(1).roundTripMs !== null);
    expect(links.figures(1).roundTripMs).toBeGreaterThan(0);
  });

  it('R-CLU-03 R-CLU-05 go down when either connection ends, and come back by themselves', async () => {
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record);
    links.setControllers([targetOf(1, peer)]);
    await record.until(1, 'CONNECTED');
    for (const [round, end] of (['back', 'forward'] as const).entries()) {
      const other = end === 'back' ? peer.forward : peer.back;
      peer[end]?.destroy();
      await record.until(1, 'CONNECTION_FAILURE', round + 1);
      expect(links.figures(1).roundTripMs).toBeNull();
      await eventually(() => other?.destroyed === true, { what: 'the other connection to be closed' });
      await record.until(1, 'CONNECTED', round + 2);
    }
    expect(new Set(peer.hellos.map(({ nonce }) => nonce.toString('hex'))).size).toBe(3);
  });

  it('R-CLU-04 take no back connection from an address that is not configured, and count it', async () => {
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record);
    peer.onHello = () => peer.acknowledge();
    links.setControllers([targetOf(1, peer)]);
    await eventually(() => peer.hellos.length === 1);
    const foreign = controllerAddress(77);
    const identity = await controllers.issue({ commonName: 'controller', ipAddresses: [foreign] });
    expect(await peer.callBack({ from: foreign, identity })).toBe(false);
    await eventually(() => links.unknownBackConnections() === 1);
    expect(links.figures(1).refusedBackConnections).toBe(0);
    expect(record.of(1)).not.toContain('CONNECTED');
    expect(await peer.callBack()).toBe(true);
    await record.until(1, 'CONNECTED');
  });

  it('R-CLU-04 take none without the nonce that waits, none that begins otherwise, and none when up already', async () => {
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record);
    peer.onHello = () => peer.acknowledge();
    links.setControllers([targetOf(1, peer)]);
    await eventually(() => peer.hellos.length === 1);
    expect(await peer.callBack({ nonce: Buffer.alloc(8, 1) })).toBe(false);
    expect(await peer.callBack({ first: Buffer.from(EVENT_HEX, 'hex') })).toBe(false);
    expect(await peer.callBack({ first: Buffer.from('ffffffff', 'hex') })).toBe(false);
    await eventually(() => links.figures(1).refusedBackConnections === 3);
    expect(await peer.callBack()).toBe(true);
    await record.until(1, 'CONNECTED');
    expect(await peer.callBack()).toBe(false);
    await eventually(() => links.figures(1).refusedBackConnections === 4);
    expect(record.of(1).at(-1)).toBe('CONNECTED');
    expect(record.messages).toEqual([]);
  });

  it('R-CLU-04 another controller cannot connect back for this one, whatever it knows', async () => {
    const [record, one, two] = [new Record(), await peerAt(1), await peerAt(2)];
    const links = await linksOf(record);
    one.onHello = () => one.acknowledge();
    two.onHello = () => two.acknowledge();
    links.setControllers([targetOf(1, one), targetOf(2, two)]);
    await eventually(() => one.hellos.length === 1 && two.hellos.length === 1);
    expect(await two.callBack({ nonce: one.hellos[0]?.nonce ?? Buffer.alloc(8) })).toBe(false);
    await eventually(() => links.figures(2).refusedBackConnections === 1);
    expect(record.states.map(({ state }) => state)).not.toContain('CONNECTED');
  });

  it('refuse a controller whose certificate is for another address, has expired, or is of another authority', async () => {
    const address = controllerAddress(1);
    const wrong: [string, PeerIdentity][] = [
      ['other address', await controllers.issue({ commonName: 'controller', ipAddresses: [controllerAddress(2)] })],
      ['name only', await controllers.issue({ commonName: address, dnsNames: [address] })],
      ['expired', await past.issue({ commonName: 'controller', ipAddresses: [address], days: 3 })],
      ['other authority', await strangers.issue({ commonName: 'controller', ipAddresses: [address] })],
    ];
    for (const [what, identity] of wrong) {
      const [record, peer] = [new Record(), await peerAt(1, identity)];
      const links = await linksOf(record);
      links.setControllers([targetOf(1, peer)]);
      await record.until(1, 'CONNECTION_FAILURE', 2);
      expect(record.of(1), what).not.toContain('CONNECTION_INITIALIZING');
      expect(record.states.find(({ state }) => state === 'CONNECTION_FAILURE')?.reason, what).toMatch(
        /certificate|altnames|self-signed|verify/i,
      );
      expect(peer.hellos, what).toEqual([]);
      await links.close();
      await peer.close();
    }
  });

  it('refuse a back connection whose certificate is for another address, has expired, or is of another authority, and count it', async () => {
    const address = controllerAddress(1);
    const wrong: PeerIdentity[] = [
      await controllers.issue({ commonName: 'controller', ipAddresses: [controllerAddress(2)] }),
      await past.issue({ commonName: 'controller', ipAddresses: [address], days: 3 }),
      await strangers.issue({ commonName: 'controller', ipAddresses: [address] }),
    ];
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record);
    peer.onHello = () => peer.acknowledge();
    links.setControllers([targetOf(1, peer)]);
    await eventually(() => peer.hellos.length === 1);
    for (const [index, identity] of wrong.entries()) {
      expect(await peer.callBack({ identity })).toBe(false);
      await eventually(() => links.figures(1).refusedBackConnections === index + 1);
    }
    const plain = connectTcp({ host: instanceAddress, port: links.callbackPort, localAddress: address });
    plain.on('error', () => undefined);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await eventually(() => links.figures(1).refusedBackConnections === wrong.length + 1);
    plain.destroy();
    expect(record.of(1)).not.toContain('CONNECTED');
    expect(await peer.callBack()).toBe(true);
  });

  it('notice a half-open link by its silence', async () => {
    const [record, peer] = [new Record(), await peerAt(1)];
    const links = await linksOf(record, IMPATIENT);
    links.setControllers([targetOf(1, peer)]);
    await record.until(1, 'CONNECTED');
    peer.answersPings = false;
    await record.until(1, 'CONNECTION_FAILURE');
    expect(record.states.find(({ state }) => state === 'CONNECTION_FAILURE')?.reason).toContain('nothing received');
    peer.answersPings = true;
    await record.until(1, 'CONNECTED', 2);
  });

  it('hold a bounded number of requests for a controller that stalls, then refuse, then drop it', async () => {
    const [record, stalled, other] = [new Record(), await peerAt(1), await peerAt(2)];
    const links = await linksOf(record, { ...TIMINGS, silenceMs: 2500 });
    links.setControllers([targetOf(1, stalled), targetOf(2, other)]);
    await record.until(1, 'CONNECTED');
    await record.until(2, 'CONNECTED');
    stalled.stall();
    let accepted = 0;
    await eventually(
      () => {
        for (let count = 0; count < 50_000; count += 1) {
          if (!links.send(1, { type: 'MAKE_CALL', correlation: 1, target: 1, number: '1'.repeat(30), accountCode: '' }))
            return true;
          accepted += 1;
        }
        return false;
      },
      { what: 'the send buffer to be full', intervalMs: 1 },
    );
    expect(accepted).toBeGreaterThan(0);
    expect(links.send(2, { type: 'MONITOR_START', correlation: 1, target: 1 })).toBe(true);
    await eventually(() => other.types('forward').includes(MONITOR_START));
    await record.until(1, 'CONNECTION_FAILURE');
    expect(record.of(2).at(-1)).toBe('CONNECTED');
  });

  it('close on garbage that link only, and say why', async () => {
    const garbage: ['forward' | 'back', Buffer][] = [
      ['forward', Buffer.from('ffff', 'hex')],
      ['forward', Buffer.from('000c027f', 'hex')],
      ['back', encodeFrame(0x7f, 0, 0, Buffer.alloc(0))],
      ['back', Buffer.from(EVENT_HEX, 'hex').subarray(0, 70).fill(0xff, 50, 52)],
      ['forward', Buffer.from(EVENT_HEX, 'hex')],
      ['back', encodeFrame(0x90, 1, 1, Buffer.from([0, 1, 1]))],
    ];
    garbage[3]?.[1].writeUInt16BE(70, 0);
    const [record, one, two] = [new Record(), await peerAt(1), await peerAt(2)];
    const links = await linksOf(record);
    links.setControllers([targetOf(1, one), targetOf(2, two)]);
    await record.until(2, 'CONNECTED');
    for (const [round, [connection, bytes]] of garbage.entries()) {
      await record.until(1, 'CONNECTED', round + 1);
      one[connection]?.write(bytes);
      await record.until(1, 'CONNECTION_FAILURE', round + 1);
      expect(record.states.findLast(({ state }) => state === 'CONNECTION_FAILURE')?.reason, `round ${round}`).toContain(
        'protocol error',
      );
      await eventually(() => one.frames.filter(({ type, frame }) => type === GOODBYE && frame.body[0] === 2).length >= round + 1);
    }
    expect(record.of(2)).toEqual(['CONNECTION_ATTEMPT', 'CONNECTION_INITIALIZING', 'CONNECTED']);
    expect(record.messages).toEqual([]);
  });

  it('say goodbye to controllers that are removed and when they close, and come back when a controller says it', async () => {
    const [record, one, two] = [new Record(), await peerAt(1), await peerAt(2)];
    const links = await linksOf(record);
    links.setControllers([targetOf(1, one), targetOf(2, two)]);
    await record.until(1, 'CONNECTED');
    await record.until(2, 'CONNECTED');
    one.goodbye(0);
    await record.until(1, 'CONNECTION_FAILURE');
    await record.until(1, 'CONNECTED', 2);

    links.setControllers([targetOf(2, two)]);
    await record.until(1, 'NOT_CONNECTED');
    await eventually(() => one.types('forward').at(-1) === GOODBYE);
    expect(links.send(1, { type: 'MONITOR_START', correlation: 1, target: 1 })).toBe(false);
    expect(record.of(2).at(-1)).toBe('CONNECTED');
    expect(two.types('forward')).toEqual([HELLO]);

    await links.close();
    await links.close();
    await eventually(() => two.types('forward').at(-1) === GOODBYE && two.types('back').at(-1) === GOODBYE);
    expect(record.of(2).at(-1)).toBe('NOT_CONNECTED');
    expect(links.send(2, { type: 'MONITOR_START', correlation: 1, target: 1 })).toBe(false);
  });

  it('R-CLU-05 keep trying a controller that is not there, and find it when it is', async () => {
    const record = new Record();
    const links = await linksOf(record);
    const gone = await peerAt(1);
    const { port } = gone;
    await gone.close();
    links.setControllers([{ icpId: 1, address: controllerAddress(1), port }]);
    await record.until(1, 'CONNECTION_FAILURE', 3);
    const identity = await controllers.issue({ commonName: 'controller', ipAddresses: [controllerAddress(1)] });
    const back = await ControllerPeer.open({
      ...identity,
      address: controllerAddress(1),
      caPem: instances.certPem,
      port,
    });
    opened.push(back);
    await record.until(1, 'CONNECTED');
  });

  it('take the next call-back port when one is taken, and refuse to start when none is free', async () => {
    const first = await linksOf(new Record());
    const second = await linksOf(new Record());
    expect(second.callbackPort).toBe(first.callbackPort + 1);
    const options = {
      instanceId: INSTANCE_ID,
      epoch: { major: 7, minor: 2 },
      address: instanceAddress,
      callbackPorts: { from: first.callbackPort, to: second.callbackPort },
      tls: { ...own, caPem: controllers.certPem },
      timings: TIMINGS,
    };
    await expect(createControllerLinks(options, new Record())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
