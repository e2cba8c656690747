/** The worker without its framework: what it holds open, its loops, and how they start and end. */
import { createHash } from 'node:crypto';
import { homeLayout } from '#config/home';
import type { WorkerSettings } from '#config/settings';
import type { JobHandlers } from '#jobs/catalog';
import { openProducer, type Producer } from '#jobs/producer';
import { OperationSpans } from '#domain/operation-spans';
import { openDatabase, type Database } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as leases from '#persistence/leases';
import { ProcessDriver } from '#runtime-drivers/process-driver';
import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';
import { GatewayAdminClient } from './gateway-admin/gateway-admin.client.js';
import { addressesOf } from './instance-files/address-range.js';
import { InstanceFiles } from './instance-files/instance-files.js';
import { InstanceBeats } from './loops/instances/instance-beats.js';
import { InstanceLoop } from './loops/instances/instance.loop.js';
import { InstanceObserver } from './loops/instances/instance-observer.js';
import { InstanceReconciler } from './loops/instances/instance-reconciler.js';
import { JournalCopies } from './loops/journals/journal-copies.js';
import { sweepOperations } from './loops/operations/operations.loop.js';
import { OrphanFolders } from './loops/orphans/orphan-folders.js';
import { OrphanLoop } from './loops/orphans/orphans.loop.js';
import { sweepOutbox } from './loops/outbox/outbox.loop.js';
import { Periodic } from './loops/periodic.js';
import { sweepDeletedTenants } from './loops/tenants/tenant-deletion.loop.js';
import { steadyClock } from './steady-clock.js';
import { stopAllInstances } from './shutdown/stop-instances.js';
import { WorkerFigures } from './worker-metrics.js';

const OUTBOX_GRACE_MS = 2000;
const ORPHAN_GRACE_MS = 30_000;
const ORPHAN_INTERVAL_MS = 10_000;

/** Names this installation to the runtime: what another installation started is never seen. */
export function installationOf(home: string): string {
  return createHash('sha256').update(homeLayout(home).home).digest('hex').slice(0, 16);
}

export function openDriver(settings: Pick<WorkerSettings, 'home' | 'gatewayProgram'>): RuntimeDriver {
  return new ProcessDriver({ installation: installationOf(settings.home), program: settings.gatewayProgram });
}

export interface WorkerRuntimeOptions {
  readonly orphanGraceMs?: number;
  readonly orphanIntervalMs?: number;
}

export class WorkerRuntime {
  readonly handlers: JobHandlers;
  readonly figures = new WorkerFigures();
  readonly #beats: InstanceBeats;
  readonly #copies: JournalCopies;
  readonly #instances: InstanceLoop;
  readonly #sweeps: readonly Periodic[];

