/**
 * Reads what an instance may send, from frames. Everything that the page calls a protocol error throws {@link FrameError}; whether a message
 * has its turn on this connection is the link's matter, not this file's.
 */
import { FrameError, type Frame } from '#southbound/framing';
import type { MonitorKind } from '../model/monitors.js';
import {
  ACTION,
  CALL_OPCODE,
  DEVICE_OPCODE,
  ENTITY,
  ITEM,
  LOOKUP_KIND,
  MONITOR_KIND,
  QUERY_KIND,
  nameOf,
  type DirectoryAction,
  type ItemWord,
} from './asked-numbers.js';
import { RESPONSE_BIT, TYPE } from './numbers.js';
import { addressOf, uuidOf } from './text.js';

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

export interface Item {
  /** Null: of a later release, to be passed over. */
  readonly word: ItemWord | null;
  readonly value: string;
}

/** Kinds, opcodes and entities that this release does not know are null: they are answered NOT_SUPPORTED. `correlation` 1 to 2^32-1. */
export type Request =
  | { readonly type: 'LOOKUP_DEVICE'; readonly correlation: number; readonly target: 0; readonly directoryNumber: string }
  | { readonly type: 'MONITOR_START'; readonly correlation: number; readonly target: number }
  | { readonly type: 'SNAPSHOT_DEVICE'; readonly correlation: number; readonly target: number }
  | { readonly type: 'MONITOR_STOP'; readonly correlation: number; readonly target: number; readonly monitorReference: number }
  | {
      readonly type: 'MAKE_CALL';
      readonly correlation: number;
      readonly target: number;
      readonly number: string;
      readonly accountCode: string;
    }
  | { readonly type: CallRequestType; readonly correlation: number; readonly target: number; readonly localCallId: number }
  | {
      readonly type: 'LOOKUP';
      readonly correlation: number;
      readonly target: 0;
      readonly kind: keyof typeof LOOKUP_KIND | null;
      readonly number: number;
      readonly text: string;
    }
  | { readonly type: 'SNAPSHOT_CALLS'; readonly correlation: number; readonly target: number; readonly from: number }
  | { readonly type: 'MONITOR_OBJECT'; readonly correlation: number; readonly target: number; readonly kind: MonitorKind | null }
  | {
      readonly type: 'CALL_COMMAND';
      readonly correlation: number;
      readonly target: number;
      readonly opcode: keyof typeof CALL_OPCODE | null;
      readonly localCallId: number;
      readonly value: number;
      readonly argument: string;
    }
  | {
      readonly type: 'DEVICE_COMMAND';
      readonly correlation: number;
      readonly target: number;
      readonly opcode: keyof typeof DEVICE_OPCODE | null;
      readonly value: number;
      readonly first: string;
      readonly second: string;
    }
  | {
      readonly type: 'QUERY';
      readonly correlation: number;
      readonly target: number;
      readonly kind: keyof typeof QUERY_KIND | null;
      readonly from: number;
    }
  | {
      readonly type: 'DIRECTORY_READ';
      readonly correlation: number;
      readonly target: 0;
      readonly entity: keyof typeof ENTITY | null;
      readonly after: number;
      /** Entries may be sent in pieces; absent: the byte was not there. */
      readonly continued?: boolean;
    }
  | {
      readonly type: 'DIRECTORY_WRITE';
      readonly correlation: number;
      readonly target: number;
      readonly entity: keyof typeof ENTITY | null;
      readonly action: DirectoryAction;
      readonly items: readonly Item[];
    };
export type RequestType = Request['type'];

/** Of the request with this correlation, which comes next. */
export interface TraceContext {
  readonly type: 'TRACE';
  readonly correlation: number;
  /** As W3C trace context writes it, of version 00. */
  readonly traceparent: string;
}

/** Items of the DIRECTORY_WRITE with this correlation, which comes after all its parts. */
export interface DirectoryPart {
  readonly type: 'DIRECTORY_PART';
  readonly correlation: number;
  readonly items: readonly Item[];
}

export type InstanceMessage =
  | Hello
  | TraceContext
  | DirectoryPart
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
  'LOOKUP',
  'SNAPSHOT_CALLS',
  'MONITOR_OBJECT',
  'CALL_COMMAND',
  'DEVICE_COMMAND',
  'QUERY',
  'DIRECTORY_READ',
  'DIRECTORY_WRITE',
];

const REQUEST_TYPE_OF = new Map<number, RequestType>(REQUEST_TYPES.map((type) => [TYPE[type], type]));

