/** What an access document says, apart from serial and times: pure, so that equal states give equal documents. */
import type { AccessDocument, InstanceStatusReport } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS, MONITOR_STARTS_PER_SECOND, MONITORS_PER_POWERPC_CONTROLLER } from '#domain/limits';
import type { NumberingSettings } from '#domain/numbering';
import { monitorHolder, paceHolders, planSharedGrants, type SharedUse } from '#domain/shared-grants';
import {
  CONTROLLER_PLATFORMS,
  type Application,
  type ApplicationUser,
  type Controller,
  type InstanceSpec,
  type Tenant,
} from '#domain/resources';
import { licencesOf, type PoolPlan } from './licence-grants.js';
import { kindGrantsAt } from './monitor-kind-grants.js';

export type AccessContent = Omit<AccessDocument, 'serial' | 'issuedAt' | 'expiresAt'>;

/** What we know of an instance of the cluster besides its spec. */
export interface ClusterMember {
  readonly spec: InstanceSpec;
  /** Its newest document; undefined before the first. */
  readonly newest: AccessDocument | undefined;
  /** Nothing older than `newest` can be in force, by `report` or because it is at rest. */
  readonly confirmed: boolean;
  /** What it last reported; undefined when it is at rest or nothing is known. */
  readonly report: InstanceStatusReport | undefined;
  /** An incarnation of it has been started some time. */
  readonly hasRun: boolean;
}

export interface ClusterState {
  readonly tenant: Tenant;
  readonly applications: readonly Application[];
  /** By the id of their application. */
  readonly users: ReadonlyMap<string, readonly ApplicationUser[]>;
  /** Of the whole tenant, this cluster or others; empty where nothing is limited. */
  readonly licences: readonly PoolPlan[];
  readonly controllers: readonly Controller[];
  /** How often a sync of their directories was asked for (R-CLU-08). */
  readonly directorySync: number;
  readonly members: readonly ClusterMember[];
}

/** R-LIM-04 by platform. */
function capOf(controller: Controller): number {
  return CONTROLLER_PLATFORMS[controller.platform] === 'powerpc'
    ? MONITORS_PER_POWERPC_CONTROLLER
    : INSTANCE_LIMITS.monitorsPerController;
}

type Granted = Pick<AccessDocument['controllers'][number], 'monitorsMax' | 'monitorKinds' | 'shared'>;

function useOf({ spec, newest, confirmed, report, hasRun }: ClusterMember, icpId: number): SharedUse {
  const granted = newest?.controllers.find((controller) => controller.icpId === icpId);
  const reported = report?.controllers.find((controller) => controller.icpId === icpId);
  return {
    id: spec.id,
    monitorLimit: spec.limits.monitorsPerController,
    monitorsGranted: granted?.monitorsMax ?? null,
    startsGranted: granted === undefined ? null : (granted.shared?.startsPerSecond ?? MONITOR_STARTS_PER_SECOND),
    confirmed,
    // Of one that is away and not at rest we know only that it may hold all it was granted.
    monitors: reported?.monitors.used ?? (confirmed || !hasRun ? 0 : (granted?.monitorsMax ?? 0)),
    monitorsWanted: reported?.shared?.monitorsWanted ?? 0,
    starts: reported?.shared?.startsPerSecond ?? (report === undefined ? 0 : MONITOR_STARTS_PER_SECOND),
    startsWanted: reported?.shared?.startsWanted ?? false,
  };
}

/** What each member is granted at one controller, by instance id. */
function grantsAt(controller: Controller, members: readonly ClusterMember[]): ReadonlyMap<string, Granted> {
  const uses = members.map((member) => useOf(member, controller.icpId));
  const cap = capOf(controller);
  const monitors = planSharedGrants(cap, uses.map(monitorHolder));
  const kinds = kindGrantsAt(controller, cap, members);
  const starts = planSharedGrants(MONITOR_STARTS_PER_SECOND, paceHolders(MONITOR_STARTS_PER_SECOND, uses));
  return new Map(
    members.map(({ spec: { id }, report }) => {
      const asked = report?.controllers.find(({ icpId }) => icpId === controller.icpId)?.shared?.askedUpTo ?? 0;
      const { amount, isShort } = monitors.get(id)!;
      const shared = { startsPerSecond: starts.get(id)!.amount, monitorsCap: cap, refusedUpTo: isShort ? asked : 0 };
      const monitorKinds = kinds.get(id)!;
      return [id, { monitorsMax: amount, monitorKinds, ...(members.length > 1 ? { shared } : {}) }];
    }),
  );
}

