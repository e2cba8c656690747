/**
 * R1 and R2: the least a gateway can be. TLS frames from one controller become JSON for long polls, an operation becomes a frame and its answer
 * an HTTP answer. No log-in, no licences, no numbered log, no journal, no limits, no error handling: what is left is what the wires cost.
 * Kept as it is once measured against, so that figures stay comparable.
 */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
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
let send: (message: ControllerMessage) => void = () => undefined;
const ask = (request: object): Promise<ControllerMessage> =>
  new Promise((resolve) => {
    correlation += 1;
    waiting.set(correlation, resolve);
    send({ ...request, correlation } as ControllerMessage);
  });

interface Session {
  readonly pending: string[];
  poll: ServerResponse | undefined;
}
const sessions: Session[] = [];
const watchers = new Map<number, Session[]>();

function onEvent(event: EventMessage): void {
  const json = JSON.stringify({ ...event, globalCallId: event.globalCallId.toString() });
  for (const session of watchers.get(event.target) ?? []) {
    session.pending.push(json);
    if (session.poll !== undefined) queueMicrotask(() => flush(session));
  }
}

function flush(session: Session): void {
  if (session.poll === undefined || session.pending.length === 0) return;
  session.poll.end(`{"events":[${session.pending.join(',')}]}`);
  session.poll = undefined;
  session.pending.length = 0;
}

async function link(): Promise<void> {
  const nonce = 42n;
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
  send = (message) => void forward.write(encodeMessage(message));
  forward.on(
    'data',
    read((message) => {
      if (message.type === 'PING') return send({ ...message, type: 'PONG' });
      if (!('correlation' in message)) return undefined;
      waiting.get(message.correlation)?.(message);
      waiting.delete(message.correlation);
      return undefined;
    }),
  );
  setInterval(() => send({ type: 'PING', opaque: 1n }), 1000);
  send({
    type: 'HELLO',
    nonce,
    epochMajor: 1,
    epochMinor: 0,
    instanceId: settings.instanceId,
    address: settings.address,
    callbackPort: listener.port,
  });
}

async function handle(url: URL, response: ServerResponse): Promise<void> {
  const text = (name: string): string => url.searchParams.get(name) ?? '';
  const number = (name: string): number => Number(text(name));
  if (url.pathname === '/events') {
    const session = sessions[number('session')]!;
    session.poll = response;
    return flush(session);
  }
  if (url.pathname === '/session') {
    sessions.push({ pending: [], poll: undefined });
    return void response.end(JSON.stringify({ session: sessions.length - 1 }));
  }
  if (url.pathname === '/phone')
    return void response.end(JSON.stringify(await ask({ type: 'LOOKUP_DEVICE', directoryNumber: text('dn') })));
  if (url.pathname === '/monitor') {
    const target = number('target');
    const known = watchers.get(target);
    if (known === undefined) await ask({ type: 'MONITOR_START', target });
    watchers.set(target, [...(known ?? []), sessions[number('session')]!]);
    return void response.end('{}');
  }
  if (url.pathname === '/call') {
    return void response.end(
      JSON.stringify(await ask({ type: 'MAKE_CALL', target: number('target'), number: text('number'), accountCode: '' })),
    );
  }
  return void response.end(
    JSON.stringify(await ask({ type: `${text('verb')}_CALL`, target: number('target'), localCallId: number('call') })),
  );
}

// mutual TLS as at the gateway: the same wire on both sides
await link();
createTlsServer(
  { cert: pem.cert, key: pem.key, ca: pem.ca, requestCert: true, rejectUnauthorized: true },
  (request, response) => {
    request.resume();
    void handle(new URL(request.url!, 'https://raw'), response);
  },
).listen(settings.port, settings.address);
