/** `@Endpoint(CONTROL_ROUTES.x)`: method, path and status of a route of the contract; `@Input()`: its checked arguments. */
import { CONTROL_ROUTES, type ControlRoute, type RouteId } from '#contracts/control-api';
import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { PendingCall } from './contract.pipe.js';
import { stateOf, type ControlRequest } from './request-state.js';

const ROUTE = 'cordboard:route';
const OPTIONS = 'cordboard:endpoint';

export interface EndpointOptions {
  /** `request` (default): one around the request, of the tenant it is about or of the platform; `none`: the handler opens its own. */
  readonly transaction?: 'request' | 'none';
}

export function Endpoint(id: RouteId, options: EndpointOptions = {}): MethodDecorator {
  const route: ControlRoute = CONTROL_ROUTES[id];
  return applyDecorators(
    RequestMapping({ method: RequestMethod[route.method], path: route.path.replace(/\{(\w+)\}/g, ':$1') }),
    HttpCode(route.status),
    SetMetadata(ROUTE, route),
    SetMetadata(OPTIONS, options),
  );
}

/** The route of a handler; throws for a handler that is no endpoint, so that nothing undeclared is ever reached (S-08). */
export function routeOf(handler: object): ControlRoute {
  const route = Reflect.getMetadata(ROUTE, handler) as ControlRoute | undefined;
  if (route === undefined) throw new Error('a handler without a declared route');
  return route;
}

export const isEndpoint = (handler: object): boolean => Reflect.hasMetadata(ROUTE, handler);
export const endpointOptions = (handler: object): EndpointOptions => Reflect.getMetadata(OPTIONS, handler) as EndpointOptions;

/** The use-case's argument; the contract pipe makes it from what the request holds. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext): PendingCall => {
  const request = context.switchToHttp().getRequest<ControlRequest>();
  return { route: routeOf(context.getHandler()), request, state: stateOf(request) };
});
