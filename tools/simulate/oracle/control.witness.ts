/** What operators see of their wishes. */
import type { Operation } from '#domain/resources';
import type { InstanceRow } from '../control/store.model.js';
import type { Oracle } from './oracle.js';

/** How things stand with control at one moment. */
export interface ControlMoment {
  readonly open: readonly Operation[];
  /** By the clock of the store. */
  readonly nowMs: number;
  /** Somebody is awake who can ask the store. */
  readonly isStoreTended: boolean;
  /** Instances whose recorded incarnation stands still, and the worker that could see it. */
  readonly silent: readonly string[];
}

/** An operation past its deadline has ended within this: a sweep, and a lost answer or two. */
export const OVERDUE_MS = 10_000;

export class ControlWitness {
  private readonly overdueMs = new Map<string, number>();
  private readonly silentMs = new Map<string, number>();

  /** Processes of an instance that are alive. */
  alive: (instanceId: string) => number = () => 0;

  constructor(
    private readonly oracle: Oracle,
    /** R-RES-05: a silent instance is detected within 8 s; with what answers and turns of others take, and with lost ones more. */
    private readonly silenceMaxMs: number,
  ) {}

  /** I10 while things go wrong: called every `stepMs`. Only time counts in which somebody could have seen to it. */
  watch({ open, nowMs, isStoreTended, silent }: ControlMoment, stepMs: number): void {
    const overdue = isStoreTended ? open.filter(({ deadlineAt }) => nowMs >= deadlineAt.getTime()) : [];
    const late = this.counted(
      this.overdueMs,
      overdue.map(({ id }) => id),
      stepMs,
      OVERDUE_MS,
    );
    for (const id of late) this.oracle.violation('I10-STUCK', `${id} goes on past its deadline`);
    for (const id of this.counted(this.silentMs, isStoreTended ? silent : [], stepMs, this.silenceMaxMs))
      this.oracle.violation('I10-STUCK', `${id} stands still for ${this.silentMs.get(id)} ms and counts as running`);
  }

  /** I12: given up for its deadline after its span, by the clock of the store, and not before. */
  givenUp({ id, deadlineAt }: Operation, nowMs: number): void {
    const earlyMs = deadlineAt.getTime() - nowMs;
    // sums of fractions are not exact
    if (earlyMs > 1) this.oracle.violation('I12-TIME', `${id} was given up ${earlyMs} ms before its deadline`);
  }

  /** Counts each named one on, forgets the others; answers those over the limit. */
  private counted(times: Map<string, number>, names: readonly string[], stepMs: number, maxMs: number): string[] {
    for (const name of times.keys()) if (!names.includes(name)) times.delete(name);
    for (const name of names) times.set(name, (times.get(name) ?? 0) + stepMs);
    return names.filter((name) => times.get(name)! > maxMs);
  }

  /** At rest: I10, nothing under way past its deadline; I9, exactly what was asked for runs. */
  atRest(rows: ReadonlyMap<string, InstanceRow>, operations: Iterable<Operation>, nowMs: number, known: Iterable<string>): void {
    for (const { id, kind, state } of operations)
      if (state === 'pending' || state === 'running')
        this.oracle.violation('I10-STUCK', `${id} (${kind}) never ended: ${state} at ${nowMs}`);
    for (const { spec, status } of rows.values()) {
      if (status.state !== 'running' && status.state !== 'stopped')
        this.oracle.violation(
          'I9-CONVERGE',
          `${spec.id} should be ${spec.desiredState} and is ${status.state}: ${status.message}`,
        );
    }
    for (const id of known) {
      const wanted = rows.get(id)?.spec.desiredState === 'running' ? 1 : 0;
      const alive = this.alive(id);
      if (alive !== wanted) this.oracle.violation('I9-CONVERGE', `${alive} processes of ${id} are alive, ${wanted} should be`);
    }
  }
}
