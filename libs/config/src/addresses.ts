/**
 * Loopback addresses and ports of one installation: Linux answers on all of 127.0.0.0/8, so each installation (and each test) takes a
 * /24 of its own for its controllers and instances. A block is held by listening on its .254: two starters cannot take the same one.
 */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** The port controllers listen on; blocks are reserved on it so that a foreign simulator on the address is noticed too. */
const RESERVATION_PORT = 5320;
const RESERVATION_HOST = 254;

export interface LoopbackBlock {
  /** First three parts, for example `127.77.3`. */
  readonly prefix: string;
  /** `127.77.3.0/24` */
  readonly cidr: string;
  /** @param host 1 to 253 */
  address(host: number): string;
  /** Gives the block back; may be called twice. */
  release(): Promise<void>;
}

/** Listens on `host:port`; undefined when taken or not allowed. Port 0 is any free one. */
export async function tryListen(host: string, port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** True when `host:port` could be listened on just now. Whoever listens next may still lose a race and must say so. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = await tryListen(host, port);
  if (server === undefined) return false;
  await close(server);
  return true;
}

/** A port of `host` that was free just now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = await tryListen(host, 0);
  const address = server?.address();
  if (server === undefined || address === null || typeof address !== 'object') throw new Error(`no free port on ${host}`);
  await close(server);
  return address.port;
}

/** Holds the block `prefix`.0/24, or answers undefined when somebody else does. */
export async function reserveLoopbackBlock(prefix: string): Promise<LoopbackBlock | undefined> {
  const parts = /^127\.(\d{1,3})\.(\d{1,3})$/.exec(prefix);
  if (parts === null || Number(parts[1]) > 255 || Number(parts[2]) > 255)
    throw new RangeError(`${prefix} is not the start of a loopback block, for example 127.77.3`);
  const holder = await tryListen(`${prefix}.${RESERVATION_HOST}`, RESERVATION_PORT);
  if (holder === undefined) return undefined;
  holder.unref();
  let held = true;
  return {
    prefix,
    cidr: `${prefix}.0/24`,
    address: (host) => {
      if (!Number.isInteger(host) || host < 1 || host >= RESERVATION_HOST)
        throw new RangeError(`host ${host} is outside 1..${RESERVATION_HOST - 1}`);
      return `${prefix}.${host}`;
    },
    release: async () => {
      if (!held) return;
      held = false;
      await close(holder);
    },
  };
}

/** Holds a random free block. */
export async function freeLoopbackBlock(): Promise<LoopbackBlock> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const block = await reserveLoopbackBlock(`127.${randomInt(64, 250)}.${randomInt(0, 255)}`);
    if (block !== undefined) return block;
  }
  throw new Error('no free loopback block (127.A.B.0/24) found; is this Linux with the whole of 127.0.0.0/8 on lo?');
}
