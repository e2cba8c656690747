/**
 * The application API: each operation once, as data. REST routes, SOAP faces, WSDL and OpenAPI come from here.
 * Names are the contract's (`guides/vocabulary.md`); ids are JSON numbers (at most 53 bits); times are milliseconds since 1970 UTC (R-CC-03).
 */
import type { z } from 'zod';
import { ADVANCED_OPERATIONS } from './application-api/advanced.operations.js';
import { CALL_OPERATIONS } from './application-api/call.operations.js';
import { DATA_OPERATIONS } from './application-api/data.operations.js';
import { DEVICE_OPERATIONS } from './application-api/device.operations.js';
import { EVENT_OPERATIONS } from './application-api/event.operations.js';
import { LOOKUP_OPERATIONS } from './application-api/lookup.operations.js';
import { MONITOR_OPERATIONS } from './application-api/monitor.operations.js';
import { NUMBER_OPERATIONS } from './application-api/number.operations.js';
import { READER_OPERATIONS } from './application-api/reader.operations.js';
import { SESSION_OPERATIONS } from './application-api/session.operations.js';

export * from './application-api/words.js';
export {
  CallEventSchema,
  CallViewSchema,
  CursorSchema,
  EventSchema,
  FeatureEventSchema,
  GapEventSchema,
  SystemEventSchema,
  type ApplicationEvent,
  type CallEvent,
  type CallViewEvent,
  type FeatureEvent,
  type GapEvent,
  type SystemEvent,
} from './application-api/events.js';
export { BULK_DEVICES_MAX } from './application-api/monitor.operations.js';
export {
  DATA_BOUNDS,
  SEARCH_OPERATORS,
  TupleSchema,
  type DataOperationName,
  type DeiDescriptor,
  type SearchOperator,
  type Tuple,
} from './application-api/data.operations.js';
export type { OperationDefinition, OperationKind, OperationLevel } from './application-api/members.js';

/** `request` and `response` are what the gateway core takes and answers; `rest` says where the members travel. */
export const APPLICATION_OPERATIONS = {
  ...SESSION_OPERATIONS,
  ...LOOKUP_OPERATIONS,
  ...NUMBER_OPERATIONS,
  ...MONITOR_OPERATIONS,
  ...CALL_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...ADVANCED_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...READER_OPERATIONS,
  ...DATA_OPERATIONS,
} as const;

export { DELIVERY_OUTCOMES, HANDLER_STATES, type DeadLetter, type Delivery } from './application-api/reader.operations.js';

/** Operations without a twin in the SOAP contract. */
export const REST_ONLY_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(READER_OPERATIONS));

export type OperationName = keyof typeof APPLICATION_OPERATIONS;
export type OperationRequest<N extends OperationName> = z.output<(typeof APPLICATION_OPERATIONS)[N]['request']>;
export type OperationResponse<N extends OperationName> = z.output<(typeof APPLICATION_OPERATIONS)[N]['response']>;
