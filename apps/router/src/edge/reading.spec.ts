import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_LOOK_BYTES, lookAtBody } from './body-look.js';
import { faceOf, wantedOf } from './face.js';
import { answerHeaders, continuedTrace, passableHeaders, vouchedHeaders } from './header-passage.js';
import { checkRequest } from './request-checks.js';
import { parseHost, parseTarget } from './request-target.js';

const ID = '4398046511104042';
const look = (text: string, action?: string) => lookAtBody(Buffer.from(text, 'utf8'), action);

describe('the look at a body', () => {
  it('is 8,192 bytes, to the byte: an id that ends there is found, one that ends a byte later is not', () => {
    expect(BODY_LOOK_BYTES).toBe(8192);
    for (const form of [`<s:sessionId>${ID}<`, `<req sessionId="${ID}"`, `<req x:sessionId='${ID}'`]) {
      const filled = (end: number): Buffer =>
        Buffer.from(`${' '.repeat(end - form.length)}${form}/s:sessionId>${'x'.repeat(500)}`);
      expect(
        filled(8192)
          .subarray(8192 - form.length, 8192)
          .toString(),
      ).toBe(form);
      expect(lookAtBody(filled(8192), undefined).sessionId).toBe(Number(ID));
      expect(lookAtBody(filled(8193), undefined).sessionId).toBeUndefined();
    }
  });

  it('finds the id as element or attribute, with any prefix, and the first of several', () => {
    for (const text of [
      `<a><sessionId>${ID}</sessionId></a>`,
      `<ns1:sessionId xsi:type="xsd:long"> ${ID}\n</ns1:sessionId>`,
      `<tns:req sessionId="${ID}">`,
      `<req a="b"\n  q:sessionId = '${ID}'/>`,
      `<sessionId>${ID}</sessionId><sessionId>7</sessionId><x sessionId="8"/>`,
      `<x sessionId="${ID}"/><sessionId>8</sessionId>`,
    ]) {
      expect(look(text).sessionId).toBe(Number(ID));
    }
    for (const text of [
      '',
      '<sessionId/>',
      '<sessionId></sessionId>',
      '<x restSessionId="5"/>',
      '<sessionId>-5</sessionId>',
      '<sessionId>5x</sessionId>',
      '<sessionId>12345678901234567</sessionId>',
      '<sessionIds>5</sessionIds>',
      '<sessionid>5</sessionid>',
    ]) {
      expect(look(text).sessionId).toBeUndefined();
    }
  });

  it('knows a log-in by its element or its SOAPAction', () => {
    for (const operation of ['login', 'loginEx', 'loginApp', 'loginUser']) {
      expect(look(`<soap:Body><tns:${operation} xmlns:tns="x"><req/>`).login).toBe(true);
      for (const action of [`urn:${operation}`, `"urn:${operation}"`, operation, `"http://x/y/${operation}"`])
        expect(look('', action).login).toBe(true);
    }
    for (const action of ['', '""', 'urn:logout', 'urn:loginUsers', '"urn:xlogin"', 'x'.repeat(5000)])
      expect(look('<loginUsers/><loginRequest/>', action).login).toBe(false);
  });

  it('R-SES-04 knows the session of a user’s token by the number it begins with', () => {
    expect(look('<s:validateToken><s:token>4711.abc</s:token>')).toEqual({ sessionId: 4711, login: false });
    expect(look('<token>x4711.abc</token>').sessionId).toBeUndefined();
    const asked = (path: string, body: string) => wantedOf('rest', 'POST', path, undefined, Buffer.from(body));
    expect(asked('/v1/user-sessions', '{}')).toEqual({ kind: 'login' });
    expect(asked('/v1/user-sessions/validate', '{"token": "4711.abc"}')).toEqual({ kind: 'session', sessionId: 4711 });
    for (const body of ['{"token":"abc"}', '{"token":4711}', '', '{"token":"04.x"}'])
      expect(asked('/v1/user-sessions/validate', body)).toEqual({ kind: 'any' });
  });

  it('getRestEvent is routed by its number as by a session id, behind which a session id goes first', () => {
    expect(look('<s:getRestEvent><s:restSessionId> 4711 </s:restSessionId>').sessionId).toBe(4711);
    expect(look('<restSessionId>4711</restSessionId><sessionId>12</sessionId>').sessionId).toBe(12);
    expect(wantedOf('rest', 'GET', '/v1/rest-sessions/4711/event', undefined, Buffer.alloc(0))).toEqual({
      kind: 'session',
      sessionId: 4711,
    });
  });

  it('never throws and never takes long, whatever it is shown', () => {
    const piece = fc.constantFrom(
      '<',
      '<sessionId',
      ' sessionId',
      '=',
      '"',
      '>',
      ' ',
      ':',
      'a',
      '1',
      '<login',
      '/',
      '\n',
      'sessionId ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 400 }), fc.nat({ max: 60 }), (pieces, times) => {
        const started = process.cpuUsage().user;
        look(pieces.join('').repeat(times));
        expect(process.cpuUsage(undefined).user - started).toBeLessThan(50_000);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what a request wants', () => {
  const wanted = (method: string, path: string, body = '', action?: string) =>
    wantedOf(faceOf(path), method, path, action, Buffer.from(body));
  it('is read from the path over REST and from the body over SOAP', () => {
    const soap = '/axis2/services/SessionService';
    expect(wanted('POST', '/v1/sessions')).toEqual({ kind: 'login' });
    expect(wanted('GET', '/v1/sessions')).toEqual({ kind: 'any' });
    expect(wanted('DELETE', `/v1/sessions/${ID}`)).toEqual({ kind: 'session', sessionId: Number(ID) });
    expect(wanted('POST', `/v1/sessions/${ID}/monitors`)).toEqual({ kind: 'session', sessionId: Number(ID) });
    for (const path of [
      '/v1/sessions/x',
      '/v1/sessions/007',
      '/v1/sessions/1x',
      '/v1/sessions/-1',
      '/v1/openapi.json',
      '/v1/versions',
      '/',
    ])
      expect(wanted('GET', path)).toEqual({ kind: 'any' });
    expect(wanted('GET', soap)).toEqual({ kind: 'any' });
    expect(wanted('POST', soap, '<login>')).toEqual({ kind: 'login' });
    expect(wanted('POST', soap, '', 'urn:loginEx')).toEqual({ kind: 'login' });
    expect(wanted('POST', soap, '<logout/>')).toEqual({ kind: 'any' });
    expect(wanted('POST', soap, `<sessionId>${ID}</sessionId>`, 'urn:login')).toEqual({ kind: 'session', sessionId: Number(ID) });
  });
});

describe('S-53 the request target', () => {
  it('passes plain paths unchanged', () => {
    for (const url of [
      '/',
      '/t/acme/v1/sessions',
      '/t/acme/v1/sessions/5/controllers/1/phones/%23100*',
      '/a/?x=%2e%2e//;',
      '/a?wsdl',
      '/v1/x?after=1.0.5&waitMs=100',
    ]) {
      const target = parseTarget(url)!;
      expect(target.path + target.query).toBe(url);
    }
  });
  it('refuses everything that could be read in two ways', () => {
    for (const url of [
      '',
      '*',
      'a',
      'http://x/t/acme',
      '//x/y',
      '/a//b',
      '/a/../b',
      '/a/./b',
      '/..',
      '/.',
      '/a/%2e%2e/b',
      '/a/%2E./b',
      '/a%2fb',
      '/a%5cb',
      '/a\\b',
      '/a;b',
      '/a%3bb',
      '/%00',
      '/a%0d%0ab',
      '/%252e%252e/',
      '/%74/acme',
      '/a%',
      '/a%2',
      '/a%zz',
      '/a#b',
      '/a b',
      '/é',
      '/%c0%ae',
      '/%ff',
      `/${'a'.repeat(5000)}`,
      '/a?x\u0000',
      '/a?#',
    ]) {
      expect(parseTarget(url), url).toBeUndefined();
    }
  });
  it("property: what passes is the same after every reader's normalisation", () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '%2f',
      '%',
      ';',
      '\\',
      'a',
      't',
      '%00',
      '?',
      '//',
      '%25',
      ':',
      '@',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const url = `/${pieces.join('')}`;
        const target = parseTarget(url);
        if (target === undefined) return;
        const parsed = new URL(url, 'http://host');
        expect([parsed.host, parsed.pathname]).toEqual(['host', target.path]);
        expect(decodeURIComponent(target.path).split('/')).toHaveLength(target.path.split('/').length);
      }),
      { numRuns: 2000 },
    );
  });
  it('takes host names and addresses with a port, nothing else', () => {
    expect(parseHost('ACME.cordboard.localhost:8443')).toEqual({
      host: 'acme.cordboard.localhost:8443',
      hostName: 'acme.cordboard.localhost',
    });
    expect(parseHost('[::1]:80')?.hostName).toBe('[::1]');
    for (const host of [
      undefined,
      '',
      'a b',
      'a/b',
      'a@b',
      'a:b',
      'a:',
      'a:99999',
      'a..b',
      'a.',
      '.a',
      'a,b',
      'a\u0000',
      'ä',
      'x'.repeat(300),
      '[::1',
      '"',
    ])
      expect(parseHost(host)).toBeUndefined();
  });
});

