/**
 * One Postgres server of our own: made, started, adopted, stopped.
 *
 * It is started through pg_ctl, which gives it a session of its own: it outlives a launcher that is killed, and the next start finds it
 * by its postmaster.pid. Loopback TCP only, no unix socket, passwords everywhere.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#config/addresses';
import { childEnvironment } from '#config/environment';
import pg from 'pg';
import { LaunchError } from '../launch-error.js';
import { canEnter, postgresAccount, type Account } from './account.js';
import { postgresBinaries } from './binaries.js';

const execute = promisify(execFile);
const SUPERUSER = 'cordboard_admin';
/** Where things go that the Postgres user must reach when our own folder is closed to it. */
const SYSTEM_FOLDER = '/var/lib/cordboard';
const LOG_BYTES_MAX = 10_000_000;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
};
/** For a server that is thrown away after the tests: nothing must survive a power cut. */
const THROW_AWAY: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

export interface ServerOptions {
  /** Our own folder; the data folder goes below it when the Postgres user can enter it. */
  readonly dir: string;
  readonly log: (line: string) => void;
  /** Turns durability off: for tests. */
  readonly throwAway?: boolean;
  /** Where it must listen when it has to be started; default a free one. */
  readonly port?: number;
}

export interface PostgresServer {
  readonly pid: number;
  readonly port: number;
  readonly dataDir: string;
  /** Whether it ran already. */
  readonly adopted: boolean;
  /** Looks at the process table; a server that comes up or goes down counts as running. */
  isRunning(): boolean;
  /** As superuser, to that database. */
  url(database: string): string;
  /** `fast` ends connections and writes everything; `immediate` leaves that to the next start. May be called twice. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

interface Place {
  readonly account: Account | undefined;
  readonly bin: string;
  readonly dataDir: string;
  readonly passwordFile: string;
}

/**
 * Where the data goes: `dir` when the Postgres user can enter it, else a folder of its own below /var/lib. Its name is random and kept in
 * `dir`, so that a new home at the path of a removed one does not find that one's data, whose passwords are gone.
 */
export function serverFolder(dir: string, account: Account | undefined): string {
  mkdirSync(dir, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  if (canEnter(dir, account)) return realpathSync(dir);
  const note = join(dir, 'place');
  if (!existsSync(note)) writeFileSync(note, randomBytes(6).toString('hex'), { mode: 0o600 });
  return join(SYSTEM_FOLDER, readFileSync(note, 'utf8').replace(/[^0-9a-f]/g, ''));
}

function findPlace({ dir, log }: ServerOptions): Place {
  const account = postgresAccount();
  const folder = serverFolder(dir, account);
  if (folder !== realpathSync(dir)) log(`Postgres runs as ${account?.name}, which cannot enter ${dir}: its data is in ${folder}`);
  mkdirSync(folder, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  const bin = postgresBinaries(account, account === undefined ? folder : SYSTEM_FOLDER);
  return { account, bin, dataDir: join(folder, 'data'), passwordFile: join(dir, 'superuser-password') };
}

async function run(place: Place, program: string, args: readonly string[]): Promise<string> {
  const { account } = place;
  const { stdout, stderr } = await execute(join(place.bin, program), args, {
    cwd: '/',
    timeout: 60_000,
    env: childEnvironment({ LC_ALL: 'C', TZ: 'UTC' }),
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  return stdout + stderr;
}

/** Makes the data folder. It takes its name only when it is whole: a start cut short leaves nothing that looks like data. */
async function initialise(place: Place): Promise<void> {
  const making = `${place.dataDir}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const handOver = `${place.dataDir}.password`;
  writeFileSync(handOver, password, { mode: 0o600 });
  if (place.account !== undefined) {
    chownSync(making, place.account.uid, place.account.gid);
    chownSync(handOver, place.account.uid, place.account.gid);
  }
  try {
    await run(place, 'initdb', [
      '-D',
      making,
      '-U',
      SUPERUSER,
      '-A',
      'scram-sha-256',
      `--pwfile=${handOver}`,
      '--locale=C',
      '--encoding=UTF8',
      '--no-instructions',
    ]);
    writeFileSync(place.passwordFile, password, { mode: 0o600 });
    chmodSync(place.passwordFile, 0o600);
    renameSync(making, place.dataDir);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw asLaunchError('Postgres could not make its data folder', error);
  } finally {
    rmSync(handOver, { force: true });
  }
}

function asLaunchError(what: string, error: unknown): LaunchError {
  if (error instanceof LaunchError) return error;
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message?: string };
  const text = `${stderr ?? ''}\n${stdout ?? ''}`;
  if (/No space left on device/i.test(text))
    return new LaunchError(`${what}: the disk is full; free some space and start again`, { cause: error });
  const line =
    text.split('\n').findLast((candidate) => /(error|fatal|could not|cannot)/i.test(candidate)) ?? message ?? 'unknown error';
  return new LaunchError(`${what}: ${line.trim()}`, { cause: error });
}

interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** What postmaster.pid says, when the process it names runs and is the postmaster of exactly this data folder. */
function runningPostmaster(dataDir: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    if (realpathSync(readlinkSync(`/proc/${pid}/cwd`)) !== realpathSync(dataDir)) return undefined;
    if (basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '') !== 'postgres') return undefined;
    return { pid, port: Number(lines[3]), ready: (lines[7] ?? '').trim() === 'ready' };
  } catch {
    return undefined;
  }
}

async function untilReady(dataDir: string, deadlineMs: number): Promise<Postmaster | undefined> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = runningPostmaster(dataDir);
    if (found === undefined || found.ready) return found;
    if (performance.now() > deadline) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The running server, once it has answered: one that is being killed at this moment is still in the process table and is not adopted. */
async function untilAnswers(dataDir: string, password: string): Promise<Postmaster | undefined> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = await untilReady(dataDir, 15_000);
    if (found === undefined) return undefined;
    const client = new pg.Client({
      host: '127.0.0.1',
      port: found.port,
      user: SUPERUSER,
      password,
      database: 'postgres',
      connectionTimeoutMillis: 3000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      if (runningPostmaster(dataDir)?.pid === found.pid) return found;
    } catch (error) {
      if (performance.now() > deadline) throw asLaunchError(`the Postgres that runs (pid ${found.pid}) does not answer`, error);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A postmaster.pid whose process is gone or is not ours (its number was used again) would keep the server from starting. */
function removeStalePidFile(dataDir: string): void {
  if (runningPostmaster(dataDir) === undefined) rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

function rotateLog(place: Place): string {
  const file = join(place.dataDir, 'server.log');
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return file;
}

/**
 * Starts the server. After a kill -9 of the postmaster its children need a moment to notice, and until then the shared memory is in
 * use: hence several attempts. Another process may take the found port meanwhile: hence a new port at each, unless one is asked for.
 */
async function start(place: Place, throwAway: boolean, wantedPort: number | undefined): Promise<Postmaster> {
  const deadline = performance.now() + 15_000;
  const settings = { ...SETTINGS, ...(throwAway ? THROW_AWAY : {}) };
  for (;;) {
    const port = wantedPort ?? (await freePort());
    const options = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `-c ${name}='${value}'`);
    try {
      removeStalePidFile(place.dataDir);
      await run(place, 'pg_ctl', [
        'start',
        '-D',
        place.dataDir,
        '-w',
        '-t',
        '30',
        '-s',
        '-l',
        rotateLog(place),
        '-o',
        options.join(' '),
      ]);
    } catch (error) {
      if (performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        continue;
      }
      throw asLaunchError('Postgres does not start', Object.assign(error as Error, { stdout: lastLines(place.dataDir) }));
    }
    const found = await untilReady(place.dataDir, 10_000);
    if (found !== undefined) return found;
    throw new LaunchError(`Postgres started but is not ready: see ${join(place.dataDir, 'server.log')}`);
  }
}

function lastLines(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'server.log'), 'utf8').slice(-2000);
  } catch {
    return '';
  }
}

/** The server of `options.dir`: adopted when it runs, started when it does not, made when there is none. */
export async function openServer(options: ServerOptions): Promise<PostgresServer> {
  const place = findPlace(options);
  if (!existsSync(join(place.dataDir, 'PG_VERSION'))) await initialise(place);
  const password = readFileSync(place.passwordFile, 'utf8').trim();
  const running = await untilAnswers(place.dataDir, password);
  const { pid, port } = running ?? (await start(place, options.throwAway === true, options.port));
  return {
    pid,
    port,
    dataDir: place.dataDir,
    adopted: running !== undefined,
    isRunning: () => runningPostmaster(place.dataDir) !== undefined,
    url: (database) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`,
    stop: async (mode = 'fast') => {
      if (runningPostmaster(place.dataDir) === undefined) return;
      await run(place, 'pg_ctl', ['stop', '-D', place.dataDir, '-m', mode, '-w', '-t', '30', '-s']).catch((error: unknown) => {
        if (runningPostmaster(place.dataDir) !== undefined) throw asLaunchError('Postgres does not stop', error);
      });
    },
  };
}

/** Removes a throw-away server's folders; it must be stopped. */
export function removeServer(server: PostgresServer, dir: string): void {
  rmSync(join(server.dataDir, '..'), { recursive: true, force: true });
  rmSync(dir, { recursive: true, force: true });
}
