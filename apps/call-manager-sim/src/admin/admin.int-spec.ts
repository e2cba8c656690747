import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { frameOf, type RawInstance } from '../testing/raw-instance.js';
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

describe('faults', () => {
  beforeEach(() => world.start());

  it('drop-links ends links without a word, or with GOODBYE (operator)', async () => {
    const from = await world.instance();
    const first = await world.link(from);
    expect((await world.fault({ kind: 'drop-links' })).status).toBe(200);
    await eventually(() => first.forward.ended && first.back.ended);
    expect(first.forward.ofType(0x07)).toEqual([]);
    const second = await world.link(from);
    await world.fault({ kind: 'drop-links', how: 'goodbye', instanceId: from.instanceId });
    await eventually(() => second.forward.ended);
    expect(second.forward.frames.at(-1)).toMatchObject({ type: 0x07, body: Buffer.from([3]) });
  });

  it('stall answers nothing while it stands, and everything afterwards', async () => {
    const up = await world.link(await world.instance());
    const handle = await lookUp(up, '2001');
    await up.ask(0x11, handle);
    for (const [index, direction] of ['receive', 'send', 'both'].entries()) {
      const asked = async () => (await world.view()).counters.requests['SNAPSHOT_DEVICE'];
      const before = await asked();
      await world.fault({ kind: 'stall', direction });
      const correlation = 1_000 + index;
      up.forward.socket.write(frameOf(0x13, correlation, handle));
      if (direction === 'send') await eventually(async () => (await asked()) !== before);
      else expect(await asked()).toBe(before);
      expect(up.forward.frames.find((frame) => frame.correlation === correlation)).toBeUndefined();
      expect((await world.admin('DELETE', `/v1/controllers/${world.controllerAt(1).address}/faults`)).status).toBe(204);
      await eventually(() => up.forward.frames.find((frame) => frame.correlation === correlation));
    }
    expect((await world.view()).faults).toEqual([]);
  });

  it('refuse-links, refuse-requests and delay-answers do so only where asked', async () => {
    const from = await world.instance();
    const up = await world.link(from);
    const handle = await lookUp(up, '2001');
    await world.fault({ kind: 'refuse-requests', types: ['MONITOR_START'], result: 'OVERLOADED' });
    expect((await up.ask(0x11, handle)).body).toEqual(Buffer.from([7, 0, 0, 0, 0]));
    expect((await up.ask(0x13, handle)).body.readUInt8(0)).toBe(0);
    expect((await world.view()).monitors.total).toBe(0);
    await world.fault({ kind: 'delay-answers', types: ['SNAPSHOT_DEVICE'], ms: 300 });
    const began = performance.now();
    await Promise.all([up.ask(0x13, handle), lookUp(up, '2002')]);
    expect(performance.now() - began).toBeGreaterThan(290);
    await world.fault({ kind: 'refuse-links' });
    const refused = await (await world.instance(102)).dial(world.controllerAt(1));
    refused.socket.write((world.instances.at(-1) as RawInstance).hello());
    await eventually(() => refused.ended);
    expect(refused.frames.map(({ type, body }) => [type, body.readUInt8(0)])).toEqual([[0x02, 12]]);
    expect(up.forward.ended).toBe(false);
  });

  it('restart comes back at the same port with another boot id, same handles, serials from 1', async () => {
    const from = await world.instance();
    const first = await world.link(from);
    const handle = await lookUp(first, '2001');
    await world.admin('POST', '/v1/phones/2001/call', { number: '3001' });
    const boot = first.back.frames[0]?.body.readUInt32BE(8) ?? 0;
    await world.fault({ kind: 'restart', downMs: 50 });
    await eventually(() => first.forward.ended && first.back.ended);
    await eventually(async () => (await world.view()).listening === true);
    const second = await world.link(from);
    expect(second.back.frames[0]?.body.readUInt32BE(8)).not.toBe(boot);
    expect(await lookUp(second, '2001')).toBe(handle);
    await second.ask(0x11, handle);
    await world.fault({ kind: 'phone-out-of-service', dn: '2001' });
    await world.fault({ kind: 'phone-in-service', dn: '2001' });
    await eventually(() => second.events().length === 2);
    expect(second.events().map(({ type, cause, serial, globalCallId }) => [type, cause, serial, globalCallId])).toEqual([
      [10, 15, 1, 0n],
      [9, 14, 2, 0n],
    ]);
    expect((await world.view(2)).phones.flatMap(({ calls }) => calls)).toEqual([]);
  });
});

