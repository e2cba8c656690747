/**
 * Generated bad input for both faces (S-20 to S-22, S-31 to S-34): thousands of requests, each wrong in one known way. Each must get a typed answer,
 * none may change anything or make the server stop, and at least half must get past the first parser, or the generator tests nothing but that.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_KINDS } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { GatewayEngine } from '../../../apps/gateway/src/engine.js';
import { FileJournal } from '../../../apps/gateway/src/journal/file-journal.js';
import type { Engine } from '../../../apps/gateway/src/northbound-port.js';
import { badRestRequest, type Target } from './bad-rest.js';
import { badEnvelope } from './bad-soap.js';
import { attributeOf, rest, textOf } from './clients.js';
import { CONTROLLER, CREDENTIALS, LittleEngine } from './little-engine.js';
import { INSTANCE, runNorthbound, TENANT, type RunningNorthbound } from './running-northbound.js';
import { Seeded } from './seeded.js';

const CASES = 3000;
const AT_ONCE = 8;
/** Printed with every failure; another number gives other cases. */
const seed = 20_261;

interface Tried {
  readonly engine: Engine;
  /** Everything an application could have changed. */
  state(): Promise<string>;
  stop(): Promise<void>;
}

async function littleEngine(): Promise<Tried> {
  const engine = new LittleEngine();
  return { engine, state: async () => engine.snapshot(), stop: async () => {} };
}

