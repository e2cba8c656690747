/** What the client of the application API is made of, beside its methods. Browser and Node: uses the global fetch, and none of our schemas. */
import type { z } from 'zod';
import type { APPLICATION_OPERATIONS, OperationName, OperationResponse } from './application-api.js';
import { IDEMPOTENCY_HEADER } from './application-rest.js';
import type { ProblemDocument } from './errors.js';
import { exchange, type ExchangeAnswer, problemOf } from './http-exchange.js';

/** What an operation is asked with. */
export type OperationInput<N extends OperationName> = z.input<(typeof APPLICATION_OPERATIONS)[N]['request']>;

/** A refusal; `problem` is the problem document, its `code` the stable name. */
export class ApplicationApiError extends Error {
  override readonly name = 'ApplicationApiError';
  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
    /** When the same request may be tried again, where the answer said so. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** No answer: unreachable, cut off, or later than the time-out. Whether a command was carried out is unknown: repeat it with the same `idempotencyKey`. */
export class ApplicationApiUnreachable extends Error {
  override readonly name = 'ApplicationApiUnreachable';
}

export interface ApplicationApiClientOptions {
  /** The tenant's address, for example `https://edge.example/t/acme`. */
  readonly base: string;
  /** Of a session, as log-in answered it. */
  readonly token?: string;
  /** Default 30,000; the wait of `getEvents` is added. */
  readonly timeoutMs?: number;
  /** Instead of the global one, for instance to trust an authority of one's own. */
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface FollowOptions {
  readonly sessionId: number;
  /** The last cursor that was processed; absent: from the beginning of what is held. */
  readonly after?: string;
  /** Of one request, ms; default 30,000. */
  readonly waitMs?: number;
  /** Ends the following: no page comes after it. */
  readonly signal?: AbortSignal;
}

const TRY_AGAIN_MIN_MS = 250;
const TRY_AGAIN_MAX_MS = 8000;

/** Method, path, and where the members that are not in the path travel. */
export type Route = readonly [method: string, path: string, place?: 'body' | 'query'];

/** All that a client of the application API does; the methods are made from the contract (application-api-client.ts). */
export abstract class ApplicationApiCalls {
  constructor(
    protected readonly settings: ApplicationApiClientOptions,
    private readonly routes: Readonly<Record<OperationName, Route>>,
  ) {}

  /**
   * Pages of events, each with the cursor that goes on after it; one that is empty says that nothing came in time. What can be tried again
   * is tried again from the same cursor, later each time, so a page may come twice but none is left out. Ends by its signal, or throws what
   * cannot be mended by trying again (the session has ended).
   */
  async *follow({
    sessionId,
    after,
    waitMs = 30_000,
    signal,
  }: FollowOptions): AsyncGenerator<OperationResponse<'getEvents'>, void> {
    let cursor = after;
    let failures = 0;
    const isOver = (): boolean => signal?.aborted === true;
    while (!isOver()) {
      try {
        const request = { sessionId, waitMs, ...(cursor === undefined ? {} : { after: cursor }) };
        const page = await this.send('getEvents', request, signal === undefined ? {} : { signal });
        failures = 0;
        cursor = page.cursor;
        yield page;
      } catch (error) {
        if (isOver()) return;
        const isRefused = error instanceof ApplicationApiError;
        if (isRefused ? !error.problem.retriable : !(error instanceof ApplicationApiUnreachable)) throw error;
        const laterMs = Math.min(TRY_AGAIN_MAX_MS, TRY_AGAIN_MIN_MS * 2 ** failures);
        failures += 1;
        await pause((isRefused ? error.retryAfterMs : undefined) ?? laterMs, signal);
      }
    }
  }

  protected async send<N extends OperationName>(
    name: N,
    request: object,
    options: RequestOptions = {},
  ): Promise<OperationResponse<N>> {
    const [method, path, place] = this.routes[name];
    const { idempotencyKey, ...left } = request as Record<string, unknown>;
    const filled = path.replace(/\{(\w+)\}/g, (_all, member: string) => {
      const value = String(left[member]);
      delete left[member];
      return encodeURIComponent(value);
    });
    const url = new URL(this.settings.base.replace(/\/$/, '') + filled);
    if (place === 'query')
      for (const [member, value] of Object.entries(left)) if (value !== undefined) url.searchParams.set(member, String(value));
    const waitMs = Number(url.searchParams.get('waitMs') ?? 0);
    let answer: ExchangeAnswer;
    try {
      answer = await exchange({
        url,
        method,
        key: this.settings.token,
        body: place === 'body' ? left : undefined,
        headers: typeof idempotencyKey === 'string' ? { [IDEMPOTENCY_HEADER]: idempotencyKey } : {},
        timeoutMs: (this.settings.timeoutMs ?? 30_000) + waitMs,
        signal: options.signal,
        fetch: this.settings.fetch,
      });
    } catch (error) {
      throw new ApplicationApiUnreachable(`no answer from ${url.origin} to ${method} ${url.pathname}`, { cause: error });
    }
    const { status, text, retryAfterMs } = answer;
    if (status >= 400) throw new ApplicationApiError(status, problemOf(status, text), retryAfterMs);
    return JSON.parse(text === '' ? '{}' : text) as OperationResponse<N>;
  }
}

/** Ends early, without a word, by the signal. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