describe('the admin interface', () => {
  beforeEach(() => world.start());

  it('answers bad input with a code, changes nothing and lives on', async () => {
    const address = world.controllerAt(1).address;
    const cases: readonly (readonly [string, string, unknown, number, string])[] = [
      ['GET', '/', undefined, 404, 'NOT_FOUND'],
      ['GET', '/v1/%E0%A4%A', undefined, 404, 'NOT_FOUND'],
      ['PATCH', '/v1/traffic', undefined, 405, 'METHOD_NOT_ALLOWED'],
      ['POST', '/v1/scripts', '{', 400, 'BAD_JSON'],
      ['POST', '/v1/scripts', undefined, 400, 'BAD_INPUT'],
      ['POST', '/v1/scripts', '[]', 400, 'BAD_INPUT'],
      ['POST', '/v1/scripts', '{"steps":[{"do":"call","dn":"2001","number":"1","atMs":-1}]}', 400, 'BAD_INPUT'],
      ['POST', '/v1/scripts', '{"__proto__":{"steps":[]},"steps":[]}', 400, 'BAD_INPUT'],
      ['POST', '/v1/scripts', { steps: [{ do: 'clear', dn: '9999', atMs: 0 }] }, 404, 'UNKNOWN_PHONE'],
      ['POST', '/v1/scripts', 'x'.repeat(70_000), 413, 'TOO_LARGE'],
      ['PUT', '/v1/traffic', { callsPerHour: 0 }, 400, 'BAD_INPUT'],
      ['PUT', '/v1/traffic', { callsPerHour: 1e99 }, 400, 'BAD_INPUT'],
      ['PUT', '/v1/traffic', '['.repeat(30_000), 400, 'BAD_JSON'],
      ['GET', '/v1/trace?after=-1', undefined, 400, 'BAD_INPUT'],
      ['GET', '/v1/trace?after=1&x=1', undefined, 400, 'BAD_INPUT'],
      ['POST', '/v1/controllers/127.0.0.9/faults', { kind: 'restart' }, 404, 'UNKNOWN_CONTROLLER'],
      ['POST', `/v1/controllers/${address}/faults`, { kind: 'explode' }, 400, 'BAD_INPUT'],
      ['POST', `/v1/controllers/${address}/faults`, { kind: 'delay-answers' }, 400, 'BAD_INPUT'],
      ['POST', `/v1/controllers/${address}/faults`, { kind: 'phone-out-of-service', dn: '3001' }, 404, 'UNKNOWN_PHONE'],
      ['POST', '/v1/phones/9999/answer', undefined, 404, 'UNKNOWN_PHONE'],
      ['POST', '/v1/phones/__proto__/answer', undefined, 404, 'UNKNOWN_PHONE'],
      ['POST', '/v1/phones/2001/explode', undefined, 404, 'NOT_FOUND'],
      ['POST', '/v1/phones/2001/call', {}, 400, 'BAD_INPUT'],
      ['POST', '/v1/phones/2001/call', { number: 'abc' }, 409, 'INVALID_NUMBER'],
      ['POST', '/v1/phones/2001/answer', undefined, 409, 'UNKNOWN_CALL'],
      ['POST', '/v1/phones/2001/in-service', undefined, 409, 'WRONG_STATE'],
    ];
    for (const [method, path, body, status, code] of cases) {
      const answer = await world.admin(method, path, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, status, code]);
      expect(Object.keys(answer.body)).toEqual(['code', 'detail']);
    }
    expect((await world.admin('GET', '/v1/controllers', undefined, 'another-key-0123456789')).status).toBe(401);
    expect((await fetch(`${world.adminBase}/v1/controllers`)).status).toBe(401);
    const seen = await world.view();
    expect(seen.faults).toEqual([]);
    expect(seen.phones.every(({ inService, calls }) => inService && calls.length === 0)).toBe(true);
    expect((await world.admin('GET', '/v1/traffic')).body).toEqual({ settings: null, figures: null });
  });

  it('the trace witnesses links, requests, answers, events and hands, with instance and epoch', async () => {
    const from = await world.instance();
    const up = await world.link(from, 1, [4, 2]);
    await up.ask(0x11, await lookUp(up, '2001'));
    expect((await world.admin('POST', '/v1/phones/2001/call', { number: '2002' })).body).toEqual({ result: 'OK' });
    for (const action of ['answer', 'hold', 'retrieve']) {
      expect((await world.admin('POST', `/v1/phones/2002/${action}`)).body).toEqual({ result: 'OK' });
    }
    expect((await world.admin('POST', '/v1/phones/2001/clear')).status).toBe(200);
    await eventually(() => up.events().length === 6);
    const { lines, last, lost } = (await world.admin('GET', '/v1/trace?after=0')).body;
    const own = lines.filter(({ instanceId }) => instanceId === from.instanceId);
    expect(own.slice(0, 6).map(({ kind }) => kind)).toEqual([
      'link-opening',
      'link-up',
      'request',
      'response',
      'request',
      'response',
    ]);
    expect(own.every(({ epoch, controller }) => epoch === '4.2' && controller === world.controllerAt(1).address)).toBe(true);
    const events = own.filter(({ kind }) => kind === 'event');
    expect(events.map(({ detail }) => detail.event)).toEqual([
      'ORIGINATED',
      'DELIVERED',
      'ESTABLISHED',
      'HELD',
      'RETRIEVED',
      'CLEARED',
    ]);
    expect(events[0]?.detail).toMatchObject({ dn: '2001', cause: 'NEW_CALL', state: 'originated', sequence: 1, sent: true });
    expect(lost).toBe(false);
    expect((await world.admin('GET', `/v1/trace?after=${last - 1}`)).body.lines.map(({ n }) => n)).toEqual([last]);
    expect(lines.filter(({ kind }) => kind === 'hand')).toHaveLength(5);
  });

  it('a script runs by the clock, traffic runs until it is ended', async () => {
    const steps = [
      { do: 'call', dn: '2001', number: '3001', atMs: 0 },
      { do: 'answer', dn: '3001', atMs: 20 },
      { do: 'clear', dn: '2001', atMs: 40 },
    ];
    await world.admin('POST', '/v1/scripts', { steps });
    await eventually(async () => {
      const { lines } = (await world.admin('GET', '/v1/trace')).body;
      const hands = lines.filter(({ kind }) => kind === 'hand');
      return hands.length === 3 && hands.every(({ detail }) => detail.result === 'OK');
    });
    await world.admin('PUT', '/v1/traffic', { callsPerHour: 100_000, ringMs: 5, talkMs: 5 });
    await eventually(async () => (await world.admin('GET', '/v1/traffic')).body.figures.ended > 20);
    await world.admin('DELETE', '/v1/traffic');
    expect((await world.admin('GET', '/v1/traffic')).body.settings).toBeNull();
  });
});
