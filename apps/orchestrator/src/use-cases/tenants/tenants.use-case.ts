/** Tenants (R-ORC-01): created, suspended, resumed, deleted. */
import type { AnswerOf, TenantAnswer } from '#contracts/control-api';
import { LICENCE_KINDS, type LicenceKind } from '#domain/licences';
import type { Tenant } from '#domain/resources';
import * as instances from '#persistence/instances';
import * as licences from '#persistence/licences';
import * as operations from '#persistence/operations';
import * as outbox from '#persistence/outbox';
import * as tenants from '#persistence/tenants';
import type { OrchestratorSettings } from '#config/settings';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { SETTINGS } from '../../unit-of-work/tokens.js';
import { operationAnswer } from '../answers.js';
import { OPERATION_DEADLINES_MS } from '../operation-deadlines.js';
import { accepted, mapped, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';

@Injectable()
export class TenantsUseCase {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<OrchestratorSettings, 'edge'>,
    @Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer,
  ) {}

  async create({ tx, body }: Call<'createTenant'>): Promise<StoreOutcome<TenantAnswer>> {
    const { licences: given = {}, ...facts } = body;
    const outcome = await tenants.insert(tx, facts);
    // R-LIC-03: what nobody has granted is not there
    const byKind = Object.fromEntries(LICENCE_KINDS.map((kind) => [kind, given[kind] === undefined ? 0 : given[kind]]));
    if (outcome.ok) await licences.begin(tx, outcome.value.id, byKind as Record<LicenceKind, number | null>);
    return mapped(outcome, this.answer);
  }

  async list({ tx, query, caller }: Call<'listTenants'>): Promise<StoreOutcome<AnswerOf<'listTenants'>>> {
    if (caller.key.role === 'tenant') return accepted({ items: [this.answer(tenantOf(caller))], nextCursor: null });
    return accepted(pageAnswer(await tenants.list(tx, pageRequest(query)), this.answer));
  }

  async get({ caller }: Call<'getTenant'>): Promise<StoreOutcome<TenantAnswer>> {
    return accepted(this.answer(tenantOf(caller)));
  }

  /** Instances learn of it by their access documents. */
  async update(call: Call<'updateTenant'>): Promise<StoreOutcome<TenantAnswer>> {
    const { id } = tenantOf(call.caller);
    const { status, companyName } = call.body;
    const outcome = await tenants.update(call.tx, id, call.expectedVersion, {
      ...(status === undefined ? {} : { status }),
      ...(companyName === undefined ? {} : { companyName }),
    });
    if (outcome.ok) await this.documents.renew(call, outcome.value);
    return mapped(outcome, this.answer);
  }

  /** Applications are out at once; instances go first, then the rest: the worker finishes it. */
  async remove(call: Call<'deleteTenant'>): Promise<StoreOutcome<AnswerOf<'deleteTenant'>>> {
    const { tx, caller } = call;
    const outcome = await tenants.update(tx, tenantOf(caller).id, call.expectedVersion, { status: 'deleting' });
    if (!outcome.ok) return outcome;
    const tenant = outcome.value;
    for (const instance of await instances.listAll(tx)) {
      if (instance.desiredState === 'deleted') continue;
      const deleted = await instances.update(tx, instance.id, undefined, { desiredState: 'deleted' });
      if (!deleted.ok) return deleted;
      call.ring(await outbox.insert(tx, { job: 'instance.reconcile', payload: { instanceId: instance.id } }));
    }
    await this.documents.renew(call, tenant);
    call.ring(await outbox.insert(tx, { job: 'tenant.reconcile', payload: { tenantId: tenant.id } }));
    const operation = await operations.insert(tx, {
      kind: 'tenant.delete',
      targetType: 'tenant',
      targetId: tenant.id,
      targetVersion: tenant.version,
      deadlineMs: OPERATION_DEADLINES_MS['tenant.delete'],
      actor: caller.key.id,
      cause: call.cause,
    });
    return accepted(operationAnswer(operation));
  }

  private readonly answer = (tenant: Tenant): TenantAnswer => ({
    id: tenant.id,
    slug: tenant.slug,
    companyName: tenant.companyName,
    status: tenant.status,
    addresses: {
      http: `${bare(this.settings.edge.http)}/t/${tenant.slug}`,
      https: `${bare(this.settings.edge.https)}/t/${tenant.slug}`,
    },
    version: tenant.version,
    createdAt: tenant.createdAt.toISOString(),
  });
}

const bare = (base: string): string => base.replace(/\/+$/, '');
