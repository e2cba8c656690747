/** The shell with a journal in memory and links that are plain objects. */
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '#contracts/application-api';
import { INSTANCE_LIMITS } from '#domain/limits';
import { slotOf } from '#domain/session-id';
import { sha256Hex } from '#pki/api-keys';
import type { ControllerRequest } from '#southbound/messages';
import { eventually } from '#testkit/eventually';
import { GatewayEngine } from './engine.js';
import type { EngineLogger } from './engine-options.js';
import type { Journal } from './journal/journal.port.js';
import type { CallContext } from './northbound-port.js';
import type { ControllerLinks, ControllerTarget } from './southbound-port.js';
import { makeObjectId } from './switchboard/numbering.rules.js';
import type { JournalRecord } from './switchboard/switchboard.port.js';
import { application, documentOf, VirtualController } from './switchboard/virtual-plant.fixture.js';

const quiet: EngineLogger = { info: () => {}, warn: () => {}, error: () => {} };

/** Keeps records when told to. */
class MemoryJournal implements Journal {
  kept: JournalRecord[] = [];
  failure: Error | undefined;
  /** While true, nothing is answered. */
  slow = false;
  readonly isLarge = false;
  private held: (() => void)[] = [];

  append(records: readonly JournalRecord[]): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve) => {
      const keep = () => {
        this.kept.push(...records);
        resolve();
      };
      if (this.slow) this.held.push(keep);
      else keep();
    });
  }
  rewrite(records: Iterable<JournalRecord>): Promise<void> {
    const all = [...records];
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.kept = all;
    return Promise.resolve();
  }
  release(): void {
    this.slow = false;
    for (const keep of this.held.splice(0)) keep();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FakeLinks implements ControllerLinks {
  targets: readonly ControllerTarget[] = [];
  readonly controller = new VirtualController(1);
  engine: GatewayEngine | undefined;
  readonly figures = () => ({ roundTripMs: null, refusedBackConnections: 0 });

  setControllers(targets: readonly ControllerTarget[]): void {
    this.targets = targets;
  }
  send(icpId: number, request: ControllerRequest): boolean {
    if (!this.controller.connected) return false;
    const response = this.controller.receive(request, performance.now());
    if (response !== undefined) queueMicrotask(() => this.engine?.message(icpId, response));
    return true;
  }
  up(): void {
    this.controller.connected = true;
    this.engine?.linkState(1, 'CONNECTED', { bootId: 7, release: '9.4.0', platform: 'x86' }, 'test');
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function setUp(records: readonly JournalRecord[] = []) {
  const [journal, links] = [new MemoryJournal(), new FakeLinks()];
  let started = false;
  const engine = new GatewayEngine({
    config: {
      slots: [3, 9],
      limits: INSTANCE_LIMITS,
      eventLog: { perSessionMax: 100, retentionMs: 60_000 },
      monitorStartsPerSecond: 20,
      timing: { sessionKeepAliveMs: 30_000, commandTimeoutMs: 1000, longPollMaxMs: 60_000 },
    },
    epoch: { major: records.length > 0 ? 2 : 1, minor: 0 },
    journal,
    logger: quiet,
    // past the first second, in which nothing is started
    clock: () => ({ nowMs: performance.now() + (started ? 2000 : 0), wallMs: Date.now() }),
  });
  links.engine = engine;
  const crm = application('crm', { applicationPasswordSha256: sha256Hex('one'), localPasswordSha256: sha256Hex('two') });
  engine.start({ records, document: documentOf({ applications: [crm] }) }, links);
  started = true;
  links.up();
  return { journal, links, engine };
}

const context = (token?: string): CallContext => ({
  face: token === undefined ? 'soap' : 'rest',
  clientAddress: '192.0.2.1',
  requestId: 'r',
  ...(token === undefined ? {} : { token }),
});
const credentials = { companyName: 'Acme', applicationName: 'crm', applicationPassword: 'one', localPassword: 'two' };

async function login(engine: GatewayEngine) {
  const outcome = await engine.execute('login', credentials, context());
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
}

describe('engine', () => {
  it('a session has an own slot and a token of which only the hash is kept', async () => {
    const { engine, journal, links } = setUp();
    expect(links.targets).toHaveLength(1);
    const { sessionId, token } = await login(engine);
    expect([3, 9]).toContain(slotOf(sessionId));
    expect(JSON.stringify(journal.kept)).not.toContain(token);
    expect(await engine.execute('resetSessionTimer', { sessionId }, context(token))).toMatchObject({ ok: true });
    expect(await engine.execute('resetSessionTimer', { sessionId }, context(`${token}x`))).toMatchObject({
      ok: false,
      refusal: { code: 'SESSION_INVALID' },
    });
    await engine.stop();
  });

  it('acknowledged means kept: no answer before the journal has it; reads do not wait', async () => {
    const { engine, journal } = setUp();
    const { sessionId } = await login(engine);
    journal.slow = true;
    let answered = false;
    const waiting = engine.execute('login', credentials, context()).then((outcome) => {
      answered = true;
      return outcome;
    });
    expect(await engine.execute('getPhoneNumberId', { sessionId, icpId: 1, primeDn: '12' }, context())).toEqual({
      ok: true,
      value: { objectId: makeObjectId(1, 12) },
    });
    expect(answered).toBe(false);
    journal.release();
    expect((await waiting).ok).toBe(true);
    await engine.stop();
  });

  it('a journal that fails: changes are refused, the session nobody heard of is gone, and it recovers by itself', async () => {
    const { engine, journal } = setUp();
    const { sessionId } = await login(engine);
    journal.failure = new Error('no space left');
    expect(await engine.execute('login', credentials, context())).toMatchObject({ ok: false, refusal: { code: 'UNAVAILABLE' } });
    expect(await engine.execute('login', credentials, context())).toMatchObject({ ok: false, refusal: { code: 'UNAVAILABLE' } });
    expect(engine.report().sessions.used).toBe(1);
    expect((await engine.execute('getEvents', { sessionId, waitMs: 0, max: 10 }, context())).ok).toBe(true);
    journal.failure = undefined;
    await eventually(async () => (await engine.execute('login', credentials, context())).ok, { what: 'log-ins' });
    expect(journal.kept.filter(({ t }) => t === 'session').length).toBe(2);
    await engine.stop();
  });

  it('I6 a call with a key is sent only after the key is kept; when it cannot be kept, never', async () => {
    const { engine, journal, links } = setUp();
    const { sessionId } = await login(engine);
    const dial = () =>
      engine.execute('makeCall', { sessionId, objectId: makeObjectId(1, 1), number: '9', idempotencyKey: 'k' }, context());
    const dialled = () => links.controller.received.filter(({ type }) => type === 'MAKE_CALL').length;
    journal.slow = true;
    const first = dial();
    await engine.execute('getPhoneNumberId', { sessionId, icpId: 1, primeDn: '12' }, context());
    expect(dialled()).toBe(0);
    journal.release();
    expect(await first).toMatchObject({ ok: true });
    expect(dialled()).toBe(1);
    journal.failure = new Error('no space left');
    const other = engine.execute(
      'makeCall',
      { sessionId, objectId: makeObjectId(1, 1), number: '9', idempotencyKey: 'k2' },
      context(),
    );
    expect(await other).toMatchObject({ ok: false, refusal: { code: 'UNAVAILABLE' } });
    expect(dialled()).toBe(1);
    await engine.stop();
  });

  it('R-CC-04 a long poll waits for the first event, answers what is there, and the newest claim wins', async () => {
    const { engine, links } = setUp();
    const { sessionId } = await login(engine);
    await engine.execute('monitorObject', { sessionId, objectId: makeObjectId(1, 1) }, context());
    const seen = await engine.execute('getEvents', { sessionId, waitMs: 0, max: 10 }, context());
    const after = seen.ok ? seen.value.cursor : '';
    const poll = () => engine.execute('getEvents', { sessionId, after, waitMs: 30_000, max: 10 }, context());
    const older = poll();
    const newer = poll();
    expect(await older).toMatchObject({ ok: true, value: { events: [], cursor: after } });
    for (const message of links.controller.event(1, 'ORIGINATED', 'NEW_CALL', 'originated')) engine.message(1, message);
    for (const message of links.controller.event(1, 'DELIVERED', 'DELIVERED', 'delivered')) engine.message(1, message);
    const answer = await newer;
    expect(answer.ok && answer.value.events.map((event) => (event as CallEvent).type)).toEqual([
      'CALL_ORIGINATED',
      'CALL_DELIVERED',
    ]);
    await engine.stop();
  });

  it('a wrong caller does not disturb a waiting reader; cancel, going away, log-out and stop answer it', async () => {
    const { engine } = setUp();
    const { sessionId, token } = await login(engine);
    const poll = (signal?: AbortSignal) =>
      engine.execute(
        'getEvents',
        { sessionId, waitMs: 30_000, max: 10 },
        { ...context(token), ...(signal === undefined ? {} : { signal }) },
      );
    const first = poll();
    expect(await engine.execute('getEvents', { sessionId, waitMs: 30_000, max: 10 }, context('wrong'))).toMatchObject({
      ok: false,
    });
    await engine.execute('cancelGetEvents', { sessionId }, context(token));
    expect(await first).toMatchObject({ ok: true, value: { events: [] } });
    const gone = new AbortController();
    const second = poll(gone.signal);
    gone.abort();
    expect(await second).toMatchObject({ ok: true, value: { events: [] } });
    const third = engine.nextEvent({ sessionId, waitMs: 30_000 }, context(token));
    await engine.execute('logout', { sessionId }, context(token));
    expect(await third).toMatchObject({ ok: false, refusal: { code: 'SESSION_INVALID' } });
    const other = await login(engine);
    const last = engine.nextEvent({ sessionId: other.sessionId, waitMs: 30_000 }, context(other.token));
    await engine.stop();
    expect(await last).toMatchObject({ ok: true, value: { event: { type: 'OIG_SHUTDOWN' }, eventNumber: 1 } });
    expect(await engine.execute('login', credentials, context())).toMatchObject({ ok: false, refusal: { code: 'UNAVAILABLE' } });
  });

  it('R-DAS-03 R-SES-07 what a session registered for in the data access outlives its incarnation; first it is told that changes may be missing', async () => {
    const PHONES = 2;
    const first = setUp();
    const { sessionId, token } = await login(first.engine);
    const at = async (
      engine: GatewayEngine,
      name: 'getNotification' | 'registerDeisForNotification' | 'deregisterDeisForNotification',
      more: object = {},
    ) => {
      const answer = await engine.execute(name, { sessionId, ...more } as never, context(token));
      return answer.ok ? ((answer.value as { operationPerformed?: string }).operationPerformed ?? 'none') : answer.refusal.detail;
    };
    first.journal.slow = true;
    let answered = false;
    const registering = at(first.engine, 'registerDeisForNotification', { deiIds: [PHONES, 3] }).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered, 'acknowledged means kept').toBe(false);
    first.journal.release();
    await registering;
    await at(first.engine, 'deregisterDeisForNotification', { deiIds: [3] });
    const url = 'https://app.example/changes';
    await first.engine.execute('registerNotificationHandler', { sessionId, eventHandlerURL: url }, context(token));
    expect(first.journal.kept.at(-1)).toEqual({ t: 'data-registration', sessionId, registration: { deiIds: [PHONES], url } });
    await first.engine.execute('registerNotificationHandler', { sessionId, eventHandlerURL: '' }, context(token));

    // killed: nothing but the journal is left
    const second = setUp(first.journal.kept);
    const entry = (dn: string, name: string) => {
      const objectId = makeObjectId(1, Number(dn));
      return { objectId, values: [String(objectId), '1', dn, name, 'VOICE_SET_PRIME', '', '', ''] };
    };
    second.engine.directory.replace(PHONES, 1, [entry('12', 'Ann'), entry('13', 'Bob')]);
    second.engine.directory.put(PHONES, entry('12', 'Anna'));
    second.engine.directory.put(3, { objectId: 5, values: ['5', '1'] });
    expect([await at(second.engine, 'getNotification'), await at(second.engine, 'getNotification')]).toEqual([
      'changes may have been lost while the gateway was away: read the entities again',
      'OP_UPDATE',
    ]);
    await second.engine.execute('logout', { sessionId }, context(token));
    expect(await at(setUp([...first.journal.kept, ...second.journal.kept]).engine, 'getNotification')).toContain('session');
    await Promise.all([first.engine.stop(), second.engine.stop()]);
  });

  it('R-DAS-03 a registration that cannot be kept is refused, and nothing is registered', async () => {
    const { engine, journal } = setUp();
    const { sessionId, token } = await login(engine);
    journal.failure = new Error('disk full');
    const second = engine.execute('login', credentials, context());
    expect(await second).toMatchObject({ ok: false });
    const register = () => engine.execute('registerDeisForNotification', { sessionId, deiIds: [2] }, context(token));
    expect(await register()).toMatchObject({ ok: false, refusal: { code: 'UNAVAILABLE' } });
    expect(await engine.execute('getNotification', { sessionId }, context(token))).toMatchObject({
      refusal: { code: 'CONFLICT' },
    });
    await engine.stop();
  });

  it('the stop tells every session once: those that wait at once, those that read while it stops when they do', async () => {
    const { engine } = setUp();
    const [waiting, away] = [await login(engine), await login(engine)];
    const read = ({ sessionId, token }: typeof away) =>
      engine.execute('getEvents', { sessionId, waitMs: 30_000, max: 10 }, context(token));
    const poll = read(waiting);
    await Promise.all([engine.stop(), engine.stop()]);
    const told = {
      ok: true,
      value: { events: [{ type: 'OIG_SHUTDOWN', category: 'SYSTEM_EVENT', source: 'synthetic', seq: 1, connectionState: null }] },
    };
    expect(await poll).toMatchObject(told);
    expect(await read(away)).toMatchObject(told);
  });
});
