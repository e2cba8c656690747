/**
 * Messages beyond a call's simplest day: commands by opcode, look-ups, queries, monitors by kind, the directory. Words that a peer of a
 * later release uses are read as `UNKNOWN_…` (kinds, opcodes, entities) or `ITEM_<n>`; an encoder cannot write those.
 */
import type { CAUSES } from './event-words.js';
import type { ITEM_WORDS } from './item-words.js';
import type { LocalStateName, ResultName } from './types.js';
import type {
  CALL_OPCODES,
  DEVICE_OPCODES,
  DIRECTORY_ACTIONS,
  DIRECTORY_ENTITIES,
  LOOKUP_KINDS,
  MONITOR_KINDS,
  QUERY_KINDS,
} from './words.js';

export type CallOpcode = (typeof CALL_OPCODES)[number];
export type DeviceOpcode = (typeof DEVICE_OPCODES)[number];
export type LookupKind = (typeof LOOKUP_KINDS)[number];
export type MonitorKind = (typeof MONITOR_KINDS)[number];
export type QueryKind = (typeof QUERY_KINDS)[number];
export type DirectoryEntity = (typeof DIRECTORY_ENTITIES)[number];
export type DirectoryAction = (typeof DIRECTORY_ACTIONS)[number];
export type ItemWord = (typeof ITEM_WORDS)[number];

export interface Item {
  /** An {@link ItemWord}, or `ITEM_<n>` of a later release. */
  readonly word: string;
  readonly value: string;
}

interface Numbered<T extends string> {
  readonly type: T;
  readonly correlation: number;
}
interface Targeted<T extends string> extends Numbered<T> {
  /** Handle; 0 where the message is about the whole controller. */
  readonly target: number;
}
interface Answer<T extends string> extends Targeted<T> {
  readonly result: ResultName;
}

export type FeatureRequest =
  | (Numbered<'LOOKUP'> & { readonly kind: LookupKind | 'UNKNOWN_KIND'; readonly number: number; readonly text: string })
  /** `from`: how many calls one has had already. */
  | (Targeted<'SNAPSHOT_CALLS'> & { readonly from: number })
  | (Targeted<'MONITOR_OBJECT'> & { readonly kind: MonitorKind | 'UNKNOWN_KIND' })
  | (Targeted<'CALL_COMMAND'> & {
      readonly opcode: CallOpcode | 'UNKNOWN_OPCODE';
      readonly localCallId: number;
      readonly value: number;
      /** At most 42 bytes. */
      readonly argument: string;
    })
  | (Targeted<'DEVICE_COMMAND'> & {
      readonly opcode: DeviceOpcode | 'UNKNOWN_OPCODE';
      readonly value: number;
      /** With `second` at most 45 bytes. */
      readonly first: string;
      readonly second: string;
    })
  | (Targeted<'QUERY'> & { readonly kind: QueryKind | 'UNKNOWN_KIND'; readonly from: number })
  | (Numbered<'DIRECTORY_READ'> & {
      readonly entity: DirectoryEntity | 'UNKNOWN_ENTITY';
      readonly after: number;
      /** Entries may come in pieces. Absent to a controller that has not announced LONG_ITEMS. */
      readonly continued?: boolean;
    })
  | (Targeted<'DIRECTORY_WRITE'> & {
      readonly entity: DirectoryEntity | 'UNKNOWN_ENTITY';
      readonly action: DirectoryAction;
      readonly items: readonly Item[];
    });

/** A call as SNAPSHOT_CALLS shows it. */
export interface CallFacts {
  readonly localCallId: number;
  readonly globalCallId: bigint;
  readonly localState: LocalStateName;
  readonly flags: number;
  readonly linkedCallId: number;
  readonly parties: number;
  /** UNKNOWN unless the state is fail. */
  readonly failureCause: (typeof CAUSES)[number];
}

/** Fields beyond `result` are 0 (false, empty) unless it grants. */
export type FeatureResponse =
  | (Answer<'LOOKUP_RESPONSE'> & { readonly deviceType: number; readonly inService: boolean; readonly traits: number })
  | (Answer<'SNAPSHOT_CALLS_RESPONSE'> & {
      readonly traits: number;
      readonly more: boolean;
      readonly calls: readonly CallFacts[];
    })
  | (Answer<'MONITOR_OBJECT_RESPONSE'> & { readonly monitorReference: number })
  /** `localCallId`: of the call the command began or brought here, else 0. */
  | (Answer<'CALL_COMMAND_RESPONSE' | 'DEVICE_COMMAND_RESPONSE'> & { readonly localCallId: number })
  /** `next`: 0 for "these are the last", else the next request's `from`. */
  | (Answer<'QUERY_RESPONSE'> & { readonly next: number; readonly items: readonly Item[] })
  | (Answer<'DIRECTORY_READ_RESPONSE'> & { readonly count: number; readonly next: number })
  | (Answer<'DIRECTORY_WRITE_RESPONSE'> & { readonly handle: number });

/**
 * Items of the DIRECTORY_WRITE with this correlation, which comes after all of its parts; not answered. Each item is one of the frame: what is
 * longer goes on in items CONTINUED.
 */
export interface DirectoryPart extends Numbered<'DIRECTORY_PART'> {
  readonly items: readonly Item[];
}

/** Goes before the response of the DIRECTORY_READ it belongs to; of the size of an event. */
export interface DirectoryEntries extends Numbered<'DIRECTORY_ENTRIES'> {
  readonly entity: DirectoryEntity | 'UNKNOWN_ENTITY';
  readonly entries: readonly { readonly handle: number; readonly items: readonly Item[] }[];
}
