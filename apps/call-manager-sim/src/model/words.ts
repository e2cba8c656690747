/**
 * The simulator's own words for what docs/design/controller-link.md names. Nothing here is shared with the gateway: two readings of one page
 * that disagree must show as a failing test, not agree by construction. Numbers on the wire are `wire/numbers.ts`.
 */
export type LocalState =
  'null' | 'initiated' | 'alerting' | 'connected' | 'hold' | 'queued' | 'fail' | 'delivered' | 'originated';

export type EventName =
  | 'ORIGINATED'
  | 'DELIVERED'
  | 'RECEIVED'
  | 'ESTABLISHED'
  | 'HELD'
  | 'RETRIEVED'
  | 'CLEARED'
  | 'FAILED'
  | 'IN_SERVICE'
  | 'OUT_OF_SERVICE';

export type Cause =
  | 'NEW_CALL'
  | 'DELIVERED'
  | 'ANSWERED'
  | 'ANSWERED_INVOKED'
  | 'CLEARED'
  | 'CLEAR_INVOKED'
  | 'HARD_HOLD'
  | 'HARD_HOLD_INVOKED'
  | 'RETRIEVE'
  | 'RETRIEVE_INVOKED'
  | 'DESTINATION_BUSY'
  | 'NO_SUCH_NUMBER'
  | 'DESTINATION_NOT_OBTAINABLE'
  | 'DEVICE_IN_SERVICE'
  | 'DEVICE_OUT_OF_SERVICE';

export type Result =
  | 'OK'
  | 'UNKNOWN_DEVICE'
  | 'UNKNOWN_CALL'
  | 'WRONG_STATE'
  | 'NOT_ALLOWED'
  | 'MONITOR_LIMIT'
  | 'INVALID_NUMBER'
  | 'OVERLOADED'
  | 'NOT_SUPPORTED'
  | 'MALFORMED'
  | 'DEVICE_OUT_OF_SERVICE'
  | 'STALE_EPOCH'
  | 'REFUSED'
  | 'MONITOR_UNKNOWN';

export type Role =
  'CALLING_DEVICE' | 'CALLED_DEVICE' | 'CONNECTED_DEVICE' | 'CONTROLLER_DEVICE' | 'HOLDING_DEVICE' | 'DROPPED_DEVICE';
