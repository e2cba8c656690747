/** The one validation: params, query and body against the schemas of the route, unknown members refused (S-07). */
import type { ControlRoute, RouteId } from '#contracts/control-api';
import type { Refusal } from '#contracts/errors';
import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { FORBIDDEN_NAMES, isFitText } from '../json/strict-json.js';
import { refuse, type Call } from '../unit-of-work/call.js';
import type { ControlRequest, RequestState } from './request-state.js';

/** The request as the parameter decorator found it, before it has been checked. */
export interface PendingCall {
  readonly route: ControlRoute;
  readonly request: ControlRequest;
  readonly state: RequestState;
}

type Fault = NonNullable<Refusal['errors']>[number];

@Injectable()
export class ContractPipe implements PipeTransform<PendingCall, Call<RouteId>> {
  transform({ route, request, state }: PendingCall): Call<RouteId> {
    const faults: Fault[] = [];
    const params = check(route.params, request.params, 'path', faults);
    const query = check(route.query, request.query, 'query', faults);
    const body =
      route.body === null
        ? checkNone(state.body, faults)
        : check(route.body, state.body === undefined ? {} : state.body, 'body', faults);
    if (faults.length > 0) {
      const first = faults[0]!;
      throw refuse('INVALID_ARGUMENT', `${first.path}: ${first.message}`.slice(0, 300), { errors: faults.slice(0, 20) });
    }
    const { work } = state;
    const abort = new AbortController();
    request.res?.once('close', () => abort.abort());
    const call = {
      params,
      query,
      body,
      caller: state.caller,
      expectedVersion: route.ifMatch ? versionOf(request.headers['if-match']) : undefined,
      cause: `${request.method} ${request.path}`.slice(0, 300),
      tx: work?.tx,
      ring: (entry: unknown) => void work?.bells.push(entry as never),
      signal: abort.signal,
    };
    return call as unknown as Call<RouteId>;
  }
}

function checkNone(body: unknown, faults: Fault[]): undefined {
  const isEmpty =
    body === undefined || (typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0);
  if (!isEmpty) faults.push({ path: 'body', message: 'this takes no body' });
  return undefined;
}

function check(schema: z.ZodObject, value: unknown, where: string, faults: Fault[]): unknown {
  // Body members were looked at while the JSON was read; those of path and query are looked at here.
  if (where !== 'body') {
    for (const [name, text] of Object.entries(value as Record<string, unknown>)) {
      if (FORBIDDEN_NAMES.has(name)) faults.push({ path: where, message: 'a member has a name that is not allowed' });
      if (typeof text === 'string' && !isFitText(text))
        faults.push({ path: `${where}.${name}`, message: 'holds characters that are none' });
    }
    if (faults.length > 0) return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    faults.push({ path: [where, ...issue.path].map(String).join('.').slice(0, 200), message: issue.message.slice(0, 200) });
  return undefined;
}

/** `"3"` is version 3, `*` any; what we never gave out can match nothing. */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const digits = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (digits === undefined) throw refuse('PRECONDITION_FAILED', 'If-Match is not an ETag of this resource.');
  return Number(digits);
}
