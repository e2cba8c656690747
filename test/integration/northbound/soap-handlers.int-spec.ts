/**
 * Services that applications host and the gateway calls: events one by one (registerEventHandler), takeovers (registerHAClientCallback) and
 * changes of the directory (registerNotificationHandler); and events fetched under another number (registerRestSession, getRestEvent).
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SOAP_NO_EVENT_TEXT } from '#contracts/soap';
import { eventually } from '#testkit/eventually';
import { attributeOf, rest, soap, textOf } from './clients.js';
import { checkRequest } from './contract-check.js';
import { eventPlant, PHONE, type EventPlant, type LoggedIn } from './event-plant.js';
import { hostHandler, type HandlerService, type SoapHandler, toldTypes } from './soap-handler.js';

const LOOPBACK = { http: true, ranges: ['127.0.0.0/8'] };
const PHONES = 2;
let plant: EventPlant;
const handlers: SoapHandler[] = [];
const host = async (name: HandlerService = 'EventHandlerCCService'): Promise<SoapHandler> => {
  const { text } = await plant.northbound.send('GET', `/axis2/services/${name}?wsdl`);
  const handler = await hostHandler(name, text);
  handlers.push(handler);
  return handler;
};
beforeAll(async () => {
  plant = await eventPlant({ outbound: LOOPBACK });
});
afterEach(async () => {
  await Promise.all(handlers.splice(0).map((one) => one.close()));
});
afterAll(() => plant.close());

type Faces = 'REST' | 'SOAP';
async function register(face: Faces, { sessionId, token }: LoggedIn, url: string, at = plant): Promise<string> {
  if (face === 'SOAP') {
    const { text } = await soap(at.northbound, 'registerEventHandler', { sessionId, eventHandlerURL: url });
    return attributeOf(text, 'result') === 'true' ? 'ok' : textOf(text, 'errorDescription')!;
  }
  const path = `/v1/sessions/${sessionId}/event-handler`;
  const { status, text } = await rest(at.northbound, 'PUT', path, { token, body: { eventHandlerURL: url } });
  return status === 204 ? 'ok' : (JSON.parse(text) as { code: string }).code;
}
async function get<T>({ sessionId, token }: LoggedIn, path: string, at = plant): Promise<T> {
  return JSON.parse((await rest(at.northbound, 'GET', `/v1/sessions/${sessionId}${path}`, { token })).text || '{}') as T;
}
/** A session whose application has read what was there. */
async function caughtUp(at = plant): Promise<LoggedIn> {
  const session = await at.session();
  await get(session, '/events', at);
  return session;
}
const live = (handler: SoapHandler) => toldTypes(handler.events);
interface Standing {
  readonly kind: string;
  readonly state: string;
  readonly cursor: string;
}

