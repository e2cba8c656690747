/** Any interleaving of what applications and controllers may do: caps, pace, fan-out and books hold at every single step. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeObjectId } from './numbering.rules.js';
import { documentOf, grantOf, limitsOf, settingsOf, VirtualPlant } from './virtual-plant.fixture.js';

const CAPS = { sessions: 3, monitors: 6, onController: 4 };
const PER_SECOND = 5;

type Step =
  | { readonly do: 'login' | 'logout' | 'drain' | 'undrain' | 'restart' | 'unkept' | 'kept' }
  | { readonly do: 'monitor' | 'stop'; readonly who: number; readonly handle: number; readonly icpId: number }
  | { readonly do: 'down' | 'up' | 'mute' | 'unmute' | 'deny' | 'allow'; readonly icpId: number }
  | { readonly do: 'call'; readonly who: number; readonly key: number; readonly icpId: number }
  | { readonly do: 'event'; readonly handle: number; readonly icpId: number; readonly type: number; readonly skip: number }
  | { readonly do: 'read'; readonly who: number }
  | { readonly do: 'pass'; readonly ms: number };

const icpId = fc.constantFrom(1, 2);
const who = fc.nat(2);
const handle = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('login', 'login', 'logout', 'drain', 'undrain', 'restart', 'unkept', 'kept') }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('monitor', 'monitor', 'stop'), who, handle, icpId }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('down', 'up', 'up', 'mute', 'unmute', 'deny', 'allow'), icpId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('call'), who, key: fc.nat(2), icpId }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('event'), handle, icpId, type: fc.nat(5), skip: fc.constantFrom(0, 0, 0, 2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read'), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(10, 300, 1100, 11_000, 31_000) }) },
) as fc.Arbitrary<Step>;

const TYPES = ['ORIGINATED', 'RECEIVED', 'ESTABLISHED', 'HELD', 'CLEARED', 'FAILED'] as const;
const document = documentOf({
  controllers: [grantOf(1, { monitorsMax: CAPS.onController }), grantOf(2, { monitorsMax: CAPS.onController })],
});

class Run {
  readonly plant = new VirtualPlant(
    settingsOf({ limits: limitsOf({ sessions: CAPS.sessions, monitors: CAPS.monitors }), monitorStartsPerSecond: PER_SECOND }),
    document,
  );
  sessions: number[] = [];
  private readonly asked: number[] = [];
  private readonly read = new Map<number, { cursor: string; last: number; epoch: number }>();

  constructor() {
    this.plant.onStep = () => this.check();
  }

  do(step: Step): void {
    const { plant } = this;
    switch (step.do) {
      case 'login': {
        const outcome = plant.tryLogin();
        if (outcome.ok) this.sessions.push((outcome.value as { sessionId: number }).sessionId);
        return;
      }
      case 'logout':
        return this.ask({ name: 'logout', request: { sessionId: this.sessions[0] ?? 0 } });
      case 'drain':
      case 'undrain':
        return plant.input({ kind: 'drain', on: step.do === 'drain' });
      case 'unkept':
      case 'kept':
        return plant.input({ kind: 'journal', healthy: step.do === 'kept' });
      case 'restart':
        return plant.restart(document);
      case 'monitor':
      case 'stop':
        return this.ask({
          name: step.do === 'monitor' ? 'monitorObject' : 'stopMonitor',
          request: { sessionId: this.sessions[step.who] ?? 0, objectId: makeObjectId(step.icpId, step.handle) },
        });
      case 'call': {
        const objectId = makeObjectId(step.icpId, 1);
        return this.ask({
          name: 'makeCall',
          request: {
            sessionId: this.sessions[step.who] ?? 0,
            objectId,
            number: '1',
            idempotencyKey: `k${step.key}-${step.icpId}`,
          },
        });
      }
      case 'event':
        return plant.event(step.handle, TYPES[step.type]!, 'UNKNOWN', 'connected', undefined, step.skip, step.icpId);
      case 'read':
        return this.readEvents(this.sessions[step.who]);
      case 'pass':
        return plant.pass(step.ms);
      default:
        return this.doController(step.do, step.icpId);
    }
  }

  private doController(what: 'down' | 'up' | 'mute' | 'unmute' | 'deny' | 'allow', icpId: number): void {
    const { plant } = this;
    const controller = plant.controller(icpId);
    if (what === 'down' && controller.connected) plant.down(icpId);
    if (what === 'up' && !controller.connected) plant.up(icpId);
    if (what === 'mute') controller.mute = true;
    if (what === 'unmute') plant.unmute(icpId);
    if (what === 'deny') controller.startResult = 'OVERLOADED';
    if (what === 'allow') controller.startResult = 'OK';
  }

  private ask(operation: Parameters<VirtualPlant['ask']>[0]): void {
    this.asked.push(this.plant.ask(operation));
  }

  private readEvents(sessionId: number | undefined): void {
    if (sessionId === undefined) return;
    const known = this.read.get(sessionId);
    const outcome = this.plant.run({ name: 'getEvents', request: { sessionId, after: known?.cursor, waitMs: 0, max: 3 } });
    if (!outcome.ok) return;
    const { events, cursor } = outcome.value as ReturnType<VirtualPlant['read']>;
    let { last, epoch } = known ?? { last: 0, epoch: 0 };
    for (const event of events) {
      if (event.epoch.minor !== epoch) [last, epoch] = [0, event.epoch.minor];
      expect(event.seq, 'sequence numbers are dense within an epoch').toBe(last + 1);
      last = event.seq;
    }
    this.read.set(sessionId, { cursor, last, epoch });
  }

  /** Plain comparisons: this runs after each of a million inputs. */
  private check(): void {
    const report = this.plant.switchboard.report();
    const holds = (what: string, used: number, cap: number) => {
      if (used > cap) throw new Error(`${what}: ${used} of ${cap}`);
    };
    holds('sessions', report.sessions.used, CAPS.sessions);
    holds('monitors', report.monitors.used, CAPS.monitors);
    for (const { icpId, monitors } of report.controllers) {
      const { startsAt, monitors: standing } = this.plant.controller(icpId);
      holds('monitors on the controller, as booked', monitors.used, CAPS.onController);
      holds('monitors on the controller, as counted there', standing.size, CAPS.onController);
      const [last = 0, before = Number.NEGATIVE_INFINITY] = [startsAt.at(-1), startsAt.at(-1 - PER_SECOND)];
      holds('pace: starts in less than a second', last - before < 1000 ? PER_SECOND + 1 : 0, PER_SECOND);
    }
  }

  /** Everything comes to rest: nothing may be left over, and no request unanswered. */
  settle(): void {
    const { plant } = this;
    this.do({ do: 'kept' });
    for (const icpId of [1, 2]) {
      plant.controller(icpId).startResult = 'OK';
      plant.unmute(icpId);
      if (!plant.controller(icpId).connected) plant.up(icpId);
    }
    plant.pass(5000);
    expect(this.asked.filter((id) => !plant.replies.has(id) && id > this.forgottenUpTo)).toEqual([]);
    plant.pass(60_000);
    expect(plant.switchboard.report()).toMatchObject({
      sessions: { used: 0 },
      monitors: { used: 0 },
      controllers: [{ monitors: { used: 0 } }, { monitors: { used: 0 } }],
    });
    for (const icpId of [1, 2]) expect(plant.controller(icpId).monitors.size).toBe(0);
    expect([...plant.switchboard.records()].every(({ t }) => t === 'key')).toBe(true);
  }

  private forgottenUpTo = 0;
  /** A dead incarnation answers nobody. */
  forget(): void {
    this.forgottenUpTo = this.asked.at(-1) ?? 0;
  }

  dialled(): number {
    return [1, 2].reduce(
      (sum, icpId) => sum + this.plant.controller(icpId).received.filter(({ type }) => type === 'MAKE_CALL').length,
      0,
    );
  }
}

