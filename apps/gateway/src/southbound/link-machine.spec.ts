import { describe, expect, it } from 'vitest';
import type { ControllerMessage } from '#southbound/messages';
import { type ConnectionName, type LinkEffect, LinkMachine, type LinkTimings } from './link-machine.js';

const IDENTITY = {
  instanceId: '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607',
  epoch: { major: 7, minor: 2 },
  address: '127.77.3.5',
  callbackPort: 49500,
};
const TIMINGS: LinkTimings = { heartbeatMs: 1000, silenceMs: 6000, reconnectMinMs: 100, reconnectMaxMs: 10_000 };
const ACK = { type: 'HELLO_ACK', result: 'OK', heartbeatMs: 1000, bootId: 9, platform: 'x86', release: '9.4.1' } as const;
const EVENT = {
  type: 'EVENT',
  monitorReference: 1,
  target: 1,
  serial: 1,
  time: 1,
  monitorSequence: 1,
  localCallId: 1,
  globalCallId: 1n,
  eventType: 'ORIGINATED',
  cause: 'NEW_CALL',
  localState: 'originated',
  devices: [],
} as const satisfies ControllerMessage;
const ANSWERED = { type: 'ANSWER_CALL_RESPONSE', correlation: 1, result: 'OK', target: 1 } as const satisfies ControllerMessage;

function machineWith(random = 0.5, timings: Partial<LinkTimings> = {}): LinkMachine {
  let nonce = 0n;
  return new LinkMachine(IDENTITY, { ...TIMINGS, ...timings }, { random: () => random, nonce: () => (nonce += 1n) });
}
const kinds = (effects: readonly LinkEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.kind === 'send') return `${effect.connection} ${effect.message.type}`;
    return effect.kind === 'state' ? effect.state : effect.kind;
  });

function upAt(now: number, machine = machineWith()): LinkMachine {
  machine.start();
  machine.dialled(now);
  machine.received(now, 'forward', ACK);
  expect(kinds(machine.backConnected(now, { nonce: 1n, bootId: 9 }).effects)).toContain('CONNECTED');
  return machine;
}

