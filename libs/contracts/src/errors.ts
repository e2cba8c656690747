/**
 * Every error code of Cordboard, once: HTTP status, whether the same request may be tried again, and what to do.
 * The control API answers them as problem documents (RFC 9457), the application API as JSON with the same `code`, SOAP as
 * `result=false` with the text old clients expect.
 */
export interface ErrorKind {
  readonly status: number;
  /** A short, stable summary: the `title` of the problem document. */
  readonly title: string;
  /** True when the same request may succeed later without being changed. */
  readonly retriable: boolean;
  /** What the caller can do. */
  readonly action: string;
}

const kind = (status: number, title: string, retriable: boolean, action: string): ErrorKind =>
  Object.freeze({ status, title, retriable, action });

export const ERROR_KINDS = Object.freeze({
  // requests
  MALFORMED_REQUEST: kind(400, 'The request could not be read', false, 'Send a well-formed body of the documented media type.'),
  INVALID_ARGUMENT: kind(422, 'An argument is not as the contract says', false, 'Correct the members named in `errors`.'),
  UNSUPPORTED_MEDIA_TYPE: kind(415, 'The media type is not supported', false, 'Send application/json (REST) or text/xml (SOAP).'),
  BODY_TOO_LARGE: kind(413, 'The body is too large', false, 'Send a smaller body; the bound is in the detail.'),
  NOT_FOUND: kind(404, 'There is no such resource', false, 'Check the identifier and the key used.'),
  METHOD_NOT_ALLOWED: kind(405, 'The method is not allowed here', false, 'Use one of the methods in the Allow header.'),
  UPGRADE_REQUIRED: kind(426, 'A WebSocket is opened here', false, 'Send a WebSocket handshake (RFC 6455).'),
  UNAUTHENTICATED: kind(401, 'No valid key was sent', false, 'Send `Authorization: Bearer <key>`.'),
  FORBIDDEN: kind(403, 'The key may not do this', false, 'Use a key with the role the operation asks for.'),
  CONFLICT: kind(409, 'The resource is not in a state that allows this', false, 'Read the resource and decide again.'),
  ALREADY_EXISTS: kind(409, 'A resource of this name exists', false, 'Choose another name or use the existing one.'),
  PRECONDITION_FAILED: kind(412, 'The resource has changed', false, 'Read it again and send its new ETag.'),
  IDEMPOTENCY_KEY_REUSED: kind(
    422,
    'The idempotency key was used for another request',
    false,
    'Use a new key for a new request.',
  ),
  IDEMPOTENCY_KEY_IN_USE: kind(
    409,
    'A request with this idempotency key is under way',
    true,
    'Wait and send the same request again.',
  ),
  QUOTA_EXCEEDED: kind(
    409,
    'A limit would be exceeded',
    false,
    'Free something or ask for a higher quota; limit, use and cap are in the answer.',
  ),
  UNAVAILABLE: kind(503, 'The service cannot answer now', true, 'Try again after the time in Retry-After.'),
  INTERNAL: kind(500, 'Something went wrong on our side', true, 'Try again; if it stays, report the correlation id.'),
  // sessions
  LOGIN_REFUSED: kind(401, 'Company, application or password is wrong', false, 'Check the four credentials.'),
  NOT_AUTHORISED: kind(
    403,
    'The application is not on the access-control list',
    false,
    'Ask the provider to allow the application.',
  ),
  VERSION_NOT_SUPPORTED: kind(
    409,
    'The application is built for a newer release',
    false,
    'Use a contract version up to the one named in the detail.',
  ),
  SESSION_INVALID: kind(401, 'The session is unknown or has ended', false, 'Log in again.'),
  SESSION_LIMIT: kind(
    429,
    'All sessions are in use',
    true,
    'Log out sessions no longer needed; limit, use and cap are in the answer.',
  ),
  TENANT_UNKNOWN: kind(404, 'No tenant has this address', false, 'Check the path prefix or the host name.'),
  TENANT_SUSPENDED: kind(403, 'The tenant is suspended', false, 'Ask the provider.'),
  NO_INSTANCE: kind(503, 'No gateway instance can take this request', true, 'Try again after the time in Retry-After.'),
  OUTCOME_UNKNOWN: kind(
    504,
    'The instance was lost before it answered',
    true,
    'The outcome is unknown; repeat only with the same idempotency key.',
  ),
  DRAINING: kind(503, 'The instance takes no new sessions', true, 'Log in again; another instance will answer.'),
  // controllers, devices, calls
  CONTROLLER_UNKNOWN: kind(404, 'No controller has this address or id', false, 'Use an address configured for the tenant.'),
  CONTROLLER_DISCONNECTED: kind(503, 'The controller is not connected', true, 'Wait for its ICP_COMMUNICATION_EVENT.'),
  CONTROLLER_TIMEOUT: kind(504, 'MCD_TIMEOUT_ERROR', true, 'The outcome is unknown; repeat only with the same idempotency key.'),
  PRIVILEGE_VIOLATION: kind(
    403,
    'PRIVILEGE_VIOLATION',
    false,
    'Enable the controller, or change the class of service of the device.',
  ),
  OBJECT_NOT_FOUND: kind(404, 'No such device', false, 'Look the device up again.'),
  INVALID_CONNECTION: kind(404, 'The device is not in that call', false, 'Use the localCallId of the last event.'),
  INVALID_STATE: kind(409, 'The call is not in a state that allows this', false, 'Use the featuresAllowed of the last event.'),
  INVALID_NUMBER: kind(400, 'The number cannot be dialled', false, 'Dial an existing number.'),
  INVALID_PIN: kind(403, 'The PIN is wrong', false, 'Ask the user for the PIN; it is never stored here.'),
  FEATURE_NOT_ALLOWED: kind(409, 'Feature not allowed', false, 'The device does not support this.'),
  MONITOR_LIMIT: kind(
    429,
    'All monitors are in use',
    true,
    'Stop monitors no longer needed; limit, use and cap are in the answer.',
  ),
  NO_LICENSE: kind(
    409,
    'No license available.',
    false,
    'Stop monitors or log out users that are no longer needed, or ask the provider for more licences; limit, use and cap are in the answer.',
  ),
  BUDGET_UNAVAILABLE: kind(
    503,
    'Our part of a shared allowance is used up',
    true,
    'Try again after the time in Retry-After: more is on its way, or nobody could say in time whether others have some to spare.',
  ),
  ADVANCED_REQUIRED: kind(
    403,
    'The operation is for advanced applications',
    false,
    'Log in as an application with advanced call control, sign the challenge and authenticate.',
  ),
  AUTHENTICATION_REFUSED: kind(
    401,
    'The signed challenge does not hold',
    false,
    'Log in again with the certificate and sign the new challenge; each can be tried once.',
  ),
  MONITOR_NOT_SET: kind(404, 'The session holds no such monitor', false, 'Set the monitor first.'),
  RATE_LIMITED: kind(429, 'Too many requests', true, 'Wait for the time in Retry-After.'),
  EVENT_HANDLER_SET: kind(409, 'A handler takes the events of this session', false, 'Remove the handler first (R-CC-04).'),
  EVENT_HANDLER_NOT_SET: kind(404, 'The session has no event handler', false, 'Set one first.'),
  HANDLER_URL_REFUSED: kind(
    422,
    'Events may not be sent to this address',
    false,
    'Use https and a public address, or ask the provider to approve the range.',
  ),
  EVENT_CURSOR_INVALID: kind(400, 'The event cursor cannot be read', false, 'Send the cursor of the last answer, or none.'),
} satisfies Record<string, ErrorKind>);

export type ErrorCode = keyof typeof ERROR_KINDS;

/** A refusal as a value: expected outcomes are returned, never thrown, inside the data plane. */
export interface Refusal {
  readonly code: ErrorCode;
  /** A sentence with the facts of this case: what was wrong and what was expected. */
  readonly detail: string;
  readonly retryAfterMs?: number;
  /** For refusals for want of room (R-LIM-13). */
  readonly limit?: string;
  readonly used?: number;
  readonly cap?: number;
  /** For INVALID_ARGUMENT: which members, and why. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The body of every error answer over REST (RFC 9457, `application/problem+json`). */
export interface ProblemDocument extends Omit<Refusal, 'retryAfterMs'> {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly retriable: boolean;
  readonly action: string;
  readonly correlationId?: string;
}

/** The problem document of a refusal; `type` is a URN of the code, so that it never dangles. */
export function problemOf(refusal: Refusal, correlationId?: string): ProblemDocument {
  const { retryAfterMs: _retryAfterMs, ...members } = refusal;
  const known = ERROR_KINDS[refusal.code];
  return {
    type: `urn:cordboard:error:${refusal.code}`,
    title: known.title,
    status: known.status,
    retriable: known.retriable,
    action: known.action,
    ...members,
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}