describe('registerEventHandler', () => {
  for (const face of ['REST', 'SOAP'] as const) {
    it(`R-CC-04 over ${face}: events are sent one by one, in order, once each, until an empty address ends it`, async () => {
      const [session, to] = [await caughtUp(), await host()];
      expect(await register(face, session, to.url)).toBe('ok');
      const told = plant.ring(30);
      await eventually(() => live(to).length >= 30, { what: 'the events' });
      expect(live(to).length).toBe(told.length);
      const times = to.events.map(({ callEvent }) => Number(callEvent?.attributes['callEventTime'] ?? 0));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(to.calls.length).toBe(to.events.length);
      expect(to.calls.every(({ attributes }) => attributes?.['result'] === 'true')).toBe(true);
      expect(new Set(to.actions)).toEqual(new Set(['"urn:handleEvent"']));
      expect(to.events.at(-1)?.callEvent?.attributes).toMatchObject({ objectId: String(PHONE) });
      expect(await get<Standing>(session, '/handler')).toMatchObject({ kind: 'soap', state: 'active' });
      const poll = await soap(plant.northbound, 'getEvent', { sessionId: session.sessionId, timeout: 0 });
      expect(textOf(poll.text, 'errorDescription')).toMatch(/^EVENT_HANDLER_SET: /);

      expect(await register(face, session, '')).toBe('ok');
      expect(await register(face, session, ''), 'where none is sent there is none to end').toBe('ok');
      plant.ring(1);
      const { text } = await soap(plant.northbound, 'getEvent', { sessionId: session.sessionId, timeout: 1000 });
      expect(attributeOf(text, 'result')).toBe('true');
      expect(live(to).length).toBe(told.length);
    });
  }

  it('I5 a handler that fails, by fault, status, silence or nonsense, is called again until it takes the event, and nothing overtakes it', async () => {
    const [session, to] = [await caughtUp(), await host()];
    await register('SOAP', session, to.url);
    to.returns = () => {
      to.answer = hangUp;
      throw new Error('a fault');
    };
    const hangUp = (response: ServerResponse) => {
      to.answer = talkNonsense;
      response.destroy();
    };
    const talkNonsense = (response: ServerResponse) => {
      to.answer = undefined;
      to.returns = () => true;
      response.end('<ok/>');
    };
    const told = plant.ring(5);
    await eventually(() => live(to).length >= told.length, { what: 'the events', deadlineMs: 30_000 });
    expect(live(to).length).toBe(told.length);
    const [faulty, first] = [to.calls[0], to.events[0]];
    expect(first, 'the same event first').toEqual(faulty);
    const { deliveries } = await get<{ deliveries: { outcome: string; attempt: number }[] }>(session, '/handler/deliveries');
    expect(deliveries.filter(({ outcome }) => outcome !== 'delivered').map(({ outcome }) => outcome)).toEqual([
      'refused',
      'unreachable',
      'refused',
    ]);
  }, 40_000);

  it('what it missed while it was away comes when it is back, the gap among the dead letters', async () => {
    const small = await eventPlant({ outbound: LOOPBACK, eventLog: { perSessionMax: 20, retentionMs: 900_000 } });
    const [session, to] = [await caughtUp(small), await host()];
    await register('SOAP', session, to.url, small);
    to.answer = (response) => void response.writeHead(503).end();
    small.ring(1);
    await eventually(() => to.actions.length > to.events.length, { what: 'a failed try' });
    small.ring(59);
    to.answer = undefined;
    await eventually(async () => (await get<Standing>(session, '/handler', small)).state === 'active', {
      what: 'the end of the retries',
      deadlineMs: 20_000,
    });
    const { deadLetters } = await get<{ deadLetters: { reason: string; lost: number }[] }>(
      session,
      '/handler/dead-letters',
      small,
    );
    expect(deadLetters).toMatchObject([{ reason: 'overflow' }]);
    await eventually(() => live(to).length + deadLetters[0]!.lost >= 60, { what: 'the rest' });
    await small.close();
  }, 40_000);

  it('an event that is declined again and again is listed and passed over, and what comes after it is delivered', async () => {
    const [session, to] = [await caughtUp(), await host()];
    await register('SOAP', session, to.url);
    let declined = 0;
    to.returns = () => (declined += 1) > 3;
    plant.ring(2);
    await eventually(() => live(to).length === 1, { what: 'the event after it', deadlineMs: 20_000 });
    expect(to.calls.length).toBe(4);
    const letters = await get<{ deadLetters: object[] }>(session, '/handler/dead-letters');
    expect(letters.deadLetters).toMatchObject([{ reason: 'declined', lost: 1 }]);
  }, 30_000);

  it('design 7 the next incarnation goes on calling it', async () => {
    const first = await eventPlant({ outbound: LOOPBACK });
    const [session, to] = [await caughtUp(first), await host()];
    await register('SOAP', session, to.url, first);
    first.ring(3);
    await eventually(() => live(to).length === 3, { what: 'events' });
    await first.close();
    const next = await eventPlant({ outbound: LOOPBACK, records: first.records });
    await eventually(() => next.engine.report().devices.standing === 1, { what: 'the monitor' });
    next.ring(3);
    await eventually(() => live(to).length >= 6, { what: 'events of the next incarnation' });
    await next.close();
  });

  it('S-42 S-44 addresses are checked as those of webhooks are, over both faces, and nothing is changed by a refusal', async () => {
    const strict = await eventPlant();
    const session = await strict.session();
    for (const url of ['ftp://a.example/', 'http://a.example/', 'https://10.1.2.3/', 'https://user:x@a.example/', 'none'])
      for (const face of ['REST', 'SOAP'] as const)
        expect(await register(face, session, url, strict), url).toMatch(/^HANDLER_URL_REFUSED/);
    expect(strict.records.some(({ t }) => t === 'handler')).toBe(false);
    expect(await register('SOAP', { ...session, sessionId: 4711 }, 'https://a.example/', strict)).toMatch(/^SESSION_INVALID/);
    await strict.close();
  });
});

