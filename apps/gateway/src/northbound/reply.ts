/** What a face is and what it answers: a value, written in one piece by the server. */
import type { ServerResponse } from 'node:http';
import { problemOf, type Refusal } from '#contracts/errors';
import type { Incoming } from './incoming.js';

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  /** Absent: no body at all (204). */
  readonly body?: string;
  /** The body has no character above 0x7f: as many bytes as characters. */
  readonly ascii?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a body: takes the response over once its head is written, and ends it. */
  readonly stream?: (response: ServerResponse) => void;
}

export interface Face {
  /** Rejects when the peer went away, or when the engine broke its promise never to. */
  handle(incoming: Incoming): Promise<Reply>;
  /** The answer when something broke on our side; says nothing of what it was (S-26, S-35). */
  failed(incoming: Incoming): Reply;
}

export const jsonReply = (status: number, value: unknown): Reply =>
  status === 204 ? { status } : { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };

/** `body` is JSON in ASCII. */
export const asciiReply = (status: number, body: string): Reply => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body,
  ascii: true,
});

/** The problem document of a refusal, with Retry-After in whole seconds and WWW-Authenticate where HTTP wants them. */
export function problemReply(refusal: Refusal, requestId: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const problem = problemOf(refusal, requestId);
  return {
    status: problem.status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problem),
    headers: { ...headers, ...retryAfter(refusal), ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}) },
  };
}

export const retryAfter = (refusal: Refusal): Record<string, string> =>
  refusal.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))) };
