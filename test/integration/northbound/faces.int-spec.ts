/** REST and SOAP are two faces of the same operations: every one is tried on both, with success and with a refusal, and must give the same result (R-SES-05). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS, REST_ONLY_OPERATIONS, type OperationName } from '#contracts/application-api';
import { REST_OPERATIONS } from '#contracts/application-openapi';
import { soapServices } from '#contracts/soap';
import { attributeOf, rest, soap, textOf } from './clients.js';
import { fitting } from '../../../tools/fuzz/fitting.js';
import { callEvent, CONTROLLER, CREDENTIALS, gapEvent, LittleEngine, systemEvent } from './little-engine.js';
import { runNorthbound, type RunningNorthbound } from './running-northbound.js';

let engine: LittleEngine;
let northbound: RunningNorthbound;
beforeAll(async () => {
  engine = new LittleEngine();
  northbound = await runNorthbound(engine);
});
afterAll(() => northbound.close());

interface Face {
  readonly name: 'REST' | 'SOAP';
  login(): Promise<{ sessionId: number; token?: string }>;
  /** Members of the response, or the code of the refusal (over SOAP: the text). */
  call(operation: OperationName, members: Record<string, unknown>, token?: string): Promise<Result>;
}
type Result =
  | { readonly ok: true; readonly members: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const restFace: Face = {
  name: 'REST',
  async login() {
    const answer = await rest(northbound, 'POST', '/v1/sessions', { body: CREDENTIALS });
    expect(answer.status).toBe(201);
    return JSON.parse(answer.text) as { sessionId: number; token: string };
  },
  async call(operation, members, token) {
    const { method, path } = APPLICATION_OPERATIONS[operation].rest;
    const left = { ...members };
    const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const value = encodeURIComponent(String(left[name]));
      delete left[name];
      return value;
    });
    const inBody = method === 'POST' || method === 'PUT';
    const query = inBody ? '' : `?${new URLSearchParams(left as Record<string, string>).toString()}`;
    const body = inBody && Object.keys(left).length > 0 ? { body: left } : {};
    const answer = await rest(northbound, method, filled + (query === '?' ? '' : query), { token, ...body });
    if (answer.status < 300) {
      expect(answer.status).toBe(answer.text === '' ? 204 : operation === 'login' ? 201 : 200);
      return { ok: true, members: answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>) };
    }
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = JSON.parse(answer.text) as { status: number; code: string; detail: string; correlationId: string };
    expect(problem.status).toBe(answer.status);
    expect(problem.correlationId).toBe('test-1');
    return { ok: false, code: problem.code, detail: problem.detail };
  },
};

