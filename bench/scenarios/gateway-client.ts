/** Talks to a gateway or to the raw baseline directly, as the router does: HTTPS with the router's certificate. */
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { Agent, request } from 'undici';
import { envelope, requestElement } from '../../tools/fuzz/contract-requests.js';
import { CREDENTIALS, serverNameOf, trustedHeaders, type Peer, type Rig } from '../rig.js';

/** What both can do; `handle` is objectId at the gateway and the device handle at the baseline. */
export interface BenchClient {
  phone(dn: string): Promise<number>;
  session(): Promise<number>;
  monitor(session: number, handle: number): Promise<void>;
  /** Answers the local call id. */
  call(handle: number, number: string): Promise<number>;
  verb(verb: 'hold' | 'retrieve' | 'clear', handle: number, localCallId: number): Promise<void>;
  /** One long poll; answers its body. */
  poll(session: number): Promise<string>;
  close(): Promise<void>;
}

/** A client of what pushes: by WebSocket, or to an address. */
export interface PushClient extends BenchClient {
  /** Opens the session's socket; each piece of text that comes is handed over, as it comes. */
  socket(session: number, onText: (piece: string) => void): Promise<void>;
  /** Has the session's events sent to the address. */
  hook(session: number, url: string): Promise<void>;
}

function agentOf(rig: Rig, connections: number, servername: string): Agent {
  return new Agent({ connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { ...rig.routerTls, servername } });
}

async function text(
  dispatcher: Agent,
  url: string,
  method: 'GET' | 'POST' | 'PUT',
  headers: Record<string, string>,
  body?: string,
): Promise<string> {
  const answer = await request(url, { dispatcher, method, headers, ...(body === undefined ? {} : { body }) });
  const read = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${url} was answered ${answer.statusCode}: ${read}`);
  return read;
}

/** A handshake and what follows, by hand: a library would be most of what the bench itself costs. */
function openSocket(
  { routerTls }: Rig,
  { address, port, instanceId }: Peer,
  path: string,
  headers: Record<string, string>,
  onText: (piece: string) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...routerTls,
      host: address,
      port,
      servername: serverNameOf(instanceId),
    });
    const all = {
      host: 'bench',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.once('error', reject).once('close', () => reject(new Error('the socket was closed')));
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    let head = '';
    const onHead = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(`a socket was answered ${head}`));
      socket.off('data', onHead).on('data', (piece: Buffer) => onText(piece.toString('latin1')));
      onText(head.slice(end + 4));
      resolve(socket);
    };
    socket.on('data', onHead);
  });
}

export function gatewayClient(
  rig: Rig,
  peer: Peer,
  connections: number,
): PushClient & { phoneBySoap(dn: string): Promise<number> } {
  const dispatcher = agentOf(rig, connections, serverNameOf(peer.instanceId));
  const base = `https://${peer.address}:${peer.port}`;
  const trusted = trustedHeaders(peer.instanceId);
  const tokens = new Map<number, string>();
  const cursors = new Map<number, string>();
  const bodies = new Map<string, string>();
  const sockets: Socket[] = [];
  const ask = (session: number, method: 'GET' | 'POST' | 'PUT', path: string, body?: object) =>
    text(
      dispatcher,
      `${base}/v1/sessions/${session}${path}`,
      method,
      {
        ...trusted,
        authorization: `Bearer ${tokens.get(session)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body === undefined ? undefined : JSON.stringify(body),
    );
  let commands: number | undefined;
  const session = async (): Promise<number> => {
    const answer = await text(
      dispatcher,
      `${base}/v1/sessions`,
      'POST',
      { ...trusted, 'content-type': 'application/json' },
      JSON.stringify(CREDENTIALS),
    );
    const { sessionId, token } = JSON.parse(answer) as { sessionId: number; token: string };
    tokens.set(sessionId, token);
    return sessionId;
  };
  const own = async (): Promise<number> => (commands ??= await session());
  return {
    session,
    phone: async (dn) =>
      (JSON.parse(await ask(await own(), 'GET', `/controllers/1/phones/${dn}`)) as { objectId: number }).objectId,
    monitor: async (of, objectId) => void (await ask(of, 'POST', '/monitors', { objectId })),
    call: async (objectId, number) =>
      (JSON.parse(await ask(await own(), 'POST', `/devices/${objectId}/calls`, { number })) as { localCallId: number })
        .localCallId,
    verb: async (verb, objectId, call) => void (await ask(await own(), 'POST', `/devices/${objectId}/calls/${call}/${verb}`, {})),
    poll: async (of) => {
      const cursor = cursors.get(of);
      const body = await ask(of, 'GET', `/events?wait=30&max=500${cursor === undefined ? '' : `&after=${cursor}`}`);
      const at = body.lastIndexOf('"cursor":"');
      cursors.set(of, body.slice(at + 10, body.indexOf('"', at + 10)));
      return body;
    },
    phoneBySoap: async (dn) => {
      const members = { sessionId: await own(), icpId: 1, primeDn: dn };
      const body = bodies.get(dn) ?? envelope(requestElement('getPhoneNumberId', members));
      bodies.set(dn, body);
      const headers = { ...trusted, 'content-type': 'text/xml; charset=utf-8', soapaction: '"urn:getPhoneNumberId"' };
      const answer = await text(dispatcher, `${base}/axis2/services/StandardCCService`, 'POST', headers, body);
      const objectId = / result="true"/.test(answer) ? /objectId[^>]*>(\d+)<|objectId="(\d+)"/.exec(answer) : null;
      if (objectId === null) throw new Error(`over SOAP it was answered ${answer}`);
      return Number(objectId[1] ?? objectId[2]);
    },
    socket: async (of, onText) => {
      const headers = { ...trusted, authorization: `Bearer ${tokens.get(of)}` };
      sockets.push(await openSocket(rig, peer, `/v1/sessions/${of}/events/socket`, headers, onText));
    },
    hook: async (of, url) => void (await ask(of, 'PUT', '/handler', { url })),
    close: () => closeAll(dispatcher, sockets),
  };
}

function closeAll(dispatcher: Agent, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return dispatcher.destroy();
}

export function rawClient(rig: Rig, peer: Peer, connections: number): PushClient {
  const dispatcher = agentOf(rig, connections, '');
  const sockets: Socket[] = [];
  const ask = (path: string) => text(dispatcher, `https://${peer.address}:${peer.port}${path}`, 'POST', {});
  return {
    session: async () => (JSON.parse(await ask('/session')) as { session: number }).session,
    phone: async (dn) => (JSON.parse(await ask(`/phone?dn=${dn}`)) as { target: number }).target,
    monitor: async (session, target) => void (await ask(`/monitor?session=${session}&target=${target}`)),
    call: async (target, number) =>
      (JSON.parse(await ask(`/call?target=${target}&number=${number}`)) as { localCallId: number }).localCallId,
    verb: async (verb, target, call) => void (await ask(`/verb?verb=${verb.toUpperCase()}&target=${target}&call=${call}`)),
    poll: (session) => ask(`/events?session=${session}`),
    socket: async (session, onText) => void sockets.push(await openSocket(rig, peer, `/socket?session=${session}`, {}, onText)),
    hook: async (session, url) => void (await ask(`/hook?session=${session}&url=${encodeURIComponent(url)}`)),
    close: () => closeAll(dispatcher, sockets),
  };
}

/** Resolves when the gateway's link to the controller is up: it needs a moment after the start. */
export async function linked(client: BenchClient, dn: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await client.phone(dn);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