/** The content of each member's document, by instance id. */
export function contentsOf(state: ClusterState): ReadonlyMap<string, AccessContent> {
  const grants = new Map(state.controllers.map((controller) => [controller.icpId, grantsAt(controller, state.members)]));
  return new Map(state.members.map(({ spec }) => [spec.id, contentOf(state, spec, (icpId) => grants.get(icpId)!.get(spec.id)!)]));
}

function contentOf(state: ClusterState, spec: InstanceSpec, grantOf: (icpId: number) => Granted): AccessContent {
  const { tenant, applications, users, controllers } = state;
  const licences = licencesOf(state.licences, spec.id);
  return {
    schema: 1,
    tenantId: tenant.id,
    instanceId: spec.id,
    tenantStatus: tenant.status,
    companyName: tenant.companyName,
    limits: { ...spec.limits },
    // an instance of an earlier release would pass a lower cap over (ADR 0098)
    ...(spec.limits.hotDeskUsers < INSTANCE_LIMITS.hotDeskUsers ? { mustUnderstand: ['limits.hotDeskUsers'] } : {}),
    ...settingsOf(tenant),
    ...(state.directorySync === 0 ? {} : { directorySync: { revision: state.directorySync } }),
    applications: applications.map((application) => applicationOf(application, users.get(application.id) ?? [])),
    controllers: controllers.map(({ icpId, name, address, port, release, enabled, platform, numbering }) => ({
      icpId,
      name,
      address,
      port,
      release,
      enabled,
      ...grantOf(icpId),
      ...(platform === 'multi-instance' ? { multiInstance: true } : {}),
      ...(numbering === null ? {} : { numbering: plain(numbering) }),
    })),
    ...(licences === undefined ? {} : { licences }),
  };
}

/** What is not so is not said: the document of a tenant with a thousand plain applications stays small. */
function applicationOf(application: Application, own: readonly ApplicationUser[]): AccessContent['applications'][number] {
  const { id, name, type, advanced, allowed, applicationPasswordSha256, localPasswordSha256 } = application;
  const { integration, remote, signingKeyPem, legacySignature } = application;
  return {
    id,
    name,
    type,
    advanced,
    allowed,
    applicationPasswordSha256,
    localPasswordSha256,
    ...(integration === null ? {} : { integration }),
    ...(remote ? { remote } : {}),
    ...(signingKeyPem === null ? {} : { signing: { publicKeyPem: signingKeyPem, legacy: legacySignature } }),
    ...(own.length === 0
      ? {}
      : { users: own.map(({ userNumber, email, passwordSha256 }) => ({ userId: userNumber, email, passwordSha256 })) }),
  };
}

const plain = (numbering: NumberingSettings) => ({ ...numbering, localAreaCodes: [...numbering.localAreaCodes] });

/** Only what the tenant has set: the instance knows the defaults. */
function settingsOf({
  settings,
}: Tenant): Pick<AccessDocument, 'numbering' | 'loggedNumbers' | 'rates' | 'outbound' | 'browserOrigins'> {
  const { numbering, loggedNumbers, rates, outbound, browserOrigins } = settings;
  return {
    ...(numbering === undefined ? {} : { numbering: plain(numbering) }),
    ...(loggedNumbers === undefined ? {} : { loggedNumbers }),
    ...(rates === undefined ? {} : { rates: { ...rates } }),
    ...(outbound === undefined ? {} : { outbound: { http: outbound.http, ranges: [...outbound.ranges] } }),
    ...(browserOrigins === undefined ? {} : { browserOrigins: [...browserOrigins] }),
  };
}
