/** Server-sent events and WebSocket over the real engine: order, resuming, claims, slow readers, and who may open one. */
import { connect as tlsConnect } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GapEvent } from '#contracts/application-api';
import { EVENT_STREAM_PATHS } from '#contracts/event-streams';
import { eventually } from '#testkit/eventually';
import { eventPlant, type EventPlant, type LoggedIn } from './event-plant.js';
import { liveOf, openSocket, openStream, routerHeaders, type Reader } from './event-readers.js';

const ORIGIN = 'https://console.example';
let plant: EventPlant;
const WAYS = {
  'server-sent events': (session: LoggedIn, after?: string): Promise<Reader> => openStream(plant.northbound, session, { after }),
  WebSocket: (session: LoggedIn, after?: string): Promise<Reader> =>
    openSocket(plant.northbound, session, after === undefined ? '' : `?after=${after}`),
};
const refusalOf = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => 'opened',
    (error: Error) => error.message,
  );

beforeAll(async () => {
  plant = await eventPlant({ browserOrigins: [ORIGIN] });
});
afterAll(() => plant.close());

describe.each(Object.entries(WAYS))('%s', (_name, open) => {
  it('R-CC-04 tells what is there and then what comes, in order, numbered without holes', async () => {
    const session = await plant.session();
    const before = plant.ring(5);
    const reader = await open(session);
    await eventually(() => liveOf(reader.events).length >= 5, { what: 'what was there' });
    const after = plant.ring(300);
    await eventually(() => liveOf(reader.events).length >= 305, { what: 'what came' });
    expect(liveOf(reader.events)).toEqual([...before, ...after]);
    expect(reader.events.map(({ seq }) => seq)).toEqual(reader.events.map((_, at) => at + 1));
    reader.close();
  });

  it('P10 resumes behind the cursor after a cut, wherever it was', async () => {
    const session = await plant.session();
    const told = plant.ring(40);
    const whole = await open(session);
    await eventually(() => liveOf(whole.events).length >= 40, { what: 'the whole stream' });
    whole.close();
    for (const at of [0, 1, 17, 39, 40]) {
      const again = await open(session, `1.0.${at}`);
      await eventually(() => again.events.length >= whole.events.length - at, { what: `the stream from ${at}` });
      expect(again.events).toEqual(whole.events.slice(at));
      again.close();
    }
    expect(told.length).toBe(40);
  });

  it('R-CC-04 the newest claim wins, whichever way it comes, and the older is told', async () => {
    const session = await plant.session();
    for (const newer of Object.values(WAYS)) {
      const older = await open(session);
      const next = await newer(session, older.cursor());
      await eventually(() => older.ended() === 'superseded' && older.gone(), { what: 'the end of the older' });
      expect(next.ended()).toBeUndefined();
      next.close();
    }
    const streaming = await open(session);
    const poll = plant.northbound.send('GET', `/v1/sessions/${session.sessionId}/events?wait=30`, {
      headers: { authorization: `Bearer ${session.token}` },
    });
    await eventually(() => streaming.ended() === 'superseded', { what: 'the end by a poll' });
    expect((await poll).status).toBe(200);
    const cancelled = await open(session);
    await plant.northbound.send('DELETE', `/v1/sessions/${session.sessionId}/events`, {
      headers: { authorization: `Bearer ${session.token}` },
    });
    await eventually(() => cancelled.ended() === 'cancelled', { what: 'the end by cancelGetEvents' });
  });

  it('ends when the session does, and is refused for one that is not the caller’s', async () => {
    const session = await plant.session();
    const reader = await open(session);
    await plant.northbound.send('DELETE', `/v1/sessions/${session.sessionId}`, {
      headers: { authorization: `Bearer ${session.token}` },
    });
    await eventually(() => reader.ended() === 'session-ended' && reader.gone(), { what: 'the end of the stream' });
    const other = await plant.session();
    expect(await refusalOf(open({ ...other, token: session.token }))).toMatch(/^401: .*SESSION_INVALID/);
    expect(await refusalOf(open({ ...other, token: 'no token' }))).toMatch(/^401: .*UNAUTHENTICATED/);
    expect(await refusalOf(open(other, '1.0.99'))).toMatch(/^400: .*EVENT_CURSOR_INVALID/);
    expect(await refusalOf(open(other, '1.0'))).toMatch(/^422: .*INVALID_ARGUMENT/);
    expect(await refusalOf(open(other, '1.0.0&after=1.0.0'))).toMatch(/^422: .*INVALID_ARGUMENT/);
    expect(await refusalOf(open(other, '1.0.0&more=1'))).toMatch(/^422: .*INVALID_ARGUMENT/);
  });
});

