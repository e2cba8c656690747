/**
 * R1 where it pushes, and R3: raw-gateway.ts with its events written to a corked WebSocket of each session, or sent in a plain loop of POSTs,
 * one at a time with what has gathered meanwhile. No log-in, no numbered log, no acknowledgement, no signature, no retry.
 * Kept as it is once measured against, so that figures stay comparable.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { Agent, request as send } from 'undici';
import { decodeMessage, encodeMessage } from '#southbound/codec';
import { FrameDecoder } from '#southbound/framing';
import type { ControllerMessage, EventMessage } from '#southbound/messages';
import { dialTls, listenTls } from '#southbound/transport-tls';

interface Settings {
  readonly address: string;
  readonly port: number;
  readonly instanceId: string;
  readonly controller: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly controllerCaFile: string;
}
const settings = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Settings;
const pem = {
  cert: readFileSync(settings.certFile, 'utf8'),
  key: readFileSync(settings.keyFile, 'utf8'),
  ca: readFileSync(settings.caFile, 'utf8'),
};
const identity = { certPem: pem.cert, keyPem: pem.key, caPem: readFileSync(settings.controllerCaFile, 'utf8') };

const waiting = new Map<number, (message: ControllerMessage) => void>();
let correlation = 0;
let toController: (message: ControllerMessage) => void = () => undefined;
const ask = (request: object): Promise<ControllerMessage> =>
  new Promise((resolve) => {
    correlation += 1;
    waiting.set(correlation, resolve);
    toController({ ...request, correlation } as ControllerMessage);
  });

interface Session {
  readonly pending: string[];
  socket: Duplex | undefined;
  hook: string | undefined;
  posting: boolean;
  corked: boolean;
}
const sessions: Session[] = [];
const watchers = new Map<number, Session[]>();
const agent = new Agent({ connections: 32, pipelining: 1 });

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(payload.length < 0x10000 ? 4 : 10);
  head[0] = 0x81;
  head[1] = payload.length < 126 ? payload.length : payload.length < 0x10000 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

function onEvent(event: EventMessage): void {
  const json = JSON.stringify({ ...event, globalCallId: event.globalCallId.toString() });
  for (const session of watchers.get(event.target) ?? []) {
    session.pending.push(json);
    if (session.hook !== undefined) void post(session).catch(() => (session.hook = undefined));
    else if (session.socket !== undefined && !session.corked) {
      session.corked = true;
      queueMicrotask(() => push(session));
    }
  }
}

function push(session: Session): void {
  session.corked = false;
  session.socket?.write(textFrame(`{"events":[${session.pending.join(',')}]}`));
  session.pending.length = 0;
}

async function post(session: Session): Promise<void> {
  if (session.posting) return;
  session.posting = true;
  while (session.pending.length > 0) {
    const body = `{"events":[${session.pending.join(',')}]}`;
    session.pending.length = 0;
    const answer = await send(session.hook!, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await answer.body.dump();
  }
  session.posting = false;
}

async function link(): Promise<void> {
  const read = (onMessage: (message: ControllerMessage) => void) => {
    const decoder = new FrameDecoder();
    return (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) onMessage(decodeMessage(frame));
    };
  };
  const listener = await listenTls({
    identity,
    address: settings.address,
    ports: { from: 49_500, to: 49_600 },
    handshakeTimeoutMs: 5000,
    connectionsMax: 10,
    handshakesPerAddressMax: 10,
    admits: () => true,
    onRefused: () => undefined,
    onConnection: (back) => {
      const onMessage = (message: ControllerMessage): void => {
        if (message.type === 'EVENT') onEvent(message);
        else if (message.type === 'BACK_HELLO') back.write(encodeMessage({ type: 'BACK_ACK', result: 'OK' }));
        else if (message.type === 'PING') back.write(encodeMessage({ ...message, type: 'PONG' }));
      };
      back.on('data', read(onMessage));
      back.on('error', () => undefined);
      setInterval(() => back.write(encodeMessage({ type: 'PING', opaque: 2n })), 1000);
    },
  });
  const forward = await dialTls({
    identity,
    address: settings.controller,
    port: 5320,
    localAddress: settings.address,
    handshakeTimeoutMs: 5000,
    signal: new AbortController().signal,
  });
  toController = (message) => void forward.write(encodeMessage(message));
  forward.on(
    'data',
    read((message) => {
      if (message.type === 'PING') return toController({ ...message, type: 'PONG' });
      if (!('correlation' in message)) return undefined;
      waiting.get(message.correlation)?.(message);
      waiting.delete(message.correlation);
      return undefined;
    }),
  );
  setInterval(() => toController({ type: 'PING', opaque: 1n }), 1000);
  toController({
    type: 'HELLO',
    nonce: 42n,
    epochMajor: 1,
    epochMinor: 0,
    instanceId: settings.instanceId,
    address: settings.address,
    callbackPort: listener.port,
  });
}

async function answer(url: URL): Promise<object> {
  const number = (name: string): number => Number(url.searchParams.get(name));
  if (url.pathname === '/session') {
    sessions.push({ pending: [], socket: undefined, hook: undefined, posting: false, corked: false });
    return { session: sessions.length - 1 };
  }
  if (url.pathname === '/phone') return ask({ type: 'LOOKUP_DEVICE', directoryNumber: url.searchParams.get('dn') ?? '' });
  if (url.pathname === '/hook') {
    sessions[number('session')]!.hook = url.searchParams.get('url') ?? '';
    return {};
  }
  const target = number('target');
  const known = watchers.get(target);
  if (known === undefined) await ask({ type: 'MONITOR_START', target });
  watchers.set(target, [...(watchers.get(target) ?? []), sessions[number('session')]!]);
  return {};
}

await link();
const server = createTlsServer(
  { cert: pem.cert, key: pem.key, ca: pem.ca, requestCert: true, rejectUnauthorized: true },
  (request, response) => {
    request.resume();
    void answer(new URL(request.url!, 'https://raw')).then((value) => response.end(JSON.stringify(value)));
  },
);
server.on('upgrade', (request, socket: Duplex) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.on('error', () => undefined).on('data', () => undefined);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  sessions[Number(new URL(request.url!, 'https://raw').searchParams.get('session'))]!.socket = socket;
});
server.listen(settings.port, settings.address);
