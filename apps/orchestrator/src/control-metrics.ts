/** The figures of the control plane as the record has them, and those of its queue. */
import type { Producer } from '#jobs/producer';
import {
  APPLICATION_USERS_PER_TENANT,
  APPLICATIONS_PER_TENANT,
  INSTANCE_LIMITS,
  INSTANCES_PER_BORDER_GATEWAY,
  KEYS_PER_TENANT,
} from '#domain/limits';
import * as controlFigures from '#persistence/control-figures';
import type { Database } from '#persistence/database';
import { INSTANCES_PER_CLUSTER } from '#persistence/instances';
import * as routingVersions from '#persistence/routing-versions';
import { MetricsText } from '#telemetry/metrics';

/** R-LIM-02, R-LIM-05, R-LIM-10, S-10 */
const CAPS: Readonly<Record<controlFigures.HighestUse['limit'], number>> = {
  instances: INSTANCES_PER_CLUSTER,
  controllers: INSTANCE_LIMITS.controllers,
  keys: KEYS_PER_TENANT,
  applications: APPLICATIONS_PER_TENANT,
  applicationUsers: APPLICATION_USERS_PER_TENANT,
  borderGatewayInstances: INSTANCES_PER_BORDER_GATEWAY,
};

export async function controlMetrics(database: Database, producer: Producer): Promise<string> {
  const text = new MetricsText();
  const [figures, version] = await database.asPlatform(async (tx) => [
    await controlFigures.read(tx),
    await routingVersions.current(tx),
  ]);
  for (const { state, count, oldestS } of figures.operations) {
    text.add('cordboard_operations_open', { state }, count);
    text.add('cordboard_operation_oldest_seconds', { state }, oldestS);
  }
  text.add('cordboard_operations_overdue', {}, figures.overdue);
  for (const { state, count } of figures.instances) text.add('cordboard_instances', { state }, count);
  text.add('cordboard_outbox_waiting', {}, figures.outbox.count);
  text.add('cordboard_outbox_oldest_seconds', {}, figures.outbox.oldestS);
  for (const { limit, used } of figures.limits) {
    text.add('cordboard_record_limit_used', { limit }, used);
    text.add('cordboard_record_limit_cap', { limit }, CAPS[limit]);
  }
  text.add('cordboard_routing_table_published', {}, version);
  const depth = await producer.depth();
  // the queue being away is no reason to tell nothing
  if (depth !== undefined) text.add('cordboard_queue_jobs', {}, depth);
  return text.toString();
}
