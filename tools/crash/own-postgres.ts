/** A Postgres of this run, durable as in a real installation, that can be killed; behind a relay, so that its URL stays the same. */
import { chmodSync, mkdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensureDatabase } from '../../apps/launcher/src/postgres/roles.js';
import { openServer, removeServer, type PostgresServer } from '../../apps/launcher/src/postgres/server.js';
import { stateOf } from './program.js';
import { until } from './wait.js';

const ROLES = { database: 'crash', owner: 'crash_owner', ownerPassword: 'owner', app: 'crash_app', appPassword: 'app' };

export class OwnPostgres {
  readonly appRole = ROLES.app;
  readonly #dir: string;
  readonly #relay: Server;
  readonly #sockets = new Set<Socket>();
  #server: PostgresServer;

  private constructor(dir: string, server: PostgresServer, relay: Server) {
    this.#dir = dir;
    this.#server = server;
    this.#relay = relay;
  }

  static async open(home: string): Promise<OwnPostgres> {
    const dir = join(home, 'postgres');
    mkdirSync(dir, { recursive: true });
    // As root the server runs as another user, which must be able to enter.
    chmodSync(dir, 0o711);
    const server = await openServer({ dir, log: () => undefined });
    await ensureDatabase(server.url('postgres'), ROLES);
    const relay = createServer();
    const postgres = new OwnPostgres(dir, server, relay);
    relay.on('connection', (socket) => postgres.#carry(socket));
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    return postgres;
  }

  get ownerUrl(): string {
    return this.#url(ROLES.owner, ROLES.ownerPassword);
  }
  get appUrl(): string {
    return this.#url(ROLES.app, ROLES.appPassword);
  }
  /** Past the relay, as superuser: for emptying the queue. Changes with every start. */
  get superuserUrl(): string {
    return this.#server.url(ROLES.database);
  }

  /** `kill -9` of the postmaster; resolves when it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#server;
    process.kill(pid, 'SIGKILL');
    await until('the end of Postgres', 20_000, () => stateOf(pid) === undefined || stateOf(pid) === 'Z');
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Starts it again after {@link kill}, with crash recovery. */
  async start(): Promise<void> {
    this.#server = await openServer({ dir: this.#dir, log: () => undefined });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#relay.close();
    await this.#server.stop('immediate');
    removeServer(this.#server, this.#dir);
  }

  #url(user: string, password: string): string {
    const { port } = this.#relay.address() as AddressInfo;
    return `postgres://${user}:${password}@127.0.0.1:${port}/${ROLES.database}`;
  }

  #carry(socket: Socket): void {
    const upstream = connect(this.#server.port, '127.0.0.1');
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
