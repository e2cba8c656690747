/**
 * Monitors: one on the controller per device, whatever the number of sessions that hold it (R-MON-04). The table counts what
 * applications hold (R-LIM-03), places asked for and not yet granted included.
 */
import type { EventMessage, MonitorKind } from '#southbound/messages';
import type { CallFactsView, DeviceCalls } from './call-features.rules.js';
import type { DeviceRef } from './event-mapping.mapper.js';
import { countedKindOf, MonitorCountBook } from './monitor-counts.js';
import type { Whereabouts } from './resilience.rules.js';

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
  /** Of a resilient device, as soon as that is known of it. */
  homes: Homes | undefined;
  /** Its last event was RESILIENT_DEVICE: the next one may say that it comes or goes. */
  saidMove = false;
  /** Requests of sessions that have asked and are not answered yet; each session holds one place. Written by the table alone. */
  asking: ReadonlyMap<number, number[]> = NO_REQUESTS;
  private known: Map<number, CallView> | undefined;
  /** The gateway itself wants it, whoever else does (directory-watch.ts). */
  isWatch = false;
  /** Bits of TRAITS, as the last snapshot said. */
  traits = 0;
  /** Whether the journal knows it to be in a call: then it is set before others. */
  keptInCall = false;
  /** Snapshots under way; only the answer to the last one asked for counts. */
  snapshots = 0;
  /** Calls touched by events since the last snapshot was asked for: of these the events know better. */
  touched: Set<number> | undefined;
  /** When the last event came, ms since 1970: a gap begins there. */
  heardWallMs = 0;
  private ended: Set<string> | undefined;
  /** Events that came before the answer that names their monitor reference: the two connections of a link race. */
  early: readonly EventMessage[] = NO_EVENTS;

  constructor(
    readonly objectId: number,
    readonly icpId: number,
    readonly handle: number,
    readonly kind: MonitorKind = 'DEVICE',
    /** Sessions that hold it. */
    readonly holders: Set<number> = new Set(),
  ) {}

  get places(): number {
    return this.holders.size + this.asking.size + (this.isWatch ? 1 : 0);
  }

  /** The monitor that applications hold; of a secondary one that of its device. */
  get device(): Monitor {
    return this;
  }

  /** As applications know it. */
  get told(): DeviceRef {
    return this;
  }

  /** This one and, where there is one, its secondary: those whose calls are the device's. */
  get slots(): readonly Monitor[] {
    const secondary = this.homes?.secondary;
    return secondary === undefined ? [this] : [this, secondary];
  }

  /** In a call, whichever controller says so. */
  get isInCall(): boolean {
    return this.calls.size > 0 || (this.homes?.secondary?.calls.size ?? 0) > 0;
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
  /** Undefined: it cannot be set, now or ever. */
  secondary: SecondaryMonitor | undefined;
}

/**
 * The monitor of a resilient device at its secondary controller (R-RES-01): it stands there like any other and takes a place (R-LIM-04), and
 * belongs to no application: its holders are those of the device's own monitor, under whose id its events go out. It costs no licence.
 */
export class SecondaryMonitor extends Monitor {
  /** False: it is given up, though the device's own monitor goes on. */
  wanted = true;
  private readonly ref: DeviceRef;

  /** @param monitorId nobody's but this one's (numbering.rules.ts) */
  constructor(
    monitorId: number,
    icpId: number,
    private readonly of: Monitor,
  ) {
    super(monitorId, icpId, of.handle, 'DEVICE', of.holders);
    this.ref = { icpId, objectId: of.objectId, handle: of.handle, icpRole: 'secondary' };
  }

  override get device(): Monitor {
    return this.of;
  }

  override get told(): DeviceRef {
    return this.ref;
  }

  override get places(): number {
    return this.wanted && this.of.places > 0 ? 1 : 0;
  }
}

export class MonitorTable {
  private readonly monitors = new Map<number, Monitor>();
  /** Places held or asked for by sessions, all monitors together. */
  places = 0;

  /** R-LIM-07 */
  readonly counts = new MonitorCountBook();

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
    if (monitor.device !== monitor) monitor.applications = monitor.device.applications;
    this.count(monitor, 1);
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

  /** A session comes to a monitor, or has left it: the number of its applications may change, at the secondary controller too. */
  private sessionChange(monitor: Monitor, sessionId: number, delta: 1 | -1): void {
    this.places += delta;
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
