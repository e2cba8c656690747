/**
 * Monitors: one on the controller per device, whatever the number of sessions that hold it (R-MON-04). The table counts what
 * applications hold (R-LIM-03), places asked for and not yet granted included.
 */
import type { EventMessage, MonitorKind } from '#southbound/messages';
import type { CallFactsView, DeviceCalls } from '../calls/call-features.rules.js';
import type { DeviceRef } from '../events/event-mapping.mapper.js';
import { HolderSet } from './holder-set.js';
import { countedKindOf, MonitorCountBook } from './monitor-counts.js';
import type { Whereabouts } from '../resilience/resilience.rules.js';

/** `lost`: the link is down. `queued`: waits for its turn. `resting`: the controller could not take it, to be tried again. */
export type MonitorState = 'lost' | 'queued' | 'starting' | 'set' | 'stopping' | 'resting';

/** A call of a monitored device as the sessions were told of it. */
export interface CallView extends CallFactsView {
  readonly globalCallId: string | null;
  /** The features that were shown with it last, as a mask. */
  readonly mask: number;
}

const CALLS_MAX = 64;
const ENDED_MAX = 32;
const EARLY_MAX = 64;

/** Shared by all monitors that have none, which is most of 50,000 of them at most times; never written. */
const NO_REQUESTS: ReadonlyMap<number, number[]> = new Map();
const NO_CALLS: ReadonlyMap<number, CallView> = new Map();
const NO_EVENTS: readonly EventMessage[] = Object.freeze([]);

export class Monitor implements DeviceRef, DeviceCalls {
  state: MonitorState = 'lost';
  /** Of the present link; 0 for none. */
  reference = 0;
  lastSequence = 0;
  failures = 0;
  /** How many applications hold it or have asked for it (R-LIM-07). */
  applications = 0;
  /** Of a resilient device, as soon as its primary controller has said so. */
  homes: Homes | undefined;
  /** Of a device that is monitored by its id at its secondary controller: where its primary one is, which has yet to confirm that. */
  primaryAddress: string | undefined;
  /** Of a resilient device: its monitor at its other controller (companion-monitors.ts). Written by the table alone. */
  companion: Monitor | undefined;
  private companionOf: Monitor | undefined;
  private companionRef: DeviceRef | undefined;
  /** Its last event was RESILIENT_DEVICE: the next one may say that it comes or goes. */
  saidMove = false;
  /** Requests of sessions that have asked and are not answered yet; each session holds one place. Written by the table alone. */
  asking: ReadonlyMap<number, number[]> = NO_REQUESTS;
  private known: Map<number, CallView> | undefined;
  /** The gateway itself wants it, whoever else does (directory-watch.ts). */
  isWatch = false;
  /** Whether the device is a hot desk user or an agent (R-LIM-09); undefined: not known yet. Written by the table alone. */
  isUser: boolean | undefined;
  /** Bits of TRAITS, as the last snapshot said. */
  traits = 0;
  /** Whether the journal knows it to be in a call: then it is set before others. */
  keptInCall = false;
  /** Snapshots under way; only the answer to the last one asked for counts. */
  snapshots = 0;
  /** Calls touched by events while a snapshot is under way, since it was asked for: of these the events know better. */
  touched: Set<number> | undefined;
  /** When the last event came, ms since 1970: a gap begins there. */
  heardWallMs = 0;
  private ended: Set<string> | undefined;
  /** Events that came before the answer that names their monitor reference: the two connections of a link race. */
  early: readonly EventMessage[] = NO_EVENTS;

  private readonly ownHolders = new HolderSet();

  constructor(
    readonly objectId: number,
    readonly icpId: number,
    readonly handle: number,
    readonly kind: MonitorKind = 'DEVICE',
  ) {}

  /** The monitor that applications hold: this one, or that of whose device it is the companion. */
  get device(): Monitor {
    const of = this.companionOf;
    return of?.companion === this ? of : this;
  }

  /** Sessions that hold the device. */
  get holders(): HolderSet {
    return this.device.ownHolders;
  }

  get places(): number {
    const { device } = this;
    if (device !== this) return device.places > 0 ? 1 : 0;
    return this.ownHolders.size + this.asking.size + (this.isWatch ? 1 : 0);
  }

