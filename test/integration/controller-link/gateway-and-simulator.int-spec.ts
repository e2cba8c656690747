/**
 * The gateway's side of the controller link and the simulator's, which share nothing but byte framing and the protocol page, speak with
 * one another. What differs here, the page does not say exactly enough.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callManagerSimSettings } from '#config/settings';
import { ensureCertificate, openAuthority } from '#pki/authority';
import type { ControllerRequest, ControllerResponse, EventMessage } from '#southbound/messages';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { eventually } from '#testkit/eventually';
import { type RunningSimulator, startSimulator } from '../../../apps/call-manager-sim/src/simulator.js';
import { type ControllerLinksAdapter, createControllerLinks } from '../../../apps/gateway/src/southbound/controller-links.js';

const INSTANCE_ID = '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607';
const ADMIN_KEY = 'a-key-of-this-test-only';

let dir: string;
let block: LoopbackBlock;
let simulator: RunningSimulator;
let links: ControllerLinksAdapter;
let correlation = 0;
const states: string[] = [];
const responses = new Map<number, ControllerResponse>();
const events: EventMessage[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordboard-link-'));
  block = await freeLoopbackBlock();
  const [instances, controllers] = [await openAuthority(dir, 'ca'), await openAuthority(dir, 'controllers-ca')];
  const address = block.address(101);
  const files = await ensureCertificate(controllers, dir, 'controller', {
    commonName: `controller:${address}`,
    ipAddresses: [address],
  });
  simulator = await startSimulator(
    callManagerSimSettings.parse({
      instanceCaFile: join(dir, 'ca.crt'),
      admin: { host: block.address(100), port: 8475, key: ADMIN_KEY },
      heartbeatMs: 200,
      controllers: [{ name: 'one', address, ...files, extensions: { from: 2001, count: 10 } }],
      logLevel: 'error',
    }),
  );
  const identity = await instances.issue({ commonName: `instance:${INSTANCE_ID}`, ipAddresses: [block.address(1)] });
  links = await createControllerLinks(
    {
      instanceId: INSTANCE_ID,
      epoch: { major: 1, minor: 0 },
      address: block.address(1),
      callbackPorts: { from: 49500, to: 49600 },
      tls: { ...identity, caPem: controllers.certPem },
      timings: { heartbeatMs: 200, silenceMs: 6000, reconnectMinMs: 50, reconnectMaxMs: 200 },
    },
    {
      linkState: (_icpId, state) => states.push(state),
      message: (_icpId, message) => {
        if (message.type === 'EVENT') events.push(message);
        else if (message.type !== 'DIRECTORY_ENTRIES') responses.set(message.correlation, message);
      },
    },
  );
  links.setControllers([{ icpId: 1, address, port: 5320 }]);
  await eventually(() => states.at(-1) === 'CONNECTED', { what: 'the link to come up' });
});

afterAll(async () => {
  await links?.close();
  await simulator?.close();
  await block?.release();
  await rm(dir, { recursive: true, force: true });
});

type Unnumbered<T> = T extends unknown ? Omit<T, 'correlation'> : never;

async function ask<T extends ControllerResponse['type']>(
  request: Unnumbered<ControllerRequest>,
  _response: T,
): Promise<Extract<ControllerResponse, { readonly type: T }>> {
  correlation += 1;
  const number = correlation;
  expect(links.send(1, { ...request, correlation: number } as ControllerRequest)).toBe(true);
  return (await eventually(() => responses.get(number), { what: `the answer to ${request.type}` })) as Extract<
    ControllerResponse,
    { readonly type: T }
  >;
}

async function monitored(directoryNumber: string): Promise<{ readonly target: number; readonly reference: number }> {
  const { target, result } = await ask({ type: 'LOOKUP_DEVICE', directoryNumber }, 'LOOKUP_DEVICE_RESPONSE');
  expect(result).toBe('OK');
  const { monitorReference } = await ask({ type: 'MONITOR_START', target }, 'MONITOR_START_RESPONSE');
  return { target, reference: monitorReference };
}
const seen = (target: number): string[] =>
  events.filter((event) => event.target === target).map((event) => `${event.eventType} ${event.cause} ${event.localState}`);

describe('gateway and simulator over the controller link', () => {
  it('R-CC-02 give the seven events of a call, and hold and retrieve between, as the page says', async () => {
    const [caller, called] = [await monitored('2001'), await monitored('2002')];
    const made = await ask({ type: 'MAKE_CALL', target: caller.target, number: '2002', accountCode: '' }, 'MAKE_CALL_RESPONSE');
    expect(made.result).toBe('OK');
    const received = await eventually(() =>
      events.find(({ target, eventType }) => target === called.target && eventType === 'RECEIVED'),
    );
    await ask({ type: 'ANSWER_CALL', target: called.target, localCallId: received.localCallId }, 'ANSWER_CALL_RESPONSE');
    await eventually(() => seen(caller.target).length === 3 && seen(called.target).length === 2);
    const onCall = { target: caller.target, localCallId: made.localCallId };
    expect(await ask({ type: 'HOLD_CALL', ...onCall }, 'HOLD_CALL_RESPONSE')).toMatchObject({
      result: 'OK',
      target: caller.target,
    });
    await eventually(() => seen(caller.target).length === 4 && seen(called.target).length === 3);
    const snapshot = await ask({ type: 'SNAPSHOT_DEVICE', target: caller.target }, 'SNAPSHOT_DEVICE_RESPONSE');
    expect(snapshot).toMatchObject({ result: 'OK', more: false, calls: [{ localCallId: made.localCallId, localState: 'hold' }] });
    await ask({ type: 'RETRIEVE_CALL', ...onCall }, 'RETRIEVE_CALL_RESPONSE');
    await eventually(() => seen(caller.target).length === 5 && seen(called.target).length === 4);
    await ask({ type: 'CLEAR_CALL', ...onCall }, 'CLEAR_CALL_RESPONSE');
    await eventually(() => seen(caller.target).length === 6 && seen(called.target).length === 5);

    expect(seen(caller.target)).toEqual([
      'ORIGINATED NEW_CALL originated',
      'DELIVERED DELIVERED delivered',
      'ESTABLISHED ANSWERED connected',
      'HELD HARD_HOLD_INVOKED hold',
      'RETRIEVED RETRIEVE_INVOKED connected',
      'CLEARED CLEAR_INVOKED null',
    ]);
    expect(seen(called.target)).toEqual([
      'RECEIVED NEW_CALL alerting',
      'ESTABLISHED ANSWERED_INVOKED connected',
      'HELD HARD_HOLD connected',
      'RETRIEVED RETRIEVE connected',
      'CLEARED CLEARED null',
    ]);
    expect(new Set(events.map(({ globalCallId }) => globalCallId)).size).toBe(1);
    for (const { target, reference } of [caller, called]) {
      const ofDevice = events.filter((event) => event.target === target);
      expect(ofDevice.map(({ monitorSequence }) => monitorSequence)).toEqual(ofDevice.map((_, index) => index + 1));
      expect(new Set(ofDevice.map(({ monitorReference }) => monitorReference))).toEqual(new Set([reference]));
      const stopped = await ask({ type: 'MONITOR_STOP', target, monitorReference: reference }, 'MONITOR_STOP_RESPONSE');
      expect(stopped.result).toBe('OK');
    }
    expect(received.devices).toContainEqual({ role: 'CALLING_DEVICE', attribute: 'NUMBER', value: '2001' });
  });

  it('refuse with the results of the page, and stay up', async () => {
    expect(await ask({ type: 'LOOKUP_DEVICE', directoryNumber: '9' }, 'LOOKUP_DEVICE_RESPONSE')).toMatchObject({
      result: 'UNKNOWN_DEVICE',
      target: 0,
    });
    expect(await ask({ type: 'MONITOR_START', target: 0xffff_ffff }, 'MONITOR_START_RESPONSE')).toMatchObject({
      result: 'UNKNOWN_DEVICE',
    });
    const { target } = await ask({ type: 'LOOKUP_DEVICE', directoryNumber: '2003' }, 'LOOKUP_DEVICE_RESPONSE');
    expect(await ask({ type: 'CLEAR_CALL', target, localCallId: 4711 }, 'CLEAR_CALL_RESPONSE')).toMatchObject({
      result: 'UNKNOWN_CALL',
      target,
    });
    expect(await ask({ type: 'MONITOR_STOP', target, monitorReference: 4711 }, 'MONITOR_STOP_RESPONSE')).toMatchObject({
      result: 'MONITOR_UNKNOWN',
    });
    expect(states.filter((state) => state === 'CONNECTED')).toHaveLength(1);
    expect(links.figures(1).roundTripMs).not.toBeNull();
  });
});
