import fc from 'fast-check';
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

interface Step {
  readonly do: string;
  readonly ms?: number;
  readonly right?: boolean;
  readonly bootId?: number;
  readonly connection?: ConnectionName;
  readonly message?: ControllerMessage;
}

function perform(machine: LinkMachine, step: Step, now: number, nonce: bigint, world: World): LinkEffect[] {
  switch (step.do) {
    case 'start':
      return machine.start();
    case 'stop':
      return machine.stop('asked');
    case 'dialled':
      if (!world.dialling) return [];
      world.dialling = false;
      world.open.add('forward');
      return machine.dialled(now);
    case 'ended':
      return world.dialling || world.open.size > 0 ? machine.ended(now, 'cut') : [];
    case 'broken':
      return world.open.size > 0 ? machine.broken(now, 'garbage') : [];
    case 'back': {
      const expected = machine.expectsBack;
      const { taken, effects } = machine.backConnected(now, {
        nonce: step.right === true ? nonce : nonce + 1n,
        bootId: step.bootId ?? 9,
      });
      expect(taken).toBe(expected && step.right === true);
      if (taken) world.open.add('back');
      return effects;
    }
    case 'received':
      return step.connection !== undefined && step.message !== undefined && world.open.has(step.connection)
        ? machine.received(now, step.connection, step.message)
        : [];
    default:
      return [];
  }
}

/** What the shell would hold: which sockets are open, and what the engine has been told. */
class World {
  readonly open = new Set<ConnectionName>();
  dialling = false;
  ups = 0;
  private state = 'NOT_CONNECTED';

  constructor(private readonly machine: LinkMachine) {}

  carryOut(effects: readonly LinkEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'dial':
          expect(this.open.size).toBe(0);
          expect(this.dialling).toBe(false);
          this.dialling = true;
          break;
        case 'send':
          expect(this.open.has(effect.connection)).toBe(true);
          break;
        case 'close':
          this.open.clear();
          this.dialling = false;
          break;
        case 'state':
          expect(effect.state).not.toBe(this.state);
          expect(effect.up === undefined).toBe(effect.state !== 'CONNECTED');
          if (effect.state === 'CONNECTED') {
            expect([...this.open].sort()).toEqual(['back', 'forward']);
            this.ups += 1;
          }
          this.state = effect.state;
          break;
        case 'deliver':
          expect(this.state).toBe('CONNECTED');
      }
    }
  }

  check(now: number): void {
    expect(this.machine.isUp).toBe(this.state === 'CONNECTED');
    // No trap: a link that is wanted always has a socket under way or a time at which it goes on.
    if (this.state !== 'NOT_CONNECTED') expect(this.dialling || this.machine.nextDeadline !== undefined).toBe(true);
    if (this.machine.nextDeadline !== undefined) expect(this.machine.nextDeadline).toBeGreaterThan(now);
    if (this.state === 'CONNECTION_FAILURE' || this.state === 'NOT_CONNECTED') expect(this.open.size).toBe(0);
  }
}

describe('the link to a controller', () => {
  it('keeps its promises whatever happens in whatever order', () => {
    const step = fc.oneof(
      fc.constant({ do: 'start' as const }),
      fc.constant({ do: 'stop' as const }),
      fc.constant({ do: 'dialled' as const }),
      fc.constant({ do: 'ended' as const }),
      fc.constant({ do: 'broken' as const }),
      fc.record({ do: fc.constant('back' as const), right: fc.boolean(), bootId: fc.constantFrom(8, 9) }),
      fc.record({
        do: fc.constant('received' as const),
        connection: fc.constantFrom<ConnectionName>('forward', 'back'),
        message: fc.constantFrom<ControllerMessage>(
          ACK,
          ACK,
          ACK,
          EVENT,
          ANSWERED,
          { type: 'PING', opaque: 1n },
          { type: 'PONG', opaque: 1n },
          {
            type: 'GOODBYE',
            reason: 0,
          },
        ),
      }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 7000 }) }),
    );
    // Chance alone hardly ever brings a link up: the way there is a step too.
    const rise = fc.constant([
      { do: 'start' },
      { do: 'wait', ms: 10_000 },
      { do: 'dialled' },
      { do: 'received', connection: 'forward', message: ACK },
      { do: 'back', right: true, bootId: 9 },
    ] satisfies Step[]);
    const sequence = fc
      .array(
        fc.oneof(
          step.map((one): Step[] => [one]),
          rise,
        ),
        { maxLength: 40 },
      )
      .map((groups) => groups.flat());
    let ups = 0;
    fc.assert(
      fc.property(sequence, fc.double({ min: 0, max: 0.999, noNaN: true }), (steps, random) => {
        let nonce = 0n;
        const machine = new LinkMachine(IDENTITY, TIMINGS, { random: () => random, nonce: () => (nonce += 1n) });
        const world = new World(machine);
        let now = 0;
        for (const one of steps) {
          now += one.ms ?? 0;
          world.carryOut(perform(machine, one, now, nonce, world));
          world.carryOut(machine.tick(now));
          world.check(now);
        }
        ups += world.ups;
      }),
      { numRuns: 1000 },
    );
    expect(ups).toBeGreaterThan(100);
  });
});
