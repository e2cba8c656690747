/** What the engine is given: its settings, what it works with, and what it starts from. */
import type { AccessDocument, Epoch, InstanceConfig } from '#contracts/gateway-admin';
import type { Directory, DirectoryWriter } from './directory/directory.port.js';
import type { ReceiverOptions } from './handlers/receivers.js';
import type { Journal } from './journal/journal.port.js';
import type { Instant, JournalRecord } from './switchboard/switchboard.port.js';

export type EngineConfig = Pick<InstanceConfig, 'slots' | 'limits' | 'eventLog' | 'monitorStartsPerSecond'> & {
  readonly timing: Pick<InstanceConfig['timing'], 'sessionKeepAliveMs' | 'commandTimeoutMs' | 'longPollMaxMs'>;
};

/** The part of a logger that is used here; `#telemetry/logger` fits. */
export interface EngineLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface EngineOptions {
  readonly config: EngineConfig;
  readonly epoch: Epoch;
  readonly journal: Journal;
  readonly logger: EngineLogger;
  /** For receivers with certificates of an authority of one's own. */
  readonly receivers?: Omit<ReceiverOptions, 'policy'>;
  /** For tests in another time; default: the monotonic clock and the wall clock. */
  readonly clock?: () => Instant;
  /** What applications read of the controllers; default: an empty one in memory. */
  readonly directory?: Directory;
  /** Default: the controllers themselves, over their links. */
  readonly directoryWriter?: DirectoryWriter;
}

export interface EngineStart {
  /** What the journal holds of earlier incarnations. */
  readonly records: readonly JournalRecord[];
  /** The journal holds something that is written otherwise now: it is rewritten at once. */
  readonly isStale?: boolean | undefined;
  /** When the last of them was last known to be alive, ms since 1970; undefined: now. */
  readonly lastAliveMs?: number | undefined;
  readonly document: AccessDocument | undefined;
}
