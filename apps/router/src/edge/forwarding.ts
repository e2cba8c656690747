/** One attempt to have one instance answer a request, streaming its answer to the client. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { REFUSAL_HEADER } from '#contracts/routing';
import { answerHeaders } from './header-passage.js';

/** Refusals of a log-in are read to their end and kept; a longer one is passed on as it comes. */
const REFUSAL_BYTES_MAX = 65_536;
/** A client that takes nothing of its answer for so long is cut off (S-54). */
const STALLED_READER_MS = 30_000;
const ELSEWHERE: ReadonlySet<unknown> = new Set(['SESSION_LIMIT', 'DRAINING']);

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer kept back, because another instance may have room. */
export interface HeldRefusal {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

export type Attempt =
  /** The client has its answer, or has gone. */
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: HeldRefusal }
  /** Nothing of an answer came. `sent`: the instance may have carried the request out. */
  | { readonly kind: 'lost'; readonly sent: boolean; readonly cause: string };

export interface Attempted {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Buffer | null;
  /** Until the first byte of the answer; undefined: as the pool says. */
  readonly timeoutMs?: number;
  /** Given back to a path in `location`. */
  readonly prefix: string;
  /** Keep SESSION_LIMIT and DRAINING back instead of passing them on: log-ins. */
  readonly holdRefusals: boolean;
}

export async function attempt(pool: Dispatcher, request: Attempted, response: ServerResponse): Promise<Attempt> {
  return await new Promise((resolve) => {
    const passage = new AnswerPassage(request, response, resolve);
    const timeout = request.timeoutMs === undefined ? {} : { headersTimeout: request.timeoutMs };
    try {
      pool.dispatch(
        { method: request.method, path: request.path, headers: request.headers, body: request.body, ...timeout },
        passage,
      );
    } catch (error) {
      passage.fail(error as Error);
    }
  });
}

class AnswerPassage implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #held: { status: number; headers: Headers; chunks: Buffer[]; length: number; byHeader: boolean } | undefined;
  readonly #socket: Socket;
  #began = false;
  #gone = false;
  #stall: NodeJS.Timeout | undefined;
  readonly #onClose = (): void => {
    this.#gone = true;
    clearTimeout(this.#stall);
    // Undici reports the abort as a response error, which ends the attempt.
    this.#controller?.abort(new Error('the client has gone'));
    if (this.#controller === undefined) this.#finish({ kind: 'done' });
  };
  readonly #onDrain = (): void => {
    clearTimeout(this.#stall);
    this.#controller?.resume();
  };

  constructor(
    private readonly request: Attempted,
    private readonly response: ServerResponse,
    private readonly resolve: (attempt: Attempt) => void,
  ) {
    // A response that waits behind another on its connection is not told that the client has gone; the socket is.
    this.#socket = response.req.socket;
    this.#socket.on('close', this.#onClose);
    response.on('close', this.#onClose).on('drain', this.#onDrain);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gone || this.response.destroyed || this.#socket.destroyed) controller.abort(new Error('the client has gone'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    const byHeader = ELSEWHERE.has(headers[REFUSAL_HEADER]);
    if (this.request.holdRefusals && (byHeader || status === 429 || status === 503)) {
      this.#held = { status, headers, chunks: [], length: 0, byHeader };
      return;
    }
    this.#begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const held = this.#held;
    if (held !== undefined) {
      held.chunks.push(chunk);
      held.length += chunk.length;
      if (held.length <= REFUSAL_BYTES_MAX) return;
      this.#held = undefined;
      this.#begin(held.status, held.headers);
      for (const kept of held.chunks) this.response.write(kept);
    } else if (this.response.write(chunk)) return;
    if (!this.response.writableNeedDrain) return;
    controller.pause();
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => this.response.destroy(), STALLED_READER_MS);
  }

  onResponseEnd(): void {
    const held = this.#held;
    if (held === undefined) {
      this.response.end();
      return this.#finish({ kind: 'done' });
    }
    const body = Buffer.concat(held.chunks, held.length);
    if (held.byHeader || ELSEWHERE.has(codeOf(body))) {
      return this.#finish({
        kind: 'refused',
        refusal: { status: held.status, headers: answerHeaders(held.headers, this.request.prefix), body },
      });
    }
    this.#begin(held.status, held.headers);
    this.response.end(body);
    this.#finish({ kind: 'done' });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  /** Ends the attempt; a begun answer cannot be taken back, so its connection is cut for the client to notice. */
  fail(error: Error): void {
    if (this.#gone) return this.#finish({ kind: 'done' });
    if (this.#began) {
      this.response.destroy();
      return this.#finish({ kind: 'done' });
    }
    this.#finish({
      kind: 'lost',
      sent: this.#controller !== undefined,
      cause: (error as NodeJS.ErrnoException).code ?? error.name,
    });
  }

  #begin(status: number, headers: Headers): void {
    this.#began = true;
    this.response.writeHead(status, answerHeaders(headers, this.request.prefix));
  }

  #finish(attempt: Attempt): void {
    clearTimeout(this.#stall);
    this.#socket.off('close', this.#onClose);
    this.response.off('close', this.#onClose).off('drain', this.#onDrain);
    this.resolve(attempt);
  }
}

function codeOf(body: Buffer): unknown {
  try {
    return (JSON.parse(body.toString('utf8')) as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}
