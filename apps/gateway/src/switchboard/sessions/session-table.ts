/** Sessions (R-SES-01): who is logged in, what each holds, when it was last heard of. */
import { EventLog } from '../events/event-log.js';
import type { DeadLetter } from '#contracts/application-api';
import { PLAIN_ACCESS, type SessionAccess } from './session-access.js';
import type { DataRegistration, EventHandler, SwitchboardSettings } from '../switchboard.port.js';

/** A handler and how far it is. */
export interface HeldHandler {
  facts: EventHandler;
  /** Everything up to here has been taken. */
  ackedSeq: number;
  /** The same as the journal knows it. */
  keptSeq: number;
  deadLetters: readonly DeadLetter[];
}

export interface Session {
  readonly id: number;
  readonly tokenHash: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly log: EventLog;
  /** What it may do and where it came in. */
  access: SessionAccess;
  /** Monitors it holds or has asked for, by object id. */
  readonly monitors: Set<number>;
  /** By object id, the other id of the device that the session knows it by (device-names.ts); undefined: none. */
  names: Map<number, number> | undefined;
  /** Controllers it has had to do with: it is told when their links come and go. */
  readonly controllers: Set<number>;
  lastSeenMs: number;
  /** True while its last read of events left nothing: it wants to be woken. */
  wantsWake: boolean;
  /** Where plain getEvent goes on. */
  plainSeq: number;
  /** What its log has dropped and the instance has counted. */
  droppedSeen: number;
  /** Since when events are unread, as the journal knows it, ms since 1970; undefined: none for long. */
  keptUnreadSince: number | undefined;
  handler: HeldHandler | undefined;
  /** What it is told of the directory; undefined: nothing. */
  dataRegistration: DataRegistration | undefined;
  /** Another number under which its events may be fetched, and from where over SOAP. */
  restSession: { readonly id: number; readonly clientAddress: string } | undefined;
  /** Stands for the token once, for a moment; at most one, the newest. */
  ticket: { readonly hash: string; readonly expiresMs: number } | undefined;
}

const ENDED_MAX = 2000;

export class SessionTable {
  private readonly sessions = new Map<number, Session>();
  /** Why sessions ended that may still be asked for. */
  private readonly ended = new Map<number, string>();

  constructor(private readonly settings: SwitchboardSettings) {}

  get size(): number {
    return this.sessions.size;
  }

  get(id: number): Session | undefined {
    return this.sessions.get(id);
  }

  all(): IterableIterator<Session> {
    return this.sessions.values();
  }

  /** The reason a session ended, as far as remembered. */
  endOf(id: number): string | undefined {
    return this.ended.get(id);
  }

  add(
    facts: Pick<Session, 'id' | 'tokenHash' | 'applicationId' | 'applicationName'> & Partial<Pick<Session, 'access'>>,
    nowMs: number,
  ): Session {
    const session: Session = {
      access: { ...PLAIN_ACCESS },
      ...facts,
      log: new EventLog(this.settings.epoch, this.settings.eventLog),
      monitors: new Set(),
      names: undefined,
      controllers: new Set(),
      lastSeenMs: nowMs,
      wantsWake: false,
      plainSeq: 0,
      droppedSeen: 0,
      keptUnreadSince: undefined,
      handler: undefined,
      dataRegistration: undefined,
      restSession: undefined,
      ticket: undefined,
    };
    this.sessions.set(session.id, session);
    return session;
  }

  remove(id: number, reason: string): void {
    this.sessions.delete(id);
    this.ended.set(id, reason);
    if (this.ended.size > ENDED_MAX) this.ended.delete(this.ended.keys().next().value!);
  }

  /**
   * Sessions that have been silent for longer than the keep-alive. One whose webhook is served stays: it is the application's way to be
   * there, also while its receiver is down; it ends some keep-alive after the handler was given up. A handler over SOAP has proven nothing
   * (S-49), so there only what it takes is a sign of life.
   */
  silent(nowMs: number): Session[] {
    return [...this.sessions.values()].filter(
      ({ lastSeenMs, handler }) =>
        nowMs - lastSeenMs > this.settings.sessionKeepAliveMs &&
        !(handler?.facts.kind === 'webhook' && handler.facts.proven && handler.facts.disabled === undefined),
    );
  }
}
