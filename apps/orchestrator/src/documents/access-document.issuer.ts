/**
 * Signs the access documents of a tenant's instances in the transaction of the change they tell of (design.md 5): a document is stored only
 * when it says something new or the stored one grows old, with a higher serial, and the bell tells the worker to push it.
 */
import { createHash } from 'node:crypto';
import { ReceivedAccessDocumentSchema, ReceivedStatusReportSchema, type AccessDocument } from '#contracts/gateway-admin';
import { LICENCE_TIMES } from '#domain/licences';
import type { ApplicationUser, InstanceSpec, InstanceStatus, Tenant } from '#domain/resources';
import * as accessDocuments from '#persistence/access-documents';
import type { StoredAccessDocument } from '#persistence/access-documents';
import * as applicationUsers from '#persistence/application-users';
import * as applications from '#persistence/applications';
import * as clusters from '#persistence/clusters';
import * as controllers from '#persistence/controllers';
import type { Tx } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as licences from '#persistence/licences';
import * as outbox from '#persistence/outbox';
import type { OutboxEntry } from '#persistence/outbox';
import { digestOf, signDocument } from '#pki/documents';
import { Inject, Injectable } from '@nestjs/common';
import { DOCUMENT_KEY } from '../unit-of-work/tokens.js';
import { contentsOf, type AccessContent, type ClusterMember } from './access-document.content.js';
import { planPools, type LicenceMember, type PoolPlan } from './licence-grants.js';

const { documentLifeMs: DOCUMENT_LIFE_MS, syncEveryMs: SYNC_EVERY_MS } = LICENCE_TIMES;

/** Where the bells of new documents go. */
export interface Ringing {
  readonly tx: Tx;
  ring(entry: OutboxEntry): void;
}

@Injectable()
export class AccessDocumentIssuer {
  constructor(@Inject(DOCUMENT_KEY) private readonly privateKeyPem: string) {}

  /**
   * May be called any number of times: what has not changed and is young enough stays. Answers how many documents were signed.
   * @param force true: a sync was asked for, so every document is signed anew (R-LIC-02)
   */
  async renew(
    { tx, ring }: Ringing,
    tenant: Tenant,
    { now = Date.now(), force = false }: { readonly now?: number; readonly force?: boolean } = {},
  ): Promise<number> {
    // Whoever changes anything of this tenant, or renews, holds this lock: grants are made from all documents of a tenant.
    await accessDocuments.lock(tx, tenant.id);
    const known = await this.known(tx, tenant);
    if (known.length === 0) return 0;
    const account = await licences.lock(tx, tenant.id);
    const plans = account === undefined ? [] : planPools(account.pools, known.map(licenceMemberOf), now);
    const shared = {
      tenant,
      applications: await applications.listOfTenant(tx, tenant.id),
      users: byApplication(await applicationUsers.listOfTenant(tx, tenant.id)),
      licences: plans,
    };
    const expiry = new Map<string, Date>();
    let signed = 0;
    for (const clusterId of new Set(known.map(({ spec }) => spec.clusterId))) {
      const inCluster = known.filter(({ spec }) => spec.clusterId === clusterId);
      const state = {
        ...shared,
        controllers: await controllers.listOfCluster(tx, clusterId),
        directorySync: (await clusters.find(tx, clusterId))?.directorySync.revision ?? 0,
        members: inCluster.map((one) => one.member),
      };
      for (const [instanceId, content] of contentsOf(state)) {
        const { stored } = inCluster.find(({ spec }) => spec.id === instanceId)!;
        const issued = await this.issue(tx, content, stored, { now, force });
        expiry.set(instanceId, issued ?? stored!.expiresAt);
        if (issued === undefined) continue;
        ring(await outbox.insert(tx, { job: 'instance.reconcile', payload: { instanceId } }));
        signed += 1;
      }
    }
    for (const plan of plans) await writePlan(tx, tenant.id, plan, expiry, now);
    return signed;
  }

  private async known(tx: Tx, tenant: Tenant): Promise<readonly Known[]> {
    const specs = (await instances.listAll(tx)).filter((spec) => spec.tenantId === tenant.id);
    const ids = specs.map(({ id }) => id);
    const statuses = new Map((await instanceStatus.findMany(tx, ids)).map((status) => [status.instanceId, status]));
    const known: Known[] = [];
    for (const spec of specs) {
      const stored = await accessDocuments.lock(tx, spec.id);
      const status = statuses.get(spec.id);
      known.push({ spec, status, stored, member: memberOf(spec, status, stored) });
    }
    return known;
  }

