import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { frameOf, string, uint32, type RawEvent, type RawFrame } from '../testing/raw-instance.js';
import { SimulatorWorld, lookUp } from '../testing/simulator-world.js';

let dir: string;
let block: LoopbackBlock;
let world: SimulatorWorld;

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
});

afterEach(() => world.stop());

afterAll(async () => {
  await block.release();
  await rm(dir, { recursive: true, force: true });
});

const TRACE_CONTEXT = '4bf92f3577b34da6a3ce929d0e0e4736a3ce929d0e0e473601';
const trace = (correlation: number) => frameOf(0x41, correlation, 0, Buffer.from(TRACE_CONTEXT, 'hex'));

const callIdIn = (frame: RawFrame) => frame.body.readUInt32BE(1);

describe('a link', () => {
  beforeEach(() => world.start());

  it('R-CLU-03 comes up by HELLO, HELLO_ACK, the back connection from the address dialled, BACK_HELLO, BACK_ACK', async () => {
    const from = await world.instance();
    const { forward, back } = await world.link(from);
    const ack = forward.ofType(0x02)[0];
    expect(ack?.body.length).toBe(12);
    expect([ack?.body.readUInt8(0), ack?.body.readUInt16BE(1), ack?.body.readUInt8(7)]).toEqual([0, 1000, 1]);
    expect(ack?.body.subarray(8)).toEqual(Buffer.from([9, 4, 0, 3]));
    const hello = back.frames[0];
    expect([hello?.type, hello?.body.readBigUInt64BE(0), hello?.body.readUInt32BE(8)]).toEqual([
      0x03,
      from.nonce,
      ack?.body.readUInt32BE(3),
    ]);
    expect(back.socket.remoteAddress).toBe(world.controllerAt(1).address);
    await eventually(async () => (await world.view()).links[0]?.state === 'up');
    expect((await world.view()).links).toMatchObject([{ instanceId: from.instanceId, epoch: '1.1', monitors: 0 }]);
  });

  it('R-CC-02 a call across two controllers gives seven events with one global call id', async () => {
    const from = await world.instance();
    const [one, two] = [await world.link(from, 1), await world.link(from, 2)];
    const [caller, called] = [await lookUp(one, '2001'), await lookUp(two, '3001')];
    for (const [at, handle] of [
      [one, caller],
      [two, called],
    ] as const)
      expect((await at.ask(0x11, handle)).body.readUInt8(0)).toBe(0);
    const made = await one.ask(0x20, caller, Buffer.concat([string('3001'), string('')]));
    expect([made.body.readUInt8(0), made.target]).toEqual([0, caller]);
    const received = await eventually(() => two.events()[0]);
    expect((await two.ask(0x21, called, uint32(received.localCallId))).body.readUInt8(0)).toBe(0);
    expect((await two.ask(0x22, called, uint32(received.localCallId))).body.readUInt8(0)).toBe(0);
    await eventually(() => one.events().length === 4 && two.events().length === 3);
    const short = (events: RawEvent[]) => events.map(({ type, cause, state }) => [type, cause, state]);
    expect(short(one.events())).toEqual([
      [1, 1, 8],
      [2, 2, 7],
      [4, 3, 3],
      [7, 5, 0],
    ]);
    expect(short(two.events())).toEqual([
      [3, 1, 2],
      [4, 4, 3],
      [7, 6, 0],
    ]);
    const all = [...one.events(), ...two.events()];
    expect(new Set(all.map(({ globalCallId }) => globalCallId)).size).toBe(1);
    expect(one.events().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(one.events().map(({ serial }) => serial)).toEqual([1, 2, 3, 4]);
    for (const { timeMs, localCallId, data } of all) {
      expect(Math.abs(timeMs - Date.now())).toBeLessThan(60_000);
      expect(localCallId).toBeGreaterThan(0);
      expect(data[0]).toBe('1.1=2001');
    }
    expect(one.events()[0]?.data).toContain('2.4=3001');
  });

  it('the handle, the serial and the global call id are the same for every instance', async () => {
    const [a, b] = [await world.link(await world.instance(101)), await world.link(await world.instance(102))];
    const handle = await lookUp(a, '2001');
    expect(await lookUp(b, '2001')).toBe(handle);
    await a.ask(0x11, handle);
    await world.admin('POST', '/v1/phones/2001/call', { number: '2002' });
    await b.ask(0x11, handle);
    await world.admin('POST', '/v1/phones/2001/clear');
    await eventually(() => a.events().length === 3 && b.events().length === 1);
    const [last, only] = [a.events()[2], b.events()[0]];
    expect(only).toMatchObject({
      serial: last?.serial,
      globalCallId: last?.globalCallId,
      localCallId: last?.localCallId,
      sequence: 1,
    });
    expect(last?.sequence).toBe(3);
  });

  it('refused operations say why and hold nothing but the result', async () => {
    const up = await world.link(await world.instance());
    const handle = await lookUp(up, '2001');
    expect((await up.ask(0x10, 0, string('3001'))).body).toEqual(Buffer.from([1, 0, 0]));
    expect((await up.ask(0x11, 77)).body).toEqual(Buffer.from([1, 0, 0, 0, 0]));
    expect((await up.ask(0x22, handle, uint32(5))).body).toEqual(Buffer.from([2]));
    expect((await up.ask(0x12, handle, uint32(5))).body).toEqual(Buffer.from([13]));
    expect((await up.ask(0x13, handle)).body).toEqual(Buffer.from([0, 0, 0]));
    const call = callIdIn(await up.ask(0x20, handle, Buffer.concat([string('2002'), string('77')])));
    expect((await up.ask(0x21, handle, uint32(call))).body).toEqual(Buffer.from([3]));
    const snapshot = await up.ask(0x13, handle);
    expect([...snapshot.body.subarray(0, 3), snapshot.body.readUInt32BE(3), snapshot.body.at(-1)]).toEqual([0, 1, 0, call, 7]);
  });

  it('a newer epoch replaces the link, an older one is STALE_EPOCH, the same one the newer connection wins', async () => {
    const from = await world.instance();
    const first = await world.link(from, 1, [2, 5]);
    await first.ask(0x11, await lookUp(first, '2001'));
    const stale = await from.dial(world.controllerAt(1));
    stale.socket.write(from.hello([2, 4]));
    await eventually(() => stale.ended);
    expect(stale.frames.map(({ type, body }) => [type, body.readUInt8(0)])).toEqual([[0x02, 11]]);
    const second = await world.link(from, 1, [3, 0]);
    await eventually(() => first.forward.ended && first.back.ended);
    expect(first.forward.frames.at(-1)).toMatchObject({ type: 0x07, body: Buffer.from([1]) });
    const third = await world.link(from, 1, [3, 0]);
    await eventually(() => second.forward.ended);
    expect(third.forward.ended).toBe(false);
    const seen = await world.view();
    expect(seen.links).toMatchObject([{ epoch: '3.0' }]);
    expect(seen.monitors).toEqual({ total: 0, shared: 0 });
    expect(seen.counters.refused).toEqual({ 'stale-epoch': 1 });
  });

  it('I2 STALE_EPOCH is judged against the highest epoch ever seen, also when no link stands; a restart of the controller forgets', async () => {
    const from = await world.instance();
    const newest = await world.link(from, 1, [3, 1]);
    newest.forward.socket.destroy();
    await eventually(async () => (await world.view()).links.length === 0, { what: 'the newest link to end' });
    for (const epoch of [
      [3, 0],
      [2, 9],
    ] as const) {
      const stale = await from.dial(world.controllerAt(1));
      stale.socket.write(from.hello(epoch));
      await eventually(() => stale.ended, { what: 'the stale link to be closed' });
      expect(stale.frames.map(({ type, body }) => [type, body.readUInt8(0)])).toEqual([[0x02, 11]]);
    }
    // another instance's epochs are its own
    const other = await world.link(await world.instance(102), 1, [1, 0]);
    const again = await world.link(from, 1, [3, 1]);
    expect((await world.fault({ kind: 'restart', downMs: 0 })).status).toBeLessThan(300);
    await eventually(() => again.forward.ended && other.forward.ended, { what: 'the restart' });
    await eventually(async () => (await world.view()).listening, { what: 'the controller to listen again' });
    await world.link(from, 1, [1, 0]);
  });

  it('S-60 HELLO names the instance of the certificate, or gets GOODBYE (protocol error) and no link', async () => {
    const [honest, liar] = [await world.instance(101), await world.instance(102)];
    const standing = await world.link(honest);
    const forged = liar.hello([9, 9]);
    forged.set(Buffer.from(honest.instanceId.replaceAll('-', ''), 'hex'), 12 + 16);
    const caught = await liar.dial(world.controllerAt(1));
    caught.socket.write(forged);
    await eventually(() => caught.ended, { what: 'the end of the forged link' });
    expect(caught.frames.map(({ type, body }) => [type, body])).toEqual([[0x07, Buffer.from([2])]]);
    expect((await world.view()).counters.refused).toEqual({ 'certificate-name': 1 });
    expect(await lookUp(standing, '2001')).toBeGreaterThan(0);
    // the epoch the liar claimed does not count against the honest one
    await world.link(honest, 1, [1, 2]);
  });

  it('monitors end with the link, whichever connection ends', async () => {
    const from = await world.instance();
    for (const which of ['forward', 'back'] as const) {
      const up = await world.link(from);
      await up.ask(0x11, await lookUp(up, '2001'));
      expect((await world.view()).monitors).toEqual({ total: 1, shared: 1 });
      up[which].socket.end();
      await eventually(() => up.forward.ended && up.back.ended);
      await eventually(async () => (await world.view()).monitors.total === 0);
    }
  });

  it('requests that come before BACK_ACK, but after BACK_HELLO, wait for it', async () => {
    const from = await world.instance();
    from.acknowledge = false;
    const { forward, back } = await world.link(from);
    forward.socket.write(Buffer.concat([frameOf(0x10, 9, 0, string('2001')), frameOf(0x05, 0, 0, Buffer.from('12345678'))]));
    await eventually(() => forward.ofType(0x06).length === 1);
    expect(forward.ofType(0x90)).toEqual([]);
    back.socket.write(frameOf(0x04, 0, 0, Buffer.from([0])));
    await eventually(() => forward.ofType(0x90).length === 1);
  });

  it('a thousand requests wait for BACK_ACK, one more is a protocol error', async () => {
    const from = await world.instance();
    from.acknowledge = false;
    const lookUps = (count: number) =>
      Buffer.concat(Array.from({ length: count }, (_, at) => frameOf(0x10, at + 1, 0, string('2001'))));
    const patient = await world.link(from);
    patient.forward.socket.write(lookUps(1000));
    patient.forward.socket.write(frameOf(0x05, 0, 0, Buffer.from('12345678')));
    await eventually(() => patient.forward.ofType(0x06).length === 1, { what: 'the PONG behind the requests' });
    patient.back.socket.write(frameOf(0x04, 0, 0, Buffer.from([0])));
    await eventually(() => patient.forward.ofType(0x90).length === 1000, { what: 'all answers' });
    const hasty = await world.link(from);
    hasty.forward.socket.write(lookUps(1001));
    await eventually(() => hasty.forward.ended && hasty.back.ended, { what: 'the end of the link' });
    expect(hasty.forward.frames.at(-1)).toMatchObject({ type: 0x07, body: Buffer.from([2]) });
  });

  it('what is not the protocol ends that link with GOODBYE (protocol error) and no other', async () => {
    const [good, bad] = [await world.instance(101), await world.instance(102)];
    const standing = await world.link(good);
    const cases: Buffer[] = [
      Buffer.from('000b01', 'hex'),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      frameOf(0x7f, 0, 0),
      frameOf(0x05, 0, 0, Buffer.alloc(7)),
      frameOf(0x10, 1, 0, Buffer.from([5, 50, 48, 48, 49])),
      frameOf(0x10, 0, 0, string('2001')),
      frameOf(0x40, 1, 1, Buffer.alloc(52)),
      frameOf(0x04, 0, 0, Buffer.from([0])),
      frameOf(0x41, 1, 0, Buffer.alloc(25)),
      Buffer.concat([trace(1), trace(1)]),
      Buffer.concat([trace(1), frameOf(0x10, 2, 0, string('2001'))]),
      bad.hello(),
    ];
    for (const bytes of cases) {
      const { forward, back } = await world.link(bad);
      forward.socket.write(bytes);
      await eventually(() => forward.ended && back.ended, { what: `the end after ${bytes.toString('hex')}` });
      expect(forward.frames.at(-1)).toMatchObject({ type: 0x07, body: Buffer.from([2]) });
    }
    const early = await bad.dial(world.controllerAt(1));
    early.socket.write(frameOf(0x10, 1, 0, string('2001')));
    await eventually(() => early.ended);
    const port = await bad.dial(world.controllerAt(1));
    port.socket.write(bad.hello([1, 1], 8080));
    await eventually(() => port.ended);
    expect(port.frames.map(({ type, body }) => [type, body])).toEqual([[0x07, Buffer.from([2])]]);
    expect((await world.view()).counters).toMatchObject({ protocolErrors: cases.length + 2, refused: {} });
    expect(await lookUp(standing, '2001')).toBeGreaterThan(0);
  });

  it('R-LOG-01 a TRACE is kept with its request, also one that overtakes BACK_ACK, and is nothing without one', async () => {
    const from = await world.instance();
    from.acknowledge = false;
    const { forward, back } = await world.link(from);
    const lookUp = (correlation: number) => frameOf(0x10, correlation, 0, string('2001'));
    forward.socket.write(Buffer.concat([trace(9), frameOf(0x05, 0, 0, Buffer.alloc(8)), lookUp(9), lookUp(10), trace(11)]));
    await eventually(() => forward.ofType(0x06).length === 1, { what: 'the PONG' });
    back.socket.write(frameOf(0x04, 0, 0, Buffer.from([0])));
    await eventually(() => forward.ofType(0x90).length === 2, { what: 'both answers' });
    const { lines } = (await world.admin('GET', '/v1/trace?after=0')).body;
    const asked = lines.flatMap(({ kind, detail }) => (kind === 'request' ? [detail.traceparent] : []));
    expect(asked).toEqual(['00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01', undefined]);
    expect((await world.view()).links).toMatchObject([{ state: 'up' }]);
  });

  it('R-CLU-04 certificates are checked with the address, in both directions of the link', async () => {
    const elsewhere = await world.instance(103, block.address(104));
    const wrongSan = await elsewhere.dial(world.controllerAt(1)).catch(() => null);
    if (wrongSan) await eventually(() => wrongSan.ended);
    const otherCa = await openAuthority(dir, 'other-ca');
    const stranger = await world.instance(105, undefined, otherCa);
    const refused = await stranger.dial(world.controllerAt(1)).catch(() => null);
    if (refused) await eventually(() => refused.ended);
    const victim = await world.instance(106);
    const caller = await world.instance(107);
    // A listener whose certificate does not hold the address that HELLO names.
    const forward = await caller.dial(world.controllerAt(1));
    const hello = caller.hello([1, 1], victim.callbackPort);
    hello.set(block.address(103).split('.').map(Number), 12 + 33);
    hello.writeUInt16BE(elsewhere.callbackPort, 12 + 49);
    forward.socket.write(hello);
    await eventually(() => forward.ended);
    expect(elsewhere.backs.flatMap(({ frames }) => frames)).toEqual([]);
    await eventually(async () => {
      const { refused: counts } = (await world.view()).counters;
      return counts['certificate-address'] === 1 && counts['certificate'] === 1 && counts['callback-failed'] === 1;
    });
    expect((await world.view()).links).toEqual([]);
  });
});

describe('a controller of an earlier release', () => {
  beforeEach(() => world.start({}, { capabilities: [] }));

  it('announces nothing, and a TRACE is of no type it knows', async () => {
    const { forward, back } = await world.link(await world.instance());
    expect(forward.ofType(0x02)[0]?.body.readUInt8(11)).toBe(0);
    forward.socket.write(Buffer.concat([trace(1), frameOf(0x10, 1, 0, string('2001'))]));
    await eventually(() => forward.ended && back.ended, { what: 'the end of the link' });
    expect(forward.frames.at(-1)).toMatchObject({ type: 0x07, body: Buffer.from([2]) });
  });
});

describe('heartbeat', () => {
  beforeEach(() => world.start({ heartbeatMs: 100 }));

  it('PING goes out on both connections when nothing else does; six silent intervals are the end', async () => {
    const { forward, back } = await world.link(await world.instance());
    await eventually(() => forward.ofType(0x05).length >= 2 && back.ofType(0x05).length >= 2);
    await eventually(() => forward.ended && back.ended);
    const { lines } = (await world.admin('GET', '/v1/trace')).body;
    expect(lines.at(-1)).toMatchObject({ kind: 'link-closed', detail: { reason: expect.stringContaining('nothing came') } });
  });
});

describe('limits of a controller', () => {
  beforeEach(() => world.start({}, { monitorLimits: { total: 2, shared: 3 }, monitoringForbidden: ['2005', '3005'] }));

  it('R-LIM-07, R-CLU-07 refuse monitors with MONITOR_LIMIT and NOT_ALLOWED', async () => {
    const up = await world.link(await world.instance());
    const monitor = async (dn: string) => (await up.ask(0x11, await lookUp(up, dn))).body.readUInt8(0);
    expect(await monitor('2005')).toBe(4);
    expect([
      await monitor('2001'),
      await monitor('2002'),
      await monitor('2003'),
      await monitor('2001'),
      await monitor('2001'),
    ]).toEqual([0, 0, 5, 0, 5]);
    expect((await world.view()).monitors).toEqual({ total: 2, shared: 3 });
    expect((await world.view()).counters.startMonitorPerSecondMax).toBeGreaterThan(0);
  });
});

describe('sending', () => {
  it('joins the events of one turn in a record, unless each is to have its own', async () => {
    for (const oneFramePerRecord of [false, true]) {
      await world.start({ oneFramePerRecord });
      const up = await world.link(await world.instance());
      for (let dn = 2001; dn <= 2020; dn += 1) await up.ask(0x11, await lookUp(up, String(dn)));
      const steps = Array.from({ length: 10 }, (_, at) => ({
        do: 'call',
        dn: String(2001 + at),
        number: String(2011 + at),
        atMs: 1,
      }));
      expect((await world.admin('POST', '/v1/scripts', { steps })).status).toBe(202);
      await eventually(() => up.events().length === 30);
      expect(up.events().every(({ sequence }) => sequence <= 2)).toBe(true);
      if (oneFramePerRecord) expect(up.back.chunks.length).toBeGreaterThanOrEqual(31);
      else expect(up.back.chunks.length).toBeLessThan(10);
      if (!oneFramePerRecord) await world.stop();
    }
  });

  it('a storm of events reaches one instance without loss', async () => {
    await world.start();
    const from = await world.instance();
    const links = [await world.link(from, 1), await world.link(from, 2)] as const;
    for (const [at, first] of [
      [links[0], 2001],
      [links[1], 3001],
    ] as const) {
      for (let dn = first; dn < first + 20; dn += 1) await at.ask(0x11, await lookUp(at, String(dn)));
    }
    await world.admin('PUT', '/v1/traffic', { callsPerHour: 8_000_000, ringMs: 0, talkMs: 1 });
    await eventually(() => links[0].events().length + links[1].events().length > 30_000, { deadlineMs: 20_000 });
    expect((await world.admin('DELETE', '/v1/traffic')).status).toBe(204);
    const counters = [(await world.view(1)).counters, (await world.view(2)).counters] as const;
    expect(counters.map(({ eventsLost }) => eventsLost)).toEqual([0, 0]);
    await eventually(
      () => links[0].events().length === counters[0].eventsSent && links[1].events().length === counters[1].eventsSent,
    );
    const last = new Map<number, number>();
    for (const { reference, sequence } of links[0].events()) {
      expect(sequence).toBe((last.get(reference) ?? 0) + 1);
      last.set(reference, sequence);
    }
    expect((await world.view(1)).phones.flatMap(({ calls }) => calls)).toEqual([]);
  });
});
