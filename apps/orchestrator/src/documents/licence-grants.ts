/** What of a tenant's licences each instance is granted next (R-LIC-01, design.md 3): from what stands and what instances say. Pure. */
import type { AccessDocument, InstanceStatusReport } from '#contracts/gateway-admin';
import {
  LICENCE_TIMES,
  planLicenceGrants,
  unitsOf,
  type LicenceGrant,
  type LicenceHolder,
  type LicencePool,
} from '#domain/licences';
import type { InstanceSpec } from '#domain/resources';
import type { StoredPool } from '#persistence/licences';

/** One instance of the tenant, whatever its cluster. */
export interface LicenceMember {
  readonly spec: InstanceSpec;
  readonly newest: AccessDocument | undefined;
  /** Its report was made under the newest document. */
  readonly reportIsNewest: boolean;
  /** What it last said; undefined when it runs and has not, or does not run. */
  readonly report: InstanceStatusReport | undefined;
  /** Nothing of it runs, by its own word or ours, and the next incarnation gets the newest document; it holds nothing. */
  readonly atRest: boolean;
  /** When it was last heard of. */
  readonly heardAt: Date;
}

export interface PoolPlan {
  readonly pool: StoredPool;
  readonly entitled: number;
  readonly grants: ReadonlyMap<string, LicenceGrant>;
}

const poolOf = (document: AccessDocument | undefined, pool: LicencePool) =>
  document?.licences?.pools.find((one) => one.pool === pool);

function holderOf(stored: StoredPool, member: LicenceMember, now: number): LicenceHolder {
  const grant = stored.grants.find(({ instanceId }) => instanceId === member.spec.id);
  const said = member.report?.licences?.pools.find(({ pool }) => pool === stored.pool);
  const reserved = grant?.reserved ?? 0;
  // Of one that should run and says nothing it is not known what its sessions hold: all that it may.
  const used = member.atRest ? 0 : (said?.used ?? (member.report === undefined ? reserved : 0));
  return {
    id: member.spec.id,
    limit: member.spec.limits.monitors,
    granted: grant?.granted ?? null,
    reserved,
    confirmed: member.atRest || (member.reportIsNewest && said !== undefined),
    used,
    short: !member.atRest && said?.short === true,
    unheard: !member.atRest && now - member.heardAt.getTime() > LICENCE_TIMES.syncEveryMs,
    lapsed: grant === undefined || now - grant.reservedUntil.getTime() > LICENCE_TIMES.returnGraceMs,
  };
}

/** One plan per pool that is limited. */
export function planPools(pools: readonly StoredPool[], members: readonly LicenceMember[], now: number): readonly PoolPlan[] {
  return pools.map((pool) => {
    const entitled = unitsOf(pool.pool, pool.licences);
    const holders = members.map((member) => holderOf(pool, member, now));
    const grants = new Map(planLicenceGrants(entitled, holders));
    for (const [index, { id, short }] of holders.entries()) {
      const grant = grants.get(id)!;
      // Said only to those that ask, so that documents do not change with every monitor; and kept until a unit is free again.
      const wasFull = poolOf(members[index]!.newest, pool.pool)?.full === true;
      grants.set(id, { ...grant, full: grant.full && (short || wasFull) });
    }
    return { pool, entitled, grants };
  });
}

/** The member of one instance's document; undefined where nothing is limited. */
export function licencesOf(plans: readonly PoolPlan[], instanceId: string): AccessDocument['licences'] {
  if (plans.length === 0) return undefined;
  return {
    pools: plans.map(({ pool: { pool }, entitled, grants }) => {
      const grant = grants.get(instanceId);
      return { pool, granted: grant?.granted ?? 0, entitled, full: grant?.full ?? false };
    }),
  };
}
