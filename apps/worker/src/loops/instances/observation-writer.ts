import type { InstanceStatusReport } from '#contracts/gateway-admin';
import type { Database } from '#persistence/database';
import * as failovers from '#persistence/failovers';
import * as instanceStatus from '#persistence/instance-status';
import { receiptChanges } from './failover-receipts.js';
import type { InstanceLease } from './instance-lease.js';
import type { InstanceView } from './instance-view.js';

const REFRESH_MS = 30_000;

/** Keeps what incarnations report in the status: at once when it changed, else every half minute for what always moves. */
export class ObservationWriter {
  readonly #database: Database;
  readonly #writtenAt = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(
    view: InstanceView,
    report: InstanceStatusReport | undefined,
    take: () => Promise<InstanceLease | undefined>,
  ): Promise<void> {
    if (!report || view.status.state !== 'running') return;
    const { id } = view.spec;
    const due = performance.now() - (this.#writtenAt.get(id) ?? -Infinity) > REFRESH_MS;
    const receipt = receiptChanges(view.failover, report, new Date());
    if (!due && receipt === undefined && steady(view.status.observed) === steady(report)) return;
    const lease = await take();
    if (!lease) return;
    this.#writtenAt.set(id, performance.now());
    await this.#database.asPlatform(async (tx) => {
      await instanceStatus.write(tx, lease.fence, id, { observed: report as unknown as Record<string, unknown> });
      if (receipt !== undefined) await failovers.advance(tx, lease.fence, id, receipt);
    });
  }
}

/** The report as text, without what moves all the time, and whatever order the store gave its members. */
function steady(report: unknown): string {
  return JSON.stringify(report, (name, value: unknown) => {
    if (name === 'roundTripMs' || name === 'journal') return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
