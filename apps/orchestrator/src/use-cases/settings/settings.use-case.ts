/** A tenant's settings: written here, carried to its instances in their access documents, and explained. */
import type { NumberExplanationAnswer, TenantSettingsAnswer } from '#contracts/control-api';
import { approvalRefusal } from '#domain/network-addresses';
import { dialling, matchIncoming } from '#domain/numbering';
import type { Tenant, TenantSettings } from '#domain/resources';
import * as controllers from '#persistence/controllers';
import * as tenants from '#persistence/tenants';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { numberingAnswer } from '../answers.js';
import { accepted, mapped, refused, type StoreOutcome } from '../outcome-map.js';
import { countryOf, isNumber } from './number-plans.js';

const DEFAULTS = {
  browserOrigins: [],
  outbound: { http: false, ranges: [] },
  loggedNumbers: 'last-four',
  rates: { applicationOperations: 'warn', controllerOperations: 'warn', instanceOperations: 'warn' },
} as const;

@Injectable()
export class SettingsUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async get({ caller }: Call<'getTenantSettings'>): Promise<StoreOutcome<TenantSettingsAnswer>> {
    return accepted(settingsAnswer(tenantOf(caller)));
  }

  async update(call: Call<'updateTenantSettings'>): Promise<StoreOutcome<TenantSettingsAnswer>> {
    const tenant = tenantOf(call.caller);
    const { numbering, loggedNumbers, rates, browserOrigins } = call.body;
    const { numbering: before, ...rest } = tenant.settings;
    const after = numbering === undefined ? before : (numbering ?? undefined);
    const settings: TenantSettings = {
      ...rest,
      ...(after === undefined ? {} : { numbering: after }),
      ...(loggedNumbers === undefined ? {} : { loggedNumbers }),
      ...(rates === undefined ? {} : { rates }),
      ...(browserOrigins === undefined ? {} : { browserOrigins: [...new Set(browserOrigins)] }),
    };
    return this.write(call, tenant, settings);
  }

  /** S-41: what a tenant's instances may reach in the operator's networks is the operator's to say, so administrators alone come here. */
  async updateOutbound(call: Call<'updateTenantOutbound'>): Promise<StoreOutcome<TenantSettingsAnswer>> {
    const tenant = tenantOf(call.caller);
    const { http, ranges } = call.body;
    const errors = (ranges ?? []).flatMap((range, at) => {
      const why = approvalRefusal(range);
      return why === undefined ? [] : [{ path: `body.ranges.${at}`, message: `${range} ${why}` }];
    });
    if (errors[0] !== undefined) return refused('INVALID_ARGUMENT', `${errors[0].message}.`, { errors });
    const before = tenant.settings.outbound ?? DEFAULTS.outbound;
    const outbound = { http: http ?? before.http, ranges: [...new Set(ranges ?? before.ranges)] };
    return this.write(call, tenant, { ...tenant.settings, outbound });
  }

  private async write(
    call: Call<'updateTenantSettings' | 'updateTenantOutbound'>,
    { id }: Tenant,
    settings: TenantSettings,
  ): Promise<StoreOutcome<TenantSettingsAnswer>> {
    const outcome = await tenants.update(call.tx, id, call.expectedVersion, { settings });
    if (outcome.ok) await this.documents.renew(call, outcome.value);
    return mapped(outcome, settingsAnswer);
  }

  async explain({ tx, caller, params, query }: Call<'explainNumber'>): Promise<StoreOutcome<NumberExplanationAnswer>> {
    const controller = await controllers.find(tx, params.controller);
    if (controller === undefined) return refused('NOT_FOUND', 'There is no such controller.');
    const ofTenant = tenantOf(caller).settings.numbering;
    const numbering = controller.numbering ?? ofTenant;
    const { number } = query;
    const dialled = dialling(number, numbering);
    const { candidates, isExtension, reason } = matchIncoming(number, numbering, { incoming: true, isNumber });
    return accepted({
      source: controller.numbering !== null ? 'controller' : ofTenant !== undefined ? 'tenant' : 'none',
      numbering: numbering === undefined ? null : numberingAnswer(numbering),
      dialling: {
        ...(dialled.ok
          ? { dialled: dialled.dialled, rule: dialled.rule, stripped: [...dialled.stripped], added: [...dialled.added] }
          : { dialled: null, rule: null, stripped: [], added: [] }),
        reason: dialled.reason,
        isNumber: number.startsWith('+') ? isNumber(`+${number.replace(/\D/g, '')}`) : null,
      },
      caller: {
        isExtension,
        reason,
        candidates: candidates.map((candidate) => ({
          ...candidate,
          country: countryOf(candidate.e164),
          stripped: [...candidate.stripped],
          added: [...candidate.added],
        })),
      },
    });
  }
}

function settingsAnswer({ settings, version }: Tenant): TenantSettingsAnswer {
  const sourceOf = (name: keyof TenantSettings) => (settings[name] === undefined ? 'default' : 'tenant');
  const outbound = settings.outbound ?? DEFAULTS.outbound;
  return {
    numbering: settings.numbering === undefined ? null : numberingAnswer(settings.numbering),
    loggedNumbers: settings.loggedNumbers ?? DEFAULTS.loggedNumbers,
    rates: { ...(settings.rates ?? DEFAULTS.rates) },
    browserOrigins: [...(settings.browserOrigins ?? DEFAULTS.browserOrigins)],
    outbound: { http: outbound.http, ranges: [...outbound.ranges] },
    sources: {
      numbering: sourceOf('numbering'),
      loggedNumbers: sourceOf('loggedNumbers'),
      rates: sourceOf('rates'),
      browserOrigins: sourceOf('browserOrigins'),
      outbound: settings.outbound === undefined ? 'default' : 'operator',
    },
    version,
  };
}
