/** The figures of the control plane as the record has them, and those of its queue. */
import type { Producer } from '#jobs/producer';
import * as controlFigures from '#persistence/control-figures';
import type { Database } from '#persistence/database';
import * as routingVersions from '#persistence/routing-versions';
import { MetricsText } from '#telemetry/metrics';

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
  text.add('cordboard_routing_table_published', {}, version);
  const depth = await producer.depth();
  // the queue being away is no reason to tell nothing
  if (depth !== undefined) text.add('cordboard_queue_jobs', {}, depth);
  return text.toString();
}