  private constructor(
    private readonly settings: WorkerSettings,
    private readonly logger: Logger,
    private readonly database: Database,
    private readonly producer: Producer,
    private readonly driver: RuntimeDriver,
    private readonly admin: GatewayAdminClient,
    options: WorkerRuntimeOptions,
  ) {
    const onTurn = (name: string, tookMs: number, ok: boolean) => this.figures.swept(name, tookMs, ok, performance.now());
    this.#copies = new JournalCopies({ database, admin, logger });
    const nudge = (instanceId: string) => void this.#instances.nudge(instanceId);
    this.#beats = new InstanceBeats({
      admin,
      logger,
      onSilent: nudge,
      onHeard: (target, health, askedAt) => {
        const { sizeBytes, copiedBytes } = health.journal;
        this.figures.heard(target.instanceId, Math.max(0, sizeBytes - copiedBytes), performance.now());
        this.#copies.heard(target, health, askedAt);
      },
      onWanting: nudge,
    });
    const files = new InstanceFiles(settings);
    const spans = new OperationSpans();
    const now = steadyClock();
    const layout = homeLayout(settings.home);
    const reconciler = new InstanceReconciler({
      database,
      driver,
      admin,
      logger,
      files,
      spans,
      now,
      observer: new InstanceObserver(driver, admin, this.#beats),
      beats: this.#beats,
      addresses: addressesOf(settings.addressRange),
      home: layout.home,
      holder: this.#holder,
      onExit: (instanceId) => void this.#instances.nudge(instanceId),
    });
    this.#instances = new InstanceLoop({
      database,
      logger,
      sweepIntervalMs: settings.sweepIntervalMs,
      onSweep: onTurn,
      now,
      reconcile: (instanceId, signal) => reconciler.reconcile(instanceId, signal),
    });
    const orphans = new OrphanLoop({ database, driver, logger, graceMs: options.orphanGraceMs ?? ORPHAN_GRACE_MS });
    const folders = new OrphanFolders({ database, driver, files, folder: layout.instances, logger });
    const sweep = (name: string, intervalMs: number, run: () => Promise<void>) =>
      new Periodic({ name, intervalMs, logger, run, onTurn });
    this.#sweeps = [
      sweep('outbox sweep', settings.sweepIntervalMs, () =>
        sweepOutbox({ database, producer, logger, graceMs: OUTBOX_GRACE_MS }),
      ),
      sweep('operation sweep', settings.sweepIntervalMs, () => sweepOperations({ database, logger, spans })),
      sweep('tenant sweep', settings.sweepIntervalMs, () => sweepDeletedTenants({ database, logger })),
      sweep('orphan sweep', options.orphanIntervalMs ?? ORPHAN_INTERVAL_MS, () => orphans.sweep()),
      sweep('folder sweep', options.orphanIntervalMs ?? ORPHAN_INTERVAL_MS, () => folders.sweep()),
    ];
    this.handlers = {
      // Not waited for: an instance that takes long would keep the bells of the others waiting.
      'instance.reconcile': async ({ instanceId }) => {
        failpoint('worker.job.received');
        void this.#instances.nudge(instanceId);
      },
      'tenant.reconcile': ({ tenantId }) => sweepDeletedTenants({ database, logger }, tenantId),
    };
  }

  /** Rejects when the database cannot be reached or a file of the settings cannot be read. */
  static async open(settings: WorkerSettings, logger: Logger, options: WorkerRuntimeOptions = {}): Promise<WorkerRuntime> {
    const admin = new GatewayAdminClient(settings.tls);
    addressesOf(settings.addressRange);
    const onError = (error: Error): void => logger.warn({ err: error }, 'a connection was lost');
    const database = await openDatabase({ url: settings.databaseUrl, poolMax: 12, applicationName: 'cordboard worker', onError });
    const producer = openProducer({ queueUrl: settings.queueUrl, onError });
    return new WorkerRuntime(settings, logger, database, producer, openDriver(settings), admin, options);
  }

  start(): void {
    this.#beats.start();
    this.#instances.start();
    for (const sweep of this.#sweeps) sweep.start();
  }

  /** Ends all loops; instances go on and are adopted by the next worker. May be called twice. */
  async stop(): Promise<void> {
    this.#beats.stop();
    await Promise.all([this.#instances.stop(), this.#copies.stop(), ...this.#sweeps.map((sweep) => sweep.stop())]);
  }

  /** After {@link stop}: ends all instances of this home; the next worker starts those that should run. */
  async stopInstances(): Promise<void> {
    const stopped = await stopAllInstances(this.driver, this.logger);
    await Promise.all(stopped.map((handle) => this.#recordStopped(handle)));
    this.logger.info({ count: stopped.length }, 'instances: stopped with the installation');
  }

  /** After {@link stop}. May be called twice. */
  async close(): Promise<void> {
    this.driver.close();
    await this.admin.close();
    await this.producer.close();
    await this.database.close();
  }

  /** One worker per home: whichever process it is, it may take what the one before held. */
  get #holder(): string {
    return `worker ${installationOf(this.settings.home)}`;
  }

  /** So that the next worker does not take this end for a failure; without the store it will, and start it a moment later. */
  async #recordStopped(handle: IncarnationHandle): Promise<void> {
    const { instanceId } = handle;
    try {
      await this.database.asPlatform(async (tx) => {
        const lease = await leases.take(tx, { name: `instance:${instanceId}`, holder: this.#holder, ttlMs: 1000 });
        const status = lease && (await instanceStatus.find(tx, instanceId));
        if (!lease || (status?.handle as IncarnationHandle | null)?.epochMajor !== handle.epochMajor) return;
        await instanceStatus.write(tx, lease, instanceId, {
          state: 'stopped',
          handle: null,
          endpoint: null,
          observed: null,
          accessDigest: null,
          deadlineAt: null,
          message: 'It was stopped with the installation.',
        });
      });
    } catch (error) {
      this.logger.warn({ instanceId, err: error }, 'instance: its stop could not be recorded');
    }
  }
}
