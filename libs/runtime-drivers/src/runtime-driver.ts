/**
 * A runtime driver starts, finds, stops and forgets incarnations of gateway instances on one kind of runtime. It never decides *whether*
 * to act: the worker's plans do (design.md 15). Every implementation passes `conformance/runtime-driver.conformance.ts`.
 */

/** Where an incarnation is and how to know it again; plain JSON, kept by the worker in the instance's status. */
export interface IncarnationHandle {
  readonly driver: string;
  readonly instanceId: string;
  readonly epochMajor: number;
  /** The driver's own members; opaque to everyone else. */
  readonly [member: string]: string | number;
}

export interface StartRequest {
  readonly instanceId: string;
  readonly epochMajor: number;
  /** Absolute path of the incarnation's configuration file; its only argument. */
  readonly configFile: string;
  /** Absolute path of a folder for what the incarnation prints. */
  readonly logDir: string;
}

export type IncarnationState =
  /** There and not known to be ending. */
  | 'running'
  /** Confirmed gone: a successor may start. */
  | 'exited'
  /** The runtime could not be asked; says nothing about the incarnation. */
  | 'unknown';

export interface DriverCapabilities {
  /** `runtime`: a death can be confirmed, so a successor starts only after that; `lease`: it cannot (design.md 6). */
  readonly fencing: 'runtime' | 'lease';
  /** Who starts an incarnation again after it ended. */
  readonly restarts: 'worker' | 'runtime';
}

export interface RuntimeDriver {
  readonly name: string;
  readonly capabilities: DriverCapabilities;
  /**
   * Starts an incarnation and answers its handle as soon as the runtime has it; it need not be serving yet.
   * Not idempotent: the caller has confirmed that no incarnation of the instance runs. Rejects with {@link RuntimeDriverError}.
   */
  start(request: StartRequest): Promise<IncarnationHandle>;
  /**
   * Asks the incarnation to end, after `graceMs` ends it by force, and resolves when its end is confirmed. May be called twice and
   * for what is already gone. Acts only on what bears our label *and* the handle's recorded identity (S-70).
   */
  stop(handle: IncarnationHandle, graceMs: number): Promise<void>;
  /** Never rejects; what cannot be asked is `unknown`. */
  inspect(handle: IncarnationHandle): Promise<IncarnationState>;
  /** Everything alive that bears this installation's label, started by whichever process of ours. */
  list(): Promise<readonly IncarnationHandle[]>;
  /** Watches an incarnation, also one that an earlier process started; the listener is called once, when its end is confirmed. */
  watch(handle: IncarnationHandle, onExit: () => void): void;
  /** Ends all watching; incarnations go on. May be called twice. */
  close(): void;
}

export class RuntimeDriverError extends Error {
  override readonly name = 'RuntimeDriverError';
  constructor(
    readonly code: 'START_FAILED' | 'STOP_FAILED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
