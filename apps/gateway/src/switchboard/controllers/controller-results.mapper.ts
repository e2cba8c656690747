/** What a controller answers to a request, as an application is told it. */
import type { Refusal } from '#contracts/errors';
import type { ResultName } from '#southbound/messages';

export type RefusedResult = Exclude<ResultName, 'OK' | 'OK_USER_ACTION'>;

/** Whether the request was granted; with OK_USER_ACTION it still needs the user's hand (R-CC-06). */
export const granted = (result: ResultName): result is 'OK' | 'OK_USER_ACTION' => result === 'OK' || result === 'OK_USER_ACTION';

const REFUSALS: Readonly<Record<RefusedResult, Refusal>> = {
  UNKNOWN_DEVICE: { code: 'OBJECT_NOT_FOUND', detail: 'the controller has no such device' },
  UNKNOWN_CALL: { code: 'INVALID_CONNECTION', detail: 'the device is not in that call' },
  WRONG_STATE: { code: 'INVALID_STATE', detail: 'the call is not in a state that allows this' },
  NOT_ALLOWED: { code: 'PRIVILEGE_VIOLATION', detail: 'the class of service of the device forbids this' },
  MONITOR_LIMIT: {
    code: 'MONITOR_LIMIT',
    detail: 'the controller has no room for another monitor',
    limit: 'monitorsPerController',
  },
  INVALID_NUMBER: { code: 'INVALID_NUMBER', detail: 'the controller cannot dial this number' },
  OVERLOADED: { code: 'RATE_LIMITED', detail: 'the controller is overloaded', retryAfterMs: 1000 },
  NOT_SUPPORTED: { code: 'FEATURE_NOT_ALLOWED', detail: 'the device does not support this' },
  MALFORMED: { code: 'INTERNAL', detail: 'the controller could not read the request' },
  DEVICE_OUT_OF_SERVICE: { code: 'INVALID_STATE', detail: 'the device is out of service' },
  STALE_EPOCH: { code: 'CONTROLLER_DISCONNECTED', detail: 'the controller serves a newer incarnation of this instance' },
  REFUSED: { code: 'UNAVAILABLE', detail: 'the operator of the controller refuses this for now', retryAfterMs: 5000 },
  MONITOR_UNKNOWN: { code: 'MONITOR_NOT_SET', detail: 'the controller holds no such monitor' },
  INVALID_PIN: { code: 'INVALID_PIN', detail: 'the PIN is wrong' },
  DESTINATION_UNAVAILABLE: { code: 'INVALID_STATE', detail: 'the destination cannot take the call now' },
  NOT_LOGGED_IN: { code: 'INVALID_STATE', detail: 'nobody is logged in there' },
  ALREADY_LOGGED_IN: { code: 'INVALID_STATE', detail: 'the user, the agent or the device is logged in already' },
  UNKNOWN_GROUP: { code: 'OBJECT_NOT_FOUND', detail: 'the controller has no such group, or the device is not in it' },
  WRONG_KIND: { code: 'OBJECT_NOT_FOUND', detail: 'the object is not of the kind this operation is about' },
  NO_LICENSE: { code: 'FEATURE_NOT_ALLOWED', detail: 'the controller is not licensed for another agent' },
  UNKNOWN_RESULT: { code: 'INTERNAL', detail: 'the controller answered a result this release does not know' },
};

/** The refusal an application is told for a controller's result. */
export function refusalOf(result: RefusedResult): Refusal {
  return REFUSALS[result];
}