  /** As applications know it that hold it by the id of {@link device}. */
  get told(): DeviceRef {
    return this.device === this ? this : this.companionRef!;
  }

  /** This one and, where there is one, its companion: those whose calls are the device's. */
  get slots(): readonly Monitor[] {
    const { companion } = this;
    return companion === undefined ? [this] : [this, companion];
  }

  /** In a call, whichever controller says so. */
  get isInCall(): boolean {
    return this.calls.size > 0 || (this.companion?.calls.size ?? 0) > 0;
  }

  /** For the table alone; undefined: it stands for nobody's device but its own. */
  standFor(device: Monitor | undefined): void {
    this.companionOf = device;
    if (device === undefined) return void (this.companionRef = undefined);
    const role = device.homes === undefined ? {} : ({ icpRole: 'secondary' } as const);
    this.companionRef = { icpId: this.icpId, objectId: device.objectId, handle: this.handle, ...role };
  }

  /** What belonged to the link that is gone. */
  forgetLink(): void {
    this.reference = 0;
    this.lastSequence = 0;
    this.snapshots = 0;
    this.early = NO_EVENTS;
    this.saidMove = false;
  }

  keepEarly(message: EventMessage): void {
    if (this.early.length < EARLY_MAX) this.early = [...this.early, message];
  }

  hasEnded(localCallId: number, globalCallId: string | null): boolean {
    return this.ended?.has(`${localCallId}/${globalCallId}`) === true;
  }

  /** Those that stand, oldest first. */
  get calls(): ReadonlyMap<number, CallView> {
    return this.known ?? NO_CALLS;
  }

  /** The facts of a call that stands, in its place. */
  updateCall(call: CallView): void {
    (this.known ??= new Map()).set(call.localCallId, call);
  }

  forgetCalls(): void {
    this.known = undefined;
  }

  /** Takes a call's new state in; null ends it for good: a late event cannot bring it back. */
  setCall(call: CallView): void {
    const calls = (this.known ??= new Map<number, CallView>());
    calls.delete(call.localCallId);
    if (call.state !== 'null') {
      calls.set(call.localCallId, call);
      if (calls.size > CALLS_MAX) calls.delete(calls.keys().next().value!);
      return;
    }
    // the other call of a consultation is an ordinary one from now on, without an event of its own
    for (const other of calls.values())
      if (other.linkedCallId === call.localCallId) calls.set(other.localCallId, { ...other, linkedCallId: 0 });
    const ended = (this.ended ??= new Set<string>());
    ended.add(`${call.localCallId}/${call.globalCallId}`);
    if (ended.size > ENDED_MAX) ended.delete(ended.values().next().value!);
  }
}

/** The two controllers of a resilient device (R-RES-02), learned when its primary one was asked first; kept in the journal. */
export interface Homes {
  readonly secondaryAddress: string;
  whereabouts: Whereabouts;
  /** Grows with every change of {@link whereabouts}: an answer to what was asked before is too old then. */
  moves: number;
}

export class MonitorTable {
  private readonly monitors = new Map<number, Monitor>();
  /** Places held or asked for by sessions, all monitors together. */
  places = 0;

  /** R-LIM-07 */
  readonly counts = new MonitorCountBook();
  /** R-LIM-09: of the devices that sessions hold or have asked for. */
  readonly userCount = { users: 0, unknown: 0 };

  /** @param applicationOf whose session it is: `shared` sums over applications, however many sessions each has */
  constructor(private readonly applicationOf: (sessionId: number) => string) {}

  get(objectId: number): Monitor | undefined {
    return this.monitors.get(objectId);
  }

  all(): IterableIterator<Monitor> {
    return this.monitors.values();
  }

  get size(): number {
    return this.monitors.size;
  }

  add(monitor: Monitor): void {
    if (this.monitors.has(monitor.objectId)) throw new Error(`monitor ${monitor.objectId} is there`);
    this.monitors.set(monitor.objectId, monitor);
    this.count(monitor, 1);
  }

  /**
   * Makes `companion`, which nobody holds, that of the device (R-RES-01): it stands at its controller like any other and takes a place there
   * (R-LIM-04), and its events go out under the id of the device, to those that hold the device. It costs no licence. Both are in the table.
   */
  attach(device: Monitor, companion: Monitor): void {
    device.companion = companion;
    companion.standFor(device);
    this.setApplications(companion, device.applications);
  }

