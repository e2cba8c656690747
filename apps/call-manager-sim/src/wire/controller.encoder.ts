/** Writes what a controller sends, but for events (`event.encoder.ts`). Each call makes one whole frame. */
import { encodeFrame } from '#southbound/framing';
import type { CallPicture } from '../model/flags.js';
import { startOf } from '../model/start-of-text.js';
import type { Result } from '../model/words.js';
import { DEVICE_TYPE, ENTITY, ITEM, type ItemWord } from './asked-numbers.js';
import { flagBits } from './event.encoder.js';
import {
  CAPABILITY,
  GOODBYE_REASON,
  PLATFORM,
  RESPONSE_BIT,
  RESULT,
  STATE,
  TYPE,
  type Capability,
  type GoodbyeReason,
  type Platform,
} from './numbers.js';
import type { Request } from './request.decoder.js';
import { CAUSE } from './word-numbers.js';
import { releaseBytes } from './text.js';

export const SNAPSHOT_CALLS_MAX = 3;
/** Calls in one page of SNAPSHOT_CALLS. */
export const PAGE_CALLS_MAX = 2;
const FRAME_BYTES_MAX = 364;
const HEADER_BYTES = 12;
const QUERY_ITEM_BYTES_MAX = 50;
/** Handle, and how many items. */
const ENTRY_HEAD_BYTES = 5;
/** Of one entry in a frame, behind entity, count and the head. */
const ENTRY_ITEM_BYTES_MAX = FRAME_BYTES_MAX - HEADER_BYTES - 2 - ENTRY_HEAD_BYTES;
/** Word and length. */
const ITEM_HEAD_BYTES = 2;
const ITEM_TEXT_BYTES_MAX = 255;
/** The longest character of UTF-8. */
const CHARACTER_BYTES_MAX = 4;
const DEVICE_TYPE_VOICE_SET_PRIME = 1;

export type ItemValue = readonly [word: ItemWord, value: string];

export interface DirectoryEntry {
  readonly handle: number;
  readonly items: readonly ItemValue[];
}

export interface HelloAck {
  readonly result: Result;
  /** 100 to 65535. */
  readonly heartbeatMs: number;
  readonly bootId: number;
  readonly platform: Platform;
  readonly release: string;
  readonly capabilities: readonly Capability[];
}

export function encodeHelloAck(ack: HelloAck): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt8(RESULT[ack.result], 0);
  body.writeUInt16BE(ack.heartbeatMs, 1);
  body.writeUInt32BE(ack.bootId, 3);
  body.writeUInt8(PLATFORM[ack.platform], 7);
  body.set(releaseBytes(ack.release), 8);
  body.writeUInt8(capabilityBits(ack.capabilities), 11);
  return encodeFrame(TYPE.HELLO_ACK, 0, 0, body);
}

function capabilityBits(capabilities: readonly Capability[]): number {
  return capabilities.reduce((bits, capability) => bits | CAPABILITY[capability], 0);
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
  /** LOOKUP, and the traits of SNAPSHOT_CALLS. */
  readonly deviceType?: number;
  readonly traits?: number;
  /** Of a directory entry that was written. */
  readonly handle?: number;
  /** QUERY: all items; those that fit from the asked one on are written. */
  readonly items?: readonly ItemValue[];
  /** DIRECTORY_READ: the entries go before the answer, in frames of their own; more of them by asking after `next`. */
  readonly entries?: readonly DirectoryEntry[];
  readonly next?: number;
  readonly monitorReference?: number;
  readonly localCallId?: number;
  /** SNAPSHOT_DEVICE: all calls of the device; those that fit are written. */
  readonly calls?: readonly CallPicture[];
}

export function encodeResponse(request: Request, answer: Answer): Buffer {
  const type = TYPE[request.type] | RESPONSE_BIT;
  const lookedUp = request.type === 'LOOKUP_DEVICE' || request.type === 'LOOKUP';
  const target = lookedUp ? (answer.device?.handle ?? 0) : request.target;
  return encodeFrame(type, request.correlation, target, responseBody(request, answer));
}

