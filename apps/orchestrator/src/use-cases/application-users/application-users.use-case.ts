/** Users of integrations (R-SES-04). Passwords are issued here, told once, and kept as hashes only. */
import type { AnswerOf } from '#contracts/control-api';
import type { ApplicationUser } from '#domain/resources';
import * as applicationUsers from '#persistence/application-users';
import * as applications from '#persistence/applications';
import { generatePassword, sha256Hex } from '#pki/api-keys';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { accepted, found, mapped, refused, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';

const userAnswer = ({ id, tenantId, applicationId, userNumber, email, version, createdAt }: ApplicationUser) => ({
  id,
  tenantId,
  applicationId,
  userId: userNumber,
  email,
  version,
  createdAt: createdAt.toISOString(),
});

@Injectable()
export class ApplicationUsersUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async create(call: Call<'createApplicationUser'>): Promise<StoreOutcome<AnswerOf<'createApplicationUser'>>> {
    const application = await applications.find(call.tx, call.params.application);
    if (application === undefined) return refused('NOT_FOUND', 'There is no such application.');
    if (application.integration === null) return refused('CONFLICT', 'Only integrations have users; this application is none.');
    const password = generatePassword();
    const outcome = await applicationUsers.insert(call.tx, {
      applicationId: application.id,
      email: call.body.email,
      passwordSha256: sha256Hex(password),
    });
    if (outcome.ok) await this.documents.renew(call, tenantOf(call.caller));
    return mapped(outcome, (user) => ({ ...userAnswer(user), password }));
  }

  async list({ tx, params, query }: Call<'listApplicationUsers'>): Promise<StoreOutcome<AnswerOf<'listApplicationUsers'>>> {
    if ((await applications.find(tx, params.application)) === undefined)
      return refused('NOT_FOUND', 'There is no such application.');
    return accepted(pageAnswer(await applicationUsers.list(tx, params.application, pageRequest(query)), userAnswer));
  }

  async remove(call: Call<'deleteApplicationUser'>): Promise<StoreOutcome<AnswerOf<'deleteApplicationUser'>>> {
    const removed = await applicationUsers.remove(call.tx, call.params.application, call.params.user);
    if (removed !== undefined) await this.documents.renew(call, tenantOf(call.caller));
    return found('user', removed, userAnswer);
  }
}
