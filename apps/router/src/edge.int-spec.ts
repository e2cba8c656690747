/** The edge against hostile bytes: smuggling, path tricks, slow and greedy clients. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '#telemetry/logger';
import { eventually } from '#testkit/eventually';
import {
  ask,
  askRaw,
  routerSurroundings,
  routingTableOf,
  type RouterSurroundings,
  type StandIn,
} from '#testkit/routed-instances';
import { startRouter, type RunningRouter } from './router.js';

const HOST = 'Host: localhost\r\n';
const statusesIn = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe('the edge', () => {
  let around: RouterSurroundings;
  let router: RunningRouter;
  let instance: StandIn;
  const tenantId = randomUUID();
  const logger = createLogger('router', 'silent');
  const limits = { headersTimeoutMs: 500, requestTimeoutMs: 1000, connectionsPerAddressMax: 60 };

  const start = async (changed: object = {}): Promise<RunningRouter> => {
    const running = await startRouter(await around.settings({ ...limits, ...changed }), logger);
    const table = routingTableOf(running.tableVersion() + 1, [{ slug: 'acme', tenantId, instances: [instance] }]);
    const put = {
      method: 'PUT',
      path: '/v1/routing-table',
      body: JSON.stringify(table),
      tls: await around.client('orchestrator'),
    };
    expect((await ask(running.adminPort, put)).status).toBe(200);
    return running;
  };
  const alive = async (): Promise<void> => expect((await ask(router.httpPort, { path: '/t/acme/v1/versions' })).status).toBe(200);

  beforeAll(async () => {
    around = await routerSurroundings();
    instance = await around.standIn(tenantId);
    router = await start();
  });
  afterEach(async () => {
    await alive();
    instance.received.length = 0;
  });
  afterAll(async () => {
    await router?.close();
    await around?.remove();
  });

  const SMUGGLED = 'GET /t/acme/v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const post = (headers: string, body: string): string => `POST /t/acme/v1/x HTTP/1.1\r\n${HOST}${headers}\r\n${body}${SMUGGLED}`;
  it.each(
    Object.entries({
      'CL.TE': post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG'),
      'TE.CL': post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '5c\r\nGPOST\r\n0\r\n\r\n'),
      'TE.TE': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n', '0\r\n\r\n'),
      'TE with another coding': post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
      'TE misspelt': post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
      'TE with a tab': post('Transfer-Encoding:\tchunked, identity\r\n', '0\r\n\r\n'),
      'TE in HTTP/1.0': `POST /t/acme/v1/x HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
      'two Content-Lengths': post('Content-Length: 0\r\nContent-Length: 5\r\n', 'hello'),
      'two equal Content-Lengths': post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'),
      'a list of Content-Lengths': post('Content-Length: 5, 5\r\n', 'hello'),
      'Content-Length with a sign': post('Content-Length: +5\r\n', 'hello'),
      'negative Content-Length': post('Content-Length: -5\r\n', 'hello'),
      'obs-fold': `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}X-A: a\r\n b\r\n\r\n`,
      'obs-fold of TE': post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'),
      'space before colon': post('Content-Length : 5\r\n', 'hello'),
      'bare LF': `GET /t/acme/v1/x HTTP/1.1\nHost: localhost\n\n`,
      'bare LF in headers': `GET /t/acme/v1/x HTTP/1.1\r\nHost: localhost\nX: a\r\n\r\n`,
      'bare CR in headers': `GET /t/acme/v1/x HTTP/1.1\r\nHost: localhost\rX: a\r\n\r\n`,
      'NUL in a header': `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
      'two Hosts': `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}Host: other\r\n\r\n`,
      'no Host': 'GET /t/acme/v1/x HTTP/1.1\r\n\r\n',
      'HTTP/2.0': `GET /t/acme/v1/x HTTP/2.0\r\n${HOST}\r\n`,
      'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'an absolute target and two Hosts': `GET http://localhost/t/acme/v1/x HTTP/1.1\r\n${HOST}Host: localhost\r\n\r\n`,
      'an absolute target and no Host': 'GET http://localhost/t/acme/v1/x HTTP/1.1\r\n\r\n',
      'an absolute target and a Host that is none': 'GET http://localhost/t/acme/v1/x HTTP/1.1\r\nHost: a b\r\n\r\n',
      'an absolute target with user information': `GET http://localhost@other/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target with a password': `GET http://a:b@localhost/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target without an authority': `GET http:///t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target with a port that is none': `GET http://localhost:99999/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target with a path in two ways': `GET http://localhost/t/acme/../other HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target that wants TLS without it': `GET https://localhost/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'an absolute target of another scheme': `GET ftp://localhost/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'a target that is a script': `GET javascript://localhost/t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      'HTTP/1.0 with two Hosts': `GET /t/acme/v1/x HTTP/1.0\r\n${HOST}${HOST}\r\n`,
      'HTTP/1.0 with an empty Host': 'GET /t/acme/v1/x HTTP/1.0\r\nHost:\r\n\r\n',
      'TE in HTTP/1.0 without Host': `POST /t/acme/v1/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
      'TE and a length in HTTP/1.0': `POST /t/acme/v1/x HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n${SMUGGLED}`,
      'a WebSocket in HTTP/1.0': `GET /t/acme/v1/sessions/5/events/socket HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      'asterisk form': `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
      'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    }),
  )('S-51 %s: 400 and close, nothing reaches an instance', async (_name, bytes) => {
    const { text, closed } = await askRaw(router.httpPort, bytes);
    expect(statusesIn(text)).toEqual([400]);
    expect(closed).toBe(true);
    expect(text).toContain('"code":"MALFORMED_REQUEST"');
    expect(instance.received).toHaveLength(0);
  });

  it('S-51 a chunk that is not one ends the connection before an instance sees the request', async () => {
    for (const chunk of [
      '1\na\r\n0\r\n\r\n',
      '1;a=b\nX\r\n',
      'zz\r\n',
      '-1\r\n',
      'fffffffffffffffff\r\n',
      '0x1\r\na\r\n',
      '1\r\nab\r\n0\r\n\r\n',
      ' 1\r\na\r\n0\r\n\r\n',
    ]) {
      const { text, closed } = await askRaw(
        router.httpPort,
        `POST /t/acme/v1/x HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${chunk}${SMUGGLED}`,
      );
      expect([chunk, statusesIn(text), closed]).toEqual([chunk, [400], true]);
    }
    expect(instance.received).toHaveLength(0);
  });

  it('S-51 what follows a well-formed request is another request, and a chunked body arrives with one length', async () => {
    const { text } = await askRaw(
      router.httpPort,
      `POST /t/acme/v1/x HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3;x="y"\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: a\r\n\r\nGET /t/acme/v1/y HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    );
    expect(statusesIn(text)).toEqual([200, 200]);
    const first = instance.received.find((received) => received.method === 'POST')!;
    expect([first.body, first.headers['content-length'], first.headers['transfer-encoding'], first.headers['x-trailer']]).toEqual(
      ['abcde', '5', undefined, undefined],
    );
  });

  it('R-SES-05 S-53 the authority of an absolute target replaces Host, and is held to the same', async () => {
    const domain = 'cordboard.localhost';
    for (const [target, host, status] of [
      ['http://localhost/t/acme/v1/x', 'localhost', 200],
      [`HTTP://ACME.${domain}:80/v1/x`, 'localhost', 200],
      // what Host says counts for nothing beside it (RFC 9112 3.2.2): neither lends the other a tenant
      [`http://acme.${domain}/v1/x`, `other.${domain}`, 200],
      ['http://[::1]:8080/t/acme/v1/x', `other.${domain}`, 200],
      [`http://other.${domain}/v1/x`, `acme.${domain}`, 404],
      [`http://other.${domain}/t/acme/v1/x`, `acme.${domain}`, 404],
      ['http://elsewhere.example/v1/x', `acme.${domain}`, 404],
      ['http://elsewhere.example', `acme.${domain}`, 404],
    ] as const) {
      instance.received.length = 0;
      const { text } = await askRaw(router.httpPort, `GET ${target}?a=b HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect([target, statusesIn(text)]).toEqual([target, [status]]);
      if (status === 404) expect(text).toContain('"code":"TENANT_UNKNOWN"');
      const base = `http://${new URL(target).hostname}`;
      expect(
        instance.received.map(({ url, headers }) => [url, `${headers['x-cordboard-public-base']}`.startsWith(base)]),
      ).toEqual(status === 200 ? [['/v1/x?a=b', true]] : []);
    }
  });

  it('R-SES-05 HTTP/1.0 without Host: the path names the tenant; the answer is not chunked, its end is that of the connection', async () => {
    instance.reply = (_received, response) => {
      response.write('half ');
      response.end('whole');
    };
    try {
      for (const headers of ['', 'TE: chunked\r\n', 'Connection: keep-alive\r\n', 'Connection: close\r\n']) {
        const { text, closed } = await askRaw(router.httpPort, `GET /t/acme/v1/x HTTP/1.0\r\n${headers}\r\n`);
        expect([headers, statusesIn(text), closed, text.split('\r\n\r\n')[1]]).toEqual([headers, [200], true, 'half whole']);
        expect(text).not.toMatch(/transfer-encoding/i);
        expect(text).toMatch(/connection: close/i);
      }
    } finally {
      instance.reply = (_received, response) => void response.end(instance.instanceId);
    }
    // told in descriptions: the edge's name, never an address of ours
    expect(instance.received[0]!.headers['x-cordboard-public-base']).toBe(`http://cordboard.localhost:${router.httpPort}/t/acme`);
    const { text } = await askRaw(router.httpPort, 'GET /v1/x HTTP/1.0\r\n\r\n');
    expect([statusesIn(text), text.includes('"code":"TENANT_UNKNOWN"')]).toEqual([[404], true]);
  });

  it('R-SES-05 S-51 HTTP/1.0 keeps a connection only where asked, and nothing behind an answer that ends it is a request', async () => {
    const post = (headers: string) => `POST /t/acme/v1/x HTTP/1.0\r\n${headers}Content-Length: 3\r\n\r\nabc`;
    const kept = await askRaw(router.httpPort, `${post('Connection: Keep-Alive\r\n')}${post('')}`);
    expect([statusesIn(kept.text), kept.closed]).toEqual([[200, 200], true]);
    expect(kept.text).toMatch(/connection: keep-alive[\s\S]*connection: close/i);
    // old clients end a body with a line break that its length does not count
    const broken = await askRaw(router.httpPort, `${post('')}\r\n`);
    expect([statusesIn(broken.text), broken.closed]).toEqual([[200], true]);
    instance.received.length = 0;
    await askRaw(router.httpPort, `${post('')}${SMUGGLED}`);
    expect(instance.received.filter(({ url }) => url !== '/v1/x')).toEqual([]);
  });

  it('R-SES-05 S-53 over TLS: an absolute target of either scheme, a name that agrees with the connection’s, HTTP/1.0 by that name', async () => {
    const over = (servername: string, bytes: string) =>
      new Promise<number[]>((resolve) => {
        const socket = connectTls({ port: router.httpsPort, host: '127.0.0.1', ca: around.authority.certPem, servername });
        let text = '';
        socket.on('data', (data) => (text += data.toString())).on('error', () => undefined);
        socket.on('close', () => resolve(statusesIn(text)));
        socket.write(bytes);
      });
    const acme = 'acme.cordboard.localhost';
    const get = (target: string) => `GET ${target} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    expect(await over(acme, get(`https://${acme}/v1/x`))).toEqual([200]);
    expect(await over(acme, get(`http://${acme}/v1/x`))).toEqual([200]);
    expect(await over('localhost', get(`https://${acme}/v1/x`))).toEqual([200]);
    expect(await over('other.cordboard.localhost', get(`https://${acme}/v1/x`))).toEqual([400]);
    expect(await over(acme, 'GET /v1/x HTTP/1.0\r\n\r\n')).toEqual([200]);
    expect(instance.received.at(-1)!.headers['x-cordboard-public-base']).toBe(`https://${acme}:${router.httpsPort}`);
    expect(await over('other.cordboard.localhost', 'GET /t/acme/v1/x HTTP/1.0\r\n\r\n')).toEqual([404]);
    expect(await over('localhost', 'GET /t/acme/v1/x HTTP/1.0\r\n\r\n')).toEqual([200]);
  });

  it('S-56 CONNECT, TRACE, unknown methods and protocol changes are refused', async () => {
    for (const bytes of [
      'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
      `TRACE /t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      `PROPFIND /t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`,
      `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
      `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ]) {
      const { text, closed } = await askRaw(router.httpPort, bytes);
      expect([bytes, statusesIn(text), closed]).toEqual([bytes, [405], true]);
    }
    expect(instance.received).toHaveLength(0);
  });

  it('S-53 paths that could be read in two ways are refused', async () => {
    for (const path of [
      '/t/acme/../other/x',
      '/t/acme/%2e%2e/x',
      '/t/acme/%2E%2E%2Fx',
      '//t/acme/x',
      '/t//acme/x',
      '/t/acme//x',
      '/t/acme;a=b/x',
      '/t/acme/x%00',
      '/t/%61cme/x',
      '/t/acme/%252e%252e/x',
      '/t/acme\\x',
      '/t/acme/x%0d%0aX-A:%20b',
      '/T/acme/x',
      '/t/ACME/x',
      '/t/acme%2fx',
      '/t/acme/\xe9',
    ]) {
      const { text } = await askRaw(router.httpPort, `GET ${path} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
      expect(statusesIn(text)[0], path).toSatisfy((status) => status === 400 || status === 404);
    }
    expect(instance.received).toHaveLength(0);
  });

  it('a body above 64 KiB is refused, with a declared length and without', async () => {
    const large = 'x'.repeat(65_537);
    const fits = await ask(router.httpPort, { method: 'POST', path: '/t/acme/v1/x', body: large.slice(1) });
    expect([fits.status, instance.received.at(-1)?.body.length]).toEqual([200, 65_536]);
    instance.received.length = 0;
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }, { expect: '100-continue' }]) {
      const refused = await ask(router.httpPort, { method: 'POST', path: '/t/acme/v1/x', body: large, headers });
      expect([refused.status, refused.code, refused.headers.connection]).toEqual([413, 'BODY_TOO_LARGE', 'close']);
    }
    const declared = await askRaw(router.httpPort, `POST /t/acme/v1/x HTTP/1.1\r\n${HOST}Content-Length: 99999999999\r\n\r\n`);
    expect(statusesIn(declared.text)).toEqual([413]);
    const soap = await ask(router.httpPort, { method: 'POST', path: '/t/acme/axis2/services/SessionService', body: large });
    expect([soap.status, soap.body.includes('<code>BODY_TOO_LARGE</code>')]).toEqual([413, true]);
    const headers = await ask(router.httpPort, { path: '/t/acme/v1/x', headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(headers.status).toBe(431);
    expect(instance.received).toHaveLength(0);
  });

  it('S-54 slow clients are cut off: silent ones, slow headers, slow bodies, slow handshakes do not pile up', async () => {
    const slow = [
      { begin: '', drip: '' },
      { begin: 'GET /t/acme/v1/x HTTP/1.1\r\n', drip: 'X: a\r\n' },
      { begin: `POST /t/acme/v1/x HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n`, drip: 'x' },
    ];
    await Promise.all(
      slow.map(async ({ begin, drip }) => {
        const socket = connect(router.httpPort, '127.0.0.1');
        let text = '';
        socket.on('data', (data) => (text += data.toString())).on('error', () => undefined);
        if (begin !== '') socket.write(begin);
        const dripping = setInterval(() => drip !== '' && socket.writable && socket.write(drip), 100);
        await eventually(() => socket.closed, { deadlineMs: 8000, what: `the end of ${JSON.stringify(begin)}` });
        clearInterval(dripping);
        expect(statusesIn(text)).toEqual([408]);
      }),
    );
    expect(instance.received).toHaveLength(0);
  });

  it('S-54 one address has no more connections than it may, and gets them back', async () => {
    const small = await start({ connectionsPerAddressMax: 5, headersTimeoutMs: 30_000, requestTimeoutMs: 30_000 });
    try {
      const sockets = Array.from({ length: 12 }, () => connect(small.httpPort, '127.0.0.1').on('error', () => undefined));
      await eventually(() => sockets.filter((socket) => socket.closed).length === 7, { what: 'all but five to be cut' });
      sockets.forEach((socket) => socket.destroy());
      await eventually(async () => (await ask(small.httpPort, { path: '/t/acme/v1/versions' })).status === 200, {
        what: 'connections to be given back',
      });
    } finally {
      await small.close();
    }
  });

  it('requests under way on one connection are bounded', async () => {
    instance.reply = () => undefined;
    try {
      const one = `GET /t/acme/v1/x HTTP/1.1\r\n${HOST}\r\n`;
      const socket = connect(router.httpPort, '127.0.0.1').on('error', () => undefined);
      socket.write(one.repeat(30));
      await eventually(() => instance.received.length === 8, { what: 'eight to arrive' });
      await alive2();
      expect(instance.received.length).toBe(9);
      socket.destroy();
      await eventually(() => instance.abandoned() >= 8, { what: 'them to be given up' });
    } finally {
      instance.reply = (_received, response) => void response.end(instance.instanceId);
    }
    async function alive2(): Promise<void> {
      instance.reply = (_received, response) => void response.end();
      await alive();
    }
  });

  it('S-59 speaks TLS 1.2 and 1.3 with authenticated ciphers only', async () => {
    const dial = async (options: object): Promise<string> =>
      await new Promise((resolve) => {
        const socket = connectTls(
          { port: router.httpsPort, host: '127.0.0.1', ca: around.authority.certPem, servername: 'localhost', ...options },
          () => {
            resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
            socket.destroy();
          },
        );
        socket.on('error', () => resolve('refused'));
      });
    expect(await dial({ ALPNProtocols: ['http/1.1'] })).toBe('TLSv1.3 http/1.1');
    expect(await dial({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1.2/);
    expect(await dial({ ALPNProtocols: ['h2'] })).toBe('refused');
    expect(await dial({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toBe('refused');
    expect(await dial({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).toBe('refused');
  });
});
