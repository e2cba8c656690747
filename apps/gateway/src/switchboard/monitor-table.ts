/**
 * Monitors: one on the controller per device, whatever the number of sessions that hold it (R-MON-04). The table counts what
 * applications hold (R-LIM-03), places asked for and not yet granted included.
 */
import type { EventMessage, MonitorKind } from '#southbound/messages';
import type { CallFactsView, DeviceCalls } from './call-features.rules.js';
import type { DeviceRef } from './event-mapping.mapper.js';

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

export class Monitor implements DeviceRef, DeviceCalls {
  state: MonitorState = 'lost';
  /** Of the present link; 0 for none. */
  reference = 0;
  lastSequence = 0;
  failures = 0;
  /** The gateway itself wants it, whoever else does (directory-watch.ts). */
  isWatch = false;
  /** Sessions that hold it. */
  readonly holders = new Set<number>();
  /** Requests of sessions that have asked and are not answered yet; each session holds one place. */
  readonly asking = new Map<number, number[]>();
  readonly calls = new Map<number, CallView>();
  /** Bits of TRAITS, as the last snapshot said. */
  traits = 0;
  /** Whether the journal knows it to be in a call: then it is set before others. */
  keptInCall = false;
  /** Snapshots under way; only the answer to the last one asked for counts. */
  snapshots = 0;
  /** Calls touched by events since the last snapshot was asked for: of these the events know better. */
  touched = new Set<number>();
  /** When the last event came, ms since 1970: a gap begins there. */
  heardWallMs = 0;
  private readonly ended = new Set<string>();
  /** Events that came before the answer that names their monitor reference: the two connections of a link race. */
  early: EventMessage[] = [];

  constructor(
    readonly objectId: number,
    readonly icpId: number,
    readonly handle: number,
    readonly kind: MonitorKind = 'DEVICE',
  ) {}

  get places(): number {
    return this.holders.size + this.asking.size + (this.isWatch ? 1 : 0);
  }

  /** What belonged to the link that is gone. */
  forgetLink(): void {
    this.reference = 0;
    this.lastSequence = 0;
    this.snapshots = 0;
    this.early = [];
  }

  keepEarly(message: EventMessage): void {
    if (this.early.length < EARLY_MAX) this.early.push(message);
  }

  hasEnded(localCallId: number, globalCallId: string | null): boolean {
    return this.ended.has(`${localCallId}/${globalCallId}`);
  }

  /** Takes a call's new state in; null ends it for good: a late event cannot bring it back. */
  setCall(call: CallView): void {
    this.calls.delete(call.localCallId);
    if (call.state !== 'null') {
      this.calls.set(call.localCallId, call);
      if (this.calls.size > CALLS_MAX) this.calls.delete(this.calls.keys().next().value!);
      return;
    }
    // the other call of a consultation is an ordinary one from now on, without an event of its own
    for (const other of this.calls.values())
      if (other.linkedCallId === call.localCallId) this.calls.set(other.localCallId, { ...other, linkedCallId: 0 });
    this.ended.add(`${call.localCallId}/${call.globalCallId}`);
    if (this.ended.size > ENDED_MAX) this.ended.delete(this.ended.values().next().value!);
  }
}

export class MonitorTable {
  private readonly monitors = new Map<number, Monitor>();
  /** Places held or asked for by sessions, all monitors together. */
  places = 0;

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
    this.monitors.set(monitor.objectId, monitor);
  }

  /** Only when nobody holds a place on it any more. */
  remove(monitor: Monitor): void {
    if (monitor.places !== 0) throw new Error(`monitor ${monitor.objectId} is still held`);
    this.monitors.delete(monitor.objectId);
  }

  ask(monitor: Monitor, sessionId: number, requestId: number): void {
    const requests = monitor.asking.get(sessionId);
    if (requests !== undefined) {
      requests.push(requestId);
      return;
    }
    monitor.asking.set(sessionId, [requestId]);
    this.places += 1;
  }

  /** Turns a session's place into a held one, or takes a new one. Answers the requests that waited for it. */
  hold(monitor: Monitor, sessionId: number): number[] {
    const requests = this.withdraw(monitor, sessionId);
    if (!monitor.holders.has(sessionId)) {
      monitor.holders.add(sessionId);
      this.places += 1;
    }
    return requests;
  }

  /** Gives up what the session has asked for; answers its waiting requests. */
  withdraw(monitor: Monitor, sessionId: number): number[] {
    const requests = monitor.asking.get(sessionId);
    if (requests === undefined) return [];
    monitor.asking.delete(sessionId);
    this.places -= 1;
    return requests;
  }

  /** @returns false when the session did not hold it */
  release(monitor: Monitor, sessionId: number): boolean {
    if (!monitor.holders.delete(sessionId)) return false;
    this.places -= 1;
    return true;
  }
}
