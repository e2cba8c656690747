/** The REST face: routes of the contract, answered with JSON or a problem document. */
import type { OperationRequest } from '#contracts/application-api';
import { CONTRACT_VERSION, REST_DOCUMENTS } from '#contracts/application-rest';
import { eventStreamOf } from '#contracts/event-streams';
import type { Engine } from '../../northbound-port.js';
import { contextOf } from '../call-context.js';
import type { Incoming } from '../incoming.js';
import { asciiReply, jsonReply, problemReply, type Face, type Reply } from '../reply.js';
import { refuse } from '../refusal.js';
import { pageJson } from './event-json.js';
import { openEventStream, type StreamTerms } from './event-stream.js';
import { readToken } from './read-token.js';
import { findRoute } from './routes.js';
import { readRestRequest } from './rest-request.js';

/** Operations that may wait: given up when the application goes away. */
const WAITS: ReadonlySet<string> = new Set(['getEvents', 'getRestEvent']);

export function createRestFace(engine: Engine, longPollMaxMs: number, streams: StreamTerms): Face {
  const versions = { versions: [{ version: 'v1', openApi: REST_DOCUMENTS.openApi }], contract: CONTRACT_VERSION };
  const documents = new Map<string, () => Promise<Reply>>([
    // made when it is asked for: the schemas it is made from are not needed otherwise
    [REST_DOCUMENTS.openApi, async () => jsonReply(200, (await import('./openapi-document.js')).applicationOpenApi())],
    [REST_DOCUMENTS.versions, () => Promise.resolve(jsonReply(200, versions))],
  ]);

  const handle = async (incoming: Incoming): Promise<Reply> => {
    const { method, path, caller } = incoming;
    const document = documents.get(path);
    if (document !== undefined) return method === 'GET' ? document() : otherMethod(method, ['GET'], caller.requestId);
    if (eventStreamOf(path) !== undefined) return stream(incoming);
    const route = findRoute(method, path);
    if (route.kind === 'none')
      return problemReply(refuse('NOT_FOUND', 'there is nothing at this path').refusal, caller.requestId);
    if (route.kind === 'other-method') return otherMethod(method, route.allow, caller.requestId);
    const token = readToken(incoming.message);
    if (!token.ok) return problemReply(token.refusal, caller.requestId);
    const read = readRestRequest(incoming, route.match);
    const request = 'ok' in read ? read : await read;
    if (!request.ok) return problemReply(request.refusal, caller.requestId);
    const departure = WAITS.has(route.match.operation.name) ? incoming.arrival.departure : undefined;
    const context = contextOf('rest', caller, token.value, departure);
    const bounded =
      'waitMs' in request.value ? { ...request.value, waitMs: Math.min(request.value.waitMs, longPollMaxMs) } : request.value;
    const { name, status, emptyStatus } = route.match.operation;
    if (name === 'getEvents') {
      const page = await engine.readEvents(bounded as OperationRequest<'getEvents'>, context);
      return page.ok ? asciiReply(status, pageJson(page.value)) : problemReply(page.refusal, caller.requestId);
    }
    const outcome = await engine.execute(name, bounded, context);
    if (!outcome.ok) return problemReply(outcome.refusal, caller.requestId);
    return jsonReply(Object.keys(outcome.value).length === 0 ? emptyStatus : status, outcome.value);
  };
  const stream = (incoming: Incoming): Reply => {
    const { method, path, caller } = incoming;
    if (method !== 'GET') return otherMethod(method, ['GET'], caller.requestId);
    if (eventStreamOf(path)?.kind === 'socket')
      return problemReply(refuse('UPGRADE_REQUIRED', 'a WebSocket is opened here').refusal, caller.requestId, {
        upgrade: 'websocket',
      });
    const token = readToken(incoming.message);
    if (!token.ok) return problemReply(token.refusal, caller.requestId);
    const context = contextOf('rest', caller, token.value);
    return openEventStream(engine, incoming, context, streams);
  };
  const failed = ({ caller }: Incoming): Reply =>
    problemReply(refuse('INTERNAL', 'the request failed on our side').refusal, caller.requestId);
  return { handle, failed };
}

function otherMethod(method: string, allowed: readonly string[], requestId: string): Reply {
  const allow = { allow: [...allowed, 'OPTIONS'].join(', ') };
  if (method === 'OPTIONS') return { status: 204, headers: allow };
  return problemReply(refuse('METHOD_NOT_ALLOWED', `allowed here: ${allow.allow}`).refusal, requestId, allow);
}
