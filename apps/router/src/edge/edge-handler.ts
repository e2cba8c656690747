/** One request at the edge, from its first header to its answer: check, address, body, choice, attempts. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Refusal } from '#contracts/errors';
import type { Logger } from '#telemetry/logger';
import { chooseInstances, isReachable, RETRY_AFTER_MS, type Reachable } from '../table/instance-choice.js';
import { resolveTenant, slugOfHost, type Addressed } from '../table/tenant-address.js';
import type { RoutingIndex } from '../table/routing-index.js';
import { readBody } from './body-reading.js';
import { faceOf, wantedOf, type Face } from './face.js';
import { attempt, type Attempted, type HeldRefusal } from './forwarding.js';
import { continuedTrace, passableHeaders, type Trace, vouchedHeaders } from './header-passage.js';
import type { InstancePools } from './instance-pools.js';
import { answerRefusal, finishSocket, rawRefusal } from './refusal-answer.js';
import { addressOf } from './request-address.js';
import { checkRequest } from './request-checks.js';
import { refusedUpgrade, type Tunnels } from './tunnels.js';

/** A log-in is answered at once or tried elsewhere; it never waits as a long poll does. */
const LOGIN_TIMEOUT_MS = 10_000;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `external`: TLS, for remote applications from outside (R-SES-06): the border gateway of the guidelines. */
export type Listener = 'http' | 'https' | 'external';

/** What the external listener shows; everything else is not there. */
const APPLICATION_PATHS = /^\/(?:v1|axis2\/services)\//;

export interface EdgeParts {
  readonly index: () => RoutingIndex;
  readonly pools: InstancePools;
  readonly tunnels: Tunnels;
  readonly edgeDomain: string;
  readonly bodyBytesMax: number;
  readonly logger: Logger;
}

interface Located {
  readonly addressed: Addressed;
  readonly query: string;
  readonly publicBase: string;
}

export class EdgeHandler {
  #turn = 0;

  constructor(private readonly parts: EdgeParts) {}

