import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  InstanceHealthSchema,
  JournalPieceSchema,
  InstanceStatusReportSchema,
  type InstanceStatusReport,
  type AccessDocument,
  type InstanceConfig,
} from '#contracts/gateway-admin';
import { INTERNAL_HEADERS } from '#contracts/routing';
import { INSTANCE_LIMITS } from '#domain/limits';
import { sha256Hex } from '#pki/api-keys';
import { openAuthority, type Authority } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';
import { eventually } from '#testkit/eventually';
import { bundleGateway } from '../../../tools/bundle-gateway.mjs';

const ADDRESS = '127.83.19.7';
const TENANT = '0b6f9c1e-1111-4111-8111-111111111111';
const INSTANCE = '0b6f9c1e-2222-4222-8222-222222222222';

interface Peer {
  readonly cert: string;
  readonly key: string;
}
interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let home: string;
let bundle: string;
let authority: Authority;
let documentKey: string;
let worker: Peer;
let router: Peer;
const children: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cordboard-gateway-'));
  bundle = await bundleGateway(join(home, 'gateway.mjs'));
  authority = await openAuthority(join(home, 'pki'));
  const key = await ensureDocumentKey(join(home, 'pki'));
  documentKey = key.privateKeyPem;
  await ensureSecretsKey(join(home, 'pki'));
  const peer = async (commonName: string): Promise<Peer> => {
    const { certPem, keyPem } = await authority.issue({ commonName });
    return { cert: certPem, key: keyPem };
  };
  [worker, router] = [await peer('worker'), await peer('router')];
  const own = await authority.issue({ commonName: `instance:${INSTANCE}`, ipAddresses: [ADDRESS] });
  await writeFile(join(home, 'cert.pem'), own.certPem);
  await writeFile(join(home, 'key.pem'), own.keyPem, { mode: 0o600 });
});

afterEach(async () => {
  for (const child of children.splice(0)) await killed(child, 'SIGKILL');
});

afterAll(async () => rm(home, { recursive: true, force: true }));

function configOf(name: string): InstanceConfig {
  return {
    schema: 1,
    tenant: { id: TENANT, slug: 'acme', companyName: 'Acme' },
    instance: { id: INSTANCE, name: 'one' },
    epochMajor: 3,
    slots: [4, 5, 6],
    limits: INSTANCE_LIMITS,
    address: ADDRESS,
    northboundPort: 0,
    adminPort: 0,
    callbackPorts: { from: 49500, to: 49600 },
    tls: {
      certFile: join(home, 'cert.pem'),
      keyFile: join(home, 'key.pem'),
      caFile: authority.certFile,
      controllerCaFile: authority.certFile,
    },
    peers: { router: 'router', worker: 'worker' },
    documentKeyFile: join(home, 'pki', 'documents.pub'),
    accessDocumentFile: join(home, name, 'access-document.json'),
    secretsFile: join(home, 'pki', 'secrets.key'),
    journalDir: join(home, name),
    logDir: join(home, name),
    timing: {
      sessionKeepAliveMs: 30_000,
      commandTimeoutMs: 1000,
      longPollMaxMs: 60_000,
      linkHeartbeatMs: 1000,
      linkSilenceMs: 6000,
      reconnectMinMs: 100,
      reconnectMaxMs: 1000,
    },
    eventLog: { perSessionMax: 100, retentionMs: 60_000 },
    monitorStartsPerSecond: 20,
  };
}