/** Types that exist but that only a controller sends. */
const CONTROLLERS_OWN = new Set<number>([
  TYPE.HELLO_ACK,
  TYPE.BACK_HELLO,
  TYPE.EVENT,
  TYPE.DIRECTORY_ENTRIES,
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
    case TYPE.TRACE:
      return decodeTrace(frame);
    case TYPE.DIRECTORY_PART:
      return decodePart(frame);
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

function decodeTrace({ correlation, body }: Frame): TraceContext {
  exactly(body, 25);
  if (correlation === 0) throw new FrameError('BODY', 'a request has a number from 1');
  const [traceId, spanId] = [body.subarray(0, 16), body.subarray(16, 24)];
  if (traceId.every((byte) => byte === 0) || spanId.every((byte) => byte === 0))
    throw new FrameError('BODY', 'an id of a trace is not 0');
  const [trace, span, flags] = [traceId, spanId, body.subarray(24)].map((bytes) => bytes.toString('hex'));
  return { type: 'TRACE', correlation, traceparent: `00-${trace}-${span}-${flags}` };
}

function decodePart({ correlation, body }: Frame): DirectoryPart {
  if (correlation === 0) throw new FrameError('BODY', 'a request has a number from 1');
  if (body.length === 0) throw new FrameError('BODY', 'a part without items');
  return { type: 'DIRECTORY_PART', correlation, items: itemsAt(body, 0) };
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
    case 'ANSWER_CALL':
    case 'CLEAR_CALL':
    case 'HOLD_CALL':
    case 'RETRIEVE_CALL':
      exactly(body, 4);
      return { type, correlation, target, localCallId: body.readUInt32BE(0) };
    default:
      return decodeFeature(type, frame);
  }
}

type FeatureRequestType = Exclude<
  RequestType,
  CallRequestType | 'LOOKUP_DEVICE' | `MONITOR_ST${string}` | 'SNAPSHOT_DEVICE' | 'MAKE_CALL'
>;

function decodeFeature(type: FeatureRequestType, { body, correlation, target }: Frame): Request {
  switch (type) {
    case 'LOOKUP': {
      if (target !== 0) throw new FrameError('BODY', 'the target of LOOKUP is 0');
      const text = textAt(body, 5);
      exactly(body, text.end);
      const kind = nameOf(LOOKUP_KIND, body.readUInt8(0));
      return { type, correlation, target: 0, kind, number: body.readUInt32BE(1), text: text.text };
    }
    case 'SNAPSHOT_CALLS':
      exactly(body, 1);
      return { type, correlation, target, from: body.readUInt8(0) };
    case 'MONITOR_OBJECT':
      exactly(body, 1);
      return { type, correlation, target, kind: nameOf(MONITOR_KIND, body.readUInt8(0)) };
    case 'CALL_COMMAND': {
      const argument = textAt(body, 9);
      exactly(body, argument.end);
      const opcode = nameOf(CALL_OPCODE, body.readUInt8(0));
      const localCallId = body.readUInt32BE(1);
      return { type, correlation, target, opcode, localCallId, value: body.readUInt32BE(5), argument: argument.text };
    }
    case 'DEVICE_COMMAND': {
      const first = textAt(body, 5);
      const second = textAt(body, first.end);
      exactly(body, second.end);
      const opcode = nameOf(DEVICE_OPCODE, body.readUInt8(0));
      return { type, correlation, target, opcode, value: body.readUInt32BE(1), first: first.text, second: second.text };
    }
    case 'QUERY':
      exactly(body, 2);
      return { type, correlation, target, kind: nameOf(QUERY_KIND, body.readUInt8(0)), from: body.readUInt8(1) };
    case 'DIRECTORY_READ': {
      const mayContinue = body.length === 6;
      exactly(body, mayContinue ? 6 : 5);
      if (target !== 0) throw new FrameError('BODY', 'the target of DIRECTORY_READ is 0');
      const read = {
        type,
        correlation,
        target: 0,
        entity: nameOf(ENTITY, body.readUInt8(0)),
        after: body.readUInt32BE(1),
      } as const;
      if (!mayContinue) return read;
      if (body.readUInt8(5) > 1) throw new FrameError('BODY', 'whether entries may continue is 0 or 1');
      return { ...read, continued: body.readUInt8(5) === 1 };
    }
    case 'DIRECTORY_WRITE': {
      if (body.length < 2) throw new FrameError('BODY', 'entity or action is missing');
      const action = nameOf(ACTION, body.readUInt8(1));
      if (action === null) throw new FrameError('BODY', 'the action is 1 to 3');
      return { type, correlation, target, entity: nameOf(ENTITY, body.readUInt8(0)), action, items: itemsAt(body, 2) };
    }
  }
}

function itemsAt(body: Buffer, start: number): Item[] {
  const items: Item[] = [];
  for (let at = start; at < body.length;) {
    const { text, end } = textAt(body, at + 1);
    items.push({ word: nameOf(ITEM, body.readUInt8(at)), value: text });
    at = end;
  }
  return items;
}

function textAt(body: Buffer, start: number): { readonly text: string; readonly end: number } {
  if (start >= body.length) throw new FrameError('BODY', 'the length byte of a string is missing');
  const end = start + 1 + body.readUInt8(start);
  if (end > body.length) throw new FrameError('BODY', 'a string ends behind its frame');
  return { text: body.toString('utf8', start + 1, end), end };
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
