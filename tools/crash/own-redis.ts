/** A `redis-server` of this run on a port that was free; nothing on disk but what its settings say. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '#config/addresses';
import { childEnvironment } from '#config/environment';
import { until } from './wait.js';

/** Whether Debian's `redis-server`, or one like it, is on the path. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { env: childEnvironment(), stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export class OwnRedis {
  readonly url: string;
  readonly #dir: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async open(home: string): Promise<OwnRedis> {
    const dir = join(home, 'redis');
    mkdirSync(dir, { recursive: true });
    const redis = new OwnRedis(dir, await freePort());
    await redis.start();
    return redis;
  }

  /** Keeps nothing on disk: a restart has lost everything, which is the worst a Redis can do. */
  async start(): Promise<void> {
    const words = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#dir];
    const policy = ['--maxmemory-policy', 'noeviction', '--loglevel', 'warning'];
    this.#child = spawn('redis-server', [...words, ...policy], { env: childEnvironment(), stdio: 'ignore' });
    await until('Redis answers', 20_000, async () => (await this.ask((client) => client.ping())) === 'PONG');
  }

  async kill(): Promise<void> {
    const child = this.#child!;
    child.kill('SIGKILL');
    await until('the end of Redis', 20_000, () => child.exitCode !== null || child.signalCode !== null);
  }

  /** One question on a connection of its own. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.#port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}
