/**
 * Signs the access documents of a tenant's instances in the transaction of the change they tell of (design.md 5): a document is stored only
 * when it says something new or the stored one grows old, with a higher serial, and the bell tells the worker to push it.
 */
import { createHash } from 'node:crypto';
import { AccessDocumentSchema, InstanceStatusReportSchema, type AccessDocument } from '#contracts/gateway-admin';
import type { InstanceSpec, InstanceStatus, Tenant } from '#domain/resources';
import * as accessDocuments from '#persistence/access-documents';
import type { StoredAccessDocument } from '#persistence/access-documents';
import * as applications from '#persistence/applications';
import * as controllers from '#persistence/controllers';
import type { Tx } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as outbox from '#persistence/outbox';
import type { OutboxEntry } from '#persistence/outbox';
import { digestOf, signDocument } from '#pki/documents';
import { Inject, Injectable } from '@nestjs/common';
import { DOCUMENT_KEY } from '../unit-of-work/tokens.js';
import { contentsOf, type AccessContent, type ClusterMember } from './access-document.content.js';

const HOUR_MS = 3_600_000;
/** 72 h without us, counted from the last renewal that may have been missed. */
export const DOCUMENT_LIFE_MS = 76 * HOUR_MS;
export const RENEW_AFTER_MS = 4 * HOUR_MS;

/** Where the bells of new documents go. */
export interface Ringing {
  readonly tx: Tx;
  ring(entry: OutboxEntry): void;
}

@Injectable()
export class AccessDocumentIssuer {
  constructor(@Inject(DOCUMENT_KEY) private readonly privateKeyPem: string) {}

  /** May be called any number of times: what has not changed and is young enough stays. Answers how many documents were signed. */
  async renew({ tx, ring }: Ringing, tenant: Tenant, now: number = Date.now()): Promise<number> {
    // Whoever changes anything of this tenant, or renews, holds this lock: grants are made from all documents of a cluster.
    await accessDocuments.lock(tx, tenant.id);
    const specs = (await instances.listAll(tx)).filter((spec) => spec.tenantId === tenant.id);
    if (specs.length === 0) return 0;
    const registered = await applications.listOfTenant(tx, tenant.id);
    const statuses = new Map(
      (
        await instanceStatus.findMany(
          tx,
          specs.map(({ id }) => id),
        )
      ).map((status) => [status.instanceId, status]),
    );
    let signed = 0;
    for (const clusterId of new Set(specs.map((spec) => spec.clusterId))) {
      const stored = new Map<string, StoredAccessDocument | undefined>();
      const members: ClusterMember[] = [];
      for (const spec of specs.filter((one) => one.clusterId === clusterId)) {
        stored.set(spec.id, await accessDocuments.lock(tx, spec.id));
        members.push(memberOf(spec, statuses.get(spec.id), stored.get(spec.id)));
      }
      const state = { tenant, applications: registered, controllers: await controllers.listOfCluster(tx, clusterId), members };
      for (const [instanceId, content] of contentsOf(state)) {
        if (!(await this.issue(tx, content, stored.get(instanceId), now))) continue;
        ring(await outbox.insert(tx, { job: 'instance.reconcile', payload: { instanceId } }));
        signed += 1;
      }
    }
    return signed;
  }

  private async issue(tx: Tx, content: AccessContent, stored: StoredAccessDocument | undefined, now: number): Promise<boolean> {
    const contentSha256 = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const ageMs = stored === undefined ? Infinity : now - (stored.expiresAt.getTime() - DOCUMENT_LIFE_MS);
    if (stored?.contentSha256 === contentSha256 && ageMs < RENEW_AFTER_MS) return false;
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
    return accessDocuments.put(tx, {
      instanceId: content.instanceId,
      serial,
      digest: digestOf(document),
      contentSha256,
      document,
      expiresAt,
    });
  }
}

function memberOf(
  spec: InstanceSpec,
  status: InstanceStatus | undefined,
  stored: StoredAccessDocument | undefined,
): ClusterMember {
  const report = InstanceStatusReportSchema.safeParse(status?.observed);
  // Stopped and not asked to start: the next incarnation can only get the newest document.
  const isAtRest = spec.desiredState === 'stopped' && status?.state === 'stopped' && status.observedVersion === spec.version;
  // Only a report of its own says so, together with what it held by then: that it was pushed says nothing of what had been held under the one before.
  const known = report.success && report.data.state !== 'starting' && !isAtRest ? report.data : undefined;
  const hasNewest = stored !== undefined && known?.accessDocument?.digest === stored.digest;
  return {
    spec,
    newest: stored && AccessDocumentSchema.parse(JSON.parse(Buffer.from(stored.document.payload, 'base64url').toString('utf8'))),
    confirmed: isAtRest || hasNewest,
    report: known,
    hasRun: (status?.epochMajor ?? 0) > 0,
  };
}
