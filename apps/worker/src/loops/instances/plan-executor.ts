import { countedFailures, LIFECYCLE_LIMITS, type LifecycleAction } from '#domain/instance-lifecycle';
import type { Failover, InstanceStatus } from '#domain/resources';
import type { Database, Tx } from '#persistence/database';
import * as failovers from '#persistence/failovers';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as leases from '#persistence/leases';
import * as operations from '#persistence/operations';
import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import { failpoint } from '#telemetry/failpoints';
import type { Logger } from '#telemetry/logger';
import type { GatewayAdminClient } from '../../gateway-admin/gateway-admin.client.js';
import { ADMIN_PORT, NORTHBOUND_PORT, serverNameOf, type InstanceFiles } from '../../instance-files/instance-files.js';
import { restoreJournal } from '../../instance-files/journal-restore.js';
import { noteAbandoned, noteFenced, noteSuccessor, receiptChanges } from './failover-receipts.js';
import type { InstanceBeats } from './instance-beats.js';
import { LeaseLost, type InstanceLease } from './instance-lease.js';
import { isServing, type InstanceObserver, type ObservedInstance } from './instance-observer.js';
import type { InstanceView } from './instance-view.js';
import type { OperationRecorder } from './operation-recorder.js';

/** How often a starting incarnation is asked whether it serves. */
const POLL_MS = 30;
/** How often the spec is looked at meanwhile: a stop that is asked for must not wait for a start that hangs. */
const SPEC_POLL_MS = 1000;
const STRAY_GRACE_MS = 5000;

export interface ExecutorParts {
  readonly database: Database;
  readonly driver: RuntimeDriver;
  readonly admin: GatewayAdminClient;
  readonly files: InstanceFiles;
  readonly observer: InstanceObserver;
  readonly beats: InstanceBeats;
  readonly addresses: readonly string[];
  readonly home: string;
  readonly logger: Logger;
  /** Milliseconds since 1970 that never jump (steady-clock.ts). */
  readonly now: () => number;
}

/** One round: what was seen, and with which right it is acted upon. */
export interface Round {
  readonly view: InstanceView;
  readonly observed: ObservedInstance;
  readonly lease: InstanceLease;
  readonly recorder: OperationRecorder;
  /** Aborted when the worker stops: waiting ends, what has begun is finished by the next worker. */
  readonly signal: AbortSignal;
}

