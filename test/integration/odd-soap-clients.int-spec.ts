/**
 * R-SES-05 What old clients really send: each request is legal, odd in its own way, and written here byte by byte, through a real router to a real gateway.
 * Clients differ in attributes, headers, and in how HTTP carries the body.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { attributeOf, envelope, requestElement } from './northbound/clients.js';
import { CREDENTIALS } from './running-instance.js';

const SERVICE = '/t/acme/axis2/services/SessionService';
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

let plant: CallPlant;
let sessionId: number;
/** As our own client writes it, to take the names from. */
let plain: string;

/** Sends the bytes and reads until the answer is whole; `100 Continue` stays in front of it. */
function exchange(head: string, body: string | readonly string[], awaitContinue = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(plant.router.httpPort, '127.0.0.1');
    let answer = '';
    const parts = typeof body === 'string' ? [body] : body;
    const sendBody = () => void parts.forEach((part) => socket.write(part));
    socket.on('connect', () => {
      socket.write(head);
      if (!awaitContinue) sendBody();
    });
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
      if (awaitContinue && answer === 'HTTP/1.1 100 Continue\r\n\r\n') sendBody();
      const [headers = '', text] = answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '').split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? Number.NaN);
      if (text !== undefined && Buffer.byteLength(text) >= length) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.setTimeout(5000, () => socket.destroy());
  });
}

const head = (lines: readonly string[], start = `POST ${SERVICE} HTTP/1.1`): string =>
  `${[start, ...lines].join('\r\n')}\r\n\r\n`;
const HOST = 'Host: gateway.example';
const XML = 'Content-Type: text/xml; charset=utf-8';
const ACTION = 'SOAPAction: "urn:resetSessionTimer"';
const withLength = (body: string) => `Content-Length: ${Buffer.byteLength(body)}`;

async function expectDone(answer: string): Promise<void> {
  expect(answer).toMatch(/^(HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 200 /);
  expect(attributeOf(answer, 'result'), answer).toBe('true');
}
const post = (body: string, lines: readonly string[] = [XML, ACTION]) => exchange(head([HOST, ...lines, withLength(body)]), body);

beforeAll(async () => {
  plant = await startCallPlant();
  const login = envelope(requestElement('login', CREDENTIALS));
  sessionId = Number(attributeOf(await post(login, [XML]), 'sessionId'));
  plain = envelope(requestElement('resetSessionTimer', { sessionId }));
}, 60_000);
afterAll(() => plant?.close());

/** Namespace of the service, as the contract has it. */
const space = (): string => /xmlns:s="([^"]+)"/.exec(plain)![1]!;

describe('R-SES-05 envelopes as clients write them', () => {
  it.each<readonly [string, () => string]>([
    [
      'zeep: soap-env and numbered prefixes',
      () =>
        `<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope xmlns:soap-env="${SOAP}"><soap-env:Body><ns0:resetSessionTimer xmlns:ns0="${space()}"><ns0:sessionId>${sessionId}</ns0:sessionId></ns0:resetSessionTimer></soap-env:Body></soap-env:Envelope>`,
    ],
    [
      'Axis2: an empty Header, prefixes declared on the Envelope',
      () =>
        `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${SOAP}" xmlns:q0="${space()}" xmlns:q1="${space()}"><soapenv:Header/><soapenv:Body><q0:resetSessionTimer><q1:sessionId>${sessionId}</q1:sessionId></q0:resetSessionTimer></soapenv:Body></soapenv:Envelope>`,
    ],
    [
      'WCF: default namespaces, no prefix on what is asked',
      () =>
        `<s:Envelope xmlns:s="${SOAP}"><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><resetSessionTimer xmlns="${space()}"><sessionId>${sessionId}</sessionId></resetSessionTimer></s:Body></s:Envelope>`,
    ],
    [
      'Axis2 with addressing: headers that need not be understood',
      () =>
        `<soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Header xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:To soapenv:mustUnderstand="0">http://gateway.example${SERVICE}</wsa:To><wsa:MessageID>urn:uuid:6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607</wsa:MessageID><wsa:Action>urn:resetSessionTimer</wsa:Action></soapenv:Header>${plain.slice(plain.indexOf('<e:Body>')).replaceAll('e:Body', 'soapenv:Body').replace('e:Envelope', 'soapenv:Envelope')}`,
    ],
    [
      'xsi:type and a schema location',
      () =>
        plain
          .replace(
            '<e:Envelope ',
            '<e:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:schemaLocation="a b" ',
          )
          .replace('<s:sessionId>', '<s:sessionId xsi:type="xsd:long">'),
    ],
    [
      'an encoding style on the Envelope of SOAP 1.1',
      () => plain.replace('<e:Envelope ', '<e:Envelope e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" '),
    ],
    [
      'a byte order mark, a declaration, comments and line breaks between elements',
      () =>
        `\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<!-- by hand -->\r\n${plain.replaceAll('><', '>\r\n\t<')}\r\n`,
    ],
    [
      'CDATA and character references',
      () =>
        plain.replace(
          String(sessionId),
          `<![CDATA[${String(sessionId).slice(0, 3)}]]>&#${String(sessionId).charCodeAt(3)};${String(sessionId).slice(4)}`,
        ),
    ],
  ])('%s', async (_name, body) => {
    expect(body()).not.toBe(plain);
    await expectDone(await post(body()));
  });

  it('SOAP 1.2 with the action in the media type', async () => {
    const body = envelope(requestElement('resetSessionTimer', { sessionId }), '1.2');
    expect(body).toContain(SOAP_12);
    await expectDone(await post(body, ['Content-Type: application/soap+xml; charset=utf-8; action="urn:resetSessionTimer"']));
  });
});

