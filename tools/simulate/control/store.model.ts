/**
 * The record, as the control plane's programs meet it: transactions are whole or nothing, but their answer may be lost (commit unknown),
 * the store may be away, and what a late program wrote with an old fence must not count.
 */
import type { InstanceLimits } from '#domain/limits';
import type { InstanceSpec, InstanceStatus, Operation, OperationKind } from '#domain/resources';
import type { StoredDocument } from '../gateway/disk.js';
import { type Site, WALL_START_MS } from '../site.js';
import type { Wait } from '../world/fiber.js';

export interface Fence {
  readonly name: string;
  readonly token: number;
}
export interface InstanceRow {
  spec: InstanceSpec;
  status: InstanceStatus;
  failuresAt: readonly number[];
  document: StoredDocument | undefined;
}
export type StatusChanges = Partial<InstanceStatus> & { readonly failuresAt?: readonly number[] };

const AWAY_MS = 1000;

export class StoreModel {
  available = true;
  readonly rows = new Map<string, InstanceRow>();
  readonly operations = new Map<string, Operation>();
  private readonly leases = new Map<string, { holder: string; token: number; expiresAtMs: number }>();
  private lastOperation = 0;
  /** What an incarnation reports has changed: others may be granted what it has to spare. */
  onReport: () => void = () => {};

  constructor(private readonly site: Site) {}

  /** The database's clock: nobody else's decides about leases. */
  get nowMs(): number {
    return WALL_START_MS + this.site.world.nowMs;
  }

  /** One transaction. */
  transaction<T>(run: () => T): Wait {
    const { world, config } = this.site;
    return {
      kind: 'call',
      begin: (done, failed) =>
        world.after(this.site.delay(), () => {
          if (!this.available) return world.after(AWAY_MS, () => failed(new Error('the store is away')));
          const isLost = this.site.faulty && world.random.chance(config.storeLossChance);
          if (isLost && world.random.chance(0.5)) return world.after(AWAY_MS, () => failed(new Error('the connection broke')));
          let result: T;
          try {
            result = run();
          } catch (error) {
            return world.after(this.site.delay(), () => failed(error as Error));
          }
          if (isLost) return world.after(AWAY_MS, () => failed(new Error('the answer to the commit was lost')));
          world.after(this.site.delay(), () => done(result));
        }),
    };
  }

  takeLease(name: string, holder: string, ttlMs: number): Fence | undefined {
    const lease = this.leases.get(name);
    const free = lease === undefined || lease.holder === holder || lease.expiresAtMs <= this.nowMs;
    if (!free) return undefined;
    const token = (lease?.token ?? 0) + 1;
    this.leases.set(name, { holder, token, expiresAtMs: this.nowMs + ttlMs });
    return { name, token };
  }

  renewLease(fence: Fence, ttlMs: number): boolean {
    const lease = this.leases.get(fence.name);
    if (lease?.token !== fence.token) return false;
    lease.expiresAtMs = this.nowMs + ttlMs;
    return true;
  }

  releaseLease(fence: Fence): void {
    const lease = this.leases.get(fence.name);
    if (lease?.token === fence.token) lease.expiresAtMs = Number.NEGATIVE_INFINITY;
  }

  /** False, and nothing changed, when the fence is stale or the instance is gone. */
  write(fence: Fence, id: string, { failuresAt, ...changes }: StatusChanges): boolean {
    const row = this.rows.get(id);
    if (!this.holds(fence, id) || row === undefined) return false;
    const before = JSON.stringify(row.status.observed);
    row.status = { ...row.status, ...changes };
    if (changes.observed !== undefined && JSON.stringify(changes.observed) !== before) this.onReport();
    if (failuresAt !== undefined) row.failuresAt = failuresAt;
    if (changes.state !== undefined) this.site.world.trace('store', `${id} ${changes.state}: ${row.status.message}`);
    return true;
  }

