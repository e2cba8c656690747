/** Keys of the control API: a tenant's in the transaction of that tenant, admins' in the platform's. */
import type { AnswerOf, KeyAnswer } from '#contracts/control-api';
import type { KeyRole } from '#domain/resources';
import * as apiKeys from '#persistence/api-keys';
import { generateApiKey } from '#pki/api-keys';
import { Injectable } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { keyAnswer } from '../answers.js';
import { accepted, mapped, refused, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';

@Injectable()
export class KeysUseCase {
  create = ({ tx, body }: Call<'createKey'>) => issue(tx, 'tenant', body.name);
  createAdmin = ({ tx, body }: Call<'createAdminKey'>) => issue(tx, 'admin', body.name);

  async list({ tx, query }: Call<'listKeys'> | Call<'listAdminKeys'>): Promise<StoreOutcome<AnswerOf<'listKeys'>>> {
    return accepted(pageAnswer(await apiKeys.list(tx, pageRequest(query)), keyAnswer));
  }

  async revoke({ tx, params }: Call<'revokeKey'>): Promise<StoreOutcome<KeyAnswer>> {
    return mapped(await apiKeys.revoke(tx, params.key, undefined), keyAnswer);
  }

  /** Platform scope sees tenants' keys too: those are not at this path. An admin cannot lock itself out. */
  async revokeAdmin({ tx, params, caller }: Call<'revokeAdminKey'>): Promise<StoreOutcome<KeyAnswer>> {
    const key = await apiKeys.find(tx, params.key);
    if (key === undefined || key.role !== 'admin') return refused('NOT_FOUND', 'There is no such key.');
    if (key.id === caller.key.id) return refused('CONFLICT', 'A key cannot revoke itself; use another admin key.');
    return mapped(await apiKeys.revoke(tx, key.id, undefined), keyAnswer);
  }
}

async function issue(tx: Call<'createKey'>['tx'], role: KeyRole, name: string): Promise<StoreOutcome<AnswerOf<'createKey'>>> {
  const { key, prefix, sha256 } = generateApiKey(role);
  return mapped(await apiKeys.insert(tx, { name, prefix, sha256 }), (issued) => ({ ...keyAnswer(issued), key }));
}
