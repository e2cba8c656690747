/** A receiver of webhooks as an application would write it: checks signatures by its own code, and misbehaves on demand. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApplicationEvent } from '#contracts/application-api';

export interface Hit {
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: readonly string[];
  readonly body: string;
  readonly path: string;
}
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that came but challenges, whatever was answered. */
  readonly hits: Hit[];
  readonly challenges: Hit[];
  /** Of messages that were taken, without those taken before under the same id. */
  readonly events: ApplicationEvent[];
  /** Connections that were ever opened. */
  connections: number;
  /** Answers instead; undefined: takes what comes. */
  answer: ((hit: Hit, response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export function verifies(hit: Hit, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${hit.id}.${hit.timestamp}.${hit.body}`).digest('base64');
  return hit.signatures.includes(`v1,${expected}`);
}

export async function startReceiver(path = '/hook'): Promise<Receiver> {
  const seen = new Set<string>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const header = (name: string) => String(request.headers[name] ?? '');
      const hit: Hit = {
        id: header('webhook-id'),
        timestamp: Number(header('webhook-timestamp')),
        signatures: header('webhook-signature').split(' '),
        body: Buffer.concat(chunks).toString(),
        path: request.url ?? '',
      };
      take(hit, response);
    });
  });
  const take = (hit: Hit, response: ServerResponse) => {
    const message = JSON.parse(hit.body) as { type: string; data: { challenge?: string; events?: ApplicationEvent[] } };
    const isChallenge = message.type === 'cordboard.challenge';
    (isChallenge ? receiver.challenges : receiver.hits).push(hit);
    if (receiver.answer !== undefined) return receiver.answer(hit, response);
    if (isChallenge) return void response.end(JSON.stringify({ challenge: message.data.challenge }));
    if (!seen.has(hit.id)) receiver.events.push(...(message.data.events ?? []));
    seen.add(hit.id);
    response.writeHead(204).end();
  };
  server.on('connection', () => (receiver.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}${path}`,
    port,
    hits: [],
    challenges: [],
    events: [],
    connections: 0,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