describe('registerHAClientCallback', () => {
  it('the next incarnation tells the application, once, at which address its session goes on', async () => {
    const first = await eventPlant({ outbound: LOOPBACK });
    const [session, to] = [await first.session(), await host('SessionHAEventHandler')];
    const { sessionId } = session;
    const { text } = await soap(first.northbound, 'registerHAClientCallback', { sessionId, callbackUri: to.url });
    expect(attributeOf(text, 'result')).toBe('true');
    await first.close();
    expect(to.calls).toEqual([]);
    to.answer = (response) => {
      to.answer = undefined;
      response.writeHead(500).end();
    };
    const next = await eventPlant({ outbound: LOOPBACK, records: first.records });
    await eventually(() => to.events.length === 1, { what: 'the call, after one that failed' });
    expect(to.events).toMatchObject([{ newServerIPAddress: 'edge.example' }]);
    expect(new Set(to.actions)).toEqual(new Set(['"urn:sessionHAEvent"']));
    expect(to.bodies.length).toBe(2);
    for (const body of to.bodies) checkRequest('sessionHAEvent', body);

    const withdrawn = await soap(next.northbound, 'registerHAClientCallback', { sessionId });
    expect(attributeOf(withdrawn.text, 'result')).toBe('true');
    await next.close();
    const last = await eventPlant({ outbound: LOOPBACK, records: next.records });
    await register('SOAP', session, '', last);
    await last.close();
    expect(to.actions.length).toBe(2);
  });
});

describe('registerNotificationHandler', () => {
  const put = (objectId: number, name: string) =>
    plant.engine.directory.put(PHONES, {
      objectId,
      values: [String(objectId), '1', `20${objectId}`, name, 'VOICE_SET_PRIME', '', '127.0.0.1', ''],
    });

  it('R-DAS-03 sends each change of the entities registered for, in order, until it is taken; fetching is refused meanwhile', async () => {
    const bodies: string[] = [];
    let refusals = 1;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (refusals-- > 0) return void response.writeHead(500).end();
        bodies.push(Buffer.concat(chunks).toString());
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
    const { sessionId, token } = await plant.session();
    const path = `/v1/sessions/${sessionId}/data-notification-handler`;
    await soap(plant.northbound, 'registerDeisForNotification', { sessionId, deiIds: [PHONES], numberOfDeis: 1 });
    const set = await soap(plant.northbound, 'registerNotificationHandler', { sessionId, eventHandlerURL: url });
    expect(attributeOf(set.text, 'result')).toBe('true');
    put(31, 'Ann');
    put(31, 'Anna');
    plant.engine.directory.remove(PHONES, 31);
    await eventually(() => bodies.length === 3, { what: 'the changes' });
    const told = bodies.map((body) => {
      expect(body).toContain('<ns:getNotificationResponse xmlns:ns="http://mitel.com/oig/da/DataAccessService"><ns:return ');
      return [textOf(body, 'operationPerformed'), attributeOf(body, 'deiId'), attributeOf(body, 'result')];
    });
    expect(told).toEqual([
      ['OP_INSERT', '2', 'true'],
      ['OP_UPDATE', '2', 'true'],
      ['OP_DELTE', '2', 'true'],
    ]);
    const fetched = await soap(plant.northbound, 'getNotification', { sessionId });
    expect(textOf(fetched.text, 'errorDescription')).toMatch(/^EVENT_HANDLER_SET: /);

    const ended = await rest(plant.northbound, 'PUT', path, { token, body: { eventHandlerURL: '' } });
    expect(ended.status).toBe(204);
    put(32, 'Bob');
    const again = await soap(plant.northbound, 'getNotification', { sessionId });
    expect(textOf(again.text, 'operationPerformed')).toBe('OP_INSERT');
    const bad = await rest(plant.northbound, 'PUT', path, { token, body: { eventHandlerURL: 'ftp://a' } });
    expect(JSON.parse(bad.text)).toMatchObject({ code: 'HANDLER_URL_REFUSED' });
    server.close();
    server.closeAllConnections();
  });
});

