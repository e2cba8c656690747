/**
 * Publishes the routing table (design.md 5): on the database's notice and every two seconds it is made anew, gets the next version only when
 * its content has changed, and goes to every router that does not hold it, one that has been restarted included. Version and content are
 * read in one transaction behind the counter's row lock, so of two orchestrators the one with the higher version has the newer content.
 */
import type { RoutingTable } from '#contracts/routing';
import type { Database, Tx } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as routingVersions from '#persistence/routing-versions';
import * as tenants from '#persistence/tenants';
import type { Logger } from '#telemetry/logger';
import { PacedLoop } from '../paced-loop.js';
import type { PublishedTable } from './published-table.js';
import type { RouterClient } from './router-client.js';
import { routingContent, type RoutingContent } from './routing-table.content.js';

const SWEEP_MS = 2000;
const GATHER_MS = 20;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 15_000;

interface RouterState {
  readonly client: RouterClient;
  failures: number;
  /** On the monotonic clock. */
  retryAt: number;
  /** Highest version it has refused ours for; told once. */
  toldAhead: number;
}

export class RoutingPublisherLoop {
  private readonly loop: PacedLoop;
  private readonly routers: readonly RouterState[];

  constructor(
    private readonly database: Database,
    clients: readonly RouterClient[],
    private readonly published: PublishedTable,
    private readonly logger: Logger,
  ) {
    this.routers = clients.map((client) => ({ client, failures: 0, retryAt: 0, toldAhead: 0 }));
    this.loop = new PacedLoop({
      run: () => this.run(),
      intervalMs: SWEEP_MS,
      gatherMs: GATHER_MS,
      onError: (err) => logger.warn({ err }, 'the routing table could not be made'),
    });
  }

  start = () => {
    this.published.renew = () => this.loop.fresh();
    this.loop.start();
  };
  nudge = () => this.loop.nudge();

  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.routers.map(({ client }) => client.close()));
  }

  private async run(): Promise<void> {
    await this.make();
    const { table } = this.published;
    if (table !== undefined) await Promise.all(this.routers.map((router) => this.deliver(router, table)));
  }

  private async make(): Promise<void> {
    const present = JSON.stringify(await this.database.asPlatform(readContent));
    if (this.published.table !== undefined && present === JSON.stringify({ tenants: this.published.table.tenants })) return;
    this.published.table = await this.database.asPlatform(async (tx): Promise<RoutingTable> => {
      const version = await routingVersions.next(tx);
      return { schema: 1, version, issuedAt: new Date().toISOString(), ...(await readContent(tx)) };
    });
  }

  private async deliver(router: RouterState, table: RoutingTable): Promise<void> {
    if (performance.now() < router.retryAt) return;
    try {
      let held = await router.client.heldVersion();
      if (held < table.version) ({ held } = await router.client.put(table));
      if (held > table.version) await this.lookAhead(router, held);
      if (router.failures > 0) this.logger.info({ router: router.client.adminUrl }, 'the router is reachable again');
      router.failures = 0;
      router.retryAt = 0;
    } catch (err) {
      if (router.failures === 0)
        this.logger.warn({ err, router: router.client.adminUrl }, 'the router cannot be reached; it works from its last table');
      const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** router.failures);
      router.failures = Math.min(router.failures + 1, 10);
      router.retryAt = performance.now() + delayMs * (0.5 + Math.random() / 2);
    }
  }

  /** Newer than ours is another orchestrator's; newer than the database's own counter means that the database was put back in time. */
  private async lookAhead(router: RouterState, held: number): Promise<void> {
    if (held <= router.toldAhead) return;
    const counter = await this.database.asPlatform((tx) => routingVersions.current(tx));
    if (counter >= held) return;
    router.toldAhead = held;
    const action = 'Was a backup restored? Stop the router, remove its routing table file, start it again.';
    this.logger.error(
      { router: router.client.adminUrl, held, counter, action },
      'the router holds a table from the future of this database and refuses ours',
    );
  }
}

async function readContent(tx: Tx): Promise<RoutingContent> {
  return routingContent(await tenants.listAll(tx), await instances.listAll(tx), await instanceStatus.listAll(tx));
}
