/** Writes what a controller sends, but for events (`event.encoder.ts`). Each call makes one whole frame. */
import { encodeFrame } from '#southbound/framing';
import type { Leg } from '../model/phone.js';
import type { Result } from '../model/words.js';
import { GOODBYE_REASON, PLATFORM, RESPONSE_BIT, RESULT, STATE, TYPE, type GoodbyeReason, type Platform } from './numbers.js';
import type { Request } from './request.decoder.js';
import { releaseBytes } from './text.js';

export const SNAPSHOT_CALLS_MAX = 3;
const DEVICE_TYPE_VOICE_SET_PRIME = 1;

export interface HelloAck {
  readonly result: Result;
  /** 100 to 65535. */
  readonly heartbeatMs: number;
  readonly bootId: number;
  readonly platform: Platform;
  readonly release: string;
}

export function encodeHelloAck(ack: HelloAck): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt8(RESULT[ack.result], 0);
  body.writeUInt16BE(ack.heartbeatMs, 1);
  body.writeUInt32BE(ack.bootId, 3);
  body.writeUInt8(PLATFORM[ack.platform], 7);
  body.set(releaseBytes(ack.release), 8);
  return encodeFrame(TYPE.HELLO_ACK, 0, 0, body);
}

export function encodeBackHello(nonce: Buffer, bootId: number): Buffer {
  const body = Buffer.alloc(12);
  body.set(nonce, 0);
  body.writeUInt32BE(bootId, 8);
  return encodeFrame(TYPE.BACK_HELLO, 0, 0, body);
}

/** `opaque` 8 bytes. */
export function encodePing(opaque: Buffer): Buffer {
  return encodeFrame(TYPE.PING, 0, 0, opaque);
}

export function encodePong(opaque: Buffer): Buffer {
  return encodeFrame(TYPE.PONG, 0, 0, opaque);
}

export function encodeGoodbye(reason: GoodbyeReason): Buffer {
  return encodeFrame(TYPE.GOODBYE, 0, 0, Buffer.from([GOODBYE_REASON[reason]]));
}

/** What a request came to; the fields beyond `result` are written only with OK, and only where the response's type has them. */
export interface Answer {
  readonly result: Result;
  /** LOOKUP_DEVICE. */
  readonly device?: { readonly handle: number; readonly inService: boolean };
  readonly monitorReference?: number;
  readonly localCallId?: number;
  /** SNAPSHOT_DEVICE: all calls of the device; those that fit are written. */
  readonly calls?: readonly Leg[];
}

export function encodeResponse(request: Request, answer: Answer): Buffer {
  const type = TYPE[request.type] | RESPONSE_BIT;
  const target = request.type === 'LOOKUP_DEVICE' ? (answer.device?.handle ?? 0) : request.target;
  return encodeFrame(type, request.correlation, target, responseBody(request, answer));
}

function responseBody(request: Request, answer: Answer): Buffer {
  const result = RESULT[answer.result];
  switch (request.type) {
    case 'LOOKUP_DEVICE':
      return Buffer.from(answer.device ? [result, DEVICE_TYPE_VOICE_SET_PRIME, Number(answer.device.inService)] : [result, 0, 0]);
    case 'MONITOR_START':
      return resultAndNumber(result, answer.monitorReference ?? 0);
    case 'MAKE_CALL':
      return resultAndNumber(result, answer.localCallId ?? 0);
    case 'SNAPSHOT_DEVICE':
      return snapshotBody(result, answer.calls ?? []);
    default:
      return Buffer.from([result]);
  }
}

function resultAndNumber(result: number, number: number): Buffer {
  const body = Buffer.alloc(5);
  body.writeUInt8(result, 0);
  body.writeUInt32BE(number, 1);
  return body;
}

function snapshotBody(result: number, legs: readonly Leg[]): Buffer {
  const shown = legs.slice(0, SNAPSHOT_CALLS_MAX);
  const body = Buffer.alloc(3 + 13 * shown.length);
  body.writeUInt8(result, 0);
  body.writeUInt8(shown.length, 1);
  body.writeUInt8(Number(legs.length > shown.length), 2);
  shown.forEach((leg, index) => {
    const at = 3 + 13 * index;
    body.writeUInt32BE(leg.localCallId, at);
    body.writeUInt32BE(leg.call.globalHigh, at + 4);
    body.writeUInt32BE(leg.call.globalLow, at + 8);
    body.writeUInt8(STATE[leg.state], at + 12);
  });
  return body;
}