function responseBody(request: Request, answer: Answer): Buffer {
  const result = RESULT[answer.result];
  switch (request.type) {
    case 'LOOKUP_DEVICE':
      return Buffer.from(answer.device ? [result, DEVICE_TYPE_VOICE_SET_PRIME, Number(answer.device.inService)] : [result, 0, 0]);
    case 'LOOKUP':
      return Buffer.from([result, answer.deviceType ?? 0, Number(answer.device?.inService ?? false), answer.traits ?? 0]);
    case 'MONITOR_START':
    case 'MONITOR_OBJECT':
      return resultAndNumber(result, answer.monitorReference ?? 0);
    case 'DIRECTORY_WRITE':
      return resultAndNumber(result, answer.handle ?? 0);
    case 'SNAPSHOT_CALLS':
      return pageOfCalls(result, answer, request.from);
    case 'QUERY':
      return pageOfItems(result, answer.items ?? [], request.from);
    case 'DIRECTORY_READ':
      return readEnd(result, answer);
    case 'MAKE_CALL':
    case 'CALL_COMMAND':
    case 'DEVICE_COMMAND':
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

function snapshotBody(result: number, legs: readonly CallPicture[]): Buffer {
  const shown = legs.slice(0, SNAPSHOT_CALLS_MAX);
  const body = Buffer.alloc(3 + 13 * shown.length);
  body.writeUInt8(result, 0);
  body.writeUInt8(shown.length, 1);
  body.writeUInt8(Number(legs.length > shown.length), 2);
  shown.forEach((leg, index) => {
    const at = 3 + 13 * index;
    body.writeUInt32BE(leg.localCallId, at);
    body.writeUInt32BE(leg.globalHigh, at + 4);
    body.writeUInt32BE(leg.globalLow, at + 8);
    body.writeUInt8(STATE[leg.state], at + 12);
  });
  return body;
}

function pageOfCalls(result: number, answer: Answer, from: number): Buffer {
  const all = answer.calls ?? [];
  const shown = all.slice(from, from + PAGE_CALLS_MAX);
  const body = Buffer.alloc(4 + 21 * shown.length);
  body.set([result, answer.traits ?? 0, Number(all.length > from + shown.length), shown.length]);
  shown.forEach((leg, index) => {
    const at = 4 + 21 * index;
    body.writeUInt32BE(leg.localCallId, at);
    body.writeUInt32BE(leg.globalHigh, at + 4);
    body.writeUInt32BE(leg.globalLow, at + 8);
    body.writeUInt8(STATE[leg.state], at + 12);
    body.writeUInt8(flagBits(leg.flags), at + 13);
    body.writeUInt32BE(leg.linked, at + 14);
    body.writeUInt8(leg.parties, at + 18);
    body.writeUInt16BE(leg.failure ? CAUSE[leg.failure] : 0, at + 19);
  });
  return body;
}

function pageOfItems(result: number, items: readonly ItemValue[], from: number): Buffer {
  const parts: Buffer[] = [];
  let room = QUERY_ITEM_BYTES_MAX;
  let next = from;
  for (const [word, value] of items.slice(from)) {
    const bytes = itemBytes(word, value, QUERY_ITEM_BYTES_MAX);
    if (bytes.length > room) break;
    parts.push(bytes);
    room -= bytes.length;
    next += 1;
  }
  return Buffer.concat([Buffer.from([result, next < items.length ? next : 0]), ...parts]);
}

function readEnd(result: number, answer: Answer): Buffer {
  const body = Buffer.alloc(7);
  body.writeUInt8(result, 0);
  body.writeUInt16BE(answer.entries?.length ?? 0, 1);
  body.writeUInt32BE(answer.next ?? 0, 3);
  return body;
}

/**
 * DIRECTORY_ENTRIES: as many entries to a frame as fit.
 * @param continued an entry that is longer than a frame goes on in the next; else it is cut
 */
export function encodeEntries(
  correlation: number,
  entity: keyof typeof ENTITY,
  entries: readonly DirectoryEntry[],
  continued: boolean,
): Buffer[] {
  const frames: Buffer[] = [];
  let waiting: Buffer[] = [];
  let bytes = 0;
  const flush = () => {
    if (waiting.length === 0) return;
    const head = Buffer.from([ENTITY[entity], waiting.length]);
    frames.push(encodeFrame(TYPE.DIRECTORY_ENTRIES, correlation, 0, Buffer.concat([head, ...waiting])));
    waiting = [];
    bytes = 0;
  };
  for (const entry of entries)
    for (const encoded of continued ? piecesOf(entry).map(entryBytes) : [entryBytes(entry)]) {
      if (HEADER_BYTES + 2 + bytes + encoded.length > FRAME_BYTES_MAX) flush();
      waiting.push(encoded);
      bytes += encoded.length;
    }
  flush();
  return frames;
}

/** The entry in pieces that fit into a frame each; one that fits is one piece. */
function piecesOf({ handle, items }: DirectoryEntry): DirectoryEntry[] {
  const pieces: ItemValue[][] = [[]];
  let room = ENTRY_ITEM_BYTES_MAX;
  for (const [word, value] of items) {
    let [left, name] = [value, word];
    do {
      if (room < ITEM_HEAD_BYTES + Math.min(Buffer.byteLength(left, 'utf8'), CHARACTER_BYTES_MAX)) {
        pieces.push([]);
        room = ENTRY_ITEM_BYTES_MAX;
      }
      const start = startOf(left, Math.min(ITEM_TEXT_BYTES_MAX, room - ITEM_HEAD_BYTES));
      pieces.at(-1)?.push([name, start]);
      room -= ITEM_HEAD_BYTES + Buffer.byteLength(start, 'utf8');
      [left, name] = [left.slice(start.length), 'CONTINUED'];
    } while (left !== '');
  }
  return pieces.map((piece) => ({ handle, items: piece }));
}

/** An entry, or a piece, has a frame's room at most: an item that does not fit is cut. */
function entryBytes({ handle, items }: DirectoryEntry): Buffer {
  const head = Buffer.alloc(ENTRY_HEAD_BYTES);
  head.writeUInt32BE(handle, 0);
  let room = ENTRY_ITEM_BYTES_MAX;
  const parts = items.map(([word, value]) => {
    const bytes = itemBytes(word, value, room);
    room -= bytes.length;
    return bytes;
  });
  head.writeUInt8(parts.filter(({ length }) => length > 0).length, 4);
  return Buffer.concat([head, ...parts]);
}

function itemBytes(word: ItemWord, value: string, room: number): Buffer {
  if (room < ITEM_HEAD_BYTES) return Buffer.alloc(0);
  const bytes = Buffer.from(startOf(value, Math.min(ITEM_TEXT_BYTES_MAX, room - ITEM_HEAD_BYTES)), 'utf8');
  return Buffer.concat([Buffer.from([ITEM[word], bytes.length]), bytes]);
}

export function deviceTypeOf(name: keyof typeof DEVICE_TYPE): number {
  return DEVICE_TYPE[name];
}
