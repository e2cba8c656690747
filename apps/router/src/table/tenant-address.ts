/** Which tenant a request is for: by host name `<slug>.<edge domain>` or by path prefix `/t/<slug>`. Pure. */
import type { Refusal } from '#contracts/errors';
import type { RoutedTenant, RoutingIndex } from './routing-index.js';

export interface Addressed {
  readonly ok: true;
  readonly tenant: RoutedTenant;
  /** The path as the instance gets it: without the tenant's prefix, beginning with `/`. */
  readonly path: string;
  /** What was taken off: `/t/<slug>`, or nothing when the host name said it. */
  readonly prefix: string;
}

const PREFIX = /^\/t\/([^/]+)(\/.*)?$/;

/**
 * @param hostName lower case, without port
 * @param path normalised (request-target.ts)
 */
export function resolveTenant(
  index: RoutingIndex,
  edgeDomain: string,
  hostName: string,
  path: string,
): Addressed | { readonly ok: false; readonly refusal: Refusal } {
  const byHost = slugOfHost(edgeDomain, hostName);
  const [, byPath, rest] = PREFIX.exec(path) ?? [];
  const slug = byHost ?? byPath;
  if (slug === undefined)
    return refused('TENANT_UNKNOWN', `The address names no tenant: use /t/<tenant>/… or <tenant>.${edgeDomain}.`);
  // Two names for one request must agree: neither may lend the other its tenant.
  const tenant = byHost !== undefined && byPath !== undefined && byHost !== byPath ? undefined : index.tenants.get(slug);
  if (tenant === undefined || tenant.status === 'deleting') return refused('TENANT_UNKNOWN', 'There is no tenant of this name.');
  if (tenant.status === 'suspended') return refused('TENANT_SUSPENDED', 'The tenant is suspended.');
  return byPath === undefined
    ? { ok: true, tenant, path, prefix: '' }
    : { ok: true, tenant, path: rest ?? '/', prefix: `/t/${slug}` };
}

/** `acme` of `acme.<edge domain>`; undefined for every other name, the edge domain itself included. */
export function slugOfHost(edgeDomain: string, hostName: string): string | undefined {
  return hostName.endsWith(`.${edgeDomain}`) ? hostName.slice(0, -(edgeDomain.length + 1)) : undefined;
}

function refused(code: 'TENANT_UNKNOWN' | 'TENANT_SUSPENDED', detail: string): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, detail } };
}