describe('the link to a controller', () => {
  it('R-CLU-03 is up only when both connections stand, in the order of the protocol page', () => {
    const machine = machineWith();
    expect(machine.start()).toEqual([
      { kind: 'state', state: 'CONNECTION_ATTEMPT', up: undefined, reason: 'dialling' },
      { kind: 'dial' },
    ]);
    expect(machine.dialled(0)).toEqual([
      expect.objectContaining({ kind: 'state', state: 'CONNECTION_INITIALIZING' }),
      {
        kind: 'send',
        connection: 'forward',
        message: {
          type: 'HELLO',
          nonce: 1n,
          epochMajor: 7,
          epochMinor: 2,
          instanceId: IDENTITY.instanceId,
          address: '127.77.3.5',
          callbackPort: 49500,
        },
      },
    ]);
    expect(machine.received(10, 'forward', ACK)).toEqual([]);
    expect(machine.isUp).toBe(false);
    const { taken, effects } = machine.backConnected(20, { nonce: 1n, bootId: 9 });
    expect(taken).toBe(true);
    expect(kinds(effects)).toEqual(['back BACK_ACK', 'forward PING', 'CONNECTED']);
    expect(effects.at(-1)).toMatchObject({ up: { bootId: 9, release: '9.4.1', platform: 'x86' } });
    expect(machine.isUp).toBe(true);
  });

  it('R-CLU-03 comes up too when BACK_HELLO is read before HELLO_ACK', () => {
    const machine = machineWith();
    machine.start();
    machine.dialled(0);
    expect(machine.backConnected(5, { nonce: 1n, bootId: 9 })).toEqual({ taken: true, effects: [] });
    expect(machine.isUp).toBe(false);
    expect(kinds(machine.received(6, 'forward', ACK))).toEqual(['back BACK_ACK', 'forward PING', 'CONNECTED']);
  });

  it('R-CLU-04 takes no back connection without the nonce that waits, no second one, and none of another boot', () => {
    const machine = machineWith();
    expect(machine.backConnected(0, { nonce: 0n, bootId: 9 }).taken).toBe(false);
    machine.start();
    expect(machine.expectsBack).toBe(false);
    machine.dialled(0);
    expect(machine.expectsBack).toBe(true);
    expect(machine.backConnected(0, { nonce: 2n, bootId: 9 }).taken).toBe(false);
    expect(machine.backConnected(0, { nonce: 1n, bootId: 8 }).taken).toBe(true);
    expect(machine.expectsBack).toBe(false);
    expect(machine.backConnected(0, { nonce: 1n, bootId: 8 }).taken).toBe(false);
    expect(kinds(machine.received(0, 'forward', ACK))).toEqual(['forward GOODBYE', 'close', 'CONNECTION_FAILURE']);

    const other = upAt(0);
    expect(other.backConnected(1, { nonce: 1n, bootId: 9 }).taken).toBe(false);
    expect(other.isUp).toBe(true);
  });

  it('gives up when HELLO_ACK or the back connection does not come within 5 s each', () => {
    const machine = machineWith();
    machine.start();
    machine.dialled(1000);
    expect(machine.nextDeadline).toBe(6000);
    expect(machine.tick(5999)).toEqual([]);
    expect(machine.received(5999, 'forward', ACK)).toEqual([]);
    expect(machine.nextDeadline).toBe(10_999);
    expect(kinds(machine.tick(10_999))).toEqual(['close', 'CONNECTION_FAILURE']);

    const silent = machineWith();
    silent.start();
    silent.dialled(0);
    expect(silent.tick(5000).at(-1)).toMatchObject({ state: 'CONNECTION_FAILURE', reason: 'HELLO was not acknowledged in time' });
  });

  it('beats on each connection when nothing was sent for an interval, and answers every PING', () => {
    const machine = upAt(0);
    expect(machine.nextDeadline).toBe(1000);
    machine.sent(900);
    expect(kinds(machine.tick(1000))).toEqual(['back PING']);
    expect(kinds(machine.tick(1900))).toEqual(['forward PING']);
    expect(machine.received(1950, 'back', { type: 'PING', opaque: 77n })).toEqual([
      { kind: 'send', connection: 'back', message: { type: 'PONG', opaque: 77n } },
    ]);
    expect(kinds(machine.tick(2900))).toEqual(['forward PING']);
    expect(kinds(machine.tick(2950))).toEqual(['back PING']);
  });

  it('is dead after six silent intervals on either connection, and not before', () => {
    for (const lively of ['forward', 'back'] as const) {
      const machine = upAt(0);
      for (let now = 500; now < 6000; now += 500) {
        machine.received(now, lively, { type: 'PONG', opaque: 999n });
        expect(kinds(machine.tick(now)).filter((kind) => !kind.endsWith('PING'))).toEqual([]);
      }
      machine.tick(5999);
      expect(machine.isUp).toBe(true);
      expect(machine.tick(6000).at(-1)).toMatchObject({ state: 'CONNECTION_FAILURE', up: undefined });
      expect(machine.isUp).toBe(false);
    }
  });

  it('follows a controller that beats faster', () => {
    const machine = machineWith();
    machine.start();
    machine.dialled(0);
    machine.received(0, 'forward', { ...ACK, heartbeatMs: 100 });
    machine.backConnected(0, { nonce: 1n, bootId: 9 });
    expect(machine.nextDeadline).toBe(100);
    machine.tick(599);
    expect(machine.isUp).toBe(true);
    machine.tick(600);
    expect(machine.isUp).toBe(false);
  });

  it('R-CLU-05 when it ends it says how long nothing had come where events come, so that the gap begins there', () => {
    const stateOf = (effects: readonly LinkEffect[]) => effects.find((effect) => effect.kind === 'state');
    const machine = upAt(0, machineWith(0.5, { silenceMs: 60_000 }));
    machine.received(3000, 'back', EVENT);
    machine.received(9000, 'forward', ANSWERED);
    expect(stateOf(machine.ended(10_000, 'reset'))).toMatchObject({ state: 'CONNECTION_FAILURE', silentMs: 7000 });
    // an attempt that fails was no link, and has nothing to say of events
    const attempt = machineWith();
    attempt.start();
    expect(stateOf(attempt.ended(5000, 'refused'))).not.toHaveProperty('silentMs');
  });

  it('R-CLU-09 measures the round trip, with several PINGs under way, and on a busy connection too', () => {
    const machine = upAt(0, machineWith(0.5, { silenceMs: 60_000 }));
    expect(machine.roundTripMs).toBeNull();
    machine.tick(1000);
    machine.tick(2000);
    machine.received(2500, 'forward', { type: 'PONG', opaque: 1n });
    expect(machine.roundTripMs).toBe(2500);
    machine.received(2600, 'forward', { type: 'PONG', opaque: 1n });
    expect(machine.roundTripMs).toBe(2500);
    machine.received(2600, 'forward', { type: 'PONG', opaque: 3n });
    expect(machine.roundTripMs).toBe(600);

    let pings = 0;
    for (let now = 3000; now < 23_000; now += 100) {
      machine.sent(now);
      machine.received(now, 'forward', ANSWERED);
      machine.received(now, 'back', { type: 'PONG', opaque: 0n });
      pings += kinds(machine.tick(now)).filter((kind) => kind === 'forward PING').length;
    }
    expect(pings).toBeGreaterThanOrEqual(1);
  });

  it('R-CLU-05 comes back after a pause that doubles up to its bound and is drawn at random', () => {
    for (const random of [0, 0.25, 0.999]) {
      const machine = machineWith(random);
      machine.start();
      let now = 0;
      for (let failures = 0; failures < 12; failures += 1) {
        machine.ended(now, 'refused');
        const pause = (machine.nextDeadline ?? 0) - now;
        expect(pause).toBeCloseTo(Math.min(10_000, 100 * 2 ** failures) * (0.5 + random / 2), 6);
        expect(machine.tick(now + pause / 2)).toEqual([]);
        now += pause;
        expect(kinds(machine.tick(now))).toEqual(['CONNECTION_ATTEMPT', 'dial']);
      }
    }
  });

  it('forgets its failures only after it has been up for a while', () => {
    const machine = machineWith(1);
    const nonces = { last: 0n };
    const comeUp = (now: number): void => {
      machine.dialled(now);
      nonces.last += 1n;
      machine.received(now, 'forward', ACK);
      machine.backConnected(now, { nonce: nonces.last, bootId: 9 });
      expect(machine.isUp).toBe(true);
    };
    machine.start();
    comeUp(0);
    machine.ended(1, 'cut');
    expect(machine.nextDeadline).toBe(101);
    machine.tick(101);
    comeUp(101);
    machine.ended(102, 'cut');
    expect(machine.nextDeadline).toBe(302);
    machine.tick(302);
    comeUp(302);
    machine.ended(302 + 10_000, 'cut');
    expect(machine.nextDeadline).toBe(302 + 10_000 + 100);
  });

  it('does not hurry back when it was replaced or is too old', () => {
    const replaced = upAt(0, machineWith(1));
    replaced.received(5, 'back', { type: 'GOODBYE', reason: 1 });
    expect(replaced.nextDeadline).toBe(10_005);
    const stale = machineWith(1);
    stale.start();
    stale.dialled(0);
    expect(stale.received(5, 'forward', { ...ACK, result: 'STALE_EPOCH' }).at(-1)).toMatchObject({
      reason: 'refused: STALE_EPOCH',
    });
    expect(stale.nextDeadline).toBe(10_005);
    const shutDown = upAt(0, machineWith(1));
    shutDown.received(5, 'forward', { type: 'GOODBYE', reason: 0 });
    expect(shutDown.nextDeadline).toBe(105);
  });

  it('ends with GOODBYE, and a controller that breaks the protocol is told so', () => {
    expect(kinds(upAt(0).stop('removed'))).toEqual(['forward GOODBYE', 'back GOODBYE', 'close', 'NOT_CONNECTED']);
    const stopped = upAt(0);
    stopped.stop('removed');
    expect(stopped.stop('removed')).toEqual([]);
    expect(stopped.nextDeadline).toBeUndefined();
    expect(kinds(stopped.start())).toEqual(['CONNECTION_ATTEMPT', 'dial']);
    const broken = upAt(0).broken(1, 'a frame of 5 bytes');
    expect(kinds(broken)).toEqual(['forward GOODBYE', 'back GOODBYE', 'close', 'CONNECTION_FAILURE']);
    expect(broken[0]).toMatchObject({ message: { reason: 2 } });
  });

  it('takes each message only on its own connection, in its direction and in its turn', () => {
    expect(upAt(0).received(1, 'back', EVENT)).toEqual([{ kind: 'deliver', message: EVENT }]);
    expect(upAt(0).received(1, 'forward', ANSWERED)).toEqual([{ kind: 'deliver', message: ANSWERED }]);
    const wrong: [ConnectionName, ControllerMessage][] = [
      ['forward', EVENT],
      ['back', ANSWERED],
      ['forward', ACK],
      ['back', ACK],
      ['forward', { type: 'BACK_HELLO', nonce: 1n, bootId: 9 }],
      ['back', { type: 'BACK_HELLO', nonce: 1n, bootId: 9 }],
      ['forward', { type: 'MONITOR_START', correlation: 1, target: 1 }],
      ['back', { type: 'BACK_ACK', result: 'OK' }],
    ];
    for (const [connection, message] of wrong) {
      expect(upAt(0).received(1, connection, message).at(-1), `${message.type} on ${connection}`).toMatchObject({
        state: 'CONNECTION_FAILURE',
        reason: expect.stringContaining('out of turn') as string,
      });
    }
    const early = machineWith();
    early.start();
    early.dialled(0);
    expect(kinds(early.received(1, 'forward', ANSWERED)).at(-1)).toBe('CONNECTION_FAILURE');
  });
});