it('P10 R-CC-04 server-sent events resume by Last-Event-ID, as browsers send it: it goes before the cursor of the address, which is as old as the page', async () => {
  const session = await plant.session();
  plant.ring(20);
  const whole = await openStream(plant.northbound, session);
  await eventually(() => liveOf(whole.events).length >= 20, { what: 'the whole stream' });
  whole.close();
  for (const at of [1, 12, 20]) {
    const again = await openStream(plant.northbound, session, { after: '1.0.0', lastEventId: `1.0.${at}` });
    await eventually(() => again.events.length >= whole.events.length - at, { what: `the stream from ${at}` });
    expect(again.events).toEqual(whole.events.slice(at));
    again.close();
  }
  for (const lastEventId of ['1.0', 'x', '1.0.1 '.repeat(20)])
    expect(await refusalOf(openStream(plant.northbound, session, { lastEventId })), lastEventId).toMatch(/^422: .*Last-Event-ID/);
  expect(await refusalOf(openStream(plant.northbound, session, { lastEventId: '1.0.99' }))).toMatch(
    /^400: .*EVENT_CURSOR_INVALID/,
  );
});

it('S-39 R-CC-09 a reader that takes nothing is cut off; when it comes back it finds a gap with the count; others are undisturbed', async () => {
  const small = await eventPlant({
    eventLog: { perSessionMax: 500, retentionMs: 900_000 },
    limits: { streamStalledMs: 500 },
  });
  try {
    for (const open of [
      (session: LoggedIn, after?: string) => openStream(small.northbound, session, { after }),
      (session: LoggedIn, after?: string) => openSocket(small.northbound, session, after === undefined ? '' : `?after=${after}`),
    ]) {
      const [slow, brisk] = [await small.session(), await small.session()];
      const reader: Reader = await open(slow);
      const other = await open(brisk);
      reader.pause();
      const told: string[] = [];
      const seen = small.northbound.logged.length;
      const ring = async (count: number) => {
        told.push(...small.ring(count));
        await eventually(() => liveOf(other.events).length === told.length, { what: 'the other reader', intervalMs: 1 });
      };
      // until what is on the way has no more room and the time is over
      const isCut = () => small.northbound.logged.slice(seen).some(({ message }) => message.includes('took nothing'));
      while (!isCut() && told.length < 100_000) await ring(300);
      expect(isCut()).toBe(true);
      reader.resume();
      await eventually(() => reader.gone(), { what: 'the end of the slow reader' });
      for (let more = 0; more < 3; more += 1) await ring(300);
      expect(liveOf(other.events)).toEqual(told);

      const back = await open(slow, reader.cursor());
      await eventually(() => back.events.length > 2 && liveOf(back.events).includes(told.at(-1)!), { what: 'the return' });
      const gap = back.events.find((event): event is GapEvent => event.category === 'GAP');
      expect(gap?.reason).toBe('overflow');
      expect(gap?.lost).toBeGreaterThan(0);
      // every seq of this reader is there once: what is not there has been counted
      const seqs = back.events.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, at) => seqs[0]! + at));
      back.close();
      other.close();
    }
  } finally {
    await small.close();
  }
});

