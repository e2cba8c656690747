/** The scanner beside node's own parser: where it answers, node reads the same, and nothing of the chunk is left over. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanRequest } from './plain-request.js';

interface Read {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

let server: Server;
beforeAll(() => {
  server = createServer({ insecureHTTPParser: false, requireHostHeader: true, maxHeaderSize: 32 * 1024 });
  server.maxHeadersCount = 0;
});
afterAll(() => void server.close());

/** What node makes of the bytes: its requests, and whether it refuses something. */
async function nodeReads(bytes: Buffer): Promise<{ readonly requests: readonly Read[]; readonly isRefused: boolean }> {
  const requests: Read[] = [];
  let isRefused = false;
  const onRequest = (message: IncomingMessage) => {
    let body = '';
    message.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    message.on('end', () => requests.push({ method: message.method, target: message.url, rawHeaders: message.rawHeaders, body }));
  };
  const wire = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  server.removeAllListeners();
  const refuse = () => (isRefused = true);
  server.on('request', onRequest).on('clientError', refuse).on('checkExpectation', refuse).on('upgrade', refuse);
  const { connectionListener } = await import('node:_http_server' as string).then(
    ({ _connectionListener }: { _connectionListener: (this: Server, wire: Duplex) => void }) => ({
      connectionListener: _connectionListener,
    }),
  );
  connectionListener.call(server, wire);
  wire.push(bytes);
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  wire.destroy();
  return { requests, isRefused };
}

async function agree(bytes: Buffer): Promise<boolean> {
  const scanned = scanRequest(bytes);
  if (scanned === undefined) return false;
  const { method, target, rawHeaders, body } = scanned;
  expect(await nodeReads(bytes), JSON.stringify(bytes.toString('latin1'))).toEqual({
    isRefused: false,
    requests: [{ method, target, rawHeaders, body: body.toString('latin1') }],
  });
  return true;
}

const request = (head: string, body = '') => Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
const HEAD = 'POST /v1/sessions?a=b HTTP/1.1\r\nhost: gateway\r\nx-cordboard-tenant: t';

describe('S-51 plain requests', () => {
  it.each([
    ['a GET', request('GET /v1/versions HTTP/1.1\r\nHost: x')],
    ['no body', request(HEAD)],
    ['a body of nothing', request(`${HEAD}\r\ncontent-length: 0`)],
    ['a body', request(`${HEAD}\r\nContent-Length: 7\r\nauthorization: Bearer a.b-c`, '{"a":1}')],
    ['a body of any bytes', request(`${HEAD}\r\nContent-Length: 3`, '\u00ff\r\n')],
    ['what goes without saying', request(`${HEAD}\r\nConnection: Keep-Alive`)],
    ['a header twice', request(`${HEAD}\r\nx-a: 1\r\nX-A: 2`)],
  ])('%s is read as node reads it', async (_name, bytes) => {
    expect(await agree(bytes)).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a head', Buffer.from(`${HEAD}\r\n`)],
    ['more than one request', request(HEAD, 'GET / HTTP/1.1\r\n\r\n')],
    ['half a body', request(`${HEAD}\r\ncontent-length: 9`, '{"a":1}')],
    ['two lengths', request(`${HEAD}\r\ncontent-length: 1\r\nContent-Length: 1`, 'x')],
    ['a length with a sign', request(`${HEAD}\r\ncontent-length: +1`, 'x')],
    ['a length with a zero before it', request(`${HEAD}\r\ncontent-length: 01`, 'x')],
    ['a transfer coding', request(`${HEAD}\r\nTransfer-Encoding: chunked`, '0\r\n\r\n')],
    ['a length and a transfer coding', request(`${HEAD}\r\ncontent-length: 5\r\ntransfer-encoding: chunked`, '0\r\n\r\n')],
    ['an upgrade', request(`${HEAD}\r\nConnection: Upgrade\r\nUpgrade: websocket`)],
    ['an upgrade the connection does not speak of', request(`${HEAD}\r\nUpgrade: websocket`)],
    ['the end of the connection', request(`${HEAD}\r\nConnection: close`)],
    ['an expectation', request(`${HEAD}\r\nExpect: 100-continue`)],
    ['no host', request('GET / HTTP/1.1\r\nx-a: 1')],
    ['two hosts', request(`${HEAD}\r\nHost: other`)],
    ['a folded header', request(`${HEAD}\r\nx-a: 1\r\n 2`)],
    ['a space before the colon', request(`${HEAD}\r\nx-a : 1`)],
    ['a bare line feed', request(`${HEAD}\r\nx-a: 1\nx-b: 2`)],
    ['a bare carriage return', request(`${HEAD}\r\nx-a: 1\rx-b: 2`)],
    ['a byte above ASCII in the head', request(`${HEAD}\r\nx-a: \u00e9`)],
    ['another version', request('GET / HTTP/1.0\r\nhost: x')],
    ['another method', request('PROPFIND / HTTP/1.1\r\nhost: x')],
    ['another form of target', request('GET http://x/ HTTP/1.1\r\nhost: x')],
    ['a head above the bound', request(`${HEAD}\r\nx-a: ${'a'.repeat(33_000)}`)],
  ])('%s is left to node', (_name, bytes) => {
    expect(scanRequest(bytes)).toBeUndefined();
  });

  it('whatever is put together from pieces, or has a byte changed, is read as node reads it or left to it', async () => {
    const pieces = fc.constantFrom(
      ...['host: x\r\n', 'Host: y\r\n', 'content-length: 4\r\n', 'Content-Length: 0\r\n', 'content-length:4\r\n', 'x-a: b\r\n'],
      ...[
        'transfer-encoding: chunked\r\n',
        'connection: keep-alive\r\n',
        'connection: close\r\n',
        'x: a \r\n',
        ': x\r\n',
        '\r\n',
      ],
      ...['x-a:\tb\r\n', 'x-a: b\tc\r\n', 'te: trailers\r\n', '{"":', 'GET / HTTP/1.1\r\n', 'x-b: "<>[]{}|^`\r\n', 'a b: c\r\n'],
    );
    const starts = fc.constantFrom('GET /a HTTP/1.1\r\n', 'POST /a?b=%20c HTTP/1.1\r\n', "DELETE /a'(b)* HTTP/1.1\r\n");
    const ends = fc.constantFrom('\r\n', '\r\nabcd', '\r\n{"a"', '\r\nabcde');
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        starts,
        fc.array(pieces, { maxLength: 3 }),
        ends,
        fc.option(fc.tuple(fc.nat(200), fc.nat(255)), { freq: 1 }),
        async (start, middle, end, change) => {
          const bytes = Buffer.from(`${start}host: z\r\n${middle.join('')}${end}`, 'latin1');
          if (change !== null && change[0] < bytes.length) bytes[change[0]] = change[1];
          if (await agree(bytes)) read += 1;
        },
      ),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
