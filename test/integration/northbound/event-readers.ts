/** Readers of events as an application would write them: server-sent events and WebSocket, each with what it has seen. */
import { type Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import type { ApplicationEvent } from '#contracts/application-api';
import type { LoggedIn } from './event-plant.js';
import { INSTANCE, TENANT, type RunningNorthbound } from './running-northbound.js';

export interface Reader {
  readonly events: ApplicationEvent[];
  /** Of the last event that was taken. */
  readonly cursor: () => string | undefined;
  /** Why the gateway ended it; undefined while it goes on. */
  readonly ended: () => string | undefined;
  /** The connection is gone, whoever closed it. */
  readonly gone: () => boolean;
  /** Stops taking bytes, and goes on. */
  pause(): void;
  resume(): void;
  close(): void;
}

export const routerHeaders = (token?: string): Record<string, string> => ({
  'x-cordboard-tenant': TENANT,
  'x-cordboard-instance': INSTANCE,
  'x-cordboard-client-address': '192.0.2.9',
  'x-cordboard-request-id': 'test-1',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});

/** The ids of what happened at the controller, without what was told of the state before. */
export const liveOf = (events: readonly ApplicationEvent[]): string[] =>
  events.filter(({ source }) => source === 'live').map(({ eventId }) => eventId);

export function openStream(
  { address, port, credentials }: RunningNorthbound,
  { sessionId, token }: LoggedIn,
  { after, lastEventId, agent = false }: { after?: string | undefined; lastEventId?: string; agent?: Agent | false } = {},
): Promise<Reader> {
  const events: ApplicationEvent[] = [];
  let [cursor, ended, gone, text]: [string | undefined, string | undefined, boolean, string] = [after, undefined, false, ''];
  const take = (message: string) => {
    const end = /^event: end\ndata: (.*)$/.exec(message);
    if (end !== null) ended = (JSON.parse(end[1]!) as { reason: string }).reason;
    const told = /^id: (\S+)\ndata: (.*)$/.exec(message);
    if (told === null) return;
    cursor = told[1];
    events.push(JSON.parse(told[2]!) as ApplicationEvent);
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: address,
      port,
      path: `/v1/sessions/${sessionId}/events/stream${after === undefined ? '' : `?after=${after}`}`,
      headers: {
        ...routerHeaders(token),
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      agent,
      ...credentials,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response: IncomingMessage) => {
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const parts = text.split('\n\n');
        text = parts.pop()!;
        parts.forEach(take);
      });
      response.on('error', () => {});
      response.on('close', () => (gone = true));
      if (response.statusCode !== 200) {
        response.on('end', () => reject(new Error(`${response.statusCode}: ${text}`)));
        return;
      }
      resolve({
        events,
        cursor: () => cursor,
        ended: () => ended,
        gone: () => gone,
        pause: () => response.pause(),
        resume: () => response.resume(),
        close: () => outgoing.destroy(),
      });
    });
    outgoing.end();
  });
}

export interface SocketReader extends Reader {
  readonly socket: WebSocket;
  acknowledge(): void;
}

export function openSocket(
  { address, port, credentials }: RunningNorthbound,
  { sessionId, token }: { sessionId: number; token?: string },
  query = '',
  options: ClientOptions = {},
): Promise<SocketReader> {
  const events: ApplicationEvent[] = [];
  let [cursor, ended, gone]: [string | undefined, string | undefined, boolean] = [undefined, undefined, false];
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://${address}:${port}/v1/sessions/${sessionId}/events/socket${query}`, {
      ...credentials,
      ...options,
      headers: { ...routerHeaders(token), ...options.headers },
    });
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => reject(new Error(`${response.statusCode}: ${text}`)));
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; cursor: string; events?: ApplicationEvent[] };
      cursor = message.cursor;
      events.push(...(message.events ?? []));
    });
    socket.on('close', (code, reason) => {
      gone = true;
      if (code !== 1006) ended = reason.toString() || String(code);
    });
    socket.on('open', () =>
      resolve({
        socket,
        events,
        cursor: () => cursor,
        ended: () => ended,
        gone: () => gone,
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        close: () => socket.terminate(),
        acknowledge: () => socket.send(JSON.stringify({ type: 'ack', cursor })),
      }),
    );
  });
}
