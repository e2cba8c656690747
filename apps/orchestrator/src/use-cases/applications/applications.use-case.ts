/** Applications: who may log in (R-ACL-01). Passwords are issued here, told once, and kept as hashes only. */
import type { AnswerOf, ApplicationAnswer, ApplicationWithSecretsAnswer } from '#contracts/control-api';
import { APPLICATIONS_PER_TENANT } from '#domain/limits';
import * as applications from '#persistence/applications';
import { generatePassword, sha256Hex } from '#pki/api-keys';
import { applicationKeyOf } from '#pki/application-keys';
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
    const { certificate, ...body } = call.body;
    if ((body.type === 'crm-integration') !== (body.integration !== null)) {
      return refused(
        'INVALID_ARGUMENT',
        'An application of type crm-integration says which integration it is, and no other does.',
        {
          errors: [
            { path: 'body.integration', message: body.integration === null ? 'must be salesforce or google' : 'must be null' },
          ],
        },
      );
    }
    const key = signingKeyOf(certificate);
    if (!key.ok) return key;
    const { secrets, hashes } = issue();
    const outcome = await applications.insert(call.tx, { ...body, ...hashes, signingKeyPem: key.value });
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
    const { certificate, ...body } = call.body;
    const key = certificate === undefined ? undefined : signingKeyOf(certificate);
    if (key !== undefined && !key.ok) return key;
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const outcome = await applications.update(call.tx, call.params.application, call.expectedVersion, {
      ...given,
      ...(key === undefined ? {} : { signingKeyPem: key.value }),
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

function signingKeyOf(certificate: string | null): StoreOutcome<string | null> {
  if (certificate === null) return accepted(null);
  const key = applicationKeyOf(certificate);
  if (key !== undefined) return accepted(key.publicKeyPem);
  return refused('INVALID_ARGUMENT', 'The certificate cannot be used.', {
    errors: [{ path: 'body.certificate', message: 'must be a certificate or public key, Ed25519 or RSA of 2048 to 8192 bits' }],
  });
}

function issue() {
  const secrets = { applicationPassword: generatePassword(), localPassword: generatePassword() };
  const hashes = {
    applicationPasswordSha256: sha256Hex(secrets.applicationPassword),
    localPasswordSha256: sha256Hex(secrets.localPassword),
  };
  return { secrets, hashes };
}
