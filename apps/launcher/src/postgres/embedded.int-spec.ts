import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { childEnvironment } from '#config/environment';
import { eventually } from '#testkit/eventually';
import { canEnter, postgresAccount } from './account.js';
import { ensurePostgres, useDatabase, type Database } from './embedded.js';
import { serverFolder } from './server.js';

const root = resolve(import.meta.dirname, '../../../..');
const results = join(root, '.test-results');

async function ask<T>(url: string, sql: string): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows[0] as T;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const isRunning = (pid: number) => existsSync(`/proc/${pid}/exe`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');

describe('the embedded Postgres', () => {
  let home: string;
  let database: Database | undefined;
  const superuserUrl = ({ ownerUrl }: Database) => {
    const url = new URL(ownerUrl);
    [url.username, url.password] = ['cordboard_admin', readFileSync(join(home, 'postgres', 'superuser-password'), 'utf8')];
    return url.href;
  };
  const open = async () => (database = await ensurePostgres(join(home, 'postgres'), () => undefined));

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cordboard-home-'));
  });
  afterEach(async () => {
    await database?.stop('immediate');
    database = undefined;
    rmSync(serverFolder(join(home, 'postgres'), postgresAccount()), { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  it('comes up cold with a database, two roles, durable, on loopback with passwords only; keeps its data over a stop', async () => {
    const cold = await open();
    const settings = await ask<Record<string, string>>(
      superuserUrl(cold),
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') commit, current_setting('listen_addresses') listen,
              current_setting('unix_socket_directories') sockets, current_setting('max_connections') connections, current_setting('server_encoding') encoding`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      listen: '127.0.0.1',
      sockets: '',
      connections: '200',
      encoding: 'UTF8',
    });
    const wrong = new URL(cold.ownerUrl);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    await ask(cold.ownerUrl, 'create table kept (n int)');
    await ask(cold.ownerUrl, 'insert into kept values (7)');
    await cold.stop();
    expect(isRunning(cold.pid ?? 0)).toBe(false);

    const warm = await open();
    expect(warm.pid).not.toBe(cold.pid);
    expect(await ask(warm.ownerUrl, 'select n from kept')).toEqual({ n: 7 });
  });

  it('S-02 the application role is no superuser and cannot bypass row security; secrets are readable by the owner only', async () => {
    const { appUrl } = await open();
    expect(await ask(appUrl, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user')).toEqual({
      rolsuper: false,
      rolbypassrls: false,
    });
    for (const file of ['roles.json', 'superuser-password'])
      expect(statSync(join(home, 'postgres', file)).mode & 0o777).toBe(0o600);
  });

  it('is adopted while it runs', async () => {
    const first = await open();
    const second = await ensurePostgres(join(home, 'postgres'), () => undefined);
    expect(second.pid).toBe(first.pid);
    expect(second.summary).toContain('adopted');
    await second.stop();
    await first.stop();
  });

  it('starts again after a kill -9 of its postmaster with a busy backend, and nothing committed is lost', async () => {
    const first = await open();
    await ask(first.ownerUrl, 'create table kept (n int)');
    await ask(first.ownerUrl, 'insert into kept values (8)');
    const busy = ask(first.ownerUrl, 'select pg_sleep(2)').catch(() => undefined);
    await eventually(
      async () =>
        (await ask<{ n: string }>(first.ownerUrl, `select count(*) n from pg_stat_activity where query like 'select pg_sleep%'`))
          .n !== '0',
    );
    process.kill(first.pid ?? 0, 'SIGKILL');
    const second = await open();
    expect(second.pid).not.toBe(first.pid);
    expect(await ask(second.ownerUrl, 'select n from kept')).toEqual({ n: 8 });
    await busy;
  });

  it('a stale postmaster.pid that names a living process of somebody else does not keep it from starting', async () => {
    const first = await open();
    const { dir } = await ask<{ dir: string }>(superuserUrl(first), `select current_setting('data_directory') dir`);
    const pidFile = readFileSync(join(dir, 'postmaster.pid'), 'utf8');
    await first.stop();
    writeFileSync(join(dir, 'postmaster.pid'), pidFile.replace(/^\d+/, String(process.pid)));
    const second = await open();
    expect(await ask(second.appUrl, 'select 1 as one')).toEqual({ one: 1 });
  });

  it('uses a given database with an application role of its own', async () => {
    const server = await open();
    await ask(superuserUrl(server), 'alter role cordboard_owner createrole');
    const given = await useDatabase(server.ownerUrl, join(home, 'given'));
    expect(given.pid).toBeNull();
    expect(await ask(given.appUrl, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user')).toEqual({
      rolsuper: false,
      rolbypassrls: false,
    });
    expect((await useDatabase(server.ownerUrl, join(home, 'given'))).appUrl).toBe(given.appUrl);
    await expect(useDatabase('postgres://nobody:none@127.0.0.1:9/none', join(home, 'given'))).rejects.toThrow(
      /^the database of DATABASE_URL cannot be used: /,
    );
  });
});

describe('the embedded Postgres and its starter', () => {
  let dir: string;
  let home: string;
  let program: string;
  beforeAll(async () => {
    mkdirSync(results, { recursive: true });
    dir = mkdtempSync(join(results, 'starter-'));
    program = join(dir, 'starter.mjs');
    await build({
      stdin: {
        contents: `import { ensurePostgres } from './embedded.js';
          const database = await ensurePostgres(process.argv[2], () => undefined);
          process.send({ pid: database.pid, appUrl: database.appUrl, summary: database.summary });
          process.on('message', async () => { await database.stop(); process.exit(0); });`,
        resolveDir: import.meta.dirname,
        loader: 'ts',
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['source'],
      external: ['pg', 'zod'],
    });
    chmodSync(dir, 0o755);
    home = mkdtempSync(join(tmpdir(), 'cordboard-home-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  it('outlives a kill -9 of the starter, ordinary user or root, and is adopted and stopped by the next', async () => {
    const other = postgresAccount();
    // As root the starter runs as an ordinary user, where that user can reach Node and the clone.
    const user =
      other !== undefined && canEnter(root, other) && canEnter(resolve(process.execPath, '..'), other) ? other : undefined;
    if (user !== undefined) chownSync(home, user.uid, user.gid);
    type Told = { pid: number; appUrl: string; summary: string };
    const starter = async () => {
      const child = spawn(process.execPath, [program, join(home, 'postgres')], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        ...(user === undefined ? {} : { uid: user.uid, gid: user.gid, env: childEnvironment() }),
      });
      const told = await new Promise<Told>((done, failed) => {
        child.once('message', (message) => done(message as Told));
        child.once('exit', (code) => failed(new Error(`the starter ended with ${code}`)));
      });
      return { child, told };
    };
    const first = await starter();
    process.kill(first.child.pid ?? 0, 'SIGKILL');
    await eventually(() => first.child.signalCode === 'SIGKILL');
    expect(await ask(first.told.appUrl, 'select 1 as one')).toEqual({ one: 1 });
    const second = await starter();
    expect(second.told.pid).toBe(first.told.pid);
    expect(second.told.summary).toContain('adopted');
    second.child.send('stop');
    await eventually(() => second.child.exitCode === 0);
    expect(isRunning(first.told.pid)).toBe(false);
  });
});
