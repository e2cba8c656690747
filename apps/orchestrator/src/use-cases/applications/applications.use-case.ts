/** Applications: who may log in (R-ACL-01). Passwords are issued here, told once, and kept as hashes only. */
import type { AnswerOf, ApplicationAnswer, ApplicationWithSecretsAnswer } from '#contracts/control-api';
import { APPLICATIONS_PER_TENANT } from '#domain/limits';
import * as applications from '#persistence/applications';
import { generatePassword, sha256Hex } from '#pki/api-keys';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { applicationAnswer } from '../answers.js';
import { accepted, found, mapped, refused, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';

@Injectable()
export class ApplicationsUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async create(call: Call<'createApplication'>): Promise<StoreOutcome<ApplicationWithSecretsAnswer>> {
    const tenant = tenantOf(call.caller);
    // Exact: changes of one tenant happen one after another.
    const used = (await applications.listOfTenant(call.tx, tenant.id)).length;
    const cap = APPLICATIONS_PER_TENANT;
    if (used >= cap)
      return refused('QUOTA_EXCEEDED', `The tenant has ${used} of ${cap} applications.`, { limit: 'applications', used, cap });
    const { secrets, hashes } = issue();
    const outcome = await applications.insert(call.tx, { ...call.body, ...hashes });
    if (outcome.ok) await this.documents.renew(call, tenant);
    return mapped(outcome, (application) => ({ ...applicationAnswer(application), ...secrets }));
  }

  async list({ tx, query }: Call<'listApplications'>): Promise<StoreOutcome<AnswerOf<'listApplications'>>> {
    return accepted(pageAnswer(await applications.list(tx, pageRequest(query)), applicationAnswer));
  }

  async get({ tx, params }: Call<'getApplication'>): Promise<StoreOutcome<ApplicationAnswer>> {
    return found('application', await applications.find(tx, params.application), applicationAnswer);
  }

  async update(call: Call<'updateApplication'>): Promise<StoreOutcome<ApplicationAnswer>> {
    const { allowed, advanced } = call.body;
    const outcome = await applications.update(call.tx, call.params.application, call.expectedVersion, {
      ...(allowed === undefined ? {} : { allowed }),
      ...(advanced === undefined ? {} : { advanced }),
    });
    if (outcome.ok) await this.documents.renew(call, tenantOf(call.caller));
    return mapped(outcome, applicationAnswer);
  }

  async rotate(call: Call<'rotateApplicationCredentials'>): Promise<StoreOutcome<ApplicationWithSecretsAnswer>> {
    const { secrets, hashes } = issue();
    const outcome = await applications.update(call.tx, call.params.application, call.expectedVersion, hashes);
    if (outcome.ok) await this.documents.renew(call, tenantOf(call.caller));
    return mapped(outcome, (application) => ({ ...applicationAnswer(application), ...secrets }));
  }

  async remove(call: Call<'deleteApplication'>): Promise<StoreOutcome<ApplicationAnswer>> {
    const before = found('application', await applications.find(call.tx, call.params.application), applicationAnswer);
    if (!before.ok) return before;
    const removed = await applications.remove(call.tx, call.params.application, call.expectedVersion);
    if (!removed.ok) return removed;
    await this.documents.renew(call, tenantOf(call.caller));
    return before;
  }
}

function issue() {
  const secrets = { applicationPassword: generatePassword(), localPassword: generatePassword() };
  const hashes = {
    applicationPasswordSha256: sha256Hex(secrets.applicationPassword),
    localPasswordSha256: sha256Hex(secrets.localPassword),
  };
  return { secrets, hashes };
}
