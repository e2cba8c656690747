/** What router and gateway tell one another besides the request itself; without the schemas, for programs that start often. */

/**
 * Headers from router to gateway. Whatever of these an outside client sends is dropped by the router; the gateway believes them
 * because the connection carries the router's certificate.
 */
export const INTERNAL_HEADERS = Object.freeze({
  tenant: 'x-cordboard-tenant',
  instance: 'x-cordboard-instance',
  epoch: 'x-cordboard-epoch',
  /** Base URL the client used, for the address in a WSDL, for example `https://host:8443/t/acme`. */
  publicBase: 'x-cordboard-public-base',
  clientAddress: 'x-cordboard-client-address',
  /** `http`, `https`, or `external`: by which listener it came (R-SES-06). */
  listener: 'x-cordboard-listener',
  requestId: 'x-cordboard-request-id',
} as const);

/**
 * Header of an answer from gateway to router: the code of a refusal that the body does not carry in a form a router reads (SOAP answers
 * 200 with `result="false"`). With SESSION_LIMIT or DRAINING the router tries a log-in at the next instance. Never reaches the client.
 */
export const REFUSAL_HEADER = 'x-cordboard-refusal';
