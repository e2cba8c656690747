/** R-CC-02 R-CC-04 An application written for the original: it hosts the service of our WSDL, registers its address, and is called with a call's events. */
import { createClientAsync, type Client } from 'soap';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { hostHandler, type SoapHandler } from './northbound/soap-handler.js';
import { CREDENTIALS } from './running-instance.js';

interface Returned {
  readonly attributes: Readonly<Record<string, string>>;
  readonly errorDescription?: string;
  readonly callEvent?: { readonly type: string };
}

let plant: CallPlant;
let handler: SoapHandler;
let services: { readonly session: Client; readonly control: Client };
let sessionId: number;
const phones = new Map<string, number>();

const client = async (name: string) => createClientAsync(`${plant.base}/axis2/services/${name}?wsdl`);
async function call(at: Client, operation: string, request: object): Promise<Returned> {
  const method = at[`${operation}Async`] as (given: object) => Promise<[{ return: Returned }]>;
  return (await method(request))[0].return;
}
const must = async (at: Client, operation: string, request: object): Promise<Returned> => {
  const returned = await call(at, operation, request);
  expect(returned, operation).toMatchObject({ attributes: { result: 'true' } });
  return returned;
};

beforeAll(async () => {
  plant = await startCallPlant({ more: { outbound: { http: true, ranges: ['127.0.0.0/8'] } } });
  services = { session: await client('SessionService'), control: await client('StandardCCService') };
  const wsdl = await (await fetch(`${plant.base}/axis2/services/EventHandlerCCService?wsdl`)).text();
  handler = await hostHandler('EventHandlerCCService', wsdl);
  const { session, control } = services;
  sessionId = Number((await must(session, 'login', { req: CREDENTIALS })).attributes['sessionId']);
  for (const primeDn of ['2001', '2002']) {
    const found = await must(control, 'getPhoneNumberId', { request: { attributes: { sessionId, icpId: 1 }, primeDn } });
    const objectId = Number(found.attributes['objectId']);
    phones.set(primeDn, objectId);
    await must(control, 'monitorObject', { sessionId, objectId });
  }
}, 60_000);
afterAll(async () => {
  await handler?.close();
  await plant?.close();
});

/** Call events at a phone, as the handler was told them. */
const toldOf = (dn: string): string[] =>
  handler.events
    .filter(({ callEvent }) => callEvent?.attributes['objectId'] === String(phones.get(dn)) && callEvent.type !== 'MONITOR_SET')
    .map(({ callEvent }) => `${callEvent!.type} ${callEvent!.cause}`);
const callAt = (dn: string, type: string) =>
  handler.events
    .filter(({ callEvent }) => callEvent?.type === type && callEvent.attributes['objectId'] === String(phones.get(dn)))
    .at(-1);

async function wholeCall(before: () => void): Promise<void> {
  const { control } = services;
  handler.events.length = 0;
  await must(control, 'makeCall', { sessionId, objectId: phones.get('2001'), number: '2002' });
  const received = await eventually(() => callAt('2002', 'CALL_RECEIVED'), {
    what: 'the call at the called phone',
    deadlineMs: 20_000,
  });
  const at = { sessionId, objectId: phones.get('2002'), localCallId: Number(received!.callEvent!.attributes['localCallId']) };
  before();
  await must(control, 'answerCall', at);
  await must(control, 'clearCall', at);
  await eventually(() => toldOf('2001').length >= 4 && toldOf('2002').length >= 3, {
    what: 'the seven events',
    deadlineMs: 20_000,
  });
  expect(toldOf('2001')).toEqual([
    'CALL_ORIGINATED NEW_CALL',
    'CALL_DELIVERED DELIVERED',
    'CALL_ESTABLISHED ANSWERED',
    'CALL_CLEAR CLEARED',
  ]);
  expect(toldOf('2002')).toEqual(['CALL_RECEIVED NEW_CALL', 'CALL_ESTABLISHED ANSWERED_INVOKED', 'CALL_CLEAR CLEAR_INVOKED']);
}

describe('R-CC-04 an event handler over SOAP', () => {
  it('R-CC-02 is called with the seven events of a call, in order, once each', async () => {
    const { control } = services;
    await must(control, 'registerEventHandler', { sessionId, eventHandlerURL: handler.url });
    await eventually(() => handler.events.filter(({ callEvent }) => callEvent?.type === 'MONITOR_SET').length === 2, {
      what: 'both monitors',
    });
    await wholeCall(() => {});
    expect(handler.calls.length).toBe(2 + 7);
    expect((await call(control, 'getEvent', { sessionId, timeout: 0 })).errorDescription).toMatch(/^EVENT_HANDLER_SET: /);
  });

  it('I5 one that fails is called again, and then told what it missed', async () => {
    await wholeCall(() => {
      let failures = 2;
      handler.answer = (response) => {
        failures -= 1;
        if (failures === 0) handler.answer = undefined;
        response.writeHead(500).end();
      };
    });
    expect(handler.calls.length).toBe(2 + 7 + 7);
  });

  it('an empty address ends it, and the next event is fetched again', async () => {
    const { control } = services;
    await must(control, 'registerEventHandler', { sessionId, eventHandlerURL: '' });
    const calls = handler.calls.length;
    await must(control, 'makeCall', { sessionId, objectId: phones.get('2001'), number: '2002' });
    const types: (string | undefined)[] = [];
    while (types.at(-1) !== 'CALL_ORIGINATED') {
      const event = await must(control, 'getEvent', { sessionId, timeout: 5000 });
      types.push(event.callEvent?.type);
    }
    expect(handler.calls.length).toBe(calls);
  });
});
