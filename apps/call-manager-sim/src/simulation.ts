/**
 * The whole simulated cluster without any IO: call model, monitors, and what is to happen in virtual time. The live simulator moves it along
 * with the wall clock; tests move it by hand. With the same seed and the same calls at the same virtual times it does the same, to the byte.
 */
import { Agenda } from './model/agenda.js';
import { Cluster, type CallOperation, type ControllerSpec } from './model/cluster.js';
import { press } from './model/hand.js';
import type { Happening } from './model/happening.js';
import { MonitorBook, type Monitor, type MonitorLimits } from './model/monitors.js';
import type { Phone } from './model/phone.js';
import type { Result } from './model/words.js';

export interface SimulatedControllerSpec extends ControllerSpec {
  readonly monitorLimits: MonitorLimits;
}

/** Called once for each monitor of the phone, in order, before the operation that caused the happening returns. */
export type MonitorListener = (monitor: Monitor, happening: Happening) => void;

export class Simulation {
  readonly cluster: Cluster;
  readonly agenda = new Agenda();
  private readonly books: MonitorBook[];
  private virtualMs = 0;

  constructor(
    private readonly specs: readonly SimulatedControllerSpec[],
    private readonly onMonitored: MonitorListener,
    private readonly onHappening: (happening: Happening) => void = () => undefined,
  ) {
    this.books = specs.map((spec) => new MonitorBook(spec.monitorLimits));
    this.cluster = new Cluster(specs, (happening) => this.spread(happening));
  }

  /** Virtual time in ms; never goes back. */
  get nowMs(): number {
    return this.virtualMs;
  }

  monitors(controller: number): MonitorBook {
    const book = this.books[controller];
    if (!book) throw new Error(`there is no controller ${controller}`);
    return book;
  }

  /** Runs what is due until then, at most `entriesMax` entries. True when nothing due is left, and then it is `untilMs`. */
  advance(untilMs: number, entriesMax = Number.POSITIVE_INFINITY): boolean {
    for (let count = 0; count < entriesMax; count += 1) {
      const entry = this.agenda.take(untilMs);
      if (!entry) {
        this.virtualMs = Math.max(this.virtualMs, untilMs);
        return true;
      }
      this.virtualMs = Math.max(this.virtualMs, entry.atMs);
      entry.run(entry.atMs);
    }
    return false;
  }

  press(operation: CallOperation, phone: Phone): Result {
    return press(this.cluster, operation, phone, this.virtualMs);
  }

  dial(phone: Phone, number: string): Result {
    return this.cluster.makeCall(phone, number, this.virtualMs).result;
  }

  /** All links of the controller must have been ended before: their monitors are forgotten here. */
  restart(controller: number): void {
    const spec = this.specs[controller];
    if (!spec) throw new Error(`there is no controller ${controller}`);
    this.books[controller] = new MonitorBook(spec.monitorLimits);
    this.cluster.restart(controller, (this.cluster.bootId(controller) % 0xffff_ffff) + 1, this.virtualMs);
  }

  private spread(happening: Happening): void {
    this.onHappening(happening);
    for (const monitor of this.monitors(happening.phone.controller).at(happening.phone)) {
      monitor.sequence = (monitor.sequence % 0xffff_ffff) + 1;
      this.onMonitored(monitor, happening);
    }
  }
}