describe('WebSocket', () => {
  const ticketOf = async ({ sessionId, token }: LoggedIn): Promise<string> => {
    const answer = await plant.northbound.send('POST', `/v1/sessions/${sessionId}/events/tickets`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (JSON.parse(answer.text) as { ticket: string }).ticket;
  };

  it('issueEventTicket S-37 S-38 a ticket opens one socket, once, of its own session, and no more when a newer one was issued', async () => {
    const [session, other] = [await plant.session(), await plant.session()];
    const stale = await ticketOf(session);
    const ticket = await ticketOf(session);
    const { sessionId } = session;
    expect(await refusalOf(openSocket(plant.northbound, { sessionId }, `?ticket=${stale}`))).toMatch(/^401/);
    expect(await refusalOf(openSocket(plant.northbound, { sessionId: other.sessionId }, `?ticket=${ticket}`))).toMatch(/^401/);
    const reader = await openSocket(plant.northbound, { sessionId }, `?ticket=${ticket}`);
    expect(await refusalOf(openSocket(plant.northbound, { sessionId }, `?ticket=${ticket}`))).toMatch(/^401/);
    expect(await refusalOf(openSocket(plant.northbound, { sessionId }))).toMatch(/^401: .*UNAUTHENTICATED/);
    expect(reader.ended()).toBeUndefined();
    reader.close();
  });

  it('S-37 a page opens a socket only when its origin is listed, whatever else it has', async () => {
    const session = await plant.session();
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, ORIGIN.toUpperCase(), `${ORIGIN}:444`])
      expect(await refusalOf(openSocket(plant.northbound, session, '', { origin })), origin).toMatch(/^403: .*FORBIDDEN/);
    const reader = await openSocket(plant.northbound, session, `?ticket=${await ticketOf(session)}`, { origin: ORIGIN });
    reader.close();
    const headers = { cookie: `token=${session.token}` };
    const withCookie = openSocket(plant.northbound, { sessionId: session.sessionId }, '', { origin: ORIGIN, headers });
    expect(await refusalOf(withCookie)).toMatch(/^401/);
  });

  it('a window holds events back until they are acknowledged', async () => {
    const session = await plant.session();
    const reader = await openSocket(plant.northbound, session, '?window=10');
    const told = plant.ring(35);
    for (let upTo = 10; upTo <= 30; upTo += 10) {
      await eventually(() => reader.events.length === upTo, { what: `${upTo} events` });
      // what is not to come would have come by now
      await openSocket(plant.northbound, await plant.session()).then((probe) => probe.close());
      expect(reader.events.length).toBe(upTo);
      reader.acknowledge();
    }
    await eventually(() => liveOf(reader.events).length === 35, { what: 'the rest' });
    expect(liveOf(reader.events)).toEqual(told);
    for (const window of ['0', '-1', '1e3', '10001', ''])
      expect(await refusalOf(openSocket(plant.northbound, session, `?window=${window}`)), window).toMatch(/^422/);
  });

  it('S-39 frames that are no acknowledgement, too large, too many, compressed or torn end the socket and nothing else', async () => {
    const session = await plant.session();
    const bad: (string | Buffer)[] = [
      '{}',
      'x',
      Buffer.from('{"type":"ack","cursor":"1.0.0"}'),
      '{"type":"ack","cursor":"1.0.0","a":1}',
      '{"type":"ack","cursor":"1.0.0 "}',
      '{"ty pe":"ack","cursor":"1.0.0"}',
    ];
    for (const frame of bad) {
      const reader = await openSocket(plant.northbound, session);
      reader.socket.send(frame);
      await eventually(() => reader.ended() === 'bad-frame', { what: `the end by ${frame.toString()}` });
    }
    const large = await openSocket(plant.northbound, session);
    large.socket.send('x'.repeat(2000));
    await eventually(() => large.ended() === '1009', { what: 'the end by a large frame' });
    const flood = await openSocket(plant.northbound, session);
    for (let count = 0; count < 250; count += 1) flood.socket.send('{"type":"ack","cursor":"1.0.0"}');
    await eventually(() => flood.ended() === 'bad-frame', { what: 'the end by a flood' });
    const deflating = await openSocket(plant.northbound, session, '', { perMessageDeflate: true });
    expect(deflating.socket.extensions).toBe('');
    deflating.close();
    const alive = await openSocket(plant.northbound, session);
    alive.socket.send('{ "type" : "ack",\n "cursor":"1.0.0" }');
    plant.ring(1);
    await eventually(() => alive.events.length > 0, { what: 'an event after all that' });
    alive.close();
  });

  it('S-39 a peer that answers no ping is cut off', async () => {
    const quick = await eventPlant({ limits: { streamHeartbeatMs: 100 } });
    const session = await quick.session();
    const deaf = await openSocket(quick.northbound, session, '', { autoPong: false });
    await eventually(() => deaf.gone(), { what: 'the cut' });
    const hearing = await openSocket(quick.northbound, session);
    let pings = 0;
    hearing.socket.on('ping', () => (pings += 1));
    await eventually(() => pings >= 5, { what: 'five pings' });
    expect(hearing.gone()).toBe(false);
    await quick.close();
    await eventually(() => hearing.gone(), { what: 'the end with the instance' });
  });

  it('S-56 nothing else changes its protocol: other paths, other protocols, broken handshakes', async () => {
    const { sessionId, token } = await plant.session();
    const { address, port, credentials } = plant.northbound;
    const path = EVENT_STREAM_PATHS.socket.replace('{sessionId}', String(sessionId));
    const good = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const whole = async (target: string, headers: Record<string, string>, method = 'GET'): Promise<string> => {
      const socket = tlsConnect({ host: address, port, ...credentials });
      await once(socket, 'secureConnect');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      const all = { host: 'x', ...routerHeaders(token), ...headers };
      socket.write(
        `${method} ${target} HTTP/1.1\r\n${Object.entries(all)
          .map(([n, v]) => `${n}: ${v}\r\n`)
          .join('')}\r\n`,
      );
      await eventually(() => text.includes('\r\n\r\n'), { what: 'an answer' });
      socket.destroy();
      return text;
    };
    const attempt = async (...args: Parameters<typeof whole>) => (await whole(...args)).slice(9, 12);
    expect(await attempt(path, good)).toBe('101');
    expect(await attempt(`/v1/sessions/${sessionId}/events`, good)).toBe('404');
    expect(await attempt(`/v1/sessions/${sessionId}/events/stream`, good)).toBe('404');
    expect(await attempt('/axis2/services/StandardCCService', good)).toBe('404');
    expect(await attempt(path, { ...good, upgrade: 'h2c' })).toBe('400');
    expect(await attempt(path, good, 'POST')).toBe('400');
    // the session's events stay with whoever reads them: a handshake that fails has claimed nothing
    const reader = await openSocket(plant.northbound, { sessionId, token });
    for (const [broken, status] of [
      [{ 'sec-websocket-version': '7' }, '426'],
      [{ 'sec-websocket-key': 'short' }, '400'],
      [{ 'sec-websocket-protocol': 'a, a' }, '400'],
    ] as const) {
      const answer = await whole(path, { ...good, ...broken });
      expect(answer.slice(9, 12)).toBe(status);
      expect(answer).toContain('content-type: application/problem+json');
      expect(answer).toContain('sec-websocket-version: 13');
    }
    plant.ring(1);
    await eventually(() => reader.events.length > 0, { what: 'an event to the reader' });
    expect(reader.ended()).toBeUndefined();
    reader.close();
    expect(await attempt(path, { ...good, 'x-cordboard-tenant': 'another' })).toBe('404');
    const plain = await plant.northbound.send('GET', path, { headers: { authorization: `Bearer ${token}` } });
    expect(plain.status).toBe(426);
  });
});