describe('S-51, S-52 headers', () => {
  it('hop-by-hop ones, those named by Connection, and those only a router may say do not pass', () => {
    const raw = [
      'Host',
      'a',
      'Connection',
      'close, X-Secret',
      'X-Secret',
      '1',
      'X-Cordboard-Tenant',
      't',
      'x-forwarded-for',
      '1.1.1.1',
      'X-Forwarded-Proto',
      'https',
      'Forwarded',
      'for=1',
      'traceparent',
      '00',
      'TE',
      'trailers',
      'Upgrade',
      'h2c',
      'HTTP2-Settings',
      'x',
      'Transfer-Encoding',
      'chunked',
      'Content-Length',
      '5',
      'Expect',
      '100-continue',
      'X-HTTP-Method-Override',
      'DELETE',
      'Authorization',
      'Bearer x',
      'Accept',
      'a',
      'Accept',
      'b',
    ];
    expect(passableHeaders(raw)).toEqual(['authorization', 'Bearer x', 'accept', 'a', 'accept', 'b']);
  });
  it('S-52 of a trace only its id goes on, and only out of a well-formed header', () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    expect(continuedTrace(`00-${id}-b7ad6b7169203331-01`)).toBe(id);
    for (const wrong of [
      undefined,
      '',
      id,
      `01-${id}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${id.toUpperCase()}-b7ad6b7169203331-01`,
      `00-${id}-b7ad6b7169203331-01, 00-${id}-b7ad6b7169203331-01`,
      [`00-${id}-b7ad6b7169203331-01`],
    ])
      expect(continuedTrace(wrong), String(wrong)).toBeUndefined();
  });
  it('R-LOG-01 vouches for a trace of the client as sampled, for one that begins here as not, with a span that is one', () => {
    const facts = { tenantId: 't', instanceId: 'i', epochMajor: 1, publicBase: 'b', clientAddress: 'c', requestId: 'r' };
    const traceparent = (id: string, sampled: boolean) =>
      vouchedHeaders({ ...facts, listener: 'http', trace: { id, sampled } }).at(-1);
    const [high, low] = ['0af7651916cd43dd', '8448eb211c80319c'];
    expect(traceparent(high + low, true)).toBe(`00-${high}${low}-${low}-01`);
    expect(traceparent(high + low, false)).toBe(`00-${high}${low}-${low}-00`);
    expect(traceparent(`${high}${'0'.repeat(16)}`, true)).toBe(`00-${high}${'0'.repeat(16)}-${high}-01`);
  });
  it('of an answer, what is between router and instance does not pass, and a path in Location gets its prefix back', () => {
    expect(
      answerHeaders(
        {
          connection: 'x-hop',
          'x-hop': '1',
          'keep-alive': 'timeout=5',
          'transfer-encoding': 'chunked',
          'x-cordboard-refusal': 'DRAINING',
          etag: '"1"',
          location: '/v1/sessions/5',
        },
        '/t/acme',
      ),
    ).toEqual({ etag: '"1"', location: '/t/acme/v1/sessions/5' });
    for (const location of ['https://h/t/acme/v1', '//h/x']) expect(answerHeaders({ location }, '/t/acme')).toEqual({ location });
  });
  it('that would be read in two ways are refused', () => {
    const check = (rawHeaders: string[], method = 'POST', httpVersion = '1.1') =>
      checkRequest({ httpVersion, method, rawHeaders })?.code;
    expect(check(['Host', 'a', 'Transfer-Encoding', 'Chunked'])).toBeUndefined();
    for (const coding of ['gzip, chunked', 'xchunked', 'identity', 'chunked, chunked', ''])
      expect(check(['Transfer-Encoding', coding])).toBe('MALFORMED_REQUEST');
    expect(check(['Transfer-Encoding', 'chunked', 'Content-Length', '5'])).toBe('MALFORMED_REQUEST');
    expect(check(['Transfer-Encoding', 'chunked'], 'POST', '1.0')).toBe('MALFORMED_REQUEST');
    for (const name of ['Host', 'Content-Length', 'Authorization', 'Content-Type', 'SOAPAction'])
      expect(check([name, '1', name.toLowerCase(), '1'])).toBe('MALFORMED_REQUEST');
    expect(check([], 'GET', '2.0')).toBe('MALFORMED_REQUEST');
    for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'PURGE']) expect(check([], method)).toBe('METHOD_NOT_ALLOWED');
  });
});
