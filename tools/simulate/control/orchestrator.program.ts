/** Operators' wishes and access documents: what the orchestrator does in one transaction each. Documents share a controller's monitors by the real plan. */
import type { AccessDocument } from '#contracts/gateway-admin';
import { monitorHolder, paceHolders, planSharedGrants, type SharedUse } from '#domain/shared-grants';
import type { OperationKind } from '#domain/resources';
import type { ControllerReport } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import { type Site, WALL_START_MS } from '../site.js';
import type { InstanceRow, StoreModel } from './store.model.js';

type Granted = Pick<AccessDocument['controllers'][number], 'monitorsMax' | 'shared'>;

const RENEW_MS = 3000;
/** Enough for a burst of reports to become one look (`document-renewal.loop.ts`). */
const GATHER_MS = 200;
const OPERATIONS: readonly OperationKind[] = ['instance.start', 'instance.stop', 'instance.restart'];

const reportOf = (observed: InstanceRow['status']['observed'], icpId: number): ControllerReport | undefined =>
  (observed?.['controllers'] as readonly ControllerReport[] | undefined)?.find((controller) => controller.icpId === icpId);

export class OrchestratorProgram {
  private readonly allowed = new Map<string, boolean>();
  private readonly enabled = new Map<number, boolean>();
  private readonly granted = new Set<number>();
  private readonly lastGrants = new Map<number, ReadonlyMap<string, Granted>>();
  private lastSlot = 0;
  private isGathering = false;

  constructor(
    private readonly site: Site,
    private readonly store: StoreModel,
    /** The bell; it may be lost. */
    private readonly ring: (instanceId: string) => void,
    private readonly applications: readonly string[],
  ) {
    for (const name of applications) this.allowed.set(name, true);
    for (let icpId = 1; icpId <= site.config.controllers; icpId += 1) {
      this.enabled.set(icpId, true);
      this.granted.add(icpId);
    }
    store.onReport = () => this.renewSoon();
    this.renewAgain();
  }

  create(id: string): void {
    if (!this.store.available) return this.site.world.after(500, () => this.create(id));
    this.lastSlot += 4;
    const slots = [0, 1, 2, 3].map((more) => this.lastSlot + more);
    this.store.insert(id, this.site.config.limits, slots);
    this.store.ask('instance.create', id, this.site.config.operationDeadlineMs);
    this.renew();
    this.ring(id);
  }

  /** A wish of an operator; false when it cannot be taken now. */
  wish(kind: OperationKind, id: string): boolean {
    if (!this.store.available) return false;
    const desiredState = kind === 'instance.stop' ? 'stopped' : kind === 'instance.delete' ? 'deleted' : 'running';
    if (!this.store.change(id, { desiredState, restart: kind === 'instance.restart' })) return false;
    if (kind === 'instance.delete') this.site.oracle.sessions.deleted.add(id);
    this.store.ask(kind, id, this.site.config.operationDeadlineMs);
    this.renew();
    this.ring(id);
    return true;
  }

  randomWish(ids: readonly string[]): void {
    const id = this.site.world.random.pick(ids);
    if (id !== undefined) this.wish(this.site.world.random.pick(OPERATIONS)!, id);
  }

  /** Takes an application off the list, or a controller out of service, or back. */
  changeAccess(): void {
    const { random, nowMs } = this.site.world;
    if (!this.store.available) return;
    if (random.chance(0.6)) {
      const name = random.pick(this.applications)!;
      this.allow(name, !this.allowed.get(name)!);
    } else {
      const icpId = random.int(1, this.site.config.controllers);
      // a controller that is taken out and put back is another one; only one instance may have known it as the same
      if (this.site.config.instances > 1 || random.chance(0.5)) this.enabled.set(icpId, !this.enabled.get(icpId)!);
      else if (!this.granted.delete(icpId)) this.granted.add(icpId);
    }
    this.site.world.trace('orchestrator', `access changes at ${nowMs}`);
    this.renew();
  }

  /** Everything as at the beginning. */
  allowEverything(): void {
    for (const name of this.applications) this.allow(name, true);
    for (let icpId = 1; icpId <= this.site.config.controllers; icpId += 1) {
      this.enabled.set(icpId, true);
      this.granted.add(icpId);
    }
    this.renew();
  }

  private allow(name: string, isAllowed: boolean): void {
    if (this.allowed.get(name) === isAllowed) return;
    this.allowed.set(name, isAllowed);
    const { revoked } = this.site.oracle.sessions;
    const spans = revoked.get(name) ?? [];
    revoked.set(name, spans);
    if (!isAllowed) spans.push({ fromMs: this.site.world.nowMs, toMs: Number.POSITIVE_INFINITY });
    else spans.at(-1)!.toMs = this.site.world.nowMs;
  }

