/** The routing table: pushed by the orchestrator to every router, kept by the router on disk (design.md 5). */
import { z } from 'zod';

export const RoutingTableSchema = z.strictObject({
  schema: z.literal(1),
  /** Grows with every table; a router keeps the highest it has seen and refuses lower ones. */
  version: z.int().min(1),
  issuedAt: z.iso.datetime(),
  tenants: z.array(
    z.strictObject({
      tenantId: z.uuid(),
      slug: z.string(),
      status: z.enum(['active', 'suspended', 'deleting']),
      instances: z.array(
        z.strictObject({
          instanceId: z.uuid(),
          /** A router refuses a table whose epoch of an instance is lower than one it has routed to. */
          epochMajor: z.int().min(0),
          /** null: known but not running; its sessions get a retryable refusal, never another instance. */
          endpoint: z.strictObject({ address: z.string(), port: z.int().min(1).max(65535), serverName: z.string() }).nullable(),
          acceptsLogins: z.boolean(),
          slots: z.array(z.int().min(0).max(1023)),
        }),
      ),
    }),
  ),
});
export type RoutingTable = z.infer<typeof RoutingTableSchema>;

/** Router admin (HTTPS, client certificate of the orchestrator): PUT the table; 200 `{version}`, 409 with the held version when older. GET health. */
export const ROUTER_ADMIN_ROUTES = Object.freeze({
  table: { method: 'PUT', path: '/v1/routing-table' },
  health: { method: 'GET', path: '/v1/health' },
} as const);

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
  listener: 'x-cordboard-listener',
  requestId: 'x-cordboard-request-id',
} as const);

/**
 * Header of an answer from gateway to router: the code of a refusal that the body does not carry in a form a router reads (SOAP answers
 * 200 with `result="false"`). With SESSION_LIMIT or DRAINING the router tries a log-in at the next instance. Never reaches the client.
 */
export const REFUSAL_HEADER = 'x-cordboard-refusal';
