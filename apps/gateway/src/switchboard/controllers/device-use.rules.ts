/** R-SES-02: what the compatibility table lets be done with a model of device at a controller of some release. Pure. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { deviceRuleOf, deviceUse } from '#domain/compatibility';
import { CONTRACT_VERSION } from '../sessions/version.rules.js';

type Release = Pick<AccessDocument['controllers'][number], 'release' | 'multiInstance'>;

/**
 * Why a device of this model is neither monitored nor commanded, naming both versions; undefined: it is, or nothing is known against it. Controllers
 * of the multi-instance platform have release numbers of their own, which the table's rules for devices do not name.
 */
export function deviceUseRefusal(model: string, { release, multiInstance = false }: Release): Refusal | undefined {
  const rule = deviceRuleOf(model);
  if (rule === undefined || multiInstance) return undefined;
  const versions = `this is gateway ${CONTRACT_VERSION} with a controller of release ${release}`;
  switch (deviceUse(rule.devices, CONTRACT_VERSION, release)) {
    case 'all':
      return undefined;
    case 'data-access':
      return { code: 'FEATURE_NOT_ALLOWED', detail: `a device of model ${model} is for data access alone: ${versions}` };
    default: {
      const needed = `gateway ${rule.gateway} and a controller of release ${rule.controller}, or later`;
      return { code: 'VERSION_NOT_SUPPORTED', detail: `a device of model ${model} needs ${needed}; ${versions}` };
    }
  }
}