/** Carries out the actions of a plan, one by one, without choices of its own. */
export class PlanExecutor {
  readonly #parts: ExecutorParts;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** Rejects when an action could not be done, with {@link LeaseLost} when another worker has taken over. */
  async execute(action: LifecycleAction, round: Round): Promise<void> {
    switch (action.type) {
      case 'start':
        return this.#start(round);
      case 'awaitServing':
        return round.recorder.step('wait until it serves', () => this.#awaitServing(action.deadlineAt, round));
      case 'pushAccessDocument':
        return round.recorder.step('push the access document', () => this.#pushAccessDocument(round));
      case 'stop':
        return round.recorder.step('stop the incarnation', () => this.#stop(action.graceMs, action.reason, round));
      case 'noteFailover':
        return this.#noteFailover(action.cause, round);
      case 'recordFailure':
        return this.#recordFailure(action, round);
      case 'settle':
        return action.state === 'running' ? this.#settleRunning(round) : this.#settleStopped(round);
      case 'adopt':
        return this.#adopt(action.epochMajor, round);
      case 'stopStray':
        return this.#stopStray(action.epochMajor, round);
      case 'release':
        return round.recorder.step('remove files and rows', () => this.#release(round));
    }
  }

  async #start(round: Round): Promise<void> {
    const { database, driver, files, addresses, home, observer } = this.#parts;
    const { view, lease } = round;
    const { spec } = view;
    // Looked at once more, freshly: two incarnations of one instance must never run.
    observer.changed();
    if ((await observer.observe(view.status)).strays.length > 0) return;
    const asked = spec.version > view.status.observedVersion;
    const prepared = await round.recorder.step('prepare files', async () => {
      failpoint('worker.instance.start.before-grant');
      const granted = await database.asPlatform(async (tx) => {
        const address = await instanceStatus.claimAddress(tx, lease.fence, spec.id, home, addresses);
        const epochMajor = await instanceStatus.grantEpoch(tx, lease.fence, spec.id);
        if (epochMajor === undefined) throw new LeaseLost();
        if (address === undefined)
          throw new Error(`all ${addresses.length} addresses of the range are in use; enlarge addressRange`);
        await this.#mustWrite(
          instanceStatus.write(tx, lease.fence, spec.id, {
            state: 'starting',
            observedVersion: spec.version,
            incarnationRevision: spec.restartRevision,
            restarts: view.status.epochMajor === 0 ? 0 : view.status.restarts + 1,
            ...(asked ? { consecutiveFailures: 0, failuresAt: [] } : {}),
            accessDigest: null,
            endpoint: null,
            handle: null,
            observed: null,
            nextAttemptAt: null,
            deadlineAt: new Date(this.#parts.now() + LIFECYCLE_LIMITS.startDeadlineMs),
            message: 'It is being started.',
          }),
        );
        await this.#mustWrite(noteSuccessor(tx, lease.fence, spec.id, epochMajor));
        failpoint('worker.instance.start.before-commit');
        return { address, epochMajor };
      });
      failpoint('worker.instance.start.granted');
      await lease.confirm();
      await this.#restoreJournal(spec.id, granted.epochMajor);
      // A journal may have taken long: whoever took over since may have deleted the instance, and its folder would be made again.
      await lease.confirm();
      failpoint('worker.instance.start.confirmed');
      const paths = await files.write({ spec, tenant: view.tenant, ...granted, document: view.document!.document });
      failpoint('worker.instance.start.files-written');
      return { ...granted, ...paths };
    });
    await round.recorder.step('start the incarnation', async () => {
      const { epochMajor, configFile, logDir } = prepared;
      failpoint('worker.instance.start.before-spawn');
      // A worker that was paused before this line and wakes after another took over starts nothing.
      await lease.confirm();
      const handle = await driver.start({ instanceId: spec.id, epochMajor, configFile, logDir });
      failpoint('worker.instance.start.spawned');
      // When it cannot be recorded it is left as it is: whoever looks after the instance adopts the newest epoch and ends an older one.
      await this.#record(handle, round);
    });
  }

  /** Nothing of this instance runs, and its next epoch is granted: nobody writes the journal now. */
  async #restoreJournal(instanceId: string, epochMajor: number): Promise<void> {
    const { database, files, logger } = this.#parts;
    const found = await restoreJournal(database, instanceId, files.journalOf(instanceId));
    if (found === 'present' || (found === 'no copy' && epochMajor === 1)) return;
    logger.warn(
      { instanceId, found },
      'instance: its journal is gone; it begins with the copy, or with nothing where there is none',
    );
  }

  async #adopt(epochMajor: number, round: Round): Promise<void> {
    const handle = this.#strayOf(epochMajor, round);
    failpoint('worker.instance.adopt.before-record');
    if (handle) await this.#record(handle, round);
  }

  async #record(handle: IncarnationHandle, round: Round): Promise<void> {
    await this.#write(round, {
      handle,
      state: 'starting',
      deadlineAt: new Date(this.#parts.now() + LIFECYCLE_LIMITS.startDeadlineMs),
    });
    failpoint('worker.instance.start.recorded');
    await this.#parts.files.writeHandle(handle);
  }

  async #awaitServing(deadlineAt: number, round: Round): Promise<void> {
    const { database, driver, observer, now } = this.#parts;
    const { status } = round.view;
    const until = performance.now() + Math.max(0, deadlineAt - now());
    let specSeenAt = performance.now();
    failpoint('worker.instance.start.awaiting');
    while (performance.now() < until) {
      if (round.signal.aborted) throw new Error('the worker is stopping; the next one goes on with it');
      const report = await observer.ask(status);
      if (report && isServing(report)) return failpoint('worker.instance.start.serving');
      if ((await driver.inspect(status.handle as IncarnationHandle)) === 'exited') {
        throw new Error('the process ended before it served; its last words are in its log folder, output.log');
      }
      await round.lease.keep();
      if (performance.now() - specSeenAt > SPEC_POLL_MS) {
        specSeenAt = performance.now();
        const spec = await database.asPlatform((tx) => instances.find(tx, status.instanceId));
        if (spec?.version !== round.view.spec.version) throw new Error('something else was asked for meanwhile');
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error('it did not serve in time');
  }

  async #pushAccessDocument(round: Round): Promise<void> {
    const { spec, status, document } = round.view;
    await this.#parts.admin.pushAccessDocument({ instanceId: spec.id, address: status.address! }, document!.document);
    await this.#write(round, { accessDigest: document!.digest });
  }

  async #stop(graceMs: number, reason: string, round: Round): Promise<void> {
    const { spec, status } = round.view;
    const state = spec.desiredState === 'deleted' ? 'deleting' : 'stopping';
    failpoint('worker.instance.stop.before-mark');
    await this.#write(round, {
      state,
      endpoint: null,
      deadlineAt: new Date(this.#parts.now() + graceMs + 15_000),
      message: `It is being stopped: ${reason}.`,
    });
    failpoint('worker.instance.stop.marked');
    await this.#parts.driver.stop(status.handle as IncarnationHandle, graceMs);
    failpoint('worker.instance.stop.ended');
    this.#parts.admin.forget(spec.id);
    await this.#write(round, { state, handle: null, observed: null, accessDigest: null });
    failpoint('worker.instance.stop.recorded');
  }

  async #stopStray(epochMajor: number, round: Round): Promise<void> {
    const handle = this.#strayOf(epochMajor, round);
    if (handle) await this.#parts.driver.stop(handle, STRAY_GRACE_MS);
  }

  async #noteFailover(cause: Failover['cause'], round: Round): Promise<void> {
    const { spec, status } = round.view;
    const failover = {
      tenantId: spec.tenantId,
      instanceId: spec.id,
      instanceName: spec.name,
      cause,
      fromEpoch: (status.handle as IncarnationHandle).epochMajor,
      lastHeardAt: this.#parts.beats.lastHeardAt(spec.id),
      detectedAt: new Date(),
    };
    await this.#mustWrite(this.#parts.database.asPlatform((tx) => failovers.open(tx, round.lease.fence, failover)));
  }

  async #recordFailure(action: Extract<LifecycleAction, { type: 'recordFailure' }>, round: Round): Promise<void> {
    const { view } = round;
    const now = this.#parts.now();
    const kept = countedFailures(
      view.failuresAt.map((at) => at.getTime()),
      now,
    );
    const counted = action.counts ? [...kept, now] : kept;
    this.#parts.admin.forget(view.spec.id);
    await this.#write(
      round,
      {
        state: action.retryAt === null ? 'failed' : 'backing-off',
        observedVersion: view.spec.version,
        handle: null,
        endpoint: null,
        observed: null,
        accessDigest: null,
        consecutiveFailures: counted.length,
        failuresAt: counted.map((at) => new Date(at)),
        nextAttemptAt: action.retryAt === null ? null : new Date(action.retryAt),
        deadlineAt: action.retryAt === null ? null : new Date(action.retryAt + LIFECYCLE_LIMITS.startDeadlineMs),
        message: sentence(action.reason),
      },
      noteFenced,
    );
  }

  async #settleRunning(round: Round): Promise<void> {
    const { spec, status } = round.view;
    const report = round.observed.report!;
    failpoint('worker.instance.running.before-write');
    await this.#write(
      round,
      {
        state: 'running',
        observedVersion: spec.version,
        accessDigest: report.accessDocument?.digest ?? null,
        endpoint: { address: status.address!, port: NORTHBOUND_PORT, adminPort: ADMIN_PORT, serverName: serverNameOf(spec.id) },
        nextAttemptAt: null,
        deadlineAt: null,
        message: 'It runs.',
        observed: report as unknown as Record<string, unknown>,
      },
      async (tx, fence) => {
        const receipt = receiptChanges(round.view.failover, report, new Date());
        return receipt === undefined || failovers.advance(tx, fence, spec.id, receipt);
      },
    );
    failpoint('worker.instance.running.written');
  }

  async #settleStopped(round: Round): Promise<void> {
    failpoint('worker.instance.stopped.before-write');
    await this.#write(
      round,
      {
        state: 'stopped',
        observedVersion: round.view.spec.version,
        handle: null,
        endpoint: null,
        observed: null,
        accessDigest: null,
        consecutiveFailures: 0,
        failuresAt: [],
        nextAttemptAt: null,
        deadlineAt: null,
        message: 'It is stopped.',
      },
      noteAbandoned,
    );
    failpoint('worker.instance.stopped.written');
  }

  async #release(round: Round): Promise<void> {
    const { database, files, admin } = this.#parts;
    const { spec, operations: open } = round.view;
    failpoint('worker.instance.delete.before-mark');
    await this.#write(round, { state: 'deleting', message: 'Its files and rows are being removed.' });
    failpoint('worker.instance.delete.marked');
    admin.forget(spec.id);
    await files.remove(spec.id);
    failpoint('worker.instance.delete.files-removed');
    await database.asPlatform(async (tx) => {
      await this.#mustWrite(instanceStatus.write(tx, round.lease.fence, spec.id, { state: 'deleted' }));
      for (const operation of open) {
        if (operation.kind === 'instance.delete')
          await operations.advance(tx, operation.id, { state: 'succeeded', progress: 100 });
      }
      if (await instances.remove(tx, spec.id)) await leases.remove(tx, round.lease.fence);
      failpoint('worker.instance.delete.before-commit');
    });
  }

  #strayOf(epochMajor: number, round: Round): IncarnationHandle | undefined {
    return round.observed.strays.find((handle) => handle.epochMajor === epochMajor);
  }

  /** The changes and what goes with them, in one transaction. */
  #write(
    round: Round,
    changes: instanceStatus.StatusChanges,
    also: (tx: Tx, fence: leases.Fence, instanceId: string) => Promise<boolean> = async () => true,
  ): Promise<void> {
    const { fence } = round.lease;
    const { id } = round.view.spec;
    return this.#mustWrite(
      this.#parts.database.asPlatform(
        async (tx) => (await instanceStatus.write(tx, fence, id, changes)) && (await also(tx, fence, id)),
      ),
    );
  }

  async #mustWrite(written: Promise<boolean>): Promise<void> {
    if (!(await written)) throw new LeaseLost();
  }
}

/** Status messages are sentences for people. */
export function sentence(reason: string): InstanceStatus['message'] {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;
}
