/** Sessions and monitors as applications were told of them; what they were told must stay true. */
import type { AccessDocument } from '#contracts/gateway-admin';
import type { SwarmConfig } from '../swarm.js';
import type { Oracle } from './oracle.js';

export interface HeldMonitor {
  state: 'held' | 'uncertain';
  readonly fromMs: number;
}
export interface SessionRecord {
  readonly application: string;
  readonly instanceId: string;
  readonly id: number;
  readonly token: string;
  readonly fromMs: number;
  /** When its log-in was sent. */
  readonly sentMs: number;
  /** When the last request that was answered with success was sent: alive then, for certain. */
  aliveMs: number;
  /** Greatest pause between requests that reached the instance since `aliveMs`. */
  pauseMs: number;
  arrivedMs: number;
  logoutSent: boolean;
  endedMs: number | undefined;
  readonly monitors: Map<number, HeldMonitor>;
}
interface Interval {
  readonly group: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export class SessionWitness {
  readonly all: SessionRecord[] = [];
  /** Applications that are off the access-control list, or were within the last moments. */
  readonly revoked = new Map<string, { readonly fromMs: number; toMs: number }[]>();
  /** Instances for which deletion or a stop was asked for. */
  readonly deleted = new Set<string>();
  private readonly heldFor: Interval[] = [];
  /** The newest document each instance has told control to have. */
  private readonly newest = new Map<string, { readonly serial: number; readonly atMs: number }>();
  /** Since when an instance has told to have a document that does not allow an application: `instance/application`. */
  private readonly deniedSince = new Map<string, number>();
  /** When a document that does not allow an application came into force at an instance, by instance and application; the last time. */
  private readonly deniedInForceMs = new Map<string, number>();

  constructor(
    private readonly oracle: Oracle,
    private readonly config: SwarmConfig,
  ) {}

  begun(record: SessionRecord): void {
    if (
      this.all.some(
        ({ id, instanceId, endedMs }) => id === record.id && instanceId === record.instanceId && endedMs === undefined,
      )
    )
      this.oracle.violation('ANSWER', `session ${record.id} was given twice`);
    this.all.push(record);
  }

  /** A request of the session got to the instance. */
  reached(record: SessionRecord, atMs: number): void {
    record.pauseMs = Math.max(record.pauseMs, atMs - record.arrivedMs);
    record.arrivedMs = atMs;
  }

  alive(record: SessionRecord, sentMs: number): void {
    if (sentMs <= record.aliveMs) return;
    record.aliveMs = sentMs;
    record.pauseMs = 0;
  }

  /** An application was told that its session has ended. */
  toldEnded(record: SessionRecord, nowMs: number, detail: string): void {
    if (record.endedMs !== undefined) return;
    record.endedMs = nowMs;
    const pauseMs = Math.max(record.pauseMs, nowMs - record.arrivedMs);
    const wasRevoked = (this.revoked.get(record.application) ?? []).some(({ toMs }) => toMs >= record.sentMs);
    const wasDenied = (this.deniedInForceMs.get(`${record.instanceId}/${record.application}`) ?? -1) >= record.sentMs;
    const mayEnd = wasRevoked || wasDenied || this.deleted.has(record.instanceId);
    if (record.logoutSent || pauseMs > this.config.keepAliveMs || mayEnd) return;
    this.oracle.violation(
      'I1-ACK-DURABLE',
      `session ${record.id} of ${record.application} was acknowledged and is gone: ${detail}`,
    );
  }

  /**
   * An instance obeys this document from now on; it may have been overtaken by a newer one on its way. One that is older than what the
   * instance has told control to have is no excuse for what it does.
   */
  documentInForce(instanceId: string, { applications, serial }: AccessDocument, nowMs: number): void {
    if (serial < (this.newest.get(instanceId)?.serial ?? 0)) return;
    for (const { name, allowed } of applications) if (!allowed) this.deniedInForceMs.set(`${instanceId}/${name}`, nowMs);
  }

  /** A monitor was held for certain from its answer until a stop of it was sent, which found it. */
  held({ instanceId }: SessionRecord, fromMs: number, toMs: number): void {
    this.heldFor.push({ group: instanceId, fromMs, toMs });
  }

  /** An instance has told control that it has this document, which was pushed at `sentMs`. */
  documentAccepted(instanceId: string, { applications, serial }: AccessDocument, sentMs: number, nowMs: number): void {
    const newest = this.newest.get(instanceId);
    if (newest !== undefined && serial < newest.serial) {
      if (sentMs > newest.atMs)
        this.oracle.violation('ACCESS', `${instanceId} took document ${serial} after it had said to have ${newest.serial}`);
      return;
    }
    this.newest.set(instanceId, { serial, atMs: nowMs });
    for (const { name, allowed } of applications) {
      const key = `${instanceId}/${name}`;
      if (allowed) this.deniedSince.delete(key);
      else if (!this.deniedSince.has(key)) this.deniedSince.set(key, nowMs);
    }
  }

  /** A log-in by an application that control had taken off the list, after it or control was told so, and before it was put back. */
  loggedInWhileRevoked(login: {
    readonly application: string;
    readonly instanceId: string;
    readonly sentMs: number;
    readonly toldMs: number | undefined;
    readonly nowMs: number;
  }): void {
    const { application, instanceId, sentMs, toldMs, nowMs } = login;
    const since = (this.revoked.get(application) ?? []).find(({ fromMs, toMs }) => fromMs < sentMs && toMs >= nowMs);
    if (since === undefined || this.deleted.has(instanceId)) return;
    const isWithin = (knownMs: number | undefined) => knownMs !== undefined && knownMs > since.fromMs && knownMs < sentMs;
    if (isWithin(toldMs))
      this.oracle.violation('ACCESS', `${application} logged in after it had been refused as not on the list`);
    else if (isWithin(this.deniedSince.get(`${instanceId}/${application}`)))
      this.oracle.violation('ACCESS', `${application} logged in though ${instanceId} has a document that does not allow it`);
  }

  /** I3: never more than the cap at any moment, counting only what applications knew for certain. */
  checkCaps(): void {
    const sessions = this.all.map(({ instanceId, fromMs, aliveMs }) => ({ group: instanceId, fromMs, toMs: aliveMs }));
    this.checkOverlap(sessions, this.config.limits.sessions, 'sessions');
    this.checkOverlap(this.heldFor, this.config.limits.monitors, 'monitors');
  }

  private checkOverlap(intervals: readonly Interval[], cap: number, what: string): void {
    for (const group of new Set(intervals.map((interval) => interval.group))) {
      const own = intervals.filter((interval) => interval.group === group && interval.toMs > interval.fromMs);
      for (const { fromMs } of own) {
        const count = own.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs).length;
        if (count > cap) return this.oracle.violation('I3-CAPS', `${count} ${what} at ${group} at once, ${cap} are allowed`);
      }
    }
  }
}
