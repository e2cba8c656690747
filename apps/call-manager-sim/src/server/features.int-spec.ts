import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { string, uint32 } from '../testing/raw-instance.js';
import { SimulatorWorld, lookUp, type RawLink } from '../testing/simulator-world.js';

let dir: string;
let block: LoopbackBlock;
let world: SimulatorWorld;
let up: RawLink;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'call-manager-sim-'));
  block = await freeLoopbackBlock();
  const [installation, controllersCa] = [await openAuthority(dir, 'ca'), await openAuthority(dir, 'controllers-ca')];
  const controllerFiles = (address: string) =>
    ensureCertificate(controllersCa, dir, address, { commonName: `controller:${address}`, ipAddresses: [address] });
  const address = (number: number) => block.address(number);
  world = new SimulatorWorld({ address, installation, controllersCa, controllerFiles, eventually });
  const equipmentFile = join(dir, 'equipment.json');
  const phones = [
    { dn: '2060', sip: true },
    { dn: '2061', name: 'Both', secondary: 1 },
  ];
  const trunks = [{ number: 1, name: 'ISDN', kind: 'trunk' }];
  await writeFile(equipmentFile, JSON.stringify({ controllers: [{ phones, trunks }] }));
  await world.start({ equipmentFile });
  up = await world.link(await world.instance());
});

afterAll(async () => {
  await world.stop();
  await block.release();
  await rm(dir, { recursive: true, force: true });
});

const command = (opcode: number, call: number, argument = '') =>
  Buffer.concat([Buffer.from([opcode]), uint32(call), uint32(0), string(argument)]);
const atDevice = (opcode: number, value: number, first = '', second = '') =>
  Buffer.concat([Buffer.from([opcode]), uint32(value), string(first), string(second)]);

describe('the extended page over the link', () => {
  it('R-CC-01 a supervised transfer, with linked calls and flags in its events', async () => {
    const [a, b, c] = [await lookUp(up, '2001'), await lookUp(up, '2002'), await lookUp(up, '2003')];
    for (const handle of [a, b, c]) await up.ask(0x11, handle);
    const made = await up.ask(0x20, a, Buffer.concat([string('2002'), string('')]));
    expect([...made.body]).toEqual([0, 0, 0, 0, 1]);
    await up.ask(0x21, b, uint32(1));
    expect([...(await up.ask(0x30, a, command(1, 1, '2003'))).body]).toEqual([0, 0, 0, 0, 2]);
    await up.ask(0x21, c, uint32(1));
    const snapshot = (await up.ask(0x15, a, Buffer.from([0]))).body;
    expect([snapshot[0], snapshot[2], snapshot[3]]).toEqual([0, 0, 2]);
    expect([snapshot.readUInt32BE(4), snapshot[16], snapshot.readUInt32BE(18)]).toEqual([1, 4, 2]);
    expect((await up.ask(0x30, a, command(5, 1))).body[0]).toBe(3);
    expect((await up.ask(0x30, a, command(200, 1))).body[0]).toBe(8);
    expect((await up.ask(0x30, a, command(5, 2))).body[0]).toBe(0);
    await eventually(() => up.events().filter(({ type }) => type === 14).length === 4);
    const transferred = up.events().filter(({ type }) => type === 14);
    expect(transferred.map(({ target, cause, state }) => [target, cause, state])).toEqual([
      [a, 137, 0],
      [a, 137, 0],
      [b, 134, 3],
      [c, 134, 3],
    ]);
    expect(transferred[2]?.data).toContain('13.1=2002');
    expect(new Set(transferred.slice(2).map(({ globalCallId }) => globalCallId)).size).toBe(1);
    await up.ask(0x22, b, uint32(1));
  });

  it('features are told to monitors of features, with their items', async () => {
    const handle = await lookUp(up, '2004');
    expect((await up.ask(0x16, handle, Buffer.from([2]))).body[0]).toBe(0);
    expect((await up.ask(0x16, handle, Buffer.from([99]))).body[0]).toBe(8);
    await up.ask(0x31, handle, atDevice(6, 1, '2005'));
    await eventually(() => up.events().some(({ type }) => type === 81));
    expect(up.events().find(({ type }) => type === 81)).toMatchObject({
      target: handle,
      localCallId: 0,
      data: ['65.73=1', '65.68=2005'],
    });
    const answered = (await up.ask(0x32, handle, Buffer.from([1, 0]))).body;
    expect([answered[0], answered[1]]).toEqual([0, 0]);
    const behind = (await up.ask(0x32, handle, Buffer.from([1, 5]))).body;
    expect(answered.subarray(-(behind.length - 2))).toEqual(behind.subarray(2));
    expect(answered.toString('latin1')).toContain('12005');
  });

  it('R-DAS-02 the directory comes in frames of entries, and then the answer with their count', async () => {
    const before = up.forward.frames.length;
    const body = (await up.ask(0x33, 0, Buffer.concat([Buffer.from([2]), uint32(0)]))).body;
    expect([body[0], body.readUInt16BE(1), body.readUInt32BE(3)]).toEqual([0, 22, 0]);
    const frames = up.forward.frames.slice(before);
    expect(frames.at(-1)?.type).toBe(0xb3);
    const entries = frames.filter(({ type }) => type === 0x42);
    expect(entries.length).toBeGreaterThan(1);
    expect(entries.reduce((sum, frame) => sum + (frame.body[1] ?? 0), 0)).toBe(22);
  });

  it('R-CC-06 a SIP phone wants its user; his hand is the admin interface', async () => {
    const handle = await lookUp(up, '2060');
    const made = await up.ask(0x20, handle, Buffer.concat([string('2006'), string('')]));
    expect([...made.body]).toEqual([14, 0, 0, 0, 1]);
    expect((await up.ask(0x21, handle, uint32(1))).body[0]).toBe(14);
    expect((await world.admin('POST', '/v1/phones/2060/answer')).status).toBe(200);
    expect((await world.admin('POST', '/v1/phones/2006/answer')).status).toBe(200);
    expect((await world.admin('POST', '/v1/phones/2060/clear')).status).toBe(200);
  });

  it('R-RES-03 a resilient phone goes over while its controller is down, and back; a hand at a trunk is the outside', async () => {
    const second = await world.link(await world.instance(102), 2);
    const handle = await lookUp(second, '2061');
    expect((await second.ask(0x11, handle)).body[0]).toBe(0);
    await world.fault({ kind: 'restart', downMs: 300 });
    await eventually(() => second.events().some(({ type }) => type === 9));
    await eventually(async () => (await world.view()).listening);
    await eventually(() => second.events().some(({ type }) => type === 10));
    expect(second.events().map(({ type }) => type)).toEqual([23, 9, 23, 10]);
    expect(second.events()[0]?.data).toContain(`64.58=${world.controllerAt(1).address}`);
    expect((await world.admin('POST', '/v1/trunks/1/come-in', { from: '0301234', number: '3001' })).status).toBe(200);
    expect((await world.admin('POST', '/v1/phones/3001/answer')).status).toBe(200);
    expect((await world.admin('POST', '/v1/trunks/1/clear')).status).toBe(200);
    expect((await world.admin('POST', '/v1/trunks/9/clear')).body.code).toBe('UNKNOWN_PHONE');
    expect((await world.fault({ kind: 'phone-fail-over', dn: '2061' })).status).toBe(200);
    await eventually(() => second.events().length === 6);
  });
});
