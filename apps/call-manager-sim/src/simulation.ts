/**
 * The whole simulated cluster without any IO: call model, monitors, and what is to happen in virtual time. The live simulator moves it along
 * with the wall clock; tests move it by hand. With the same seed and the same calls at the same virtual times it does the same, to the byte.
 */
import { Agenda } from './model/agenda.js';
import type { Ask } from './model/calls/rule.js';
import { Cluster, type ControllerSpec, type Operation } from './model/cluster.js';
import { press } from './model/hand.js';
import type { Happening } from './model/happening.js';
import { MonitorBook, type Monitor, type MonitorLimits } from './model/monitors.js';
import type { Device, Phone } from './model/phone.js';
import { UsersBook } from './model/users-book.js';
import type { Result } from './model/words.js';
import { ACTION, ENTITY, type DirectoryAction } from './wire/asked-numbers.js';
import { entityOf } from './wire/entity-kinds.js';

export interface SimulatedControllerSpec extends ControllerSpec {
  readonly monitorLimits: MonitorLimits;
  readonly name?: string;
  readonly release?: string;
  /** How numbers outside are dialled here (R-E164-01), as the controller says of itself. */
  readonly numbering?: {
    readonly countryCode?: string;
    readonly longDistancePrefix?: string;
    readonly internationalPrefix?: string;
    readonly localAreaCodes?: readonly string[];
    readonly extensionLength?: number;
  };
}

/** Called once for each monitor of the phone, in order, before the operation that caused the happening returns. */
export type MonitorListener = (monitor: Monitor, happening: Happening) => void;

export class Simulation {
  readonly cluster: Cluster;
  readonly agenda = new Agenda();
  private readonly books: MonitorBook[];
  private readonly userBooks: UsersBook[];
  private virtualMs = 0;

  constructor(
    private readonly specs: readonly SimulatedControllerSpec[],
    private readonly onMonitored: MonitorListener,
    private readonly onHappening: (happening: Happening) => void = () => undefined,
  ) {
    this.userBooks = specs.map((spec, index) => usersOf(spec, index));
    this.books = specs.map((spec) => new MonitorBook(spec.monitorLimits));
    this.cluster = new Cluster(specs, (happening) => this.spread(happening), this.agenda);
  }

  /** Virtual time in ms; never goes back. */
  get nowMs(): number {
    return this.virtualMs;
  }

  /** As it was given; throws where there is none. */
  spec(controller: number): SimulatedControllerSpec {
    const spec = this.specs[controller];
    if (!spec) throw new Error(`there is no controller ${controller}`);
    return spec;
  }

  users(controller: number): UsersBook {
    const book = this.userBooks[controller];
    if (!book) throw new Error(`there is no controller ${controller}`);
    return book;
  }

  /** Tells monitors of the directory that an entry was written. */
  directoryChanged(controller: number, entity: keyof typeof ENTITY, handle: number, action: DirectoryAction): void {
    const change = { on: true, number: String(ENTITY[entity]), other: '', code: ACTION[action] };
    this.cluster.directoryChanged(controller, handle, change, this.virtualMs);
  }

  /** The name of a device as its controller's directory has it from now on. */
  rename(device: Device, name: string): void {
    this.cluster.rename(device, name, this.virtualMs);
    this.entryChanged(device);
  }

  private entryChanged(device: Device): void {
    const entity = entityOf(device);
    if (entity) this.directoryChanged(device.primary, entity, device.handle, 'UPDATE');
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

  press(operation: Operation, phone: Phone, ask: Ask = {}): Result {
    return press(this.cluster, operation, phone, this.virtualMs, ask);
  }

  dial(phone: Phone, number: string): Result {
    return press(this.cluster, 'call', phone, this.virtualMs, { number });
  }

  /**
   * All links of the controller must have been ended before: their monitors are forgotten here. Away for `downMs`, resilient phones go to
   * their secondary for that while.
   */
  restart(controller: number, downMs = 0): void {
    const spec = this.spec(controller);
    this.books[controller] = new MonitorBook(spec.monitorLimits);
    this.cluster.restart(controller, (this.cluster.bootId(controller) % 0xffff_ffff) + 1, this.virtualMs);
    this.agenda.removeOwner(`down ${controller}`);
    if (downMs <= 0) return this.cluster.comeBack(controller, this.virtualMs);
    this.cluster.goAway(controller, this.virtualMs);
    this.agenda.enter(`down ${controller}`, this.virtualMs + downMs, (atMs) => this.cluster.comeBack(controller, atMs));
  }

  private spread(happening: Happening): void {
    this.onHappening(happening);
    const { change, phone, event } = happening;
    // where a user sits is a fact of the directory, too; told when what happens now has been told
    if (event === 'HOT_DESK_USER' && phone.kind === 'hot-desk-user')
      this.agenda.enter('directory', this.virtualMs, () => this.entryChanged(phone));
    const personal = change !== undefined && this.cluster.directory.device(change.number)?.kind === 'personal-ring-group';
    for (const monitor of this.monitors(phone.controller).toldOf(happening, personal)) {
      monitor.sequence = (monitor.sequence % 0xffff_ffff) + 1;
      this.onMonitored(monitor, happening);
    }
  }
}

/** One for each phone whose name says whose it is. */
function usersOf(spec: SimulatedControllerSpec, controller: number): UsersBook {
  const book = new UsersBook(controller);
  for (const { dn, name } of spec.phones) {
    if (name === '') continue;
    const [firstName = '', ...rest] = name.split(' ');
    book.insert({ firstName, lastName: rest.join(' '), email: '', department: '', location: '', primeDn: dn });
  }
  return book;
}
