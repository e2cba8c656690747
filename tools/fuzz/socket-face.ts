/**
 * The WebSocket as a face under bad input: the gateway's own handling of upgrades behind an HTTP server without TLS. Every case needs a
 * connection of its own, and twenty thousand handshakes of TLS, which is node's part of it, would be most of the time.
 */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { INTERNAL_HEADERS } from '#contracts/internal-headers';
import { STREAM_ENDS } from '#contracts/event-streams';
import { NORTHBOUND_LIMITS } from '../../apps/gateway/src/northbound/limits.js';
import { Upgrades } from '../../apps/gateway/src/northbound/upgrades.js';
import type { Engine } from '../../apps/gateway/src/northbound-port.js';
import { shownRequest } from './bad-http.js';
import { badSocketCase, frame, handshake, SOCKET_OPERATIONS, type SocketCase } from './bad-socket.js';
import type { Target } from './bad-rest.js';
import type { Face, Verdict } from './cases.js';
import { judgeProblem } from './gateway-faces.js';
import { bytesOf, type HttpAnswer, type HttpRequest } from './http-connection.js';
import { CREDENTIALS, INSTANCE, startNorthbound, TENANT, type Logged } from './northbound-plant.js';
import type { Tried } from './real-engine.js';
import { watched } from './watched-engine.js';

const LANES = 8;
const ADDRESSES = 4000;
/** What a socket may be closed with for a bad frame: the protocol's own codes, and ours. */
const BAD_FRAME_CODES = new Set([1002, 1007, 1009, STREAM_ENDS['bad-frame']]);
const [OPCODE_TEXT, OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG] = [1, 8, 9, 10];

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** One connection: the answer to its handshake, then frames. */
class SocketClient {
  private received: Buffer = Buffer.alloc(0);
  private over = false;
  private wake: () => void = () => {};

  constructor(readonly socket: Socket) {
    this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    this.socket.on('error', () => {});
    this.socket.once('close', () => {
      this.over = true;
      this.wake();
    });
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  async answer(request: Buffer): Promise<HttpAnswer> {
    this.socket.write(request);
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      if (end !== -1) {
        const head = this.received.toString('latin1', 0, end);
        const status = Number(head.slice(9, 12));
        if (status === 101 || this.over) {
          const body = status === 101 ? '' : this.received.toString('utf8', end + 4);
          this.received = this.received.subarray(end + 4);
          return { status, head, body, closed: this.over };
        }
      }
      if (this.over) throw new Error('the connection ended without an answer to its handshake');
      await this.news();
    }
  }

  /** The next frame; undefined when the connection has ended. */
  async frame(): Promise<Frame | undefined> {
    for (;;) {
      const got = this.received;
      const length = got.length < 2 ? 0 : got[1]! & 127;
      const headLength = length === 126 ? 4 : 2;
      const size = length === 126 && got.length >= 4 ? got.readUInt16BE(2) : length;
      if (got.length >= headLength + size && got.length >= 2) {
        this.received = got.subarray(headLength + size);
        return { opcode: got[0]! & 15, payload: got.subarray(headLength, headLength + size) };
      }
      if (this.over) return undefined;
      await this.news();
    }
  }

  /** Reads on to a frame of this kind. */
  async frameOf(opcode: number): Promise<Frame | undefined> {
    for (;;) {
      const next = await this.frame();
      if (next === undefined || next.opcode === opcode) return next;
    }
  }

  end(): void {
    this.socket.destroy();
  }
}

const BROWSER_ORIGINS: ReadonlySet<string> = new Set(['https://listed.example']);

interface Door {
  open(): Socket;
  readonly logged: readonly Logged[];
  close(): Promise<void>;
}

async function tlsDoor(engine: Engine): Promise<Door> {
  const plant = await startNorthbound(engine, { browserOrigins: () => BROWSER_ORIGINS });
  const open = () => {
    const socket = connectTls({ ...plant.credentials, host: plant.address, port: plant.port });
    socket.setNoDelay(true);
    return socket;
  };
  return { open, logged: plant.logged, close: plant.close };
}

