/** Bad handshakes and bad frames for a session's WebSocket: what is sent first, and what once the protocol has changed. */
import type { Made } from './cases.js';
import { flooded } from './bad-http.js';
import type { HttpRequest } from './http-connection.js';
import { AHEAD_CURSORS, BAD_CURSORS, BAD_QUERIES, PAST_CURSORS, wrongToken } from './bad-stream.js';
import type { Target } from './bad-rest.js';
import type { Seeded } from './seeded.js';

export interface SocketCase extends Made {
  readonly handshake: HttpRequest;
  /** Sent when the handshake was accepted; absent where it must not be. */
  readonly frames?: Buffer;
}
export const SOCKET_OPERATIONS = ['handshake', 'frame'] as const;

const socketPath = (sessionId: number | string) => `/v1/sessions/${sessionId}/events/socket`;

type Headers = Readonly<Record<string, string | undefined>>;
export function handshake(sessionId: number | string, token: string | undefined, query = '', changes: Headers = {}): HttpRequest {
  const headers: Headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    ...changes,
  };
  return {
    method: 'GET',
    path: `${socketPath(sessionId)}${query === '' ? '' : `?${query}`}`,
    headers: Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
  };
}

interface FrameForm {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Instead of the payload's own. */
  readonly length?: number;
  /** Eight bytes for the length though fewer would do. */
  readonly wide?: boolean;
}
const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

/** A frame of RFC 6455, right or wrong as asked. */
export function frame({
  opcode,
  payload,
  fin = true,
  reserved = 0,
  masked = true,
  length = payload.length,
  wide = false,
}: FrameForm): Buffer {
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (wide || length > 0xffff) {
    head = Buffer.from([first, maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(length), 2);
  } else if (length > 125) head = Buffer.from([first, maskBit | 126, length >> 8, length & 255]);
  else head = Buffer.from([first, maskBit | length]);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, MASK, payload.map((byte, at) => byte ^ MASK[at % 4]!)]);
}
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10];
const text = (payload: string, more: Partial<FrameForm> = {}): Buffer =>
  frame({ opcode: TEXT, payload: Buffer.from(payload), ...more });
const ack = (cursor: string): string => `{"type":"ack","cursor":"${cursor}"}`;

const BAD_TEXTS = [
  '',
  '{',
  'null',
  '[]',
  '"ack"',
  '{}',
  '{"type":"ack"}',
  '{"type":"ack","cursor":1}',
  '{"type":"ack","cursor":"1.0.0","cursor":"1.0.0"}',
  '{"type":"ack","cursor":"1.0.0","more":1}',
  '{"__proto__":{"polluted":true},"type":"ack","cursor":"1.0.0"}',
  '{"type":"events","events":[]}',
  '{"type":"subscribe","sessionId":1}',
  `{"a":${'['.repeat(500)}`,
  '<?xml version="1.0"?><!DOCTYPE x><x/>',
  'GET / HTTP/1.1\r\n\r\n',
  '\u0000',
  'x'.repeat(1000),
  ...BAD_CURSORS.map(ack),
  ack('1.0.0 '.repeat(3)),
];

type FrameMaker = (random: Seeded) => Buffer;
const FRAMES: readonly FrameMaker[] = [
  (random) => text(random.pick(BAD_TEXTS)),
  (random) => text(random.pick(BAD_TEXTS)),
  (random) => Buffer.concat([text(ack(random.pick([...PAST_CURSORS, ...AHEAD_CURSORS]))), text(random.pick(BAD_TEXTS))]),
  (random) => frame({ opcode: BINARY, payload: Buffer.from(random.pick([...BAD_TEXTS, ack('1.0.0')])) }),
  (random) => text('x'.repeat(random.pick([1025, 5000, 70_000]))),
  (random) => text('', { length: random.pick([1025, 2 ** 31, 2 ** 53 - 1]), wide: true }),
  () => text(ack('1.0.0'), { masked: false }),
  (random) => text(ack('1.0.0'), { reserved: random.pick([1, 2, 4, 7]) }),
  (random) => frame({ opcode: random.pick([3, 4, 7, 11, 15]), payload: Buffer.from('x') }),
  () => frame({ opcode: TEXT, payload: Buffer.from([0xc3, 0x28, 0xff]) }),
  () => frame({ opcode: TEXT, payload: Buffer.from([0xed, 0xa0, 0x80]) }),
  () => frame({ opcode: 0, payload: Buffer.from('continues nothing') }),
  () => Buffer.concat([text('{"type"', { fin: false }), text(':"ack"}')]),
  () => Buffer.concat([text('{"type"', { fin: false }), frame({ opcode: 0, payload: Buffer.from(':1}') })]),
  () =>
    Buffer.concat(
      Array.from({ length: 40 }, (_, at) => frame({ opcode: at === 0 ? TEXT : 0, payload: Buffer.alloc(100, 'x'), fin: false })),
    ),
  (random) => frame({ opcode: random.pick([PING, PONG, CLOSE]), payload: Buffer.alloc(126) }),
  (random) => frame({ opcode: random.pick([PING, PONG, CLOSE]), payload: Buffer.from('x'), fin: false }),
  (random) => frame({ opcode: CLOSE, payload: Buffer.from(random.pick(['03', '0000', '03e7', '03ed', '03f7', 'ffff']), 'hex') }),
  () => frame({ opcode: CLOSE, payload: Buffer.from([0x03, 0xe8, 0xc3, 0x28]) }),
  (random) => Buffer.concat(Array.from({ length: 220 }, () => text(ack(random.pick([...PAST_CURSORS, ...AHEAD_CURSORS]))))),
  () => Buffer.concat([...Array.from({ length: 30 }, () => frame({ opcode: PING, payload: Buffer.alloc(125) })), text('x')]),
  () => Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
];

