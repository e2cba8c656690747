/**
 * Reads what an instance may send, from frames. Everything that the page calls a protocol error throws {@link FrameError}; whether a message
 * has its turn on this connection is the link's matter, not this file's.
 */
import { FrameError, type Frame } from '#southbound/framing';
import { addressOf, uuidOf } from './text.js';
import { RESPONSE_BIT, TYPE } from './numbers.js';

export const REQUEST_BYTES_MAX = 64;
const HEADER_BYTES = 12;

export interface Hello {
  readonly type: 'HELLO';
  /** The eight bytes as they came, to be said again in BACK_HELLO. */
  readonly nonce: Buffer;
  readonly epochMajor: number;
  readonly epochMinor: number;
  readonly instanceId: string;
  readonly address: string;
  readonly callbackPort: number;
}

export type CallRequestType = 'ANSWER_CALL' | 'CLEAR_CALL' | 'HOLD_CALL' | 'RETRIEVE_CALL';

/** `correlation` 1 to 2^32-1. */
export type Request =
  | { readonly type: 'LOOKUP_DEVICE'; readonly correlation: number; readonly target: 0; readonly directoryNumber: string }
  | { readonly type: 'MONITOR_START' | 'SNAPSHOT_DEVICE'; readonly correlation: number; readonly target: number }
  | { readonly type: 'MONITOR_STOP'; readonly correlation: number; readonly target: number; readonly monitorReference: number }
  | {
      readonly type: 'MAKE_CALL';
      readonly correlation: number;
      readonly target: number;
      readonly number: string;
      readonly accountCode: string;
    }
  | { readonly type: CallRequestType; readonly correlation: number; readonly target: number; readonly localCallId: number };
export type RequestType = Request['type'];

export type InstanceMessage =
  | Hello
  | { readonly type: 'BACK_ACK'; readonly accepted: boolean }
  | { readonly type: 'PING'; readonly opaque: Buffer }
  | { readonly type: 'PONG' }
  | { readonly type: 'GOODBYE'; readonly reason: number }
  | { readonly type: 'REQUEST'; readonly request: Request };

export const REQUEST_TYPES: readonly RequestType[] = [
  'LOOKUP_DEVICE',
  'MONITOR_START',
  'MONITOR_STOP',
  'SNAPSHOT_DEVICE',
  'MAKE_CALL',
  'ANSWER_CALL',
  'CLEAR_CALL',
  'HOLD_CALL',
  'RETRIEVE_CALL',
];

const REQUEST_TYPE_OF = new Map<number, RequestType>(REQUEST_TYPES.map((type) => [TYPE[type], type]));

/** Types that exist but that only a controller sends. */
const CONTROLLERS_OWN = new Set<number>([
  TYPE.HELLO_ACK,
  TYPE.BACK_HELLO,
  TYPE.EVENT,
  ...REQUEST_TYPES.map((type) => TYPE[type] | RESPONSE_BIT),
]);

export function decodeInstanceMessage(frame: Frame): InstanceMessage {
  const { body } = frame;
  switch (frame.type) {
    case TYPE.HELLO:
      return decodeHello(body);
    case TYPE.BACK_ACK:
      exactly(body, 1);
      return { type: 'BACK_ACK', accepted: body.readUInt8(0) === 0 };
    case TYPE.PING:
      exactly(body, 8);
      return { type: 'PING', opaque: body };
    case TYPE.PONG:
      exactly(body, 8);
      return { type: 'PONG' };
    case TYPE.GOODBYE:
      exactly(body, 1);
      return { type: 'GOODBYE', reason: body.readUInt8(0) };
  }
  const type = REQUEST_TYPE_OF.get(frame.type);
  if (type) return { type: 'REQUEST', request: decodeRequest(type, frame) };
  if (CONTROLLERS_OWN.has(frame.type))
    throw new FrameError('TYPE', `type ${frame.type} is for a controller to send, not for an instance`);
  throw new FrameError('TYPE', `there is no type ${frame.type}`);
}

function decodeHello(body: Buffer): Hello {
  exactly(body, 51);
  const address = addressOf(body.readUInt8(32), body.subarray(33, 49));
  if (address === null) throw new FrameError('BODY', 'the address family is neither 4 nor 6');
  const callbackPort = body.readUInt16BE(49);
  if (callbackPort < 49_500 || callbackPort > 49_600)
    throw new FrameError('BODY', `the call-back port is ${callbackPort}, not one of 49500 to 49600`);
  return {
    type: 'HELLO',
    nonce: Buffer.from(body.subarray(0, 8)),
    epochMajor: body.readUInt32BE(8),
    epochMinor: body.readUInt32BE(12),
    instanceId: uuidOf(body.subarray(16, 32)),
    address,
    callbackPort,
  };
}

function decodeRequest(type: RequestType, frame: Frame): Request {
  const { body, correlation, target } = frame;
  if (correlation === 0) throw new FrameError('BODY', 'a request has a number from 1');
  if (HEADER_BYTES + body.length > REQUEST_BYTES_MAX)
    throw new FrameError('BODY', `a request is at most ${REQUEST_BYTES_MAX} bytes`);
  switch (type) {
    case 'LOOKUP_DEVICE': {
      if (target !== 0) throw new FrameError('BODY', 'the target of LOOKUP_DEVICE is 0');
      const digits = digitsAt(body, 0);
      if (digits.text === '') throw new FrameError('BODY', 'the directory number is empty');
      exactly(body, digits.end);
      return { type, correlation, target: 0, directoryNumber: digits.text };
    }
    case 'MAKE_CALL': {
      const number = digitsAt(body, 0);
      const accountCode = digitsAt(body, number.end);
      if (number.text === '') throw new FrameError('BODY', 'the number is empty');
      exactly(body, accountCode.end);
      return { type, correlation, target, number: number.text, accountCode: accountCode.text };
    }
    case 'MONITOR_START':
    case 'SNAPSHOT_DEVICE':
      exactly(body, 0);
      return { type, correlation, target };
    case 'MONITOR_STOP':
      exactly(body, 4);
      return { type, correlation, target, monitorReference: body.readUInt32BE(0) };
    default:
      exactly(body, 4);
      return { type, correlation, target, localCallId: body.readUInt32BE(0) };
  }
}

function exactly(body: Buffer, bytes: number): void {
  if (body.length !== bytes) throw new FrameError('BODY', `a body of ${body.length} bytes where ${bytes} belong`);
}

function digitsAt(body: Buffer, start: number): { readonly text: string; readonly end: number } {
  if (start >= body.length) throw new FrameError('BODY', 'the length byte of a string is missing');
  const end = start + 1 + body.readUInt8(start);
  if (end > body.length) throw new FrameError('BODY', 'a string ends behind its frame');
  const text = body.toString('latin1', start + 1, end);
  if (!/^[0-9*#+]*$/.test(text)) throw new FrameError('BODY', 'numbers are of 0-9 * # +');
  return { text, end };
}
