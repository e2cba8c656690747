/** Faces that are asked over HTTP: each lane is a connection that is kept, opened again where an answer ended it. */
import type { Socket } from 'node:net';
import { shownRequest, type BadRequest } from './bad-http.js';
import type { Face, Verdict } from './cases.js';
import { ERROR_KINDS, type ErrorCode } from '#contracts/errors';
import { bytesOf, HttpConnection, type HttpAnswer, type HttpRequest } from './http-connection.js';
import type { Seeded } from './seeded.js';

/** Nothing of our inside is told. */
export const INSIDE = /node_modules|at \w+ \(|\.ts:|\.js:|root:x:|select .* from |insert into/i;

/** What is wrong with an answer that must be a problem document with status and words of its code; undefined: nothing. */
export function wrongProblem({ status, head, body }: HttpAnswer): string | undefined {
  if (status < 400 || status >= 500) return `answered ${status} ${body.slice(0, 300)}`;
  if (!/\ncontent-type: application\/problem\+json(; charset=utf-8)?(\r|$)/i.test(head)) return `no problem document: ${head}`;
  const problem = JSON.parse(body) as { code: keyof typeof ERROR_KINDS; status: number; title: string };
  const kind = ERROR_KINDS[problem.code];
  if (kind?.status !== status || problem.status !== status || problem.title !== kind.title)
    return `not as its code says: ${body}`;
  return INSIDE.test(body) ? `tells of our inside: ${body}` : undefined;
}

/** Codes of what is refused before its arguments are looked at. */
export const PARSER_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'MALFORMED_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'BODY_TOO_LARGE',
  'METHOD_NOT_ALLOWED',
]);

export interface HttpFaceParts {
  readonly name: string;
  readonly lanes: number;
  readonly operations: number;
  open(): Socket;
  make(random: Seeded): BadRequest;
  /** What goes out; as it is when absent. */
  dressed?(made: HttpRequest, id: string): HttpRequest;
  judge(answer: HttpAnswer, made: BadRequest, id: string): Verdict;
  readonly good: HttpRequest;
  isGood(answer: HttpAnswer): boolean;
  state(): Promise<string>;
  failures(): readonly unknown[];
  /** Of what is behind it. */
  close(): Promise<void>;
}

export function httpFace(parts: HttpFaceParts): Face<BadRequest> {
  const lanes = Array.from({ length: parts.lanes }, () => new HttpConnection(() => parts.open()));
  const exchange = (lane: number, request: HttpRequest, id: string) =>
    lanes[lane]!.exchange(bytesOf(parts.dressed?.(request, id) ?? request));
  const hangUp = async () => void (await Promise.all(lanes.map((lane) => lane.close())));
  return {
    name: parts.name,
    lanes: parts.lanes,
    operations: parts.operations,
    make: (random) => parts.make(random),
    send: async (lane, made, id) => {
      const answer = await exchange(lane, made, id);
      // node's own parser refuses without a body, and ends the connection
      if (made.belowHttp === true && answer.body === '' && answer.closed && [400, 417, 431, 501].includes(answer.status))
        return { reached: 'parser' };
      return parts.judge(answer, made, id);
    },
    good: async (lane) => {
      const answer = await exchange(lane, parts.good, `good-${lane}`);
      if (!parts.isGood(answer)) throw new Error(`answered ${answer.status} ${answer.body.slice(0, 300)}`);
    },
    state: () => parts.state(),
    failures: () => parts.failures(),
    hangUp,
    close: async () => {
      await hangUp();
      await parts.close();
    },
    show: shownRequest,
  };
}
