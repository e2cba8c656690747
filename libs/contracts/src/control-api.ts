/**
 * The control API, once: every route as data. The orchestrator registers exactly these, OpenAPI and the client are generated from them
 * (`npm run generate`), and the tests walk them. Bodies are JSON; errors are problem documents (`errors.ts`).
 *
 * Headers: `Authorization: Bearer <key>`; `Idempotency-Key` on every POST (the same key with the same request answers the same and does
 * nothing more, kept at least 24 h); `If-Match` on changes; `ETag` on reads; `X-Correlation-Id` on every answer.
 */
import type { z } from 'zod';
import { applicationRoutes, type applicationSchema, type applicationWithSecretsSchema } from './control-api/applications.js';
import { applicationUserRoutes, type applicationUserSchema } from './control-api/application-users.js';
import { clusterRoutes, type clusterSchema } from './control-api/clusters.js';
import { controllerRoutes, type controllerSchema } from './control-api/controllers.js';
import { directorySyncRoutes, type directorySyncSchema } from './control-api/directory-sync.js';
import { failoverRoutes, type failoverSchema } from './control-api/failovers.js';
import { instanceRoutes, type instanceSchema } from './control-api/instances.js';
import { licenceRoutes, type licencesSchema } from './control-api/licences.js';
import { keyRoutes, type keySchema } from './control-api/keys.js';
import { operationRoutes, type operationSchema } from './control-api/operations.js';
import type { ControlRoute } from './control-api/route.js';
import { settingsRoutes, type numberExplanationSchema, type tenantSettingsSchema } from './control-api/settings.js';
import { systemRoutes } from './control-api/system.js';
import { tenantRoutes, type tenantSchema } from './control-api/tenants.js';

/** Of a tenant whose provider does not license. */
export const UNLIMITED_LICENCES = Object.freeze({ standard: null, advanced: null, salesforce: null, google: null });

export type { ControlRoute, RouteRole } from './control-api/route.js';
export { ROUTE_ROLES } from './control-api/route.js';

export const CONTROL_ROUTES = Object.freeze({
  ...systemRoutes,
  ...tenantRoutes,
  ...settingsRoutes,
  ...clusterRoutes,
  ...directorySyncRoutes,
  ...controllerRoutes,
  ...instanceRoutes,
  ...applicationRoutes,
  ...applicationUserRoutes,
  ...licenceRoutes,
  ...keyRoutes,
  ...operationRoutes,
  ...failoverRoutes,
});
export type RouteId = keyof typeof CONTROL_ROUTES;
/** The same as a list, for those who walk all of them. */
export const CONTROL_ROUTE_LIST: readonly ControlRoute[] = Object.values(CONTROL_ROUTES);

/** What a caller writes (before defaults) and what a handler gets (after them). */
export type ParamsOf<I extends RouteId> = z.output<(typeof CONTROL_ROUTES)[I]['params']>;
type Query<I extends RouteId> = z.output<(typeof CONTROL_ROUTES)[I]['query']>;
/** Every member may be left out; numbers are numbers, not texts. */
export type QueryInputOf<I extends RouteId> = Partial<Query<I>>;
export type QueryOf<I extends RouteId> = Query<I>;
type Body<I extends RouteId> = (typeof CONTROL_ROUTES)[I]['body'];
export type BodyInputOf<I extends RouteId> = Body<I> extends z.ZodType ? z.input<Body<I>> : undefined;
export type BodyOf<I extends RouteId> = Body<I> extends z.ZodType ? z.output<Body<I>> : undefined;
export type AnswerOf<I extends RouteId> = z.output<(typeof CONTROL_ROUTES)[I]['response']>;

export type TenantAnswer = z.output<typeof tenantSchema>;
export type TenantSettingsAnswer = z.output<typeof tenantSettingsSchema>;
export type NumberExplanationAnswer = z.output<typeof numberExplanationSchema>;
export type ClusterAnswer = z.output<typeof clusterSchema>;
export type DirectorySyncAnswer = z.output<typeof directorySyncSchema>;
export type ControllerAnswer = z.output<typeof controllerSchema>;
export type InstanceAnswer = z.output<typeof instanceSchema>;
export type ApplicationAnswer = z.output<typeof applicationSchema>;
export type ApplicationWithSecretsAnswer = z.output<typeof applicationWithSecretsSchema>;
export type ApplicationUserAnswer = z.output<typeof applicationUserSchema>;
export type LicencesAnswer = z.output<typeof licencesSchema>;
export type KeyAnswer = z.output<typeof keySchema>;
export type OperationAnswer = z.output<typeof operationSchema>;
export type FailoverAnswer = z.output<typeof failoverSchema>;

/** Bounds of one request, enforced before anything else looks at it. */
export const CONTROL_API_BOUNDS = Object.freeze({
  bodyBytesMax: 256 * 1024,
  depthMax: 32,
  keysMax: 1000,
  idempotencyKeyLengthMax: 200,
});