  /** Answers the request or cuts its connection; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, listener: Listener): Promise<void> {
    const requestId = randomUUID();
    try {
      await this.#handle(request, response, listener, requestId);
    } catch (error) {
      this.parts.logger.error({ err: error, requestId }, 'request failed');
      answerRefusal(
        request,
        response,
        'rest',
        { code: 'INTERNAL', detail: 'The router could not handle the request.' },
        requestId,
        true,
      );
      if (!response.writableEnded) response.destroy();
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse, listener: Listener, requestId: string): Promise<void> {
    // node would chunk its answer to whoever sends `TE: chunked`, but HTTP/1.0 has no chunks: the end of the connection ends it
    if (request.httpVersion === '1.0') response.useChunkedEncodingByDefault = false;
    const unfit = checkRequest({
      httpVersion: request.httpVersion,
      method: request.method ?? '',
      rawHeaders: request.rawHeaders,
    });
    if (unfit !== undefined) return answerRefusal(request, response, 'rest', unfit, requestId, true);
    const located = this.#locate(request, listener);
    if ('code' in located)
      return answerRefusal(request, response, soapByType(request), located, requestId, located.code === 'MALFORMED_REQUEST');

    const face = faceOf(located.addressed.path);
    const read = await readBody(request, this.parts.bodyBytesMax);
    if (read.kind === 'gone') return;
    if (read.kind === 'too-large') {
      const detail = `A body may have up to ${this.parts.bodyBytesMax} bytes.`;
      return answerRefusal(request, response, face, { code: 'BODY_TOO_LARGE', detail }, requestId, true);
    }
    await this.#forward(request, response, listener, requestId, located, face, read.body);
  }

  /** A request to change the protocol: carried where a socket of events is opened, refused everywhere else (S-56). Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, listener: Listener): void {
    const requestId = randomUUID();
    const refuse = (refusal: Refusal, status?: number) => finishSocket(socket, rawRefusal(status, refusal, requestId));
    const { httpVersion, method = '', rawHeaders } = request;
    const unfit = checkRequest({ httpVersion, method, rawHeaders });
    if (unfit !== undefined) return refuse(unfit);
    const located = this.#locate(request, listener);
    if ('code' in located) return refuse(located);
    const { addressed, query, publicBase } = located;
    const refused = refusedUpgrade(request, addressed.path);
    if (refused !== undefined) return refuse(refused);
    const wanted = wantedOf('rest', 'GET', addressed.path, undefined, Buffer.alloc(0));
    const choice = chooseInstances(addressed.tenant, wanted, this.#turn);
    if (!choice.ok) return refuse(choice.refusal);
    const [instance] = choice.instances;
    const vouched = this.#vouched(instance, publicBase, request, listener, requestId);
    const headers = ['host', instance.endpoint.serverName, ...passableHeaders(rawHeaders), ...vouched];
    const path = addressed.path + query;
    this.parts.tunnels.open({ instance, path, headers, prefix: addressed.prefix, socket, head }, (cause) => {
      this.parts.logger.warn({ requestId, instanceId: instance.instanceId, cause }, 'instance did not answer');
      refuse({ code: 'NO_INSTANCE', detail: 'The instance of this session could not be reached.', retryAfterMs: RETRY_AFTER_MS });
    });
  }

  #locate(request: IncomingMessage, listener: Listener): Located | Refusal {
    const isSecure = listener !== 'http';
    const serverName = isSecure ? String((request.socket as TLSSocket).servername || '').toLowerCase() : '';
    const { edgeDomain } = this.parts;
    const { url = '', httpVersion, headers, socket } = request;
    const address = addressOf(
      { url, httpVersion, hostHeader: headers.host },
      { isSecure, serverName, port: socket.localPort ?? 0, edgeDomain },
    );
    if ('code' in address) return address;
    const addressed = resolveTenant(this.parts.index(), edgeDomain, address.hostName, address.path);
    if (!addressed.ok) return addressed.refusal;
    // S-53: a connection opened for one tenant's name carries no requests to another's.
    const named = slugOfHost(edgeDomain, serverName);
    if (named !== undefined && named !== addressed.tenant.slug) {
      return { code: 'MALFORMED_REQUEST', detail: 'The connection was opened for another name.' };
    }
    if (listener === 'external' && !APPLICATION_PATHS.test(addressed.path))
      return { code: 'NOT_FOUND', detail: 'There is nothing at this path.' };
    const scheme = isSecure ? 'https' : 'http';
    return { addressed, query: address.query, publicBase: `${scheme}://${address.host}${addressed.prefix}` };
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    listener: Listener,
    requestId: string,
    { addressed, query, publicBase }: Located,
    face: Face,
    body: Buffer,
  ): Promise<void> {
    const method = request.method as Dispatcher.HttpMethod;
    const soapAction = request.headers['soapaction'];
    const wanted = wantedOf(face, method, addressed.path, typeof soapAction === 'string' ? soapAction : undefined, body);
    const choice = chooseInstances(addressed.tenant, wanted, (this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER));
    if (!choice.ok) return answerRefusal(request, response, face, choice.refusal, requestId);

    const passed = passableHeaders(request.rawHeaders);
    const trace = traceOf(request.headers['traceparent']);
    const attemptOf = (instance: Reachable): Attempted => ({
      method,
      path: addressed.path + query,
      headers: [
        'host',
        instance.endpoint.serverName,
        ...passed,
        ...this.#vouched(instance, publicBase, request, listener, requestId, trace),
      ],
      body: body.length === 0 ? null : body,
      prefix: addressed.prefix,
      holdRefusals: wanted.kind === 'login',
      ...(wanted.kind === 'login' ? { timeoutMs: LOGIN_TIMEOUT_MS } : {}),
    });
    const mayRepeat = wanted.kind === 'login' || SAFE_METHODS.has(method);
    // A session has one instance; a poll over a connection that its instance just closed is tried there once more.
    const instances =
      mayRepeat && choice.instances.length === 1 && wanted.kind !== 'login'
        ? [choice.instances[0], choice.instances[0]]
        : choice.instances;
    const outcome = await this.#tryInTurn(instances, attemptOf, mayRepeat, response, requestId);
    if (outcome === undefined) return;
    if ('code' in outcome) return answerRefusal(request, response, face, outcome, requestId);
    response.writeHead(outcome.status, outcome.headers);
    response.end(outcome.body);
  }

  #vouched(
    { tenantId, instanceId, epochMajor }: Reachable,
    publicBase: string,
    request: IncomingMessage,
    listener: Listener,
    requestId: string,
    trace = traceOf(undefined),
  ): string[] {
    const clientAddress = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    return vouchedHeaders({ tenantId, instanceId, epochMajor, publicBase, clientAddress, listener, requestId, trace });
  }

  /** Undefined when the client has its answer or has gone; else what is left to answer. */
  async #tryInTurn(
    instances: readonly Reachable[],
    attemptOf: (instance: Reachable) => Attempted,
    mayRepeat: boolean,
    response: ServerResponse,
    requestId: string,
  ): Promise<HeldRefusal | Refusal | undefined> {
    let last: HeldRefusal | undefined;
    let maybeDone = false;
    for (const chosen of instances) {
      // A table may have come since the choice: an attempt goes where the newest leads, never to an incarnation it has dropped.
      const instance = this.parts.index().instances.get(chosen.instanceId);
      if (instance === undefined || !isReachable(instance) || instance.tenantId !== chosen.tenantId) continue;
      const result = await attempt(this.parts.pools.poolOf(instance), attemptOf(instance), response);
      if (result.kind === 'done' || response.destroyed) return undefined;
      if (result.kind === 'refused') {
        last = result.refusal;
        continue;
      }
      this.parts.logger.warn(
        { requestId, instanceId: instance.instanceId, cause: result.cause, sent: result.sent },
        'instance did not answer',
      );
      maybeDone ||= result.sent;
      if (result.sent && !mayRepeat) break;
    }
    if (last !== undefined) return last;
    if (maybeDone && !mayRepeat)
      return { code: 'OUTCOME_UNKNOWN', detail: 'The instance was lost after the request had been sent to it.' };
    return {
      code: 'NO_INSTANCE',
      detail: 'No instance that may take this request could be reached.',
      retryAfterMs: RETRY_AFTER_MS,
    };
  }
}

/** Before the path is understood, the media type tells who is asking. */
function soapByType(request: IncomingMessage): Face {
  return /(?:^|\/)axis2\/services\//.test(request.url ?? '') ||
    /^(?:text|application)\/(?:soap\+)?xml/i.test(request.headers['content-type'] ?? '')
    ? 'soap'
    : 'rest';
}

/** Nobody who sends no trace has asked for one to be recorded. */
function traceOf(traceparent: unknown): Trace {
  const id = continuedTrace(traceparent);
  return id === undefined ? { id: randomBytes(16).toString('hex'), sampled: false } : { id, sampled: true };
}