const facesOf = (operation: OperationName) => (REST_ONLY_OPERATIONS.has(operation) ? [restFace] : [restFace, soapFace]);
const soapNames: Partial<Record<OperationName, string>> = {
  advCancelACDReseizeWorkTimer: 'advCancelACDResezeWorkTimer',
  cancelGetEvents: 'cancelGetEvent',
  getEvents: 'getEvent',
};
const soapFace: Face = {
  name: 'SOAP',
  async login() {
    const answer = await soap(northbound, 'login', CREDENTIALS);
    expect(attributeOf(answer.text, 'result')).toBe('true');
    return { sessionId: Number(attributeOf(answer.text, 'sessionId')) };
  },
  async call(operation, members) {
    const answer = await soap(northbound, soapNames[operation] ?? operation, members);
    expect(answer.status).toBe(200);
    if (attributeOf(answer.text, 'result') === 'true') {
      const names = ['sessionId', 'icpId', 'objectId', 'connectionState', 'icpVersion', 'serviceVersions'];
      const values = names.map((name) => [name, attributeOf(answer.text, name) ?? textOf(answer.text, name)] as const);
      return { ok: true, members: Object.fromEntries(values.filter(([, value]) => value !== undefined)) };
    }
    const text = textOf(answer.text, 'errorDescription') ?? textOf(answer.text, 'errorDesc') ?? '';
    const [code = '', ...detail] = text.split(': ');
    return { ok: false, code, detail: detail.join(': ') };
  },
};
/** What the original has not. */
const ONLY_REST = [
  ...REST_ONLY_OPERATIONS,
  'clearMonitors',
  'explainDialling',
  'getDataSchema',
  'getMonitorsProgress',
  'readData',
  'setMonitors',
  'singleStepTransfer',
  'snapshotCall',
  'snapshotDevice',
];
interface Case {
  /** Members besides the session; may arrange what it needs. */
  readonly success: (sessionId: number, face: Face, token?: string) => Promise<Record<string, unknown>> | Record<string, unknown>;
  readonly refusal: Record<string, unknown>;
  /** Code over REST, and what SOAP's text starts with where that is the original's. */
  readonly code: string;
  readonly soapText?: string;
}
const prime = 1001;
const call = (state: 'ringing' | 'held') => async (sessionId: number, face: Face, token?: string) => {
  const localCallId = engine.ringAt(prime);
  if (state === 'held') {
    await face.call('answerCall', { sessionId, objectId: prime, localCallId }, token);
    await face.call('holdCall', { sessionId, objectId: prime, localCallId }, token);
  }
  return { objectId: prime, localCallId };
};
const ended = { sessionId: 5 };
const handled = async (sessionId: number, face: Face, token?: string) => {
  await face.call('setEventHandler', { sessionId, url: 'https://a.example' }, token);
  return {};
};
const CASES: Partial<Record<OperationName, Case>> = {
  login: { success: () => CREDENTIALS, refusal: { ...CREDENTIALS, localPassword: 'wrong' }, code: 'LOGIN_REFUSED' },
  logout: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  resetSessionTimer: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  serviceVersions: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  getIcpId: {
    success: () => ({ icpIpAddress: CONTROLLER.address }),
    refusal: { icpIpAddress: '127.9.9.9' },
    code: 'CONTROLLER_UNKNOWN',
  },
  getPhoneNumberId: {
    success: () => ({ icpId: CONTROLLER.icpId, primeDn: '1002' }),
    refusal: { icpId: CONTROLLER.icpId, primeDn: '*99#' },
    code: 'OBJECT_NOT_FOUND',
  },
  monitorObject: {
    success: () => ({ objectId: prime }),
    refusal: { objectId: 1009 },
    code: 'PRIVILEGE_VIOLATION',
    soapText: 'PRIVILEGE_VIOLATION',
  },
  stopMonitor: {
    success: async (sessionId, face, token) => {
      await face.call('monitorObject', { sessionId, objectId: 1002 }, token);
      return { objectId: 1002 };
    },
    refusal: { objectId: 1001 },
    code: 'MONITOR_NOT_SET',
  },
  makeCall: {
    success: () => ({ objectId: prime, number: '1002' }),
    refusal: { objectId: 1008, number: '1002' },
    code: 'CONTROLLER_TIMEOUT',
    soapText: 'MCD_TIMEOUT_ERROR',
  },
  answerCall: { success: call('ringing'), refusal: { objectId: prime, localCallId: 1 }, code: 'INVALID_CONNECTION' },
  clearCall: { success: call('ringing'), refusal: { objectId: prime, localCallId: 1 }, code: 'INVALID_CONNECTION' },
  holdCall: {
    success: async (...given) => {
      const members = await call('held')(...given);
      await given[1].call('retrieveCall', { sessionId: given[0], ...members }, given[2]);
      return members;
    },
    refusal: { objectId: 12, localCallId: 1 },
    code: 'OBJECT_NOT_FOUND',
  },
  retrieveCall: { success: call('held'), refusal: { objectId: prime, localCallId: 1 }, code: 'INVALID_CONNECTION' },
  getEvents: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  cancelGetEvents: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  issueEventTicket: { success: () => ({}), refusal: ended, code: 'SESSION_INVALID' },
  setEventHandler: { success: () => ({ url: 'https://a.example' }), refusal: { url: 'ftp://a' }, code: 'HANDLER_URL_REFUSED' },
  getEventHandler: { success: handled, refusal: {}, code: 'EVENT_HANDLER_NOT_SET' },
  removeEventHandler: { success: handled, refusal: {}, code: 'EVENT_HANDLER_NOT_SET' },
  rotateHandlerSecret: { success: handled, refusal: {}, code: 'EVENT_HANDLER_NOT_SET' },
  getDeliveries: { success: handled, refusal: {}, code: 'EVENT_HANDLER_NOT_SET' },
  getDeadLetters: { success: handled, refusal: {}, code: 'EVENT_HANDLER_NOT_SET' },
  replayEvents: {
    success: async (...given) => ({ ...(await handled(...given)), after: '3.1.0' }),
    refusal: { after: '3.1.0' },
    code: 'EVENT_HANDLER_NOT_SET',
  },
};

