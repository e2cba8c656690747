/** Server-sent events: the session's log as a stream that resumes by `Last-Event-ID`. */
import type { ServerResponse } from 'node:http';
import { eventStreamOf } from '#contracts/event-streams';
import type { EventPage } from '../../event-page.js';
import type { CallContext, Engine, Outcome } from '../../northbound-port.js';
import { EventPump, type Outlet, type SlowReader } from '../event-pump.js';
import { onlyHeader, type Incoming } from '../incoming.js';
import type { NorthboundLimits } from '../limits.js';
import { problemReply, type Reply } from '../reply.js';
import { refuse, refuseArguments } from '../refusal.js';
import { pageMessages } from './event-json.js';
import { decode } from './routes.js';

export interface StreamTerms {
  readonly limits: Pick<NorthboundLimits, 'streamHeartbeatMs' | 'streamStalledMs' | 'streamLifeMs'>;
  readonly onSlowReader: SlowReader;
}

const CURSOR = /^\d{1,9}\.\d{1,9}\.\d{1,15}$/;

/** The one parameter of a stream besides `more`; refused when anything else is there or one is there twice. */
export function readStreamQuery(query: string | undefined, more: readonly string[] = []): Outcome<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const part of query === undefined || query === '' ? [] : query.split('&')) {
    const mark = part.indexOf('=');
    const [name, value] = [decode(mark === -1 ? part : part.slice(0, mark)), decode(mark === -1 ? '' : part.slice(mark + 1))];
    if (name === undefined || value === undefined) return refuse('MALFORMED_REQUEST', 'the query cannot be decoded');
    if (name !== 'after' && !more.includes(name))
      return refuseArguments([{ path: name, message: 'is no query parameter of this stream' }]);
    if (values.has(name)) return refuseArguments([{ path: name, message: 'is given twice' }]);
    values.set(name, value);
  }
  const after = values.get('after');
  if (after !== undefined && !CURSOR.test(after)) return refuseArguments([{ path: 'after', message: 'is no cursor' }]);
  return { ok: true, value: values };
}

/** The path is one of a stream; the context has what the caller proved itself with. */
export function openEventStream(
  engine: Engine,
  incoming: Incoming,
  context: CallContext,
  { limits, onSlowReader }: StreamTerms,
): Reply {
  const requestId = incoming.caller.requestId;
  const query = readStreamQuery(incoming.query);
  if (!query.ok) return problemReply(query.refusal, requestId);
  const accept = onlyHeader(incoming.message, 'accept');
  if (accept === false || (accept !== undefined && !/(^|[\s,])(text\/event-stream|text\/\*|\*\/\*)($|[\s,;])/i.test(accept)))
    return problemReply(refuse('UNSUPPORTED_MEDIA_TYPE', 'this is text/event-stream; Accept must allow it').refusal, requestId);
  const lastId = onlyHeader(incoming.message, 'last-event-id');
  if (lastId === false || (lastId !== undefined && !CURSOR.test(lastId)))
    return problemReply(refuseArguments([{ path: 'Last-Event-ID', message: 'is no cursor' }]).refusal, requestId);
  const sessionId = eventStreamOf(incoming.path)!.sessionId;
  const after = lastId ?? query.value.get('after');

  const outlet = new StreamOutlet();
  const pump = new EventPump(outlet, limits.streamStalledMs, () => onSlowReader(requestId));
  const opened = pump.start((listener) => engine.openReader({ sessionId, after }, context, listener));
  if (!opened.ok) return problemReply(opened.refusal, requestId);
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    // proxies that hold answers back are asked not to
    headers: { 'x-accel-buffering': 'no' },
    stream: (response) => outlet.attach(response, pump, limits),
  };
}

class StreamOutlet implements Outlet {
  private response: ServerResponse | undefined;
  private ended: string | undefined;

  attach(response: ServerResponse, pump: EventPump, limits: StreamTerms['limits']): void {
    this.response = response;
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(':\n\n');
    }, limits.streamHeartbeatMs);
    const life = setTimeout(() => pump.finish('renew'), limits.streamLifeMs);
    response.on('drain', () => pump.drained());
    response.once('close', () => {
      clearInterval(heartbeat);
      clearTimeout(life);
      pump.close();
    });
    if (response.destroyed) return pump.close();
    // at once, so that the client knows that it is connected
    response.write('retry: 1000\n\n');
    if (this.ended !== undefined) this.end(this.ended);
    pump.begin();
  }

  write(page: EventPage): boolean {
    return this.response!.write(pageMessages(page), 'latin1');
  }

  end(why: string): void {
    this.ended = why;
    this.response?.end(`event: end\ndata: {"reason":"${why}"}\n\n`);
  }

  cut(): void {
    this.response?.destroy();
  }
}
