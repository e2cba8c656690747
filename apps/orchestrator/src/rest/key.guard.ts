/** Who asks, and may they (S-08): deny by default; of another tenant's things it answers what it answers for things that are not there (S-01). */
import { timingSafeEqual } from 'node:crypto';
import type { ControlRoute } from '#contracts/control-api';
import type { ApiKey, Tenant } from '#domain/resources';
import * as apiKeys from '#persistence/api-keys';
import type { Database, Tx } from '#persistence/database';
import * as tenants from '#persistence/tenants';
import { parseApiKey } from '#pki/api-keys';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { refuse } from '../unit-of-work/call.js';
import { DATABASE } from '../unit-of-work/tokens.js';
import { routeOf } from './endpoint.decorator.js';
import { stateOf, type ControlRequest } from './request-state.js';

@Injectable()
export class KeyGuard implements CanActivate {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context.getHandler());
    if (route.role === 'public') return true;
    const request = context.switchToHttp().getRequest<ControlRequest>();
    const parsed = parseApiKey(bearerOf(request) ?? '');
    if (parsed === undefined) throw refuse('UNAUTHENTICATED', 'No valid key was sent.');
    stateOf(request).caller = await this.database.asPlatform((tx) =>
      this.admit(tx, route, parsed.sha256, request.params['tenant']),
    );
    return true;
  }

  private async admit(tx: Tx, route: ControlRoute, sha256: string, reference: string | string[] | undefined) {
    const key = await apiKeys.findBySha256(tx, sha256);
    if (key === undefined || !sameHash(key.sha256, sha256)) throw refuse('UNAUTHENTICATED', 'No valid key was sent.');
    if (route.role === 'admin' && key.role !== 'admin') throw refuse('FORBIDDEN', 'This needs an admin key.');
    const own = key.tenantId === null ? undefined : await tenants.find(tx, key.tenantId);
    const tenant = reference === undefined ? own : mayReach(key, await findTenant(tx, reference));
    const changes = route.method !== 'GET';
    if (changes && key.role === 'tenant' && own?.status === 'suspended')
      throw refuse('TENANT_SUSPENDED', 'The tenant is suspended.');
    return { key, tenant };
  }
}

function bearerOf(request: ControlRequest): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
}

const sameHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** What cannot be an id or a slug is not looked for. */
async function findTenant(tx: Tx, reference: string | string[]): Promise<Tenant | undefined> {
  return typeof reference === 'string' && /^[a-z0-9-]{1,40}$/.test(reference)
    ? tenants.findByReference(tx, reference)
    : undefined;
}

function mayReach(key: ApiKey, tenant: Tenant | undefined): Tenant {
  if (tenant === undefined || (key.role !== 'admin' && key.tenantId !== tenant.id))
    throw refuse('NOT_FOUND', 'There is no such tenant.');
  return tenant;
}
