/** How the operations of a service are written down. */
import type { OperationName } from '../../application-api.js';

/**
 * Arguments and result in the notation of ../notation.ts, types always with the prefix of their schema; then which operation of the application
 * API it is, where that has another name. `nextEvent`: the polls for a single event, which have no twin over REST (northbound-port.ts of the gateway).
 */
export type OperationNotation = readonly [input: readonly string[], output: string, maps?: OperationName | 'nextEvent'];

export interface ServiceNotation {
  readonly name: string;
  /** Namespace of the request and response elements and of their direct children. */
  readonly namespace: string;
  /** Schemas its types come from, directly or not. */
  readonly prefixes: readonly string[];
  readonly operations: Readonly<Record<string, OperationNotation>>;
}

export const SESSION = ['sessionId:long'];
export const HANDLE = [...SESSION, 'objectId:long'];
export const CALL = [...HANDLE, 'localCallId:long'];
export const AT_CONTROLLER = [...SESSION, 'icpId:long'];
