import type { Simulation } from './simulation.js';

const ENTRIES_PER_TURN_MAX = 2_000;
const TIMER_MS_MAX = 60_000;

/** Moves a simulation along with the monotonic clock; virtual time 0 is when this object was made. */
export class WallClock {
  private readonly beginMs = performance.now();
  private timer: NodeJS.Timeout | null = null;
  private immediate: NodeJS.Immediate | null = null;
  private running = false;
  /** What the alarm is set for; null: it is not set. */
  private alarmAtMs: number | null = null;

  constructor(private readonly simulation: Simulation) {}

  nowMs(): number {
    return Math.floor(performance.now() - this.beginMs);
  }

  start(): void {
    this.running = true;
    this.turn();
  }

  /** Runs what is due, as much as one turn takes, and sets the alarm for the next. To be called before and after anything is done to the simulation. */
  catchUp(): void {
    this.simulation.advance(this.nowMs(), ENTRIES_PER_TURN_MAX);
    this.arrange();
  }

  stop(): void {
    this.running = false;
    this.disarm();
  }

  private turn(): void {
    this.disarm();
    if (this.running) this.catchUp();
  }

  private arrange(): void {
    const nextMs = this.running ? this.simulation.agenda.nextAtMs() : null;
    // asked before and after everything that is done: mostly nothing has changed
    if (nextMs === this.alarmAtMs) return;
    this.disarm();
    if (nextMs === null) return;
    this.alarmAtMs = nextMs;
    const waitMs = nextMs - this.nowMs();
    if (waitMs <= 0) this.immediate = setImmediate(() => this.turn());
    else this.timer = setTimeout(() => this.turn(), Math.min(Math.ceil(waitMs), TIMER_MS_MAX));
  }

  private disarm(): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.immediate) clearImmediate(this.immediate);
    this.timer = null;
    this.immediate = null;
    this.alarmAtMs = null;
  }
}