  /** Answers when the new document expires; undefined when the stored one stays. */
  private async issue(
    tx: Tx,
    content: AccessContent,
    stored: StoredAccessDocument | undefined,
    { now, force }: { readonly now: number; readonly force: boolean },
  ): Promise<Date | undefined> {
    const contentSha256 = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const ageMs = stored === undefined ? Infinity : now - (stored.expiresAt.getTime() - DOCUMENT_LIFE_MS);
    if (!force && stored?.contentSha256 === contentSha256 && ageMs < SYNC_EVERY_MS) return undefined;
    const serial = (stored?.serial ?? 0) + 1;
    const expiresAt = new Date(now + DOCUMENT_LIFE_MS);
    const { schema, ...rest } = content;
    const payload: AccessDocument = {
      schema,
      serial,
      issuedAt: new Date(now).toISOString(),
      expiresAt: expiresAt.toISOString(),
      ...rest,
    };
    const document = signDocument(payload, this.privateKeyPem);
    const put = await accessDocuments.put(tx, {
      instanceId: content.instanceId,
      serial,
      digest: digestOf(document),
      contentSha256,
      document,
      expiresAt,
    });
    if (!put) throw new Error(`the document ${serial} of instance ${content.instanceId} was overtaken behind its lock`);
    return expiresAt;
  }
}

function byApplication(users: readonly ApplicationUser[]): ReadonlyMap<string, readonly ApplicationUser[]> {
  const grouped = new Map<string, ApplicationUser[]>();
  for (const user of users) {
    const own = grouped.get(user.applicationId);
    if (own === undefined) grouped.set(user.applicationId, [user]);
    else own.push(user);
  }
  return grouped;
}

interface Known {
  readonly spec: InstanceSpec;
  readonly status: InstanceStatus | undefined;
  readonly stored: StoredAccessDocument | undefined;
  readonly member: ClusterMember;
}

/** In the transaction of the documents: what they grant is what is counted, or nothing has happened. */
async function writePlan(
  tx: Tx,
  tenantId: string,
  { pool, grants }: PoolPlan,
  expiry: ReadonlyMap<string, Date>,
  now: number,
): Promise<void> {
  const rows = [...grants].map(([instanceId, { granted, reserved }]) => {
    const before = pool.grants.find((grant) => grant.instanceId === instanceId);
    const reservedUntil = granted > 0 ? expiry.get(instanceId)! : (before?.reservedUntil ?? new Date(now));
    return { instanceId, granted, reserved, reservedUntil };
  });
  await licences.writeGrants(tx, tenantId, pool, rows);
}

/** Stopped and not asked to start: the next incarnation can only get the newest document. */
const isAtRest = (spec: InstanceSpec, status: InstanceStatus | undefined): boolean =>
  spec.desiredState === 'stopped' && status?.state === 'stopped' && status.observedVersion === spec.version;

function licenceMemberOf({ spec, status, stored, member }: Known): LicenceMember {
  const report = ReceivedStatusReportSchema.safeParse(status?.observed);
  return {
    spec,
    newest: member.newest,
    report: report.success ? report.data : undefined,
    reportIsNewest: report.success && stored !== undefined && report.data.accessDocument?.digest === stored.digest,
    atRest: isAtRest(spec, status) || (status?.epochMajor ?? 0) === 0,
    heardAt: status?.updatedAt ?? spec.createdAt,
  };
}

function memberOf(
  spec: InstanceSpec,
  status: InstanceStatus | undefined,
  stored: StoredAccessDocument | undefined,
): ClusterMember {
  const report = ReceivedStatusReportSchema.safeParse(status?.observed);
  const atRest = isAtRest(spec, status);
  // Only a report of its own says so, together with what it held by then: that it was pushed says nothing of what had been held under the one before.
  const known = report.success && report.data.state !== 'starting' && !atRest ? report.data : undefined;
  const hasNewest = stored !== undefined && known?.accessDocument?.digest === stored.digest;
  return {
    spec,
    newest:
      stored &&
      ReceivedAccessDocumentSchema.parse(JSON.parse(Buffer.from(stored.document.payload, 'base64url').toString('utf8'))),
    confirmed: atRest || hasNewest,
    report: known,
    hasRun: (status?.epochMajor ?? 0) > 0,
  };
}