describe('registerRestSession and getRestEvent', () => {
  const NUMBER = 3 * 2 ** 43 + 77;
  const fetch = (restSessionId: number) => soap(plant.northbound, 'getRestEvent', { restSessionId });

  it('hand out the events of the session once each, numbered, over both faces; the number alone is enough over SOAP, the token too over REST', async () => {
    const own = await eventPlant();
    const fetch = (restSessionId: number) => soap(own.northbound, 'getRestEvent', { restSessionId });
    const over = (path: string, token?: string) => rest(own.northbound, 'GET', path, { token });
    const { sessionId, token } = await own.session();
    const registered = await soap(own.northbound, 'registerRestSession', { sessionId, restSessionId: NUMBER });
    expect(attributeOf(registered.text, 'result')).toBe('true');
    expect(textOf((await fetch(NUMBER)).text, 'type')).toBe('MONITOR_SET');
    own.ring(2);
    const { text } = await fetch(NUMBER);
    expect(text).toMatch(new RegExp(`<ns:return [^>]*sessionId="${sessionId}"[^>]*><cc:eventMsg [^>]*eventNumber="2"`));
    expect([attributeOf(text, 'result'), textOf(text, 'type')]).toEqual(['true', 'CALL_RECEIVED']);
    const path = `/v1/rest-sessions/${NUMBER}/event?wait=1`;
    expect(JSON.parse((await over(path, token)).text)).toMatchObject({ sessionId, event: { seq: 3 } });
    expect(JSON.parse((await over(path, 'wrong')).text)).toMatchObject({ code: 'SESSION_INVALID' });
    expect(JSON.parse((await over(path)).text)).toMatchObject({ code: 'SESSION_INVALID' });
    const empty = await over(`/v1/rest-sessions/${NUMBER}/event?waitMs=0`, token);
    expect(JSON.parse(empty.text)).toEqual({ sessionId });

    const waiting = fetch(NUMBER);
    own.ring(1);
    expect(textOf((await waiting).text, 'eventType')).toBe('CALL_EVENT');
    expect(textOf((await fetch(5)).text, 'errorDescription')).toMatch(/^SESSION_INVALID: no session is registered/);
    await soap(own.northbound, 'logout', { sessionId });
    expect(textOf((await fetch(NUMBER)).text, 'errorDescription')).toMatch(/^SESSION_INVALID: /);
    await own.close();
  });

  it('design 8 a number of another client address is no credential, and one that would be routed elsewhere is refused', async () => {
    const { sessionId } = await plant.session();
    const context = { face: 'soap', clientAddress: '192.0.2.77', requestId: 'other' } as const;
    expect(await plant.engine.execute('registerRestSession', { sessionId, restSessionId: NUMBER }, context)).toMatchObject({
      ok: true,
    });
    expect(textOf((await fetch(NUMBER)).text, 'errorDescription')).toMatch(/^SESSION_INVALID: /);
    expect(await plant.engine.nextRestEvent({ restSessionId: NUMBER, waitMs: 0 }, context)).toMatchObject({ ok: true });
    const elsewhere = await soap(plant.northbound, 'registerRestSession', { sessionId, restSessionId: 77 });
    expect(textOf(elsewhere.text, 'errorDescription')).toMatch(/^INVALID_ARGUMENT: restSessionId is not routed/);
  });

  it('design 7 the number stands in the next incarnation; time-out answers the text of the original', async () => {
    const first = await eventPlant();
    const { sessionId } = await first.session();
    await soap(first.northbound, 'registerRestSession', { sessionId, restSessionId: NUMBER });
    await first.close();
    const next = await eventPlant({ records: first.records, longPollMaxMs: 50 });
    const told: string[] = [];
    for (let at = 0; at < 5; at += 1)
      told.push(
        textOf((await soap(next.northbound, 'getRestEvent', { restSessionId: NUMBER })).text, 'errorDescription') ?? 'event',
      );
    expect(told).toContain('event');
    expect(told.at(-1)).toBe(SOAP_NO_EVENT_TEXT);
    await next.close();
  });

  it('R-CC-04 an event handler ends it too', async () => {
    const [session, to] = [await caughtUp(), await host()];
    const { sessionId } = session;
    await soap(plant.northbound, 'registerRestSession', { sessionId, restSessionId: NUMBER });
    await register('SOAP', session, to.url);
    expect(textOf((await fetch(NUMBER)).text, 'errorDescription')).toMatch(/^EVENT_HANDLER_SET: /);
    await register('SOAP', session, '');
  });
});
