/** What an access document says, apart from serial and times: pure, so that equal states give equal documents. */
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS, MONITORS_PER_POWERPC_CONTROLLER } from '#domain/limits';
import { planMonitorGrants, type GrantHolder } from '#domain/monitor-grants';
import {
  CONTROLLER_PLATFORMS,
  type Application,
  type ApplicationUser,
  type Controller,
  type InstanceSpec,
  type Tenant,
} from '#domain/resources';
import { licencesOf, type PoolPlan } from './licence-grants.js';

export type AccessContent = Omit<AccessDocument, 'serial' | 'issuedAt' | 'expiresAt'>;

/** What we know of an instance of the cluster besides its spec. */
export interface ClusterMember {
  readonly spec: InstanceSpec;
  /** Its newest document; undefined before the first. */
  readonly newest: AccessDocument | undefined;
  /** Nothing older than `newest` can be in force. */
  readonly confirmed: boolean;
  /** Monitors it last reported, by icpId. */
  readonly monitors: ReadonlyMap<number, number>;
}

export interface ClusterState {
  readonly tenant: Tenant;
  readonly applications: readonly Application[];
  /** Of all applications of the tenant. */
  readonly users: readonly ApplicationUser[];
  /** Of the whole tenant, this cluster or others; empty where nothing is limited. */
  readonly licences: readonly PoolPlan[];
  readonly controllers: readonly Controller[];
  readonly members: readonly ClusterMember[];
}

/** R-LIM-04 by platform. */
function capOf(controller: Controller): number {
  return CONTROLLER_PLATFORMS[controller.platform] === 'powerpc'
    ? MONITORS_PER_POWERPC_CONTROLLER
    : INSTANCE_LIMITS.monitorsPerController;
}

function holderOf(member: ClusterMember, icpId: number): GrantHolder {
  const granted = member.newest?.controllers.find((controller) => controller.icpId === icpId)?.monitorsMax ?? null;
  const { confirmed } = member;
  return {
    id: member.spec.id,
    limit: member.spec.limits.monitorsPerController,
    granted,
    confirmed,
    used: member.monitors.get(icpId) ?? 0,
  };
}

/** The content of each member's document, by instance id. */
export function contentsOf(state: ClusterState): ReadonlyMap<string, AccessContent> {
  const grants = new Map(
    state.controllers.map((controller) => [
      controller.icpId,
      planMonitorGrants(
        capOf(controller),
        state.members.map((member) => holderOf(member, controller.icpId)),
      ),
    ]),
  );
  return new Map(
    state.members.map(({ spec }) => [spec.id, contentOf(state, spec, (icpId) => grants.get(icpId)?.get(spec.id) ?? 0)]),
  );
}

function contentOf(state: ClusterState, spec: InstanceSpec, grantOf: (icpId: number) => number): AccessContent {
  const { tenant, applications, users, controllers } = state;
  const licences = licencesOf(state.licences, spec.id);
  return {
    schema: 1,
    tenantId: tenant.id,
    instanceId: spec.id,
    tenantStatus: tenant.status,
    companyName: tenant.companyName,
    limits: { ...spec.limits },
    applications: applications.map((application) => applicationOf(application, users)),
    controllers: controllers.map(({ icpId, name, address, port, release, enabled, platform }) => ({
      icpId,
      name,
      address,
      port,
      release,
      enabled,
      monitorsMax: grantOf(icpId),
      ...(platform === 'multi-instance' ? { multiInstance: true } : {}),
    })),
    ...(licences === undefined ? {} : { licences }),
  };
}

/** What is not so is not said: the document of a tenant with a thousand plain applications stays small. */
function applicationOf(application: Application, users: readonly ApplicationUser[]): AccessContent['applications'][number] {
  const { id, name, type, advanced, allowed, applicationPasswordSha256, localPasswordSha256 } = application;
  const { integration, remote, signingKeyPem, legacySignature } = application;
  const own = users.filter(({ applicationId }) => applicationId === id);
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
