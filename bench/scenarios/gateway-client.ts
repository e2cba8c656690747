/** Talks to a gateway or to the raw baseline directly, as the router does: HTTPS with the router's certificate. */
import { Agent, request } from 'undici';
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

function agentOf(rig: Rig, connections: number, servername: string): Agent {
  return new Agent({ connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { ...rig.routerTls, servername } });
}

async function text(
  dispatcher: Agent,
  url: string,
  method: 'GET' | 'POST',
  headers: Record<string, string>,
  body?: string,
): Promise<string> {
  const answer = await request(url, { dispatcher, method, headers, ...(body === undefined ? {} : { body }) });
  const read = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${url} was answered ${answer.statusCode}: ${read}`);
  return read;
}

export function gatewayClient(rig: Rig, peer: Peer, connections: number): BenchClient {
  const dispatcher = agentOf(rig, connections, serverNameOf(peer.instanceId));
  const base = `https://${peer.address}:${peer.port}`;
  const trusted = trustedHeaders(peer.instanceId);
  const tokens = new Map<number, string>();
  const cursors = new Map<number, string>();
  const ask = (session: number, method: 'GET' | 'POST', path: string, body?: object) =>
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
    close: () => dispatcher.destroy(),
  };
}

export function rawClient(rig: Rig, peer: Peer, connections: number): BenchClient {
  const dispatcher = agentOf(rig, connections, '');
  const ask = (path: string) => text(dispatcher, `https://${peer.address}:${peer.port}${path}`, 'POST', {});
  return {
    session: async () => (JSON.parse(await ask('/session')) as { session: number }).session,
    phone: async (dn) => (JSON.parse(await ask(`/phone?dn=${dn}`)) as { target: number }).target,
    monitor: async (session, target) => void (await ask(`/monitor?session=${session}&target=${target}`)),
    call: async (target, number) =>
      (JSON.parse(await ask(`/call?target=${target}&number=${number}`)) as { localCallId: number }).localCallId,
    verb: async (verb, target, call) => void (await ask(`/verb?verb=${verb.toUpperCase()}&target=${target}&call=${call}`)),
    poll: (session) => ask(`/events?session=${session}`),
    close: () => dispatcher.destroy(),
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
