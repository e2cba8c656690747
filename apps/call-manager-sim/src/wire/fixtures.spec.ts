import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder, FrameError } from '#southbound/framing';
import type { CallFlags, CallPicture } from '../model/flags.js';
import type { CallFact, FeatureChange, Happening, Party } from '../model/happening.js';
import { newPhone, type Call, type Leg, type Phone } from '../model/phone.js';
import type { Cause, EventName, LocalState, Result, Role } from '../model/words.js';
import {
  encodeBackHello,
  encodeEntries,
  encodeGoodbye,
  encodeHelloAck,
  encodePing,
  encodePong,
  encodeResponse,
  type Answer,
} from './controller.encoder.js';
import { EVENT_BYTES_MAX, writeEvent } from './event.encoder.js';
import type { ENTITY, ItemWord } from './asked-numbers.js';
import { CAPABILITY, FLAG, GOODBYE_REASON, type GoodbyeReason, type Platform } from './numbers.js';
import { decodeInstanceMessage, type InstanceMessage, type Request, type RequestType } from './request.decoder.js';

/** All fields of all messages; each has those of its type. */
interface Fields {
  readonly type: string;
  readonly result: Result;
  readonly heartbeatMs: number;
  readonly bootId: number;
  readonly platform: Platform;
  readonly release: string;
  readonly capabilities: number;
  readonly nonce: string;
  readonly opaque: string;
  readonly reason: number;
  readonly correlation: number;
  readonly target: number;
  readonly inService: boolean;
  readonly monitorReference: number;
  readonly monitorSequence: number;
  readonly localCallId: number;
  readonly globalCallId: string;
  readonly localState: LocalState;
  readonly serial: number;
  readonly time: number;
  readonly eventType: EventName;
  readonly cause: Cause;
  readonly devices: readonly { readonly role: Role; readonly attribute: string; readonly value: string }[];
  readonly calls?: readonly FixtureCall[];
  readonly deviceType: number;
  readonly traits: number;
  readonly next: number;
  readonly count: number;
  readonly more: boolean;
  readonly handle: number;
  readonly entity: keyof typeof ENTITY;
  readonly items?: readonly { readonly word: ItemWord; readonly value: string }[];
  readonly entries?: readonly { readonly handle: number; readonly items: Fields['items'] }[];
  readonly flags?: number;
  readonly linkedCallId?: number;
  readonly parties?: number;
}
interface FixtureCall {
  readonly localCallId: number;
  readonly globalCallId: string;
  readonly localState: LocalState;
  readonly flags?: number;
  readonly linkedCallId?: number;
  readonly parties?: number;
  readonly failureCause?: Cause;
}
interface Fixture {
  readonly name: string;
  readonly from: string;
  readonly hex: string;
  readonly decodeOnly?: boolean;
  readonly message: Fields;
}
interface Page {
  readonly frames: readonly Fixture[];
  readonly malformed: readonly {
    readonly name: string;
    readonly receiver: string;
    readonly code: string;
    readonly hex: string;
  }[];
}
const pages = ['v1.json', 'v1-features.json'].map((name) => {
  const file = new URL(`../../../../test/fixtures/controller-link/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Page;
});
const page: Page = {
  frames: pages.flatMap(({ frames }) => frames),
  malformed: pages.flatMap(({ malformed }) => malformed),
};
/** What this decoder gives as null, the page names so. */
const LATER: Readonly<Record<string, string>> = { UNKNOWN_OPCODE: 'opcode', UNKNOWN_KIND: 'kind', UNKNOWN_ENTITY: 'entity' };

function decodeAll(chunks: readonly Buffer[]): InstanceMessage[] {
  const decoder = new FrameDecoder();
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map((frame) => decodeInstanceMessage(frame)));
}

const u64 = (text: string) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(text));
  return bytes;
};

/** A message of this decoder in the words of the fixture. */
function plain(message: InstanceMessage): unknown {
  switch (message.type) {
    case 'HELLO':
      return { ...message, nonce: message.nonce.readBigUInt64BE().toString() };
    case 'BACK_ACK':
      return { type: 'BACK_ACK', result: message.accepted ? 'OK' : 'not OK' };
    case 'PING':
      return { type: 'PING', opaque: message.opaque.readBigUInt64BE().toString() };
    case 'TRACE': {
      const [, traceId, spanId, flags = ''] = message.traceparent.split('-');
      return { type: 'TRACE', correlation: message.correlation, traceId, spanId, flags: Number.parseInt(flags, 16) };
    }
    case 'REQUEST': {
      const { target, ...rest } = message.request;
      const known = Object.entries(rest).map(([name, value]) => {
        const later = Object.keys(LATER).find((word) => LATER[word] === name);
        return [name, value === null && later ? later : value];
      });
      const targetless = ['LOOKUP_DEVICE', 'LOOKUP', 'DIRECTORY_READ'].includes(rest.type);
      return { ...Object.fromEntries(known), ...(targetless ? {} : { target }) };
    }
    default:
      return message;
  }
}

describe('what an instance sends (the page and its fixtures)', () => {
  const frames = page.frames.filter((fixture) => fixture.from !== 'controller');
  it('has fixtures', () => expect(frames.length).toBeGreaterThan(12));

  it.each(frames.map((fixture) => [fixture.name, fixture] as const))(
    '%s is read alike, split at every byte',
    (_name, { hex, message }) => {
      const bytes = Buffer.from(hex, 'hex');
      const expected = message.type === 'PONG' ? { type: 'PONG' } : message;
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        expect(decodeAll([bytes.subarray(0, cut), bytes.subarray(cut)]).map(plain)).toEqual([expected]);
      }
      expect(decodeAll([...bytes].map((byte) => Buffer.from([byte]))).map(plain)).toEqual([expected]);
    },
  );

  it.each(page.malformed.filter(({ receiver }) => receiver !== 'instance').map((fixture) => [fixture.name, fixture] as const))(
    '%s is a protocol error',
    (_name, { hex, code }) => {
      let caught: unknown;
      try {
        decodeAll([Buffer.from(hex, 'hex')]);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(FrameError);
      expect((caught as FrameError).code).toBe(code);
    },
  );

  it.each(page.frames.filter(({ from }) => from === 'controller').map((fixture) => [fixture.name, fixture.hex] as const))(
    '%s is not for an instance to send',
    (_name, hex) => expect(() => decodeAll([Buffer.from(hex, 'hex')])).toThrow(FrameError),
  );

  it('any bytes are read or are a FrameError, never another failure', () => {
    const header = fc
      .record({ type: fc.nat(255), correlation: fc.nat(), target: fc.nat(), body: fc.uint8Array({ maxLength: 80 }) })
      .map(({ type, correlation, target, body }) => {
        const bytes = Buffer.alloc(12);
        bytes.writeUInt16BE(12 + body.length, 0);
        bytes.writeUInt8(1, 2);
        bytes.writeUInt8(type, 3);
        bytes.writeUInt32BE(correlation, 4);
        bytes.writeUInt32BE(target, 8);
        return Buffer.concat([bytes, body]);
      });
    const mutated = fc.tuple(fc.constantFrom(...frames.map(({ hex }) => hex)), fc.nat(), fc.nat(255)).map(([hex, at, value]) => {
      const bytes = Buffer.from(hex, 'hex');
      bytes.writeUInt8(value, at % bytes.length);
      return bytes;
    });
    const chunk = fc.oneof(
      header,
      mutated,
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    );
    let [cases, framed] = [0, 0];
    fc.assert(
      fc.property(chunk, (bytes) => {
        cases += 1;
        const decoder = new FrameDecoder();
        try {
          for (const frame of decoder.push(bytes)) {
            framed += 1;
            decodeInstanceMessage(frame);
          }
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
      { numRuns: 5_000 },
    );
    const share = Math.round((100 * framed) / cases);
    process.stdout.write(`bad-input frames simulator, mutated: ${cases} cases, ${framed} past the first parser (${share} %)\n`);
    expect(framed / cases).toBeGreaterThan(0.5);
  });
});

const flagsOfBits = (bits = 0): CallFlags => {
  const names = Object.keys(FLAG) as (keyof CallFlags)[];
  return Object.fromEntries(names.map((name) => [name, (bits & FLAG[name]) !== 0])) as unknown as CallFlags;
};

const picture = (call: FixtureCall): CallPicture => {
  const global = BigInt(call.globalCallId);
  return {
    localCallId: call.localCallId,
    state: call.localState,
    globalHigh: Number(global >> 32n),
    globalLow: Number(global & 0xffff_ffffn),
    flags: flagsOfBits(call.flags),
    linked: call.linkedCallId ?? 0,
    parties: call.parties ?? 0,
    failure: call.failureCause === undefined || call.failureCause === 'UNKNOWN' ? null : call.failureCause,
  };
};

/** The device's own fact of an event that names no device: what the fixture's items of that role say. */
function changeOf(message: Fields): FeatureChange | undefined {
  const said = (attribute: string) =>
    message.devices.find((one) => (one.role as string) === 'FEATURE' && one.attribute === attribute)?.value;
  const state = said('FEATURE_EVENT_STATE');
  if (state === undefined) return undefined;
  return { on: state === '1', number: said('FORWARD_DN') ?? said('AGENT_ID') ?? '', other: '', code: Number(state) };
}

const membersOf = (message: Fields): Leg[] =>
  Array.from({ length: message.parties ?? 0 }, (_, index) => {
    const own = message.devices.filter(({ role }) => (role as string) === `PARTY_${index + 1}`);
    const said = (attribute: string) => own.find((one) => one.attribute === attribute)?.value ?? '';
    return { phone: { dn: said('NUMBER'), name: said('NAME') }, outside: null, localCallId: said('CALL_ID') } as unknown as Leg;
  });

function happeningOf(message: Fields): Happening {
  const phone = { ...newPhone({ dn: '1', name: '', monitorable: true }, 0), handle: message.target };
  const parties = new Map<Role, { number: string; name: string; dialled: string | null }>();
  for (const { role, attribute, value } of message.devices) {
    if (/^(PARTY_|CALL$|FEATURE$)/.test(role)) continue;
    const about = parties.get(role) ?? { number: '', name: '', dialled: null };
    parties.set(role, {
      number: attribute === 'NUMBER' ? value : about.number,
      name: attribute === 'NAME' ? value : about.name,
      dialled: attribute === 'DIALED_DIGITS' ? value : about.dialled,
    });
  }
  return {
    phone,
    serial: message.serial,
    atMs: message.time,
    event: message.eventType,
    cause: message.cause,
    state: message.localState,
    localCallId: message.localCallId,
    call: picture(message as FixtureCall) as unknown as Call,
    linked: message.linkedCallId ?? 0,
    members: membersOf(message),
    flags: flagsOfBits(message.flags),
    ...(changeOf(message) ? { change: changeOf(message) as FeatureChange } : {}),
    about: message.devices
      .filter(({ role }) => (role as string) === 'CALL')
      .map(({ attribute, value }) => ({ what: attribute as CallFact['what'], value })),
    parties: [...parties].map(([role, { number, name, dialled }]): Party => ({
      role,
      phone: number === '' ? null : (newPhone({ dn: number, name, monitorable: true }, 0) satisfies Phone),
      dialled,
    })),
  };
}

function encodeFixture(message: Fields): Buffer {
  switch (message.type) {
    case 'HELLO_ACK':
      return encodeHelloAck({
        result: message.result,
        heartbeatMs: message.heartbeatMs,
        bootId: message.bootId,
        platform: message.platform,
        release: message.release,
        capabilities: (['trace', 'long-items'] as const).filter((each) => (message.capabilities & CAPABILITY[each]) !== 0),
      });
    case 'BACK_HELLO':
      return encodeBackHello(u64(message.nonce), message.bootId);
    case 'PING':
      return encodePing(u64(message.opaque));
    case 'PONG':
      return encodePong(u64(message.opaque));
    case 'GOODBYE': {
      const reason = Object.entries(GOODBYE_REASON).find(([, number]) => number === message.reason);
      return encodeGoodbye(reason?.[0] as GoodbyeReason);
    }
    case 'EVENT': {
      const buffer = Buffer.alloc(7 + EVENT_BYTES_MAX, 0xff);
      const end = writeEvent(buffer, 7, happeningOf(message), message.monitorReference, message.monitorSequence, 0);
      return buffer.subarray(7, end);
    }
    case 'DIRECTORY_ENTRIES': {
      const entries = (message.entries ?? []).map(({ handle, items }) => ({
        handle,
        items: (items ?? []).map(({ word, value }) => [word, value] as const),
      }));
      return Buffer.concat(encodeEntries(message.correlation, message.entity, entries, false));
    }
    default: {
      const type = message.type.replace(/_RESPONSE$/, '') as RequestType;
      const ok = message.result === 'OK';
      const request = { type, correlation: message.correlation, target: message.target, from: 0 } as unknown as Request;
      // a page that is not the last has something behind it
      const behind = message.more ? [picture({ localCallId: 9, globalCallId: '9', localState: 'hold' })] : [];
      const calls = [...(message.calls ?? []).map(picture), ...behind];
      const items = [...(message.items ?? []), ...(message.next > 0 ? [{ word: 'NAME' as const, value: 'x'.repeat(48) }] : [])];
      return encodeResponse(request, {
        result: message.result,
        ...(ok && type.startsWith('LOOKUP') ? { device: { handle: message.target, inService: message.inService } } : {}),
        monitorReference: message.monitorReference,
        localCallId: message.localCallId,
        calls,
        deviceType: message.deviceType,
        traits: message.traits,
        handle: message.handle,
        next: message.next,
        ...(message.count === undefined
          ? {}
          : { entries: Array.from({ length: message.count }, () => ({ handle: 0, items: [] })) }),
        items: items.map(({ word, value }) => [word, value] as const),
      } satisfies Answer);
    }
  }
}

describe('what a controller sends (the page and its fixtures)', () => {
  /** Its device data cannot come from this call model: a called name of 247 letters. */
  const beyondModel = new Set(['EVENT of the longest size']);
  const frames = page.frames.filter(({ from, decodeOnly, name }) => from !== 'instance' && !decodeOnly && !beyondModel.has(name));

  it.each(frames.map((fixture) => [fixture.name, fixture] as const))('%s is written to the byte', (_name, { hex, message }) => {
    expect(encodeFixture(message).toString('hex')).toBe(hex);
  });

  it('a snapshot shows three calls and says that there are more', () => {
    const calls = [1, 2, 3, 4].map((localCallId) => picture({ localCallId, globalCallId: '7', localState: 'hold' }));
    const bytes = encodeResponse({ type: 'SNAPSHOT_DEVICE', correlation: 1, target: 2 }, { result: 'OK', calls });
    expect([bytes.length, bytes[13], bytes[14]]).toEqual([12 + 3 + 39, 3, 1]);
  });

  it('R-PERF-03 no event of the call model is over 64 + 300 bytes', () => {
    const phone = newPhone({ dn: '123456789', name: 'x'.repeat(40), monitorable: true }, 0);
    const roles: Role[] = ['CALLING_DEVICE', 'CALLED_DEVICE', 'CONNECTED_DEVICE'];
    const parties = roles.map((role) => ({ role, phone, dialled: role === 'CALLED_DEVICE' ? '1'.repeat(50) : null }));
    const happening = { ...happeningOf(page.frames.find(({ message }) => message.type === 'EVENT')?.message as Fields), parties };
    expect(writeEvent(Buffer.alloc(EVENT_BYTES_MAX), 0, happening, 1, 1, 0)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
  });
});