/** The report without what passes with time alone or counts refusals. */
function whatIsHeld({ switchboard }: VirtualPlant) {
  // refused operations are counted, and nothing else
  const { figures: _figures, rates: _rates, controllers, ...held } = switchboard.report();
  return { ...held, controllers: controllers.map(({ rates: _ofController, queues: _queues, ...controller }) => controller) };
}

describe('the switchboard under any interleaving', () => {
  it('R-LIM-13 I3 caps and pace hold at every step, numbers are dense, nothing leaks, nobody stays unanswered', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
        const run = new Run();
        run.plant.up(1).up(2);
        for (const one of steps) {
          run.do(one);
          if (one.do === 'restart') run.forget();
        }
        run.settle();
      }),
      { numRuns: 150 },
    );
  });

  it('a refusal has no side effect', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), step, (steps, last) => {
        const run = new Run();
        run.plant.up(1).up(2);
        for (const one of steps) run.do(one);
        const { plant } = run;
        const before = [whatIsHeld(plant), [...plant.switchboard.records()], plant.effects.length] as const;
        const operation = last.do === 'monitor' || last.do === 'login' || last.do === 'call';
        if (!operation) return;
        run.do(last);
        const added = plant.effects.slice(before[2]);
        const refusedOnly = added.length === 1 && added[0]?.kind === 'reply' && !added[0].outcome.ok;
        if (refusedOnly) expect([whatIsHeld(plant), [...plant.switchboard.records()]]).toEqual([before[0], before[1]]);
      }),
      { numRuns: 300 },
    );
  });

  it('I6 a key dials at most once within its memory, whatever dies in between', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const run = new Run();
        run.plant.up(1).up(2);
        run.do({ do: 'login' });
        for (const one of steps) if (one.do !== 'pass' || one.ms < 11_000) run.do(one);
        const keys = new Set(run.plant.records.flatMap((record) => (record.t === 'key' ? [record.key] : [])));
        expect(run.dialled()).toBeLessThanOrEqual(keys.size);
      }),
      { numRuns: 300 },
    );
  });

  it('the same inputs give the same effects', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const traces = [new Run(), new Run()].map((run) => {
          run.plant.up(1).up(2);
          for (const one of steps) run.do(one);
          return run.plant.effects;
        });
        expect(traces[0]).toEqual(traces[1]);
      }),
      { numRuns: 100 },
    );
  });
});
