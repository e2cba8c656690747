/** Licences (R-LIC-01, R-LIC-02): what a tenant is entitled to, and the sync on demand. Instances learn of both by their access documents. */
import type { AnswerOf, BodyOf, LicencesAnswer } from '#contracts/control-api';
import { applicationPool, LICENCE_KINDS } from '#domain/licences';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import * as licences from '#persistence/licences';
import type { PoolChange } from '#persistence/licences';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { accepted, type StoreOutcome } from '../outcome-map.js';
import { licencesAnswer } from './licences-answer.js';

@Injectable()
export class LicencesUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async get(call: Call<'getLicences'>): Promise<StoreOutcome<LicencesAnswer>> {
    return accepted(await answerOf(call));
  }

  async update(call: Call<'updateLicences'>): Promise<StoreOutcome<LicencesAnswer>> {
    const outcome = await licences.update(call.tx, call.expectedVersion, changesOf(call.body));
    if (!outcome.ok) return outcome;
    await this.documents.renew(call, tenantOf(call.caller));
    return accepted(await answerOf(call));
  }

  /** Every instance gets a fresh document, also when nothing has changed: whoever asks wants to know it arrived. */
  async sync(call: Call<'syncTenant'>): Promise<StoreOutcome<AnswerOf<'syncTenant'>>> {
    return accepted({ documents: await this.documents.renew(call, tenantOf(call.caller), { force: true }) });
  }
}

async function answerOf({ tx, caller }: Call<'getLicences'> | Call<'updateLicences'>): Promise<LicencesAnswer> {
  const { id } = tenantOf(caller);
  const specs = (await instances.listAll(tx)).filter(({ tenantId }) => tenantId === id);
  const statuses = await instanceStatus.findMany(
    tx,
    specs.map((spec) => spec.id),
  );
  return licencesAnswer(id, await licences.find(tx, id), specs, statuses);
}

function changesOf(body: BodyOf<'updateLicences'>): PoolChange[] {
  const kinds = LICENCE_KINDS.flatMap((pool) => {
    const wanted = body[pool];
    return wanted === undefined ? [] : [{ pool, applicationId: null, licences: wanted }];
  });
  const own = (body.applications ?? []).map(({ applicationId, licences: wanted }) => ({
    pool: applicationPool(applicationId),
    applicationId,
    licences: wanted,
  }));
  return [...kinds, ...own];
}
