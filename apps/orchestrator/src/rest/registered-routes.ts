/** Every route of the contract is registered exactly once and every registered handler is a route of the contract with a role, or boot fails (S-08, S-28). */
import { CONTROL_ROUTE_LIST, ROUTE_ROLES } from '#contracts/control-api';
import type { Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { isEndpoint, routeOf } from './endpoint.decorator.js';

export function registeredRouteIds(controllers: readonly Type[]): string[] {
  const ids: string[] = [];
  for (const controller of controllers) {
    for (const name of Object.getOwnPropertyNames(controller.prototype)) {
      const handler = (controller.prototype as Record<string, unknown>)[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
      if (!isEndpoint(handler))
        throw new Error(`${controller.name}.${name} answers requests but declares no route of the contract`);
      const route = routeOf(handler);
      if (!ROUTE_ROLES.includes(route.role)) throw new Error(`the route ${route.id} declares no role`);
      ids.push(route.id);
    }
  }
  return ids;
}

export function assertRoutesComplete(controllers: readonly Type[]): void {
  const registered = registeredRouteIds(controllers);
  const twice = registered.filter((id, index) => registered.indexOf(id) !== index);
  const missing = CONTROL_ROUTE_LIST.filter(({ id }) => !registered.includes(id)).map(({ id }) => id);
  if (twice.length + missing.length > 0)
    throw new Error(`routes registered twice: ${twice.join(', ') || 'none'}; missing: ${missing.join(', ') || 'none'}`);
}
