/** Fields of words that several readers read. */
import type { BodyReader } from './body-reader.js';
import { CAUSES, LOCAL_STATES, RESULTS } from './codes.js';
import type { CauseName, LocalStateName, ResultName } from './types.js';

export function result(reader: BodyReader): ResultName {
  return RESULTS[reader.uint8()] ?? 'UNKNOWN_RESULT';
}

/** Whether the request was granted, by whoever's hand it happens. */
export function grants(outcome: ResultName): boolean {
  return outcome === 'OK' || outcome === 'OK_USER_ACTION';
}

export function localState(reader: BodyReader): LocalStateName {
  const number = reader.uint8();
  return LOCAL_STATES[number] ?? reader.refuse(`local state ${number}`);
}

export function cause(reader: BodyReader): CauseName {
  return CAUSES[reader.uint16()] ?? 'UNKNOWN';
}
