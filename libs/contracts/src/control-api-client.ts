/** Generated from the contract (`npm run generate`): do not edit. Browser and Node: uses the global fetch. */
import type { AnswerOf, BodyInputOf, QueryInputOf } from './control-api.js';
import type { ProblemDocument } from './errors.js';
import { exchange, type ExchangeAnswer, problemOf } from './http-exchange.js';

/** An error answer; `problem` is the problem document, its `code` the stable name. */
export class ControlApiError extends Error {
  override readonly name = 'ControlApiError';
  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
  ) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** No answer: unreachable, cut off, or later than the time-out. Whether a change has happened is unknown: repeat it with the same idempotency key. */
export class ControlApiUnreachable extends Error {
  override readonly name = 'ControlApiUnreachable';
}

export interface ControlApiClientOptions {
  /** For example `http://127.0.0.1:8470`. */
  readonly base: string;
  readonly key?: string;
  /** Default 30,000; a wait has its own time added. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** The same key with the same request does nothing a second time. POST only. */
  readonly idempotencyKey?: string;
  /** `"3"` or 3: refuse with PRECONDITION_FAILED when the resource has another version. */
  readonly ifMatch?: string | number;
  readonly signal?: AbortSignal;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly options?: CallOptions | undefined;
}

export class ControlApiClient {
  constructor(private readonly settings: ControlApiClientOptions) {}

