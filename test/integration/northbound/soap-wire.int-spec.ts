/**
 * The wire form of SOAP against the facts of the original's contract (test/fixtures/soap), read here by code that shares nothing with ours;
 * and our WSDL read by a client library, as applications do.
 */
import { ClientSSLSecurity, createClientAsync, type Client } from 'soap';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelope, FACTS, postXml, requestElement, soap, attributeOf } from './clients.js';
import { checkResponse, parseXml } from './contract-check.js';
import { CONTROLLER, CREDENTIALS, LittleEngine, systemEvent } from './little-engine.js';
import { PUBLIC_BASE, runNorthbound, type RunningNorthbound } from './running-northbound.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let engine: LittleEngine;
let northbound: RunningNorthbound;
beforeAll(async () => {
  engine = new LittleEngine();
  northbound = await runNorthbound(engine);
});
afterAll(() => northbound.close());

/** By the application, not by the gateway. */
const HOSTED = new Set(['EventHandlerCCService', 'AdvEventHandlerCCService', 'SessionHAEventHandler']);

async function login(): Promise<string> {
  return attributeOf((await soap(northbound, 'login', CREDENTIALS)).text, 'sessionId')!;
}

describe('the wire form is that of the contract', () => {
  const all = Object.entries(FACTS.services).flatMap(([service, { operations }]) =>
    HOSTED.has(service) ? [] : Object.keys(operations),
  );
  const members: Record<string, Record<string, unknown>> = {
    login: CREDENTIALS,
    loginEx: { ...CREDENTIALS, version: '4.0' },
    loginApp: CREDENTIALS,
    getIcpId: { icpIpAddress: CONTROLLER.address },
    getPhoneNumberId: { icpId: 7, primeDn: '1001' },
    monitorObject: { objectId: 1001 },
    stopMonitor: { objectId: 1001 },
    makeCall: { objectId: 1001, number: '1002' },
    getEvent: { timeout: 1 },
    getNumberedEvent: { timeout: 1, eventNumber: 0 },
  };
  for (const operation of all) {
    it(`${operation}: success and refusal`, async () => {
      const sessionId = operation.startsWith('login') ? undefined : await login();
      engine.emit({});
      engine.emit(systemEvent);
      const own =
        operation.endsWith('Call') && operation !== 'makeCall' ? { objectId: 1001, localCallId: engine.ringAt(1001) } : {};
      for (const given of [
        { sessionId, ...own, ...members[operation] },
        { sessionId, ...own, ...members[operation] },
        { sessionId: '12', companyName: 'x' },
      ]) {
        const answer = await soap(northbound, operation, given);
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8');
        checkResponse(operation, answer.text);
      }
    });
  }

  it('a whole exchange, byte for byte', async () => {
    const sessionId = await login();
    const body = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><ns1:getPhoneNumberId xmlns:ns1="http://mitel.com/oig/cc/standard/StandardCCService"><ns1:request sessionId="${sessionId}" icpId="007"><ns2:primeDn xmlns:ns2="http://mitel.com/oig/cc/standard">1002</ns2:primeDn></ns1:request></ns1:getPhoneNumberId></soapenv:Body></soapenv:Envelope>`;
    const answer = await postXml(northbound, 'StandardCCService/', body, { soapaction: 'urn:getPhoneNumberId' });
    expect(answer.text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
        '<ns:getPhoneNumberIdResponse xmlns:ns="http://mitel.com/oig/cc/standard/StandardCCService"><ns:return xmlns:cc="http://mitel.com/oig/cc" result="true" objectId="1002"></ns:return></ns:getPhoneNumberIdResponse>' +
        '</soapenv:Body></soapenv:Envelope>',
    );
  });

  it('SOAP 1.2 is answered in kind', async () => {
    const headers = { 'content-type': 'application/soap+xml; charset=UTF-8; action="urn:login"' };
    const answer = await postXml(northbound, 'SessionService', envelope(requestElement('login', CREDENTIALS), '1.2'), headers);
    expect(answer.headers['content-type']).toBe('application/soap+xml; charset=utf-8');
    expect(parseXml(answer.text)).toMatchObject({ name: 'Envelope', namespace: 'http://www.w3.org/2003/05/soap-envelope' });
    expect(attributeOf(answer.text, 'result')).toBe('true');
    const fault = await postXml(northbound, 'SessionService', envelope('<nothing/>', '1.2'), headers);
    expect(fault).toMatchObject({
      status: 400,
      text: expect.stringContaining('<soapenv:Value>soapenv:Sender</soapenv:Value>') as string,
    });
  });
});

describe('what the contract has no place for, of a call event', () => {
  const header = (text: string) => /<soapenv:Header>(.*)<\/soapenv:Header>/.exec(text)?.[1];

  it('R-LOG-01 R-E164-03 the trace and callers in E.164 stand in the header of the envelope, and nothing of them in the body', async () => {
    const sessionId = await login();
    const caller = (attributes: Record<string, string>) => [{ role: 'CALLING_DEVICE' as const, attributes }];
    engine.emit({ traceparent: TRACE, devices: caller({ NUMBER: '6135550123', E164_NUMBER: '+16135550123' }) });
    engine.emit({ devices: caller({ NUMBER: '5550123', E164_CANDIDATES: '+16135550123,+13435550123' }) });
    engine.emit({ devices: caller({ NUMBER: '1001' }) });
    const next = async () => (await soap(northbound, 'getEvent', { sessionId, timeout: 1000 })).text;
    const open = '<cb:callEvent xmlns:cb="urn:cordboard:call-event:1"';
    const first = await next();
    expect(header(first)).toBe(
      `${open} traceparent="${TRACE}"><cb:device deviceName="CALLING_DEVICE" E164_NUMBER="+16135550123"/></cb:callEvent>`,
    );
    expect(first.slice(first.indexOf('<soapenv:Body>'))).not.toMatch(/E164|traceparent|00-0af7/);
    expect(header(await next())).toBe(
      `${open}><cb:device deviceName="CALLING_DEVICE" E164_CANDIDATES="+16135550123,+13435550123"/></cb:callEvent>`,
    );
    expect(header(await next())).toBeUndefined();
  });
});

describe('WSDL', () => {
  const clientFor = async (service: string): Promise<Client> => {
    const { text } = await northbound.send('GET', `/axis2/services/${service}?wsdl`);
    const client = await createClientAsync(text, {
      endpoint: `https://${northbound.address}:${northbound.port}/axis2/services/${service}`,
    });
    const { cert, key, ca } = northbound.credentials;
    client.setSecurity(new ClientSSLSecurity(Buffer.from(key), Buffer.from(cert), Buffer.from(ca)));
    for (const [name, value] of [
      ['x-cordboard-tenant', '00000000-0000-4000-8000-00000000000a'],
      ['x-cordboard-instance', '00000000-0000-4000-8000-00000000000b'],
    ] as const)
      client.addHttpHeader(name, value);
    return client;
  };

  it('S-36 names the address the caller used and no other', async () => {
    for (const service of Object.keys(FACTS.services)) {
      for (const path of [`/axis2/services/${service}?wsdl`, `/axis2/services/${service}/?WSDL`]) {
        const answer = await northbound.send('GET', path);
        expect(answer.status).toBe(200);
        expect(answer.text).toContain(`<soap:address location="${PUBLIC_BASE}/axis2/services/${service}"/>`);
        expect(answer.text).not.toContain(northbound.address);
      }
    }
    const unknown = await northbound.send('GET', '/axis2/services/SessionService?wsdl', {
      headers: { 'x-cordboard-public-base': 'https://x"/><evil' },
    });
    expect(unknown.status).toBe(400);
  });

  it('a client made from it logs in, monitors, calls and reads an event', async () => {
    const session = await clientFor('SessionService');
    const control = await clientFor('StandardCCService');
    const invoke = async (client: Client, operation: string, request: object) => {
      const [answer] = (await (client[`${operation}Async`] as (given: object) => Promise<unknown[]>)(request)) as [
        { return: { attributes: Record<string, string> } & Record<string, unknown> },
      ];
      return answer.return;
    };
    const loggedIn = await invoke(session, 'login', { req: CREDENTIALS });
    expect(loggedIn.attributes).toMatchObject({ result: 'true' });
    const sessionId = Number(loggedIn.attributes['sessionId']);
    const icp = await invoke(control, 'getIcpId', { request: { attributes: { sessionId }, icpIpAddress: CONTROLLER.address } });
    expect(icp).toMatchObject({ connectionState: 'CONNECTED', attributes: { result: 'true', icpId: '7' } });
    const phone = await invoke(control, 'getPhoneNumberId', {
      request: { attributes: { sessionId, icpId: 7 }, primeDn: '1001' },
    });
    expect(phone.attributes).toMatchObject({ result: 'true', objectId: '1001' });
    expect((await invoke(control, 'monitorObject', { sessionId, objectId: 1001 })).attributes).toMatchObject({
      result: 'true',
      icpId: '7',
    });
    expect((await invoke(control, 'makeCall', { sessionId, objectId: 1001, number: '1002' })).attributes).toMatchObject({
      result: 'true',
    });
    // what the contract has no place for stands in the header, which a client that does not know it passes over
    engine.emit({
      traceparent: TRACE,
      devices: [{ role: 'CALLING_DEVICE', attributes: { NUMBER: '6135550123', E164_NUMBER: '+16135550123' } }],
    });
    const event = await invoke(control, 'getNumberedEvent', { sessionId, timeout: 1000, eventNumber: 0 });
    expect(event).toMatchObject({
      eventType: 'CALL_EVENT',
      callEvent: { type: 'CALL_RECEIVED', featuresAllowed: ['ANSWER_CALL', 'CLEAR_CALL'] },
      attributes: { result: 'true', eventNumber: '1' },
    });
    expect((await invoke(session, 'logout', { sessionId })).attributes).toMatchObject({ result: 'true' });
  });
});
