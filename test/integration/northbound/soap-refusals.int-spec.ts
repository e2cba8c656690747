/** S-33: each of these would log in or look a phone up if the one control it is for were missing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attributeOf, envelope, postXml, requestElement, rest, soap, textOf } from './clients.js';
import { CREDENTIALS, LittleEngine } from './little-engine.js';
import { runNorthbound, type RunningNorthbound } from './running-northbound.js';

let engine: LittleEngine;
let northbound: RunningNorthbound;
let sessionId: number;
let before: string;
beforeAll(async () => {
  engine = new LittleEngine();
  northbound = await runNorthbound(engine);
  sessionId = (JSON.parse((await rest(northbound, 'POST', '/v1/sessions', { body: CREDENTIALS })).text) as { sessionId: number })
    .sessionId;
});
beforeEach(() => {
  before = engine.snapshot();
});
afterAll(() => northbound.close());

const login = requestElement('login', CREDENTIALS);
const good = envelope(login);

describe('what is no envelope or no operation is a Fault', () => {
  const other = envelope(requestElement('logout', { sessionId: 1 }));
  it.each<[string, string, Record<string, string>?, string?]>([
    ['a DOCTYPE', `<!DOCTYPE x>${good}`],
    ['a processing instruction', `<?x y?>${good}`],
    ['another declared encoding', `<?xml version="1.0" encoding="UTF-16"?>${good}`],
    ['SOAPAction of another operation', good, { soapaction: '"urn:logout"' }],
    ['SOAPAction without urn', good, { soapaction: 'login' }],
    ['two Bodies', good.replace('</e:Envelope>', '<e:Body/></e:Envelope>')],
    ['something after the Body', good.replace('</e:Envelope>', '<x/></e:Envelope>')],
    ['two operations', good.replace('</e:Body>', `${other.slice(other.indexOf('<s:'), other.indexOf('</e:Body>'))}</e:Body>`)],
    [
      'a header that must be understood',
      good.replace('<e:Body>', '<e:Header><a:b xmlns:a="u" e:mustUnderstand="1"/></e:Header><e:Body>'),
      {},
      'MustUnderstand',
    ],
    ['text beside the operation', good.replace('<e:Body>', '<e:Body>hello')],
    ['an envelope of another namespace', good.replace('schemas.xmlsoap.org', 'example.org'), {}, 'VersionMismatch'],
    ['a 1.2 envelope as text/xml', envelope(login, '1.2'), {}, 'VersionMismatch'],
    ['an operation of another namespace', good.replace('/session/SessionService', '/session/Other')],
    ['an operation of another service', envelope(requestElement('getIcpId', { sessionId: 1, icpIpAddress: 'x' }))],
    [
      'an operation the contract does not have',
      envelope('<s:authenticateUser xmlns:s="http://mitel.com/oig/session/SessionService"/>'),
    ],
    ['no operation', envelope('')],
    ['no Body', good.replace(/e:Body/g, 'e:Bodies')],
    ['no envelope', login],
  ])('%s', async (_name, body, headers = {}, code = 'Client') => {
    const answer = await postXml(northbound, 'SessionService', body, headers);
    expect(answer.status).toBe(400);
    expect(textOf(answer.text, 'faultcode')).toBe(`soapenv:${code}`);
    expect(engine.snapshot()).toBe(before);
  });

  it.each([
    'application/json',
    'text/xml; charset=iso-8859-1',
    'text/xml; charset=utf-16',
    'multipart/related; type="application/xop+xml"',
    undefined,
  ])('media type %s', async (type) => {
    const answer = await postXml(northbound, 'SessionService', good, { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(engine.snapshot()).toBe(before);
  });
  it('a compressed body', async () => {
    expect((await postXml(northbound, 'SessionService', good, { 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

describe('arguments that are not as the contract says are a refusal', () => {
  const child = '<t:localPassword>local-secret</t:localPassword>';
  it.each([
    ['an element twice', good.replace(child, child + child)],
    ['an element that is not of the operation', good.replace(child, `${child}<t:role>admin</t:role>`)],
    ['an element of another namespace', good.replace(child, '<localPassword>local-secret</localPassword>')],
    ['an element in an element', good.replace(child, '<t:localPassword><t:x/>local-secret</t:localPassword>')],
    ['text between elements', good.replace(child, `hello${child}`)],
    ['an attribute that is not of the operation', good.replace('<s:req ', '<s:req href="#1" ')],
    ['S-34 an attribute called __proto__', good.replace('<s:req ', '<s:req __proto__="x" ')],
    ['S-34 an element called __proto__', good.replace(child, `${child}<t:__proto__/>`)],
    [
      'an include',
      good.replace(
        child,
        '<t:localPassword><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1"/></t:localPassword>',
      ),
    ],
    ['an oversized certificate', good.replace(child, `${child}<t:certificate>${'M'.repeat(9000)}</t:certificate>`)],
    ['no argument', envelope('<s:login xmlns:s="http://mitel.com/oig/session/SessionService"/>')],
  ])('%s', async (_name, body) => {
    const answer = await postXml(northbound, 'SessionService', body);
    expect(answer.status).toBe(200);
    expect(attributeOf(answer.text, 'result')).toBe('false');
    expect(attributeOf(answer.text, 'sessionId')).toBe('0');
    expect(textOf(answer.text, 'errorDesc')).toMatch(/^INVALID_ARGUMENT: /);
    expect(engine.snapshot()).toBe(before);
  });

  it.each(['', 'abc', '1.0', '1e3', '0x7', '9223372036854775807', '9007199254740992', '-1', '7 7', '7'.repeat(60)])(
    'the number %j',
    async (icpId) => {
      const answer = await soap(northbound, 'getPhoneNumberId', { sessionId, icpId, primeDn: '1001' });
      expect(textOf(answer.text, 'errorDescription')).toMatch(/^INVALID_ARGUMENT: icpId/);
    },
  );
  it.each(['007', '+7', ' 7 ', '\n7', '0000000000000000000000007'])('while %j is seven', async (icpId) => {
    expect(
      attributeOf((await soap(northbound, 'getPhoneNumberId', { sessionId, icpId, primeDn: '1001' })).text, 'objectId'),
    ).toBe('1001');
  });
  it('an int of 32 bits, and a wait that is not negative', async () => {
    for (const timeout of ['2147483648', '-1', '99999999999'])
      expect((await soap(northbound, 'getEvent', { sessionId, timeout })).text).toContain('INVALID_ARGUMENT: timeout');
    expect((await soap(northbound, 'getNumberedEvent', { sessionId, timeout: 0, eventNumber: -1 })).text).toContain(
      'INVALID_ARGUMENT: eventNumber',
    );
  });
});

describe('what the original let pass', () => {
  it.each([
    ['no SOAPAction', good, { soapaction: undefined }],
    ['an empty SOAPAction', good, { soapaction: '""' }],
    [
      'a header nobody has to understand',
      good.replace('<e:Body>', '<e:Header><w:Security xmlns:w="u" e:mustUnderstand="0"><w:x/></w:Security></e:Header><e:Body>'),
      {},
    ],
    ['another order', good.replace(/(<t:applicationName>.*?<\/t:applicationName>)(.*)(<\/s:req>)/, '$2$1$3'), {}],
    [
      'a type said again',
      good.replace('<s:req ', '<s:req xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="t:loginRequest" '),
      {},
    ],
    ['an empty optional element', good.replace('</s:req>', '<t:certificate/></s:req>'), {}],
    [
      'a nil optional element',
      good.replace('</s:req>', '<t:certificate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></s:req>'),
      {},
    ],
    [
      'white space, comments and CDATA',
      good.replaceAll('><', '>\n <').replace('local-secret', '<![CDATA[local]]><!-- x -->-secret'),
      {},
    ],
    ['a byte order mark and a declaration', `\ufeff<?xml version="1.0" encoding="utf-8" standalone="no"?>\n${good}`, {}],
  ])('%s', async (_name, body, headers) => {
    const answer = await postXml(northbound, 'SessionService/', body, headers);
    expect(attributeOf(answer.text, 'result')).toBe('true');
    await soap(northbound, 'logout', { sessionId: attributeOf(answer.text, 'sessionId') });
    expect(engine.snapshot()).toBe(before);
  });
});