  grantEpoch(fence: Fence, id: string): number | undefined {
    const row = this.rows.get(id);
    if (!this.holds(fence, id) || row === undefined) return undefined;
    row.status = { ...row.status, epochMajor: row.status.epochMajor + 1 };
    return row.status.epochMajor;
  }

  remove(fence: Fence, id: string): boolean {
    const row = this.rows.get(id);
    if (!this.holds(fence, id) || row?.spec.desiredState !== 'deleted') return false;
    for (const operation of this.openOf(id))
      if (operation.kind === 'instance.delete') this.advance(operation.id, { state: 'succeeded' });
    this.rows.delete(id);
    this.leases.delete(fence.name);
    this.site.world.trace('store', `${id} removed`);
    return true;
  }

  insert(id: string, limits: InstanceLimits, slots: readonly number[]): void {
    const createdAt = new Date(this.nowMs);
    const common = { tenantId: 'tenant', createdAt, updatedAt: createdAt };
    const spec = {
      ...common,
      id,
      clusterId: 'cluster',
      name: id,
      desiredState: 'running',
      restartRevision: 0,
      limits,
      slots,
      version: 1,
    } as const;
    const status: InstanceStatus = {
      ...common,
      instanceId: id,
      state: 'pending',
      observedVersion: 0,
      incarnationRevision: 0,
      epochMajor: 0,
      accessDigest: null,
      endpoint: null,
      address: null,
      handle: null,
      consecutiveFailures: 0,
      restarts: 0,
      nextAttemptAt: null,
      deadlineAt: null,
      message: '',
      observed: null,
    };
    this.rows.set(id, { spec, status, failuresAt: [], document: undefined });
  }

  /** False once deletion was asked for. */
  change(id: string, changes: { readonly desiredState?: InstanceSpec['desiredState']; readonly restart?: boolean }): boolean {
    const row = this.rows.get(id);
    if (row === undefined || row.spec.desiredState === 'deleted') return false;
    const { desiredState = row.spec.desiredState, restart = false } = changes;
    const restartRevision = row.spec.restartRevision + (restart ? 1 : 0);
    row.spec = { ...row.spec, desiredState, restartRevision, version: row.spec.version + 1 };
    return true;
  }

  ask(kind: OperationKind, id: string, deadlineMs: number): Operation {
    this.lastOperation += 1;
    const now = new Date(this.nowMs);
    const operation: Operation = {
      id: `op-${this.lastOperation}`,
      tenantId: 'tenant',
      kind,
      targetType: 'instance',
      targetId: id,
      targetVersion: this.rows.get(id)?.spec.version ?? 0,
      state: 'pending',
      steps: [],
      progress: 0,
      attempts: 0,
      deadlineAt: new Date(this.nowMs + deadlineMs),
      actor: 'operator',
      cause: 'simulation',
      error: null,
      createdAt: now,
      updatedAt: now,
    };
    this.operations.set(operation.id, operation);
    this.site.world.trace('store', `${operation.id} ${kind} ${id}`);
    return operation;
  }

  open(): Operation[] {
    return [...this.operations.values()].filter(({ state }) => state === 'pending' || state === 'running');
  }

  openOf(id: string): Operation[] {
    return this.open().filter(({ targetId }) => targetId === id);
  }

  /** An end is final. */
  advance(id: string, changes: Pick<Operation, 'state'> & Partial<Pick<Operation, 'error'>>): void {
    const operation = this.operations.get(id);
    if (operation === undefined || operation.state === 'succeeded' || operation.state === 'failed') return;
    this.operations.set(id, { ...operation, ...changes, updatedAt: new Date(this.nowMs) });
    this.site.world.trace('store', `${id} ${changes.state} ${changes.error?.detail ?? ''}`);
  }

  private holds(fence: Fence, id: string): boolean {
    const current = this.leases.get(fence.name)?.token;
    if (current === fence.token) return true;
    if (this.site.plant.drops !== 'fencing-token') return false;
    this.site.oracle.violation(
      'FENCE',
      `a late worker wrote the status of ${id} with token ${fence.token}, ${current} is current`,
    );
    return true;
  }
}