  private async send<T>({ method, path, query, body, options }: Sent): Promise<T> {
    const url = new URL(path, this.settings.base);
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    const waitMs = Number(url.searchParams.get('timeoutSeconds') ?? 0) * 1000;
    const headers: Record<string, string> = {};
    if (options?.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
    if (options?.ifMatch !== undefined)
      headers['if-match'] = typeof options.ifMatch === 'number' ? `"${options.ifMatch}"` : options.ifMatch;
    let answer: ExchangeAnswer;
    try {
      const timeoutMs = (this.settings.timeoutMs ?? 30_000) + waitMs;
      answer = await exchange({ url, method, key: this.settings.key, body, headers, timeoutMs, signal: options?.signal });
    } catch (error) {
      throw new ControlApiUnreachable(`no answer from ${url.origin} to ${method} ${url.pathname}`, { cause: error });
    }
    const { status, text } = answer;
    if (status >= 400) throw new ControlApiError(status, problemOf(status, text));
    return JSON.parse(text) as T;
  }

  /** Answers 200 while the control API can reach its database. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAVAILABLE. */
  health(options?: CallOptions): Promise<AnswerOf<'health'>> {
    return this.send({ method: 'GET', path: '/v1/health', options });
  }

  /** This interface as OpenAPI 3.1. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAVAILABLE. */
  openapi(options?: CallOptions): Promise<AnswerOf<'openapi'>> {
    return this.send({ method: 'GET', path: '/v1/openapi.json', options });
  }

  /** Tells what the key used is. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE. */
  me(options?: CallOptions): Promise<AnswerOf<'me'>> {
    return this.send({ method: 'GET', path: '/v1/me', options });
  }

  /** The routing table as last published. Codes: FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getRoutingTable(options?: CallOptions): Promise<AnswerOf<'getRoutingTable'>> {
    return this.send({ method: 'GET', path: '/v1/routing-table', options });
  }

  /** Creates a tenant. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, FORBIDDEN, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createTenant(body: BodyInputOf<'createTenant'>, options?: CallOptions): Promise<AnswerOf<'createTenant'>> {
    return this.send({ method: 'POST', path: '/v1/tenants', body, options });
  }

  /** Lists tenants; a tenant key sees its own. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE. */
  listTenants(query: QueryInputOf<'listTenants'> = {}, options?: CallOptions): Promise<AnswerOf<'listTenants'>> {
    return this.send({ method: 'GET', path: '/v1/tenants', query, options });
  }

  /** Reads a tenant. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getTenant(tenant: string, options?: CallOptions): Promise<AnswerOf<'getTenant'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}`, options });
  }

  /** Suspends, resumes or renames a tenant. Codes: BODY_TOO_LARGE, CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateTenant(tenant: string, body: BodyInputOf<'updateTenant'>, options?: CallOptions): Promise<AnswerOf<'updateTenant'>> {
    return this.send({ method: 'PATCH', path: `/v1/tenants/${encodeURIComponent(tenant)}`, body, options });
  }

  /** Deletes a tenant with everything it has. Codes: CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteTenant(tenant: string, options?: CallOptions): Promise<AnswerOf<'deleteTenant'>> {
    return this.send({ method: 'DELETE', path: `/v1/tenants/${encodeURIComponent(tenant)}`, options });
  }

  /** Reads the tenant’s settings, each with its source. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getTenantSettings(tenant: string, options?: CallOptions): Promise<AnswerOf<'getTenantSettings'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/settings`, options });
  }

  /** Changes the tenant’s settings; instances get them with their next access document. Codes: BODY_TOO_LARGE, CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateTenantSettings(
    tenant: string,
    body: BodyInputOf<'updateTenantSettings'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'updateTenantSettings'>> {
    return this.send({ method: 'PATCH', path: `/v1/tenants/${encodeURIComponent(tenant)}/settings`, body, options });
  }

  /** Sets where instances may send events of this tenant, beyond https to public addresses; what is not named stays. Codes: BODY_TOO_LARGE, CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateTenantOutbound(
    tenant: string,
    body: BodyInputOf<'updateTenantOutbound'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'updateTenantOutbound'>> {
    return this.send({ method: 'PATCH', path: `/v1/tenants/${encodeURIComponent(tenant)}/outbound`, body, options });
  }

  /** Explains what a controller would dial for a number, and whom it would take for the caller, and why. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  explainNumber(
    tenant: string,
    controller: string,
    query: QueryInputOf<'explainNumber'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'explainNumber'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers/${encodeURIComponent(controller)}/numbering`,
      query,
      options,
    });
  }

  /** Creates a cluster (one system of call managers). Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, FORBIDDEN, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createCluster(tenant: string, body: BodyInputOf<'createCluster'>, options?: CallOptions): Promise<AnswerOf<'createCluster'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters`, body, options });
  }

  /** Lists clusters. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listClusters(
    tenant: string,
    query: QueryInputOf<'listClusters'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listClusters'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters`, query, options });
  }

  /** Reads a cluster. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getCluster(tenant: string, cluster: string, options?: CallOptions): Promise<AnswerOf<'getCluster'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters/${encodeURIComponent(cluster)}`,
      options,
    });
  }

  /** Deletes a cluster that has neither controllers nor instances. Codes: CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteCluster(tenant: string, cluster: string, options?: CallOptions): Promise<AnswerOf<'deleteCluster'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters/${encodeURIComponent(cluster)}`,
      options,
    });
  }

  /** Reads the directories of a cluster’s controllers anew, without waiting for the hour; at most once in 5 s. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, RATE_LIMITED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  syncDirectories(tenant: string, cluster: string, options?: CallOptions): Promise<AnswerOf<'syncDirectories'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters/${encodeURIComponent(cluster)}/directory-sync`,
      options,
    });
  }

  /** Reads how far the directory sync that was asked for last is. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getDirectorySync(tenant: string, cluster: string, options?: CallOptions): Promise<AnswerOf<'getDirectorySync'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/clusters/${encodeURIComponent(cluster)}/directory-sync`,
      options,
    });
  }

  /** Adds a controller to a cluster. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, FORBIDDEN, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, QUOTA_EXCEEDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createController(
    tenant: string,
    body: BodyInputOf<'createController'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'createController'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers`, body, options });
  }

  /** Lists controllers. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listControllers(
    tenant: string,
    query: QueryInputOf<'listControllers'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listControllers'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers`, query, options });
  }

  /** Reads a controller. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getController(tenant: string, controller: string, options?: CallOptions): Promise<AnswerOf<'getController'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers/${encodeURIComponent(controller)}`,
      options,
    });
  }

  /** Enables or disables a controller, or changes its name, release, numbering, device licence or what other systems monitor there. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateController(
    tenant: string,
    controller: string,
    body: BodyInputOf<'updateController'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'updateController'>> {
    return this.send({
      method: 'PATCH',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers/${encodeURIComponent(controller)}`,
      body,
      options,
    });
  }

  /** Removes a controller; its icpId is never used again. Codes: CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteController(tenant: string, controller: string, options?: CallOptions): Promise<AnswerOf<'deleteController'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/controllers/${encodeURIComponent(controller)}`,
      options,
    });
  }

  /** Provisions a gateway instance for a cluster. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, FORBIDDEN, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, QUOTA_EXCEEDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createInstance(
    tenant: string,
    body: BodyInputOf<'createInstance'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'createInstance'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/instances`, body, options });
  }

  /** Lists gateway instances with their status. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listInstances(
    tenant: string,
    query: QueryInputOf<'listInstances'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listInstances'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/instances`, query, options });
  }

  /** Reads a gateway instance: spec, status, limits as used and cap. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getInstance(tenant: string, instance: string, options?: CallOptions): Promise<AnswerOf<'getInstance'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}`,
      options,
    });
  }

  /** Reads or follows the log of an instance, also of one that does not run. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, RATE_LIMITED, UNAUTHENTICATED, UNAVAILABLE. */
  readInstanceLog(
    tenant: string,
    instance: string,
    query: QueryInputOf<'readInstanceLog'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'readInstanceLog'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}/logs`,
      query,
      options,
    });
  }

  /** Starts an instance; one that runs goes on running. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  startInstance(tenant: string, instance: string, options?: CallOptions): Promise<AnswerOf<'startInstance'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}/start`,
      options,
    });
  }

  /** Stops an instance. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  stopInstance(tenant: string, instance: string, options?: CallOptions): Promise<AnswerOf<'stopInstance'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}/stop`,
      options,
    });
  }

  /** Replaces the running incarnation by the next one. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  restartInstance(tenant: string, instance: string, options?: CallOptions): Promise<AnswerOf<'restartInstance'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}/restart`,
      options,
    });
  }

  /** Deletes an instance. Codes: CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteInstance(tenant: string, instance: string, options?: CallOptions): Promise<AnswerOf<'deleteInstance'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/instances/${encodeURIComponent(instance)}`,
      options,
    });
  }

  /** Registers an application and answers its two passwords, once. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, QUOTA_EXCEEDED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createApplication(
    tenant: string,
    body: BodyInputOf<'createApplication'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'createApplication'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/applications`, body, options });
  }

  /** Lists applications. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listApplications(
    tenant: string,
    query: QueryInputOf<'listApplications'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listApplications'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/applications`, query, options });
  }

  /** Reads an application. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getApplication(tenant: string, application: string, options?: CallOptions): Promise<AnswerOf<'getApplication'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}`,
      options,
    });
  }

  /** Allows or bars an application, or changes its level, certificate or way in. Codes: BODY_TOO_LARGE, CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, QUOTA_EXCEEDED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateApplication(
    tenant: string,
    application: string,
    body: BodyInputOf<'updateApplication'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'updateApplication'>> {
    return this.send({
      method: 'PATCH',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}`,
      body,
      options,
    });
  }

  /** Issues two new passwords, answered once; the old ones end. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  rotateApplicationCredentials(
    tenant: string,
    application: string,
    options?: CallOptions,
  ): Promise<AnswerOf<'rotateApplicationCredentials'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}/credentials`,
      options,
    });
  }

  /** Removes an application; its sessions end. Codes: CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteApplication(tenant: string, application: string, options?: CallOptions): Promise<AnswerOf<'deleteApplication'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}`,
      options,
    });
  }

  /** Adds a user of an integration and answers the password, once. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, QUOTA_EXCEEDED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createApplicationUser(
    tenant: string,
    application: string,
    body: BodyInputOf<'createApplicationUser'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'createApplicationUser'>> {
    return this.send({
      method: 'POST',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}/users`,
      body,
      options,
    });
  }

  /** Lists users of an integration. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listApplicationUsers(
    tenant: string,
    application: string,
    query: QueryInputOf<'listApplicationUsers'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listApplicationUsers'>> {
    return this.send({
      method: 'GET',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}/users`,
      query,
      options,
    });
  }

  /** Removes a user of an integration; the user’s sessions end. Codes: CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE. */
  deleteApplicationUser(
    tenant: string,
    application: string,
    user: string,
    options?: CallOptions,
  ): Promise<AnswerOf<'deleteApplicationUser'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/applications/${encodeURIComponent(application)}/users/${encodeURIComponent(user)}`,
      options,
    });
  }

  /** Reads licences with what is granted and in use, and when each instance was last synced. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getLicences(tenant: string, options?: CallOptions): Promise<AnswerOf<'getLicences'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/licences`, options });
  }

  /** Sets licences; null lifts a limit, what is not named stays. Codes: BODY_TOO_LARGE, CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, PRECONDITION_FAILED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  updateLicences(
    tenant: string,
    body: BodyInputOf<'updateLicences'>,
    options?: CallOptions,
  ): Promise<AnswerOf<'updateLicences'>> {
    return this.send({ method: 'PATCH', path: `/v1/tenants/${encodeURIComponent(tenant)}/licences`, body, options });
  }

  /** Syncs licences and access list to every instance now, without waiting for the four hours. Codes: BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  syncTenant(tenant: string, options?: CallOptions): Promise<AnswerOf<'syncTenant'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/sync`, options });
  }

  /** Creates an admin key, answered once. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, FORBIDDEN, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createAdminKey(body: BodyInputOf<'createAdminKey'>, options?: CallOptions): Promise<AnswerOf<'createAdminKey'>> {
    return this.send({ method: 'POST', path: '/v1/keys', body, options });
  }

  /** Lists admin keys. Codes: FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE. */
  listAdminKeys(query: QueryInputOf<'listAdminKeys'> = {}, options?: CallOptions): Promise<AnswerOf<'listAdminKeys'>> {
    return this.send({ method: 'GET', path: '/v1/keys', query, options });
  }

  /** Revokes an admin key; a second time changes nothing. Codes: CONFLICT, FORBIDDEN, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  revokeAdminKey(key: string, options?: CallOptions): Promise<AnswerOf<'revokeAdminKey'>> {
    return this.send({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(key)}`, options });
  }

  /** Creates a key of the tenant, answered once. Codes: ALREADY_EXISTS, BODY_TOO_LARGE, CONFLICT, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, QUOTA_EXCEEDED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE. */
  createKey(tenant: string, body: BodyInputOf<'createKey'>, options?: CallOptions): Promise<AnswerOf<'createKey'>> {
    return this.send({ method: 'POST', path: `/v1/tenants/${encodeURIComponent(tenant)}/keys`, body, options });
  }

  /** Lists the keys of the tenant. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listKeys(tenant: string, query: QueryInputOf<'listKeys'> = {}, options?: CallOptions): Promise<AnswerOf<'listKeys'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/keys`, query, options });
  }

  /** Revokes a key of the tenant; a second time changes nothing. Codes: CONFLICT, INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE. */
  revokeKey(tenant: string, key: string, options?: CallOptions): Promise<AnswerOf<'revokeKey'>> {
    return this.send({
      method: 'DELETE',
      path: `/v1/tenants/${encodeURIComponent(tenant)}/keys/${encodeURIComponent(key)}`,
      options,
    });
  }

  /** Lists operations, newest first; a tenant key sees its own tenant’s. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, UNAUTHENTICATED, UNAVAILABLE. */
  listOperations(query: QueryInputOf<'listOperations'> = {}, options?: CallOptions): Promise<AnswerOf<'listOperations'>> {
    return this.send({ method: 'GET', path: '/v1/operations', query, options });
  }

  /** Reads an operation with its steps. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  getOperation(operation: string, options?: CallOptions): Promise<AnswerOf<'getOperation'>> {
    return this.send({ method: 'GET', path: `/v1/operations/${encodeURIComponent(operation)}`, options });
  }

  /** Answers when the operation has ended and the edge knows its outcome, or as it stands when the time is over. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  waitOperation(
    operation: string,
    query: QueryInputOf<'waitOperation'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'waitOperation'>> {
    return this.send({ method: 'GET', path: `/v1/operations/${encodeURIComponent(operation)}/wait`, query, options });
  }

  /** Lists the receipts of failovers, newest first. Codes: INTERNAL, INVALID_ARGUMENT, MALFORMED_REQUEST, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE. */
  listFailovers(
    tenant: string,
    query: QueryInputOf<'listFailovers'> = {},
    options?: CallOptions,
  ): Promise<AnswerOf<'listFailovers'>> {
    return this.send({ method: 'GET', path: `/v1/tenants/${encodeURIComponent(tenant)}/failovers`, query, options });
  }
}
