/** How the control plane stands, counted in the record: for its figures (docs/design/metrics.md). Platform scope. */
import { rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

export interface Counted {
  readonly state: string;
  readonly count: number;
  /** Of the oldest, in seconds by the database's clock. */
  readonly oldestS: number;
}
/** Use of a limit that the record counts, where it is highest: which tenant's that is, is not told (S-06). */
export interface HighestUse {
  readonly limit: 'instances' | 'controllers' | 'keys' | 'applications' | 'applicationUsers' | 'borderGatewayInstances';
  readonly used: number;
}
export interface ControlFigures {
  /** Those that are not finished, by state. */
  readonly operations: readonly Counted[];
  /** Not finished and past their deadline. */
  readonly overdue: number;
  /** By the state the worker wrote last. */
  readonly instances: readonly Counted[];
  /** Bells not rung yet. */
  readonly outbox: Pick<Counted, 'count' | 'oldestS'>;
  /** Every one of them, by the name its refusal has (R-LIM-13). */
  readonly limits: readonly HighestUse[];
}

const AGE = `coalesce(extract(epoch FROM now() - min(%)), 0)::float8 AS "oldestS"`;
const ageOf = (column: string): string => AGE.replace('%', column);

/** What is counted, and for each of what. */
const LIMITED: readonly (readonly [limit: HighestUse['limit'], from: string, each: string])[] = [
  ['instances', 'instances', 'cluster_id'],
  ['controllers', 'controllers', 'cluster_id'],
  ['keys', 'api_keys WHERE tenant_id IS NOT NULL AND revoked_at IS NULL', 'tenant_id'],
  ['applications', 'applications', 'tenant_id'],
  ['applicationUsers', 'application_users', 'tenant_id'],
];

function highestUses(tx: Tx): Promise<HighestUse[]> {
  const each = LIMITED.map(
    ([limit, from, by]) =>
      `SELECT '${limit}' AS "limit", coalesce(max(used), 0)::int AS used FROM (SELECT count(*) AS used FROM ${from} GROUP BY ${by}) counted`,
  );
  const served = `SELECT 'borderGatewayInstances' AS "limit", cordboard_border_gateway_instances() AS used`;
  return rowsOf<HighestUse>(tx, [...each, served].join(' UNION ALL '));
}

export async function read(tx: Tx): Promise<ControlFigures> {
  const operations = await rowsOf<Counted & { readonly overdue: number }>(
    tx,
    `SELECT state, count(*)::int AS count, ${ageOf('created_at')}, (count(*) FILTER (WHERE deadline_at < now()))::int AS overdue
       FROM operations WHERE state = ANY (ARRAY['pending'::text, 'running'::text]) GROUP BY state ORDER BY state`,
  );
  const instances = await rowsOf<Counted>(
    tx,
    `SELECT state, count(*)::int AS count, ${ageOf('updated_at')} FROM instance_status GROUP BY state ORDER BY state`,
  );
  const [outbox] = await rowsOf<Counted>(tx, `SELECT '' AS state, count(*)::int AS count, ${ageOf('created_at')} FROM outbox`);
  const overdue = operations.reduce((sum, each) => sum + each.overdue, 0);
  return {
    operations: operations.map(({ state, count, oldestS }) => ({ state, count, oldestS })),
    overdue,
    instances,
    outbox: { count: outbox!.count, oldestS: outbox!.oldestS },
    limits: await highestUses(tx),
  };
}