/** The gateway's own engine with its journal; its controllers are out of reach, which no bad request may get as far as to notice. */
async function realEngine(): Promise<Tried> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-input-'));
  const { journal, records } = await FileJournal.open(dir);
  const timing = { sessionKeepAliveMs: 600_000, commandTimeoutMs: 1000, longPollMaxMs: 1000 };
  const limits = { sessions: 10, controllers: 2, monitors: 10, monitorsPerController: 10 };
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const config = {
    slots: [5],
    limits,
    timing,
    eventLog: { perSessionMax: 100, retentionMs: 60_000 },
    monitorStartsPerSecond: 20,
  };
  const engine = new GatewayEngine({ config, epoch: { major: 1, minor: 0 }, journal, logger });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const application = { id: TENANT, name: CREDENTIALS.applicationName, type: 'generic' as const, advanced: false, allowed: true };
  const controller = {
    icpId: CONTROLLER.icpId,
    name: 'one',
    address: CONTROLLER.address,
    port: 5320,
    release: '9.4',
    enabled: true,
    monitorsMax: 10,
  };
  const document: AccessDocument = {
    schema: 1,
    serial: 1,
    tenantId: TENANT,
    instanceId: INSTANCE,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: CREDENTIALS.companyName,
    limits,
    applications: [
      {
        ...application,
        applicationPasswordSha256: sha256(CREDENTIALS.applicationPassword),
        localPasswordSha256: sha256(CREDENTIALS.localPassword),
      },
    ],
    controllers: [controller],
  };
  const links = {
    setControllers: () => {},
    send: () => false,
    figures: () => ({ roundTripMs: null, refusedBackConnections: 0 }),
    close: async () => {},
  };
  engine.start({ records, document }, links);
  return {
    engine,
    state: async () => {
      const files = (await readdir(dir)).sort();
      const contents = await Promise.all(files.map(async (file) => sha256((await readFile(join(dir, file))).toString('latin1'))));
      return JSON.stringify({ report: engine.report(), files, contents });
    },
    stop: async () => {
      await engine.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

describe.each([
  { against: 'a little engine', suffix: '', makeTried: littleEngine },
  { against: 'the gateway’s engine', suffix: ' (engine)', makeTried: realEngine },
])('bad input against $against', ({ suffix, makeTried }) => {
  let tried: Tried;
  let northbound: RunningNorthbound;
  let target: Target;
  /** Each request comes from an address of its own: guessing session ids is slowed by address, and this is not about that. */
  let address = 0;
  const from = () => {
    address += 1;
    return { 'x-cordboard-client-address': `10.0.${address >> 8}.${address & 255}` };
  };
  beforeAll(async () => {
    tried = await makeTried();
    northbound = await runNorthbound(tried.engine);
    const [own, foreign] = [await login(), await login()];
    target = { ...own, foreignSessionId: foreign.sessionId };
  });
  afterAll(async () => {
    await northbound.close();
    await tried.stop();
  });

  async function login(): Promise<{ sessionId: number; token: string }> {
    return JSON.parse((await rest(northbound, 'POST', '/v1/sessions', { body: CREDENTIALS, headers: from() })).text) as {
      sessionId: number;
      token: string;
    };
  }

  /** Runs the cases a few at a time; `one` says whether its request got past the first parser, and throws when the answer is not as it must be. */
  async function walk<T>(name: string, make: (random: Seeded) => T, one: (made: T) => Promise<boolean>): Promise<void> {
    const random = new Seeded(seed);
    const before = await tried.state();
    let past = 0;
    for (let done = 0; done < CASES; done += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, CASES - done) }, () => make(random));
      const results = await Promise.all(
        batch.map((made) =>
          one(made).catch((error: unknown) => {
            throw new Error(`seed ${seed}: ${JSON.stringify(made).slice(0, 1500)}`, { cause: error });
          }),
        ),
      );
      past += results.filter(Boolean).length;
    }
    console.log(
      `bad-input ${name}${suffix}: ${CASES} cases, ${past} past the first parser (${Math.round((100 * past) / CASES)} %)`,
    );
    expect(past).toBeGreaterThanOrEqual(CASES / 2);
    expect(await tried.state(), 'nothing has changed').toBe(before);
    expect(northbound.logged, 'nothing failed on our side').toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await login()).sessionId, 'the server goes on').toBeGreaterThan(0);
  }

  it('REST answers bad input with a problem document and changes nothing', async () => {
    const unread = new Set(['MALFORMED_REQUEST', 'UNSUPPORTED_MEDIA_TYPE', 'BODY_TOO_LARGE', 'METHOD_NOT_ALLOWED', 'NOT_FOUND']);
    await walk(
      'rest',
      (random) => badRestRequest(target, random),
      async ({ method, path, headers, body }) => {
        const answer = await northbound.send(method, path, {
          headers: { ...headers, ...from() },
          ...(body === undefined ? {} : { body }),
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
        const problem = JSON.parse(answer.text) as { code: keyof typeof ERROR_KINDS; status: number; title: string };
        expect(ERROR_KINDS[problem.code]).toMatchObject({ status: problem.status, title: problem.title });
        expect(answer.text).not.toMatch(/node_modules|at \w+ \(|\.ts:|\.js:/);
        return !unread.has(problem.code);
      },
    );
  });

  it('SOAP answers bad input with result=false or a Fault and changes nothing', async () => {
    await walk(
      'soap',
      (random) => badEnvelope(target, random),
      async ({ service, headers, body }) => {
        const answer = await northbound.send('POST', `/axis2/services/${service}`, { headers: { ...headers, ...from() }, body });
        expect(answer.status).toBeLessThan(500);
        expect(answer.text).not.toMatch(/node_modules|at \w+ \(|\.ts:|\.js:|root:x:/);
        if (answer.status === 200) {
          expect(attributeOf(answer.text, 'result')).toBe('false');
          expect(textOf(answer.text, 'errorDescription') ?? textOf(answer.text, 'errorDesc')).toMatch(
            /^([A-Z_]+: .|No license available|PRIVILEGE_VIOLATION|MCD_TIMEOUT_ERROR|Feature not allowed$)/,
          );
          return true;
        }
        expect([400, 413, 415]).toContain(answer.status);
        expect(textOf(answer.text, 'faultcode')).toMatch(/^soapenv:(Client|MustUnderstand|VersionMismatch)$/);
        expect(textOf(answer.text, 'faultstring')).toMatch(/./);
        return false;
      },
    );
  });
});