  private renewAgain(): void {
    this.site.world.after(RENEW_MS, () => {
      if (this.store.available) this.renew();
      this.renewAgain();
    });
  }

  private renewSoon(): void {
    if (this.isGathering || this.site.config.instances === 1) return;
    this.isGathering = true;
    this.site.world.after(GATHER_MS, () => {
      this.isGathering = false;
      if (this.store.available) this.renew();
    });
  }

  private renew(): void {
    const rows = [...this.store.rows.values()];
    for (const icpId of this.granted) this.lastGrants.set(icpId, this.plan(icpId, rows));
    for (const row of rows) this.issue(row);
  }

  private plan(icpId: number, rows: readonly InstanceRow[]): ReadonlyMap<string, Granted> {
    const { controllerMonitors, limits, startsPerSecond } = this.site.config;
    if (this.site.plant.drops === 'grants-planned')
      return new Map(rows.map(({ spec }) => [spec.id, { monitorsMax: limits.monitorsPerController }]));
    const uses = rows.map((row) => this.useOf(row, icpId));
    const monitors = planSharedGrants(controllerMonitors, uses.map(monitorHolder));
    const starts = planSharedGrants(startsPerSecond, paceHolders(startsPerSecond, uses));
    return new Map(
      rows.map(({ spec: { id }, status }) => {
        const { amount, isShort } = monitors.get(id)!;
        const asked = reportOf(status.observed, icpId)?.shared?.askedUpTo ?? 0;
        const shared = {
          startsPerSecond: starts.get(id)!.amount,
          monitorsCap: controllerMonitors,
          refusedUpTo: isShort ? asked : 0,
        };
        return [id, { monitorsMax: amount, ...(rows.length > 1 ? { shared } : {}) }];
      }),
    );
  }

  private useOf({ spec, status, document }: InstanceRow, icpId: number): SharedUse {
    const isAtRest = spec.desiredState === 'stopped' && status.state === 'stopped' && status.observedVersion === spec.version;
    const granted = document?.document.controllers.find((controller) => controller.icpId === icpId);
    const digest = this.site.plant.drops === 'grants-confirmed' ? status.accessDigest : status.observed?.['digest'];
    const hasNewest = document !== undefined && digest === document.digest;
    const reported = isAtRest ? undefined : reportOf(status.observed, icpId);
    const { startsPerSecond } = this.site.config;
    return {
      id: spec.id,
      monitorLimit: spec.limits.monitorsPerController,
      monitorsGranted: granted?.monitorsMax ?? null,
      startsGranted: granted === undefined ? null : (granted.shared?.startsPerSecond ?? startsPerSecond),
      confirmed: isAtRest || hasNewest,
      monitors: reported?.monitors.used ?? (isAtRest || status.epochMajor === 0 ? 0 : (granted?.monitorsMax ?? 0)),
      monitorsWanted: reported?.shared?.monitorsWanted ?? 0,
      starts: reported?.shared?.startsPerSecond ?? (reported === undefined ? 0 : startsPerSecond),
      startsWanted: reported?.shared?.startsWanted ?? false,
    };
  }

  private issue(row: InstanceRow): void {
    const { id } = row.spec;
    const serial = (row.document?.document.serial ?? 0) + 1;
    const content = this.contentFor(row);
    const digest = JSON.stringify(content);
    if (row.document?.digest.endsWith(digest) === true) return;
    const issuedAt = new Date(WALL_START_MS).toISOString();
    const expiresAt = new Date(WALL_START_MS + 1_000_000_000).toISOString();
    row.document = { document: { schema: 1, serial, issuedAt, expiresAt, ...content }, digest: `${serial} ${digest}` };
    this.ring(id);
  }

  private contentFor({ spec }: InstanceRow): Omit<AccessDocument, 'schema' | 'serial' | 'issuedAt' | 'expiresAt'> {
    const secrets = { applicationPasswordSha256: 'a'.repeat(64), localPasswordSha256: 'b'.repeat(64) };
    return {
      tenantId: 'tenant',
      instanceId: spec.id,
      tenantStatus: 'active',
      companyName: 'Acme',
      limits: this.site.config.limits,
      applications: this.applications.map((name) => ({
        id: name,
        name,
        type: 'generic',
        advanced: false,
        allowed: this.allowed.get(name)!,
        ...secrets,
      })),
      controllers: [...this.granted].sort().map((icpId) => ({
        icpId,
        name: `controller-${icpId}`,
        address: `10.1.0.${icpId}`,
        port: 5320,
        release: '9.4.0',
        enabled: this.enabled.get(icpId)!,
        ...(this.lastGrants.get(icpId)?.get(spec.id) ?? { monitorsMax: 0 }),
      })),
    };
  }
}