async function plainDoor(engine: Engine): Promise<Door> {
  const logged: Logged[] = [];
  const upgrades = new Upgrades({
    engine,
    config: {
      tenant: { id: TENANT, slug: 'acme', companyName: CREDENTIALS.companyName },
      instance: { id: INSTANCE, name: 'one' },
    },
    browserOrigins: () => BROWSER_ORIGINS,
    limits: NORTHBOUND_LIMITS,
    onSlowReader: (requestId) => void logged.push({ facts: { requestId }, message: 'a reader was too slow' }),
    logger: { error: (facts, message) => void logged.push({ facts, message }) },
  });
  const server = createServer({ maxHeaderSize: NORTHBOUND_LIMITS.headerBytesMax });
  server.on('upgrade', (message, socket, head) => void upgrades.take(message, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    open: () => connect({ port, host: '127.0.0.1', noDelay: true }),
    logged,
    close: async () => {
      upgrades.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param over `tls`: by the gateway's whole door */
export async function socketFace(tried: Tried, over: 'tls' | 'plain'): Promise<Face<SocketCase>> {
  const engine = watched(tried.engine);
  const door = await (over === 'tls' ? tlsDoor(engine) : plainDoor(engine));
  const logIn = async (): Promise<{ sessionId: number; token: string }> => {
    const outcome = await tried.engine.execute('login', CREDENTIALS, {
      face: 'rest',
      clientAddress: '192.0.2.1',
      requestId: 'log-in',
    });
    if (!outcome.ok) throw new Error(`the log-in was refused: ${outcome.refusal.code}`);
    const { sessionId, token } = outcome.value;
    if (token === undefined) throw new Error('the log-in gave no token');
    return { sessionId, token };
  };
  const sessions: { sessionId: number; token: string }[] = [];
  // one for each lane, because the newest socket of a session ends the one before it
  for (let lane = 0; lane < LANES; lane += 1) sessions.push(await logIn());
  const neighbour = await logIn();
  let client = 0;
  const open = async (request: HttpRequest, id: string) => {
    client = (client + 1) % ADDRESSES;
    const socket = new SocketClient(door.open());
    const headers = [
      ['host', 'edge.example'],
      [INTERNAL_HEADERS.tenant, TENANT],
      [INTERNAL_HEADERS.instance, INSTANCE],
      [INTERNAL_HEADERS.clientAddress, `10.0.${client >> 8}.${client & 255}`],
      [INTERNAL_HEADERS.requestId, id],
      ...request.headers,
    ] as const;
    return { socket, answer: await socket.answer(bytesOf({ ...request, headers })) };
  };
  // it stands all the while: a case that ends it has disturbed somebody
  const standing = await open(handshake(neighbour.sessionId, neighbour.token), 'standing');
  if (standing.answer.status !== 101) throw new Error(`the neighbour was refused: ${standing.answer.body}`);

  const send = async (lane: number, made: SocketCase, id: string): Promise<Verdict> => {
    const { socket, answer } = await open(inLane(made.handshake, sessions[0]!, sessions[lane]!), id);
    try {
      const reached = engine.took(id) ? 'handler' : 'checks';
      if (made.frames === undefined) {
        const judged = judgeProblem(answer);
        if ('wrong' in judged) return { reached: 'parser', wrong: judged.wrong };
        return { reached: reached === 'checks' && judged.isParsers ? 'parser' : reached };
      }
      if (answer.status !== 101)
        return { reached: 'parser', wrong: `the handshake was refused: ${answer.status} ${answer.body}` };
      socket.socket.write(made.frames);
      const close = await socket.frameOf(OPCODE_CLOSE);
      const code = close === undefined || close.payload.length < 2 ? undefined : close.payload.readUInt16BE(0);
      if (code === undefined) return { reached, wrong: 'the socket ended without saying why' };
      return BAD_FRAME_CODES.has(code) ? { reached } : { reached, wrong: `closed with ${code}` };
    } finally {
      socket.end();
    }
  };
  return {
    name: over === 'tls' ? 'websocket over TLS' : 'websocket',
    lanes: LANES,
    operations: SOCKET_OPERATIONS.length,
    make: (random) => badSocketCase({ ...sessions[0]!, foreignSessionId: neighbour.sessionId } satisfies Target, random),
    send,
    good: async (lane) => {
      const { sessionId, token } = sessions[lane]!;
      const { socket, answer } = await open(handshake(sessionId, token), 'good');
      try {
        const greeting = answer.status === 101 ? await socket.frameOf(OPCODE_TEXT) : undefined;
        if (greeting === undefined) throw new Error(`a right handshake was answered ${answer.status} ${answer.body}`);
        const { cursor } = JSON.parse(greeting.payload.toString()) as { cursor: string };
        const payload = Buffer.from(JSON.stringify({ type: 'ack', cursor }));
        socket.socket.write(
          Buffer.concat([frame({ opcode: OPCODE_TEXT, payload }), frame({ opcode: OPCODE_PING, payload: Buffer.alloc(0) })]),
        );
        if ((await socket.frameOf(OPCODE_PONG)) === undefined) throw new Error('a right acknowledgement ended the socket');
      } finally {
        socket.end();
      }
    },
    state: tried.state,
    failures: () =>
      standing.socket.socket.destroyed ? [...door.logged, { message: 'the neighbour’s socket was ended' }] : door.logged,
    hangUp: async () => {},
    close: async () => {
      standing.socket.end();
      await door.close();
      await tried.stop();
    },
    show: ({ handshake: request, frames }) =>
      `${shownRequest(request)}${frames === undefined ? '' : ` then 0x${frames.toString('hex').slice(0, 2000)}`}`,
  };
}

/** Cases are made for the first lane's session, so that they do not depend on the lane; each is sent in that of its own. */
function inLane(
  request: HttpRequest,
  made: { sessionId: number; token: string },
  own: { sessionId: number; token: string },
): HttpRequest {
  return {
    ...request,
    path: request.path.replaceAll(String(made.sessionId), String(own.sessionId)),
    headers: request.headers.map(([name, value]) => [name, value.replace(made.token, own.token)] as const),
  };
}