describe('R-SES-05 headers as clients write them', () => {
  it.each<readonly [string, readonly string[]]>([
    ['no SOAPAction', [XML]],
    ['an empty SOAPAction', [XML, 'SOAPAction: ""']],
    ['a SOAPAction without quotes, in capitals', [XML, 'SOAPACTION: urn:resetSessionTimer']],
    ['a media type without a charset', ['Content-Type: text/xml', ACTION]],
    ['a charset in quotes and capitals, no space', ['content-type: text/xml;charset="UTF-8"', ACTION]],
    [
      'what Axis2 1.x sends besides',
      [XML, ACTION, 'User-Agent: Axis2', 'Accept: text/xml, multipart/related', 'Cache-Control: no-cache', 'Pragma: no-cache'],
    ],
    ['an identity encoding and an old Connection header', [XML, ACTION, 'Accept-Encoding: identity', 'Connection: Keep-Alive']],
  ])('%s', async (_name, lines) => {
    await expectDone(await post(plain, lines));
  });
});

describe('R-SES-05 S-51 HTTP as clients speak it', () => {
  const chunksOf = (text: string, size: number): string[] => {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    return [...pieces.map((piece) => `${piece.length.toString(16).toUpperCase()}\r\n${piece.toString()}\r\n`), '0\r\n\r\n'];
  };

  it.each([1, 7, 64, 10_000])('a chunked body in pieces of %i bytes', async (size) => {
    const lines = [HOST, XML, ACTION, 'Transfer-Encoding: chunked'];
    await expectDone(await exchange(head(lines), chunksOf(plain, size)));
  });

  it('Expect: 100-continue: the body comes only after the answer to it', async () => {
    const answer = await exchange(head([HOST, XML, ACTION, 'Expect: 100-continue', withLength(plain)]), plain, true);
    expect(answer).toContain('HTTP/1.1 100 Continue\r\n\r\n');
    await expectDone(answer);
  });

  it('Expect: 100-continue with a chunked body, as Axis2 sends it', async () => {
    const lines = [HOST, XML, ACTION, 'Expect: 100-continue', 'Transfer-Encoding: chunked'];
    await expectDone(await exchange(head(lines), chunksOf(plain, 100), true));
  });

  it.each([
    ['with a Host', [HOST]],
    ['that would keep the connection', [HOST, 'Connection: Keep-Alive']],
  ])('HTTP/1.0 %s', async (_name, lines) => {
    await expectDone(await exchange(head([...lines, XML, ACTION, withLength(plain)], `POST ${SERVICE} HTTP/1.0`), plain));
  });

  it.each(['?wsdl', '?WSDL', '/?wsdl'])('the description at …SessionService%s', async (query) => {
    const answer = await exchange(head([HOST], `GET ${SERVICE}${query} HTTP/1.1`), '');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('wsdl:definitions');
  });
});

