/** Where a planted fault takes hold. Production code knows nothing of it: hooks wrap what goes into and out of the real core, or patch one object of it. */
import type { AccessDocument, Epoch } from '#contracts/gateway-admin';
import type { LifecycleFacts } from '#domain/instance-lifecycle';
import type { Core } from '../../../apps/gateway/src/switchboard/core.js';
import type {
  Effect,
  Input,
  Instant,
  JournalRecord,
  SwitchboardSettings,
} from '../../../apps/gateway/src/switchboard/switchboard.port.js';

/** Rules of the shells around the pure cores (the adapters' duties) that a planted fault leaves out. */
export type DroppedRule =
  | 'torn-tail-cut'
  | 'document-serial'
  | 'document-synced'
  | 'fencing-token'
  | 'confirmed-stop'
  | 'journal-lock'
  | 'strays-looked-for'
  | 'sweep'
  | 'operation-deadline'
  | 'operation-span'
  | 'unknown-is-not-dead'
  | 'make-call-once'
  | 'stop-sent'
  | 'silence-deadline'
  | 'grants-planned'
  | 'grants-confirmed';

export interface Plant {
  readonly name: string;
  /** What is broken, for a person. */
  readonly what: string;
  readonly drops?: DroppedRule;
  /** Once per incarnation, before its first input. */
  readonly core?: (core: Core) => void;
  readonly effects?: (effects: readonly Effect[], core: Core) => readonly Effect[];
  readonly input?: (input: Input, core: Core) => Input | undefined;
  readonly instant?: (now: Instant) => Instant;
  readonly settings?: (settings: SwitchboardSettings) => SwitchboardSettings;
  readonly document?: (document: AccessDocument) => AccessDocument;
  /** The epoch of a new incarnation; `last` is what the disk holds. */
  readonly epoch?: (right: Epoch, last: Epoch | undefined) => Epoch;
  readonly compacted?: (records: readonly JournalRecord[]) => readonly JournalRecord[];
  readonly facts?: (facts: LifecycleFacts, wallSilentMs: number) => LifecycleFacts;
}

export const NOTHING_PLANTED: Plant = Object.freeze({ name: 'none', what: 'nothing' });