describe('R-SES-05 the same results over REST and SOAP', () => {
  for (const [name, given] of Object.entries(CASES)) {
    const operation = name as OperationName;
    it(`${operation}: success`, async () => {
      const results: Record<string, unknown>[] = [];
      for (const face of facesOf(operation)) {
        const { sessionId, token } = await face.login();
        if (operation === 'getEvents') engine.emit({});
        const session = operation === 'login' ? {} : { sessionId };
        const members = await given.success(sessionId, face, token);
        const result = await face.call(operation, { ...session, ...members }, token);
        expect(result, face.name).toMatchObject({ ok: true });
        if (result.ok) results.push(result.members);
        await face.call('logout', { sessionId }, token);
      }
      const [overRest = {}, overSoap = {}] = results;
      // What SOAP's result has a place for must be what REST answers; session ids differ because they are two sessions.
      for (const [name, value] of Object.entries(overSoap)) {
        if (name !== 'sessionId' && name in overRest) expect(String(overRest[name]), name).toBe(value);
      }
    });

    it(`${operation}: refusal`, async () => {
      const { refusal, code, soapText } = given;
      for (const face of facesOf(operation)) {
        const { sessionId, token } = await face.login();
        const before = engine.snapshot();
        const result = await face.call(operation, operation === 'login' ? refusal : { sessionId, ...refusal }, token);
        expect(result, face.name).toMatchObject({ ok: false, code: face.name === 'SOAP' ? (soapText ?? code) : code });
        expect(engine.snapshot()).toBe(before);
        await face.call('logout', { sessionId }, token);
      }
    });
  }

  it('R-LIM-13 want of room names limit, use and cap on both faces, and R-LIC-03 the text old clients know', async () => {
    const { sessionId, token } = await restFace.login();
    const other = await restFace.login();
    for (const objectId of [1001, 1002]) await restFace.call('monitorObject', { sessionId, objectId }, token);
    await restFace.call('monitorObject', { sessionId: other.sessionId, objectId: 1001 }, other.token);
    const overRest = await rest(northbound, 'POST', `/v1/sessions/${other.sessionId}/monitors`, {
      token: other.token,
      body: { objectId: 1002 },
    });
    expect(overRest.status).toBe(429);
    expect(overRest.headers['retry-after']).toBe('2');
    expect(JSON.parse(overRest.text)).toMatchObject({ code: 'MONITOR_LIMIT', limit: 'monitors', used: 3, cap: 3 });
    const overSoap = await soap(northbound, 'monitorObject', { sessionId: other.sessionId, objectId: 1002 });
    expect(textOf(overSoap.text, 'errorDescription')).toBe('No license available. (MONITOR_LIMIT: monitors 3 of 3 in use)');
    expect(overSoap.headers['retry-after']).toBe('2');
    for (const one of [{ sessionId, token }, other]) await restFace.call('logout', { sessionId: one.sessionId }, one.token);
  });

  const mapped = new Set(
    [...soapServices().values()].flatMap(({ operations }) => [...operations.values()].map(({ maps }) => maps)),
  );
  for (const operation of REST_OPERATIONS.filter(({ name }) => !Object.hasOwn(CASES, name))) {
    it(`${operation.name}: is read on both faces and refused alike by an engine that does not carry it out`, async () => {
      const faces = mapped.has(operation.name) ? [restFace, soapFace] : [restFace];
      for (const face of faces) {
        const { sessionId, token } = await face.login();
        const members = Object.fromEntries(operation.members.map(({ name, schema }) => [name, fitting(name, schema)]));
        delete members['idempotencyKey'];
        // over SOAP it waits as long as getEvent does
        delete members['waitMs'];
        if ('sessionId' in members) members['sessionId'] = sessionId;
        const result = await face.call(operation.name, members, token);
        const code = face.name === 'SOAP' ? 'Feature not allowed' : 'FEATURE_NOT_ALLOWED';
        expect(result, face.name).toMatchObject({ ok: false, code });
        await face.call('logout', { sessionId }, token);
      }
    });
  }

  it('every operation of the contract is tried, and what only REST has is known', () => {
    const onlyRest = REST_OPERATIONS.map(({ name }) => name).filter((name) => name !== 'getEvents' && !mapped.has(name));
    expect(onlyRest.sort()).toEqual(ONLY_REST.sort());
  });

  it('loginEx and loginApp log in like login', async () => {
    for (const operation of ['loginEx', 'loginApp']) {
      const answer = await soap(northbound, operation, { ...CREDENTIALS, version: '4.0' });
      expect(attributeOf(answer.text, 'result'), operation).toBe('true');
      await soap(northbound, 'logout', { sessionId: attributeOf(answer.text, 'sessionId') });
    }
  });
});

