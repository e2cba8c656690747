/**
 * What was seen from outside while faults were played: by applications at the edge, by the simulated controllers on their links, in the
 * process table. The oracle judges this and nothing else. All times are the wall clock of this one host, in milliseconds.
 */
import type { ApplicationEvent } from '#contracts/application-api';

/** One line of the simulator's trace (`GET /v1/trace`). */
export interface TraceLine {
  readonly n: number;
  readonly wallMs: number;
  readonly kind: string;
  readonly controller: string | null;
  readonly linkId: number | null;
  readonly instanceId: string | null;
  /** `major.minor` */
  readonly epoch: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface SeenProcess {
  readonly pid: number;
  /** With the pid it names one process: clock ticks since boot. */
  readonly startTicks: string;
  readonly instanceId: string;
  readonly epochMajor: number;
}

export interface ControllerCount {
  readonly address: string;
  readonly links: number;
  readonly monitors: number;
  readonly startsPerSecondMax: number;
}

/** How things stood once the faults were healed and the load had ended. */
export interface FinalState {
  /** Sessions that were acknowledged and not ended, and whether they answer. */
  readonly sessions: readonly { readonly session: number; readonly alive: boolean }[];
  /** Monitors that were acknowledged, and whether a call at the phone was told live to the session. */
  readonly monitors: readonly { readonly session: number; readonly objectId: number; readonly live: boolean }[];
  /** Monitors as the controllers count them against the devices that the instance says stand. */
  readonly counts: readonly { readonly what: string; readonly atControllers: number; readonly told: number }[];
  /** Sentences: what has not come back. */
  readonly unconverged: readonly string[];
  /** Sentences: processes that nobody accounts for. */
  readonly orphans: readonly string[];
}

export type Entry =
  | { readonly kind: 'log-in'; readonly atMs: number; readonly session: number }
  /** From here on nothing of the session is promised. */
  | { readonly kind: 'log-out'; readonly atMs: number; readonly session: number }
  /** An answer that says that the session or its cursor is not there. */
  | { readonly kind: 'session-lost'; readonly atMs: number; readonly session: number; readonly code: string }
  | {
      readonly kind: 'monitor';
      readonly atMs: number;
      readonly session: number;
      readonly objectId: number;
      readonly controller: string;
      readonly dn: string;
    }
  | { readonly kind: 'event'; readonly atMs: number; readonly session: number; readonly event: ApplicationEvent }
  /** `key` is the idempotency key, and the account code the controller sees. */
  | {
      readonly kind: 'command';
      readonly atMs: number;
      readonly session: number;
      readonly key: string;
      readonly outcome: 'accepted' | 'rejected' | 'unknown';
    }
  | { readonly kind: 'trace'; readonly line: TraceLine }
  /** Lines were dropped before they were read: gaps cannot be judged. */
  | { readonly kind: 'trace-lost' }
  | { readonly kind: 'processes'; readonly atMs: number; readonly instances: readonly SeenProcess[] }
  | { readonly kind: 'controllers'; readonly atMs: number; readonly counts: readonly ControllerCount[] }
  | { readonly kind: 'final'; readonly state: FinalState };
