/**
 * Renews access documents without being asked: before they grow old (R-LIC-02: every four hours), and when an instance has confirmed a lower grant
 * or is short of licences, so that another may have the room. Runs on the database's notice and on a timer; takes no input but the store.
 */
import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import type { OutboxEntry } from '#persistence/outbox';
import * as tenants from '#persistence/tenants';
import type { Logger } from '#telemetry/logger';
import { PacedLoop } from '../paced-loop.js';
import type { Bell } from '../unit-of-work/bell.js';
import type { AccessDocumentIssuer } from './access-document.issuer.js';

const SWEEP_MS = 60_000;
/** Enough for a burst of notices to become one look. */
const GATHER_MS = 200;

export class DocumentRenewalLoop {
  private readonly loop: PacedLoop;
  private sweepDueAt = 0;

  constructor(
    private readonly database: Database,
    private readonly issuer: AccessDocumentIssuer,
    private readonly bell: Bell,
    logger: Logger,
    /** Milliseconds since 1970; another one for tests in another time. */
    private readonly clock: () => number = Date.now,
  ) {
    this.loop = new PacedLoop({
      run: () => this.run(),
      intervalMs: SWEEP_MS,
      gatherMs: GATHER_MS,
      onError: (err) => logger.warn({ err }, 'access documents could not be renewed'),
    });
  }

  start = () => this.loop.start();
  nudge = () => this.loop.nudge();
  stop = () => this.loop.stop();

  private async run(): Promise<void> {
    const isSweep = performance.now() >= this.sweepDueAt;
    if (isSweep) this.sweepDueAt = performance.now() + SWEEP_MS;
    const due = await this.database.asPlatform(async (tx) => {
      const shared = sharingTenants(await instances.listAll(tx));
      return (await tenants.listAll(tx)).filter((tenant) => isSweep || shared.has(tenant.id));
    });
    for (const { id } of due) {
      const bells = await this.database.withTenant(id, async (tx) => {
        const rung: OutboxEntry[] = [];
        const tenant = await tenants.find(tx, id);
        if (tenant !== undefined) {
          const ring = (entry: OutboxEntry) => void rung.push(entry);
          await this.issuer.renew({ tx, ring }, tenant, { now: this.clock() });
        }
        return rung;
      });
      this.bell.ring(bells);
    }
  }
}

/** Tenants with two instances or more: only there a confirmation, or use that falls, frees something for another. */
function sharingTenants(specs: readonly { readonly tenantId: string }[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const sharing = new Set<string>();
  for (const { tenantId } of specs) {
    if (seen.has(tenantId)) sharing.add(tenantId);
    seen.add(tenantId);
  }
  return sharing;
}