  /** The device has no companion any more; what was it is nobody's. */
  detach(device: Monitor): void {
    const { companion } = device;
    if (companion === undefined) return;
    device.companion = undefined;
    companion.standFor(undefined);
    this.setApplications(companion, 0);
  }

  private setApplications(monitor: Monitor, applications: number): void {
    this.counts.change(monitor.icpId, countedKindOf(monitor.kind), 'shared', applications - monitor.applications);
    monitor.applications = applications;
  }

  /** Only when nobody holds a place on it any more. */
  remove(monitor: Monitor): void {
    if (monitor.places !== 0) throw new Error(`monitor ${monitor.objectId} is still held`);
    if (this.monitors.delete(monitor.objectId)) this.count(monitor, -1);
  }

  /** Whether the session's application holds, or has asked for, the monitor already. */
  isOfApplication(monitor: Monitor, sessionId: number): boolean {
    const application = this.applicationOf(sessionId);
    for (const sessions of [monitor.holders, monitor.asking.keys()])
      for (const other of sessions) if (other !== sessionId && this.applicationOf(other) === application) return true;
    return false;
  }

  private count(monitor: Monitor, sign: 1 | -1): void {
    const kind = countedKindOf(monitor.kind);
    if (monitor.handle !== 0) this.counts.change(monitor.icpId, kind, 'total', sign);
    this.counts.change(monitor.icpId, kind, 'shared', sign * monitor.applications);
  }

  /** It is known now whether the device is a hot desk user or an agent. */
  setUser(monitor: Monitor, isUser: boolean): void {
    const isCounted = monitor.holders.size + monitor.asking.size > 0;
    if (isCounted) this.countUser(monitor, -1);
    monitor.isUser = isUser;
    if (isCounted) this.countUser(monitor, 1);
  }

  private countUser({ kind, isUser }: Monitor, sign: 1 | -1): void {
    if (kind !== 'DEVICE' || isUser === false) return;
    this.userCount[isUser === true ? 'users' : 'unknown'] += sign;
  }

  /** A session comes to a monitor, or has left it: the number of its applications may change, at the secondary controller too. */
  private sessionChange(monitor: Monitor, sessionId: number, delta: 1 | -1): void {
    this.places += delta;
    if (monitor.holders.size + monitor.asking.size === 0) this.countUser(monitor, delta);
    if (this.isOfApplication(monitor, sessionId)) return;
    for (const slot of monitor.slots) {
      if (this.monitors.get(slot.objectId) !== slot) continue;
      slot.applications += delta;
      this.counts.change(slot.icpId, countedKindOf(slot.kind), 'shared', delta);
    }
  }

  ask(monitor: Monitor, sessionId: number, requestId: number): void {
    const requests = monitor.asking.get(sessionId);
    if (requests !== undefined) {
      requests.push(requestId);
      return;
    }
    this.sessionChange(monitor, sessionId, 1);
    monitor.asking = new Map([...monitor.asking, [sessionId, [requestId]]]);
  }

  /** Turns a session's place into a held one, or takes a new one. Answers the requests that waited for it. */
  hold(monitor: Monitor, sessionId: number): number[] {
    const requests = this.withdraw(monitor, sessionId);
    if (!monitor.holders.has(sessionId)) {
      this.sessionChange(monitor, sessionId, 1);
      monitor.holders.add(sessionId);
    }
    return requests;
  }

  /** Gives up what the session has asked for; answers its waiting requests. */
  withdraw(monitor: Monitor, sessionId: number): number[] {
    const requests = monitor.asking.get(sessionId);
    if (requests === undefined) return [];
    const others = [...monitor.asking].filter(([asking]) => asking !== sessionId);
    monitor.asking = others.length === 0 ? NO_REQUESTS : new Map(others);
    this.sessionChange(monitor, sessionId, -1);
    return requests;
  }

  /** @returns false when the session did not hold it */
  release(monitor: Monitor, sessionId: number): boolean {
    if (!monitor.holders.delete(sessionId)) return false;
    this.sessionChange(monitor, sessionId, -1);
    return true;
  }
}
