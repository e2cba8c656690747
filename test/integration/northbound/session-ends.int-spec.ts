/** Who reads a session's events is told what is left of them, and why it has ended (R-ACL-01), by every way that pushes. */
import { afterEach, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { documentOf } from '../../../apps/gateway/src/switchboard/virtual-plant.fixture.js';
import { eventPlant, type EventPlant, type LoggedIn } from './event-plant.js';
import { liveOf, openSocket, openStream } from './event-readers.js';
import { startReceiver, verifies } from './receiver.js';

const OUTBOUND = { http: true, ranges: ['127.0.0.0/8'] };
const REASON = 'the application is not on the access-control list';
const LAST = { category: 'SESSION_EVENT', type: 'session.terminated', reason: REASON };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
async function plantOf(): Promise<EventPlant> {
  const plant = await eventPlant({ outbound: OUTBOUND });
  closing.push(() => plant.close());
  return plant;
}
/** The next access document does not list the application any more. */
const removeApplication = ({ engine }: EventPlant) => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  engine.applyDocument(documentOf({ serial: 2, applications: [], expiresAt, outbound: OUTBOUND }));
};
const send = (plant: EventPlant, { sessionId, token }: LoggedIn, method: string, path: string, body?: object) =>
  plant.northbound.send(method, `/v1/sessions/${sessionId}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

for (const [way, open] of [
  ['a stream', openStream],
  ['a socket', openSocket],
] as const)
  it(`R-ACL-01 removal from the list is told over ${way}: what is left, session.terminated with the reason, then its end`, async () => {
    const plant = await plantOf();
    const session = await plant.session();
    const reader = await open(plant.northbound, session);
    await eventually(() => reader.events.some(({ type }) => type === 'MONITOR_SET'), { what: 'the first event' });
    const told = plant.ring(120);
    removeApplication(plant);
    await eventually(() => reader.gone(), { what: 'the end' });
    expect(liveOf(reader.events)).toEqual(told);
    expect(reader.events.at(-1)).toMatchObject(LAST);
    expect(reader.events.map(({ seq }) => seq)).toEqual(reader.events.map((_, at) => at + 1));
    expect(reader.ended()).toBe('session-ended');
    const answer = await send(plant, session, 'GET', '/events');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'SESSION_INVALID', detail: `the session has ended: ${REASON}` });
  });

it('R-ACL-01 a handler is sent what is left and session.terminated, signed, also when it was away for a moment; then nothing more', async () => {
  const plant = await plantOf();
  const receiver = await startReceiver();
  closing.push(() => receiver.close());
  const session = await plant.session();
  const set = await send(plant, session, 'PUT', '/handler', { url: receiver.url });
  const { secret } = JSON.parse(set.text) as { secret: string };
  await eventually(() => receiver.events.length > 0, { what: 'the first event' });
  let refusals = 0;
  receiver.answer = (_hit, response) => {
    refusals += 1;
    if (refusals === 2) receiver.answer = undefined;
    response.writeHead(503).end();
  };
  const told = plant.ring(3);
  removeApplication(plant);
  await eventually(() => receiver.events.at(-1)?.type === 'session.terminated', { what: 'the last event', deadlineMs: 30_000 });
  expect(liveOf(receiver.events)).toEqual(told);
  expect(receiver.events.at(-1)).toMatchObject(LAST);
  expect(receiver.hits.every((hit) => verifies(hit, secret))).toBe(true);
});

it('an application that logs out itself is told nothing more', async () => {
  const plant = await plantOf();
  const session = await plant.session();
  const reader = await openStream(plant.northbound, session);
  await eventually(() => reader.events.length > 0, { what: 'the first event' });
  await send(plant, session, 'DELETE', '');
  await eventually(() => reader.gone(), { what: 'the end' });
  expect(reader.events.some(({ type }) => type === 'session.terminated')).toBe(false);
});
