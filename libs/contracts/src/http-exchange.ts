/** One request and its answer over the global fetch, for the clients that are made from the contracts. Browser and Node. */
import { ERROR_KINDS, type ProblemDocument } from './errors.js';

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  /** Sent as `Authorization: Bearer`. */
  readonly key: string | undefined;
  /** Absent: there is none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the global one, for instance to trust an authority of one's own. */
  readonly fetch?: typeof fetch | undefined;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
  /** What Retry-After says, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Rejects when there was no answer: unreachable, cut off, later than the time-out, or given up by the signal. */
export async function exchange({
  url,
  method,
  key,
  body,
  headers,
  timeoutMs,
  signal,
  ...own
}: Exchange): Promise<ExchangeAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const answer = await (own.fetch ?? fetch)(url, {
    method,
    headers: {
      accept: 'application/json, application/problem+json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    redirect: 'error',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  });
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return {
    status: answer.status,
    text: await answer.text(),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  };
}

/** What an error answer says; one that is not ours (a proxy's page) is told by its status. */
export function problemOf(status: number, text: string): ProblemDocument {
  try {
    const problem = JSON.parse(text) as ProblemDocument;
    if (typeof problem.code === 'string') return problem;
  } catch {
    // told below
  }
  const { title, action } = ERROR_KINDS.UNAVAILABLE;
  const detail = `HTTP ${status} without a problem document`;
  return { type: 'about:blank', code: 'UNAVAILABLE', title, status, retriable: true, action, detail };
}
