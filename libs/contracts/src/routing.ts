/** The routing table: pushed by the orchestrator to every router, kept by the router on disk (design.md 5). */
import { z } from 'zod';
import { tolerant } from './tolerant.js';

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
/** As a router reads it: the orchestrator may be of a later release (ADR 0098). */
export const ReceivedRoutingTableSchema = tolerant(RoutingTableSchema);

/** Router admin (HTTPS, client certificate of the orchestrator): PUT the table; 200 `{version}`, 409 with the held version when older. GET health. */
export const ROUTER_ADMIN_ROUTES = Object.freeze({
  table: { method: 'PUT', path: '/v1/routing-table' },
  health: { method: 'GET', path: '/v1/health' },
  /** Text of Prometheus (docs/design/metrics.md). */
  metrics: { method: 'GET', path: '/v1/metrics' },
} as const);

export { INTERNAL_HEADERS, REFUSAL_HEADER } from './internal-headers.js';