type Handshake = (target: Target, random: Seeded) => HttpRequest;
const REFUSED: readonly Handshake[] = [
  ({ sessionId, token }, random) => handshake(sessionId, token, `after=${random.pick(AHEAD_CURSORS)}`),
  ({ foreignSessionId, token }, random) =>
    handshake(random.pick([foreignSessionId, random.below(2 ** 31), 0, Number.MAX_SAFE_INTEGER]), token),
  ({ sessionId, token }) => handshake(sessionId, wrongToken(token)),
  ({ foreignSessionId, token }, random) =>
    handshake(
      foreignSessionId,
      token,
      `after=${random.pick([...PAST_CURSORS, ...AHEAD_CURSORS])}&window=${1 + random.below(10_000)}`,
    ),
  ({ sessionId }, random) =>
    handshake(
      sessionId,
      undefined,
      `ticket=${Array.from({ length: 43 }, () => random.pick(['a', 'B', '0', '_', '-'])).join('')}`,
    ),
  ({ sessionId }) => handshake(sessionId, undefined),
  ({ sessionId }, random) => handshake(sessionId, undefined, `ticket=${random.pick(['', 'x', '%00', 'x'.repeat(44), "'--"])}`),
  ({ sessionId, token }, random) => handshake(sessionId, token, `after=${encodeURIComponent(random.pick(BAD_CURSORS))}x`),
  ({ sessionId, token }, random) => handshake(sessionId, token, random.pick(BAD_QUERIES.filter((one) => one !== 'after'))),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, `window=${random.pick(['0', '-1', '1.5', '10001', '1e3', '', 'x', '9'.repeat(30)])}`),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, '', { origin: random.pick(['https://evil.example', 'null', '', 'x'.repeat(3000)]) }),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, '', { upgrade: random.pick(['h2c', 'websocket, h2c', 'WebSockets', 'x'.repeat(1000)]) }),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, '', {
      'sec-websocket-key': random.pick([undefined, '', 'x', 'dGhlIHNhbXBsZSBub25jZQ', '=='.repeat(500)]),
    }),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, '', { 'sec-websocket-version': random.pick([undefined, '', '0', '12', '14', '13, 8', 'x']) }),
  ({ sessionId, token }, random) =>
    handshake(sessionId, token, '', { 'sec-websocket-protocol': random.pick(['a, a', ',', 'a b', '"', 'a,,b']) }),
  ({ sessionId, token }) => ({ ...handshake(sessionId, token), method: 'POST' }),
  ({ token }, random) => handshake(random.pick(['01', '-1', '1.0', 'x', '9'.repeat(17), '%31', '__proto__']), token),
  ({ sessionId, token }, random) => ({
    ...handshake(sessionId, token),
    path: random.pick([
      '/',
      '/v1/sessions',
      `/v1/sessions/${sessionId}/events/stream`,
      `//v1/sessions/${sessionId}/events/socket`,
      '/axis2/services/SessionService',
    ]),
  }),
  ({ foreignSessionId, token }, random) => flooded(handshake(foreignSessionId, token), random.pick([50, 200])),
];

/** Two thirds get as far as a session: a bad frame needs an accepted handshake before it. */
export function badSocketCase(target: Target, random: Seeded): SocketCase {
  if (random.below(3) > 0) {
    const index = random.below(FRAMES.length);
    const query = random.pick(['', '', `after=${random.pick(PAST_CURSORS)}`, 'window=1', 'window=10000']);
    const frames = FRAMES[index]!(random);
    return { what: `frame ${index}`, operation: 'frame', handshake: handshake(target.sessionId, target.token, query), frames };
  }
  const index = random.below(REFUSED.length);
  return { what: `handshake ${index}`, operation: 'handshake', handshake: REFUSED[index]!(target, random) };
}
