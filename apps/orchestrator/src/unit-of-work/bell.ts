/** The bell (design.md 1): rung after the commit, best effort. What is lost here the worker's sweep finds. */
import type { Database } from '#persistence/database';
import * as outbox from '#persistence/outbox';
import type { OutboxEntry } from '#persistence/outbox';
import { JOB_NAMES, type JobName, type JobPayloads } from '#jobs/catalog';
import type { Producer } from '#jobs/producer';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';

export class Bell {
  private readonly ringing = new Set<Promise<void>>();

  constructor(
    private readonly producer: Producer,
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Returns at once; never throws. */
  ring(entries: readonly OutboxEntry[]): void {
    if (entries.length === 0) return;
    const attempt = this.attempt(entries)
      .catch((err: unknown) => this.logger.warn({ err }, 'the bell could not be rung; the sweep will'))
      .finally(() => this.ringing.delete(attempt));
    this.ringing.add(attempt);
  }

  /** Rung entries are done; the others stay for the sweep. */
  private async attempt(entries: readonly OutboxEntry[]): Promise<void> {
    const rung = await Promise.all(entries.map(({ job, payload }) => this.ringOne(job, payload)));
    failpoint('orchestrator.bell.rung');
    const ids = entries.filter((_, index) => rung[index]).map(({ id }) => id);
    if (ids.length > 0) await this.database.asPlatform((tx) => outbox.remove(tx, ids));
    failpoint('orchestrator.bell.removed');
  }

  private async ringOne(job: string, payload: OutboxEntry['payload']): Promise<boolean> {
    return isJob(job) && this.producer.ring(job, payload as unknown as JobPayloads[JobName]);
  }

  /** Resolves when what was begun has ended. */
  async close(): Promise<void> {
    await Promise.all(this.ringing);
    await this.producer.close();
  }
}

const isJob = (name: string): name is JobName => (JOB_NAMES as readonly string[]).includes(name);