function documentOf(serial: number, more: Partial<AccessDocument> = {}): AccessDocument {
  return {
    schema: 1,
    serial,
    tenantId: TENANT,
    instanceId: INSTANCE,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: 'Acme',
    limits: INSTANCE_LIMITS,
    applications: [
      {
        id: '0b6f9c1e-4444-4444-8444-444444444444',
        name: 'crm',
        type: 'generic',
        advanced: false,
        allowed: true,
        applicationPasswordSha256: sha256Hex('app secret'),
        localPasswordSha256: sha256Hex('local secret'),
      },
    ],
    controllers: [
      { icpId: 1, name: 'c1', address: '127.83.19.200', port: 5320, release: '9.4.0', enabled: true, monitorsMax: 5000 },
    ],
    ...more,
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ports: { readonly northbound: number; readonly admin: number };
  readonly epoch: { readonly major: number; readonly minor: number };
}

async function launch(name: string): Promise<{ child: ChildProcess; output: () => string; messages: Record<string, unknown>[] }> {
  const file = join(home, `${name}.json`);
  await writeFile(file, JSON.stringify(configOf(name)), { mode: 0o600 });
  const child = spawn(process.execPath, [bundle, '--config', file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  children.push(child);
  let text = '';
  const messages: Record<string, unknown>[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  return { child, output: () => text, messages };
}

async function start(name: string): Promise<Running> {
  const { child, output, messages } = await launch(name);
  const ready = await eventually(() => (child.exitCode === null ? messages[0] : Promise.reject(new Error(output()))), {
    what: 'the ready message',
  });
  return { child, output, ports: ready.ports as Running['ports'], epoch: ready.epoch as Running['epoch'] };
}

function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

async function killed(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  return exited(child);
}

function call(
  port: number,
  peer: Peer | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = request(
      {
        host: ADDRESS,
        port,
        method,
        path,
        ca: authority.certPem,
        ...peer,
        agent: false,
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: (String(response.headers['content-type'] ?? '').startsWith('text/')
              ? { text: answer }
              : JSON.parse(answer || '{}')) as Record<string, unknown>,
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

const push = (running: Running, document: object, key = documentKey) =>
  call(running.ports.admin, worker, 'PUT', '/v1/access-document', signDocument(document, key));

function application(running: Running, method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  return call(running.ports.northbound, router, method, path, body, {
    [INTERNAL_HEADERS.tenant]: TENANT,
    [INTERNAL_HEADERS.instance]: INSTANCE,
    [INTERNAL_HEADERS.epoch]: `${running.epoch.major}`,
    [INTERNAL_HEADERS.publicBase]: 'https://edge.test/t/acme',
    [INTERNAL_HEADERS.clientAddress]: '192.0.2.1',
    [INTERNAL_HEADERS.listener]: 'internal',
    [INTERNAL_HEADERS.requestId]: 'r-1',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
}

const credentials = {
  companyName: 'Acme',
  applicationName: 'crm',
  applicationPassword: 'app secret',
  localPassword: 'local secret',
};

describe('the gateway as a process', () => {
  it('is one file that needs no package beside it and holds no framework', async () => {
    const text = await readFile(bundle, 'utf8');
    expect(text).not.toMatch(/@nestjs|typeorm|bullmq|reflect-metadata/);
    const imported = [...text.matchAll(/^(?:import|export)\b[^'"\n]*["']([^'"]+)["'];?$/gm)].map((match) => match[1]!);
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((name) => !isBuiltin(name))).toEqual([]);
  });

  it('starts, serves, takes documents from the worker alone, and stops cleanly', async () => {
    const running = await start('one');
    const health = await call(running.ports.admin, worker, 'GET', '/v1/health');
    expect(health.status).toBe(200);
    expect(InstanceHealthSchema.parse(health.body)).toEqual({
      instanceId: INSTANCE,
      epoch: { major: 3, minor: 0 },
      state: 'serving',
      journal: { durability: 'local', generation: [3, 0, 0], sizeBytes: 8, copiedBytes: 0, restored: null },
    });
    const piece = await call(running.ports.admin, worker, 'GET', '/v1/journal');
    expect(JournalPieceSchema.parse(piece.body)).toMatchObject({ generation: [3, 0, 0], fromByte: 0, sizeBytes: 8 });
    expect((await call(running.ports.admin, worker, 'GET', '/v1/journal?generation=3.0.0&from=8')).body).toMatchObject({
      fromByte: 8,
      base64: '',
    });
    const held = InstanceHealthSchema.parse((await call(running.ports.admin, worker, 'GET', '/v1/health')).body);
    expect(held.journal.copiedBytes).toBe(8);
    for (const query of [
      'generation=3.0.0',
      'from=8',
      'generation=3.0&from=8',
      'generation=3.0.0&from=-1',
      'from=8&from=8&generation=3.0.0',
    ])
      expect((await call(running.ports.admin, worker, 'GET', `/v1/journal?${query}`)).status).toBe(422);
    expect((await call(running.ports.admin, router, 'GET', '/v1/journal')).status).toBe(403);

    expect((await push(running, documentOf(5))).body).toMatchObject({
      serial: 5,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect((await call(running.ports.admin, router, 'GET', '/v1/status')).status).toBe(403);
    await expect(call(running.ports.admin, undefined, 'GET', '/v1/status')).rejects.toThrow();
    const stranger = await (await openAuthority(join(home, 'other'))).issue({ commonName: 'worker' });
    await expect(
      call(running.ports.admin, { cert: stranger.certPem, key: stranger.keyPem }, 'GET', '/v1/status'),
    ).rejects.toThrow();

    expect(await push(running, documentOf(4))).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    const foreign = await ensureDocumentKey(join(home, 'foreign'));
    expect((await push(running, documentOf(6), foreign.privateKeyPem)).status).toBe(422);
    expect((await push(running, documentOf(6, { instanceId: TENANT }))).status).toBe(422);
    expect((await push(running, documentOf(6, { expiresAt: new Date(Date.now() - 1000).toISOString() }))).status).toBe(422);
    expect((await call(running.ports.admin, worker, 'PUT', '/v1/access-document', { payload: 1 })).status).toBe(422);
    expect((await call(running.ports.admin, worker, 'POST', '/v1/health')).status).toBe(405);
    expect((await call(running.ports.admin, worker, 'GET', '/v1/none')).status).toBe(404);

    const status = InstanceStatusReportSchema.parse((await call(running.ports.admin, worker, 'GET', '/v1/status')).body);
    expect(status).toMatchObject({
      pid: running.child.pid,
      accessDocument: { serial: 5 },
      sessions: { used: 0, cap: 1500 },
      controllers: [{ icpId: 1, address: '127.83.19.200' }],
    });

    await application(running, 'POST', '/v1/sessions', { ...credentials, localPassword: 'wrong' });
    const metrics = (await call(running.ports.admin, worker, 'GET', '/v1/metrics')).body['text'];
    for (const holder of ['own', 'router'])
      expect(metrics, 'R-VRT-05').toMatch(new RegExp(`cordboard_certificate_not_after_seconds\\{holder="${holder}"\\} \\d{10}`));

    expect(await killed(running.child, 'SIGTERM')).toBe(0);
    expect(running.output()).not.toContain('"level":"error"');
  });

  it('R-ORC-07 a document of a later release: its unknown members are passed over, its limits obeyed; what must be understood is refused', async () => {
    const running = await start('later');
    const { controllers, applications } = documentOf(1);
    const later = {
      ...documentOf(1, {
        limits: { ...INSTANCE_LIMITS, sessions: 1 },
        mustUnderstand: ['limits.sessions', 'controllers.shared'],
      }),
      seasons: ['winter'],
      applications: applications.map((application) => ({ ...application, colour: 'red' })),
      controllers: controllers.map((controller) => ({ ...controller, monitorsMax: 7, weather: { rain: true } })),
    };
    expect(await push(running, later)).toMatchObject({ status: 200, body: { serial: 1 } });
    const status = async () => (await call(running.ports.admin, worker, 'GET', '/v1/status')).body as InstanceStatusReport;
    expect(await status()).toMatchObject({ sessions: { cap: 1 }, controllers: [{ monitors: { cap: 7 } }] });
    expect((await application(running, 'POST', '/v1/sessions', credentials)).status).toBe(201);
    expect((await application(running, 'POST', '/v1/sessions', credentials)).status, 'the cap of the document').toBe(429);
    for (const path of ['seasons', 'controllers.weather', 'controllers.shared.more', '']) {
      const answer = await push(running, documentOf(2, { mustUnderstand: ['limits', path] }));
      expect(answer).toMatchObject({
        status: 422,
        body: { detail: `the document needs a later release of the gateway, for its ${path}` },
      });
    }
    expect((await push(running, { ...documentOf(2), tenantStatus: 'asleep' })).status, 'a word it does not know').toBe(422);
    expect(await status(), 'the one before holds').toMatchObject({ accessDocument: { serial: 1 }, sessions: { cap: 1 } });
    await killed(running.child, 'SIGKILL');
    const next = await start('later');
    const restarted = (await call(next.ports.admin, worker, 'GET', '/v1/status')).body;
    expect(restarted, 'and so it is read from the disk').toMatchObject({
      accessDocument: { serial: 1 },
      sessions: { used: 1, cap: 1 },
    });
  });

  it('R-SES-07 sessions outlive kill -9: same id, same token, next epoch, gap first; a second process on the journal is refused', async () => {
    const first = await start('two');
    await push(first, documentOf(1));
    expect((await application(first, 'POST', '/v1/sessions', { ...credentials, localPassword: 'wrong' })).status).toBe(401);
    const session = (await application(first, 'POST', '/v1/sessions', credentials)).body as { sessionId: number; token: string };
    expect([4, 5, 6]).toContain(Math.floor(session.sessionId / 2 ** 43));

    const second = await launch('two');
    expect(await exited(second.child)).toBe(1);
    expect(second.output()).toContain('another process has the journal');

    await killed(first.child, 'SIGKILL');
    const next = await start('two');
    expect(next.epoch).toEqual({ major: 3, minor: 1 });
    const events = await application(
      next,
      'GET',
      `/v1/sessions/${session.sessionId}/events?after=3.0.0`,
      undefined,
      session.token,
    );
    expect(events).toMatchObject({
      status: 200,
      body: { events: [{ type: 'EVENT_GAP', reason: 'restart', seq: 1, epoch: { major: 3, minor: 1 } }], cursor: '3.1.1' },
    });
    expect((await application(next, 'GET', `/v1/sessions/${session.sessionId}/versions`)).status).toBe(401);
    expect(
      (await application(next, 'POST', '/v1/sessions', credentials)).status,
      'the stored document still counts',
    ).toBeLessThan(300);
    expect((await call(next.ports.admin, worker, 'PUT', '/v1/drain')).status).toBe(200);
    expect((await application(next, 'POST', '/v1/sessions', credentials)).body).toMatchObject({ code: 'DRAINING' });
    expect((await call(next.ports.admin, worker, 'GET', '/v1/health')).body).toMatchObject({ state: 'draining' });
    expect(await killed(next.child, 'SIGTERM')).toBe(0);
    expect(JSON.parse(await readFile(join(home, 'two', 'epoch.json'), 'utf8'))).toMatchObject({ major: 3, minor: 1 });
  });

  it('a long poll is answered by the stop with OIG_SHUTDOWN, not cut', async () => {
    const running = await start('three');
    await push(running, documentOf(1));
    const session = (await application(running, 'POST', '/v1/sessions', credentials)).body as {
      sessionId: number;
      token: string;
    };
    const poll = () =>
      application(running, 'GET', `/v1/sessions/${session.sessionId}/events?waitMs=50000`, undefined, session.token);
    // the newest claim wins: when one of the two is answered, the other one waits
    const polls = [poll(), poll()];
    await Promise.race(polls);
    const ended = killed(running.child, 'SIGTERM');
    const answers = await Promise.all(polls);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const told = { category: 'SYSTEM_EVENT', type: 'OIG_SHUTDOWN', seq: 1, epoch: { major: 3, minor: 0 } };
    expect(answers.flatMap(({ body }) => body['events'])).toMatchObject([told]);
    expect(await ended).toBe(0);
  });

  it('says in one line what is wrong with its configuration', async () => {
    const file = join(home, 'bad.json');
    await writeFile(file, JSON.stringify({ ...configOf('bad'), slots: [] }));
    const child = spawn(process.execPath, [bundle, '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await exited(child)).toBe(1);
    expect(text).toContain('slots');
  });
});