/** Stacks that speak HTTP/1.0 know no Host; clients behind an old proxy name the whole address in the request line. */
describe('R-SES-05 S-53 a whole session as old stacks speak HTTP', () => {
  const servicePath = (operation: string) => (operation.startsWith('log') ? 'SessionService' : 'StandardCCService');
  const open = (scheme: 'http' | 'https'): Socket =>
    scheme === 'http'
      ? connect(plant.router.httpPort, '127.0.0.1')
      : // an address is no name to open a connection for: old stacks send none at all
        connectTls({ port: plant.router.httpsPort, host: '127.0.0.1', ca: plant.around.authority.certPem });
  /** All that is answered until the connection ends. */
  const talk = (scheme: 'http' | 'https', request: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = open(scheme);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', reject);
      // whoever speaks HTTP/1.0 reads to the end of the connection
      socket.on('close', () => resolve(text));
      socket.setTimeout(10_000, () => socket.destroy(new Error(`the connection is still open after ${text}`)));
      socket.write(request);
    });

  const forms = [
    ['HTTP/1.0 without Host', (path: string) => [`POST ${path} HTTP/1.0`]],
    ['HTTP/1.0 through a proxy', (path: string, base: string) => [`POST ${base}${path} HTTP/1.0`, 'Proxy-Connection: close']],
    [
      'HTTP/1.1 through a proxy',
      (path: string, base: string) => [`POST ${base}${path} HTTP/1.1`, 'Host: a-proxy.example', 'Connection: close'],
    ],
  ] as const;
  const cases = (['http', 'https'] as const).flatMap((scheme) => forms.map(([name, start]) => [scheme, name, start] as const));

  it.each(cases)('over %s, %s: log in, monitor, an event, log out', async (scheme, name, start) => {
    const port = scheme === 'http' ? plant.router.httpPort : plant.router.httpsPort;
    const call = async (operation: string, members: Readonly<Record<string, unknown>>): Promise<string> => {
      const body = envelope(requestElement(operation, members));
      const path = `/t/acme/axis2/services/${servicePath(operation)}`;
      const lines = [...start(path, `${scheme}://localhost:${port}`), XML, `SOAPAction: "urn:${operation}"`, withLength(body)];
      // such clients end a body with a line break of their own
      const text = await talk(scheme, `${lines.join('\r\n')}\r\n\r\n${body}\r\n`);
      expect(text, operation).toMatch(/^HTTP\/1\.1 200 /);
      expect(text, operation).toMatch(/\r\nconnection: close\r\n/i);
      expect(text, operation).not.toMatch(/\r\ntransfer-encoding/i);
      expect(attributeOf(text, 'result'), text).toBe('true');
      return text;
    };
    const mine = { sessionId: Number(attributeOf(await call('login', CREDENTIALS), 'sessionId')) };
    const icpId = /icpId="?>?(\d+)/.exec(await call('getIcpId', { ...mine, icpIpAddress: plant.controller }))![1]!;
    const phone = await call('getPhoneNumberId', { ...mine, icpId: Number(icpId), primeDn: '2001' });
    const objectId = Number(/objectId="?>?(\d+)/.exec(phone)![1]);
    await call('monitorObject', { ...mine, objectId });
    expect(await call('getEvent', { ...mine, timeout: 5000 }), name).toContain('MONITOR_SET');
    await call('logout', mine);
  });

  it('HTTP/1.0 that keeps its connection gets both answers on it, each with its length', async () => {
    const start = [`POST ${SERVICE} HTTP/1.0`, 'Connection: Keep-Alive', 'TE: chunked', XML, ACTION, withLength(plain)];
    const last = [`POST ${SERVICE} HTTP/1.0`, XML, ACTION, withLength(plain)];
    const text = await talk('http', `${head(start.slice(1), start[0])}${plain}${head(last.slice(1), last[0])}${plain}`);
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
    expect(text.match(/content-length: \d+/gi)).toHaveLength(2);
    expect(text.match(/connection: (keep-alive|close)/gi)?.map((line) => line.toLowerCase())).toEqual([
      'connection: keep-alive',
      'connection: close',
    ]);
  });

  it('the description names an address the reader can use: the proxy’s target, or the edge’s name where nothing was said', async () => {
    const { httpPort } = plant.router;
    const told = async (start: string, lines: readonly string[] = []) =>
      /<soap:address location="([^"]*)"/.exec(await talk('http', head([...lines, 'Connection: close'], start)))?.[1];
    expect(await told(`GET ${SERVICE}?wsdl HTTP/1.0`)).toBe(`http://cordboard.localhost:${httpPort}${SERVICE}`);
    expect(await told(`GET http://pbx.example:81${SERVICE}?wsdl HTTP/1.1`, [HOST])).toBe(`http://pbx.example:81${SERVICE}`);
  });
});
