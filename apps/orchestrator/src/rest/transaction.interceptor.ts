/**
 * One transaction per request (design.md 1): the idempotency key, the change, its operation and its bells commit together or not at all.
 * Equal requests that come at once wait for the first one's transaction and answer what it answered (I7).
 */
import { createHash } from 'node:crypto';
import { CONTROL_API_BOUNDS, type ControlRoute } from '#contracts/control-api';
import * as accessDocuments from '#persistence/access-documents';
import type { Database, Tx } from '#persistence/database';
import * as idempotency from '#persistence/idempotency';
import type { StoreOutcome } from '#persistence/outcome';
import * as tenants from '#persistence/tenants';
import { failpoint } from '#telemetry/failpoints';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Bell } from '../unit-of-work/bell.js';
import { RefusalError, refuse, type Caller } from '../unit-of-work/call.js';
import { DATABASE } from '../unit-of-work/tokens.js';
import { endpointOptions, routeOf, type EndpointOptions } from './endpoint.decorator.js';
import { stateOf, type ControlRequest, type RequestState } from './request-state.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly replayed: boolean;
}
interface Step {
  readonly route: ControlRoute;
  readonly request: ControlRequest;
  readonly state: RequestState;
  readonly handle: () => Promise<StoreOutcome<Record<string, unknown>>>;
}

@Injectable()
export class TransactionInterceptor implements NestInterceptor {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Bell) private readonly bell: Bell,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<ControlRequest>();
    const step: Step = {
      route: routeOf(context.getHandler()),
      request,
      state: stateOf(request),
      handle: () => lastValueFrom(next.handle() as Observable<StoreOutcome<Record<string, unknown>>>),
    };
    return from(this.answer(step, endpointOptions(context.getHandler()), http.getResponse<Response>()));
  }

  private async answer(step: Step, options: EndpointOptions, response: Response): Promise<unknown> {
    const answer = await this.run(step, options);
    const { route, state } = step;
    if ((state.work?.bells.length ?? 0) > 0) failpoint('orchestrator.mutation.committed');
    this.bell.ring(state.work?.bells ?? []);
    if (answer.replayed) response.setHeader('idempotency-replayed', 'true');
    if (route.etag) response.setHeader('etag', `"${String(answer.body['version'])}"`);
    if (answer.status === 202) response.setHeader('location', `/v1/operations/${String(answer.body['id'])}`);
    return answer.body;
  }

  private async run(step: Step, options: EndpointOptions): Promise<Answer> {
    const { route, state } = step;
    const tenantId = state.caller?.tenant?.id;
    if (route.role === 'public' || options.transaction === 'none') {
      const outcome = await step.handle();
      if (!outcome.ok) throw new RefusalError(outcome.refusal);
      return { status: route.status, body: told(route, outcome.value), replayed: false };
    }
    const attempt = (tx: Tx) => this.attempt(tx, step);
    const outcome = await (tenantId === undefined
      ? this.database.asPlatform(attempt)
      : this.database.withTenant(tenantId, attempt));
    if (!outcome.ok) throw new RefusalError(outcome.refusal);
    return outcome.value;
  }

  /** May run more than once; every run starts anew. */
  private async attempt(tx: Tx, { route, request, state, handle }: Step): Promise<StoreOutcome<Answer>> {
    state.work = { tx, bells: [] };
    const caller = state.caller!;
    if (route.method !== 'GET' && caller.tenant !== undefined) state.caller = await lockTenant(tx, caller, route);
    const key = route.idempotent ? keyOf(request, caller) : undefined;
    if (key !== undefined) {
      const verdict = await idempotency.begin(tx, {
        ...key,
        method: request.method,
        path: request.path,
        bodySha256: hashOf(state.body),
      });
      if (verdict.kind === 'replay') {
        return { ok: true, value: { status: verdict.status, body: verdict.body as Record<string, unknown>, replayed: true } };
      }
      if (verdict.kind === 'mismatch') throw refuse('IDEMPOTENCY_KEY_REUSED', 'This key came with another request before.');
      if (verdict.kind === 'in-progress') throw refuse('IDEMPOTENCY_KEY_IN_USE', 'A request with this key is under way.');
    }
    if (route.status === 202) failpoint('orchestrator.mutation.begun');
    const outcome = await handle();
    if (!outcome.ok) return outcome;
    const body = told(route, outcome.value);
    if (key !== undefined) await idempotency.finish(tx, key, { status: route.status, body: without(body, route.secrets) });
    if (route.status === 202) failpoint('orchestrator.mutation.before-commit');
    return { ok: true, value: { status: route.status, body, replayed: false } };
  }
}

/**
 * Changes of one tenant happen one after another: access documents are made from all that it has, and whether it is being deleted
 * must still be true when the change commits. The tenant is read again behind the lock.
 */
async function lockTenant(tx: Tx, caller: Caller, route: ControlRoute): Promise<Caller> {
  await accessDocuments.lock(tx, caller.tenant!.id);
  const tenant = await tenants.find(tx, caller.tenant!.id);
  if (tenant === undefined) throw refuse('NOT_FOUND', 'There is no such tenant.');
  if (tenant.status === 'deleting' && route.params.shape['tenant'] !== undefined)
    throw refuse('CONFLICT', 'The tenant is being deleted.');
  return { ...caller, tenant };
}

function keyOf(request: ControlRequest, caller: Caller): { scope: string; key: string } | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key) || key.length > CONTROL_API_BOUNDS.idempotencyKeyLengthMax) {
    throw refuse('INVALID_ARGUMENT', 'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.');
  }
  return { scope: caller.key.id, key };
}

const hashOf = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('hex');

/** Only what the contract names leaves the house; an answer that is not as the contract says is our fault and rolls back. */
const told = (route: ControlRoute, value: unknown): Record<string, unknown> =>
  route.response.parse(value) as Record<string, unknown>;

function without(body: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !secrets.includes(name)));
}