describe('events', () => {
  it('R-CC-03 R-CC-04 the same event over both faces, in the form of each', async () => {
    const { sessionId, token } = await restFace.login();
    engine.emit({});
    engine.emit(systemEvent);
    const answer = await rest(northbound, 'GET', `/v1/sessions/${sessionId}/events?wait=5&max=10`, { token });
    expect(JSON.parse(answer.text)).toEqual({ cursor: '3.1.2', events: [callEvent, { ...systemEvent, seq: 2 }] });

    const first = (await soap(northbound, 'getEvent', { sessionId, timeout: 1000 })).text;
    expect(textOf(first, 'eventType')).toBe('CALL_EVENT');
    expect(textOf(first, 'type')).toBe(callEvent.type);
    expect(textOf(first, 'cause')).toBe(callEvent.cause);
    expect(attributeOf(first, 'callEventTime')).toBe(String(callEvent.eventTime));
    expect(attributeOf(first, 'localCallId')).toBe('77');
    expect(first).toContain(
      '<cc:attributeName>CURRENT_GLOBAL_CALL_ID</cc:attributeName><cc:attributeValue>G-1</cc:attributeValue>',
    );
    expect(first).toContain('<cc:attributeName>ICP_ID</cc:attributeName><cc:attributeValue>7</cc:attributeValue>');
    expect(first).toContain('Ann &amp; &lt;Bob&gt;');
    const second = (await soap(northbound, 'getEvent', { sessionId, timeout: 1000 })).text;
    expect(textOf(second, 'eventType')).toBe('SYSTEM_EVENT');
    expect(textOf(second, 'connectionState')).toBe('CONNECTION_FAILURE');
    await restFace.call('logout', { sessionId }, token);
  });

  it('a wait ends with the text old clients compare with, or with the event that came meanwhile', async () => {
    const { sessionId } = await soapFace.login();
    const nothing = await soap(northbound, 'getEvent', { sessionId, timeout: 10 });
    expect(attributeOf(nothing.text, 'result')).toBe('false');
    expect(textOf(nothing.text, 'errorDescription')).toBe('Timeout no event message available.');
    const seen = engine.contexts.length;
    const waiting = soap(northbound, 'getEvent', { sessionId });
    await expect.poll(() => engine.contexts.length).toBe(seen + 1);
    engine.emit({});
    expect(textOf((await waiting).text, 'eventType')).toBe('CALL_EVENT');
    await soapFace.call('logout', { sessionId });
  });

  it('a gap has no SOAP form: getEvent passes it over, and the number of getNumberedEvent jumps', async () => {
    const { sessionId } = await soapFace.login();
    engine.emit({});
    engine.emit(gapEvent);
    engine.emit({ type: 'CALL_CLEAR' });
    const numbered = await soap(northbound, 'getNumberedEvent', { sessionId, timeout: 0, eventNumber: 1 });
    expect(attributeOf(numbered.text, 'eventNumber')).toBe('3');
    const end = await soap(northbound, 'getNumberedEvent', { sessionId, timeout: 0, eventNumber: 3 });
    expect(end.text).toContain('Timeout no event message available.');
    expect(attributeOf(end.text, 'eventNumber')).toBe('3');
    const again = await soap(northbound, 'getNumberedEvent', { sessionId, timeout: 0, eventNumber: 0 });
    expect(attributeOf(again.text, 'eventNumber')).toBe('1');
    expect(textOf((await soap(northbound, 'getEvent', { sessionId, timeout: 0 })).text, 'type')).toBe('CALL_CLEAR');
    await soapFace.call('logout', { sessionId });
  });

  it('an application that goes away ends its wait', async () => {
    const { sessionId, token } = await restFace.login();
    const seen = engine.contexts.length;
    const abort = new AbortController();
    const gone = northbound.send('GET', `/v1/sessions/${sessionId}/events?wait=60`, {
      headers: { authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    await expect.poll(() => engine.contexts.length).toBe(seen + 1);
    const context = engine.contexts.at(-1);
    abort.abort();
    await expect(gone).rejects.toThrow();
    await expect.poll(() => context?.signal?.aborted).toBe(true);
    await restFace.call('logout', { sessionId }, token);
  });
});

it('the engine is told the face, the token and the address of the application', async () => {
  const { sessionId, token } = await restFace.login();
  await rest(northbound, 'POST', `/v1/sessions/${sessionId}/keepalive`, { token });
  expect(engine.contexts.at(-1)).toMatchObject({ face: 'rest', token, clientAddress: '192.0.2.9', requestId: 'test-1' });
  await soap(northbound, 'resetSessionTimer', { sessionId });
  expect(engine.contexts.at(-1)).toMatchObject({ face: 'soap', clientAddress: '192.0.2.9' });
  expect(engine.contexts.at(-1)).not.toHaveProperty('token');
  await restFace.call('logout', { sessionId }, token);
});
