import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, encodeRequest, FRAME_TYPES } from './codec.js';
import { encodeFrame, type Frame, FrameDecoder, FrameError } from './framing.js';
import type { ControllerMessage } from './messages.js';
import { bytesToAddress } from './messages/controller-link/v1/address.js';
import * as codes from './messages/controller-link/v1/codes.js';
import type {
  DirectoryEntries,
  DirectoryPart,
  FeatureRequest,
  FeatureResponse,
} from './messages/controller-link/v1/feature-types.js';
import { ITEM_WORDS } from './messages/controller-link/v1/item-words.js';
import * as words from './messages/controller-link/v1/words.js';

const { ATTRIBUTES, CAUSES, EVENT_TYPES, LOCAL_STATES, RESULTS, ROLES } = codes;

interface Fixture {
  readonly name: string;
  readonly hex: string;
  readonly message: Record<string, unknown> & { readonly type: string };
  readonly decodeOnly?: boolean;
}
interface Fixtures {
  readonly frames: readonly Fixture[];
  readonly malformed: readonly { readonly name: string; readonly hex: string; readonly code: string }[];
}
const files = ['v1.json', 'v1-features.json'].map(
  (name) => JSON.parse(readFileSync(`test/fixtures/controller-link/${name}`, 'utf8')) as Fixtures,
);
const fixtures: Fixtures = {
  frames: files.flatMap(({ frames }) => frames),
  malformed: files.flatMap(({ malformed }) => malformed),
};
const page = readFileSync('docs/design/controller-link.md', 'utf8');

const OPAQUE = new Set(['nonce', 'opaque', 'globalCallId']);
function withBigInts(value: unknown, key = ''): unknown {
  if (OPAQUE.has(key)) return BigInt(value as string);
  if (Array.isArray(value)) return value.map((item) => withBigInts(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBigInts(member, name)]));
}
/** Facts of the call that an example leaves out are 0. */
const messageOf = ({ message }: Fixture): ControllerMessage =>
  withBigInts(message.type === 'EVENT' ? { flags: 0, linkedCallId: 0, parties: 0, ...message } : message) as ControllerMessage;
const decode = (...chunks: Buffer[]): ControllerMessage[] => {
  const decoder = new FrameDecoder();
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map(decodeMessage));
};

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const positive = fc.integer({ min: 1, max: 0xffff_ffff });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint8 = fc.nat(255);
const text = (bytesMax: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', maxLength: bytesMax }).filter((value) => Buffer.byteLength(value) <= bytesMax);
const granted = fc.constantFrom('OK' as const, 'OK_USER_ACTION' as const);
const refusal = fc.constantFrom(...RESULTS.filter((result) => result !== 'OK' && result !== 'OK_USER_ACTION'));

function one(type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<ControllerMessage> {
  return fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<ControllerMessage>;
}
const numbered = { correlation: positive, target: uint32 };
/** A response as granted with `fields`, or refused with the zeros of `fields`. */
function response(
  type: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
  zeros: Record<string, unknown>,
): fc.Arbitrary<ControllerMessage> {
  const refused = Object.fromEntries(Object.entries(zeros).map(([name, zero]) => [name, fc.constant(zero)]));
  return fc.oneof(
    one(type, { ...numbered, target: positive, result: granted, ...fields }),
    one(type, { ...numbered, result: refusal, ...refused }),
  );
}

const item = fc.record({ word: fc.constantFrom(...ITEM_WORDS), value: text(12) });
/** Items that fit into `bytesMax`. */
const items = (bytesMax: number) =>
  fc
    .array(item, { maxLength: 6 })
    .filter((list) => list.reduce((sum, { value }) => sum + 2 + Buffer.byteLength(value), 0) <= bytesMax);
const callFacts = fc.record({
  localCallId: uint32,
  globalCallId: uint64,
  localState: fc.constantFrom(...LOCAL_STATES),
  flags: uint8,
  linkedCallId: uint32,
  parties: uint8,
  failureCause: fc.constantFrom(...CAUSES),
});
const two = (bytesMax: number) =>
  fc
    .tuple(text(bytesMax), text(bytesMax))
    .filter(([first, second]) => Buffer.byteLength(first) + Buffer.byteLength(second) <= bytesMax);

const FEATURE_ARBITRARIES: Record<
  (FeatureRequest | FeatureResponse | DirectoryEntries | DirectoryPart)['type'],
  fc.Arbitrary<ControllerMessage>
> = {
  LOOKUP: one('LOOKUP', {
    correlation: positive,
    kind: fc.constantFrom(...words.LOOKUP_KINDS),
    number: uint32,
    text: text(46),
  }),
  LOOKUP_RESPONSE: response(
    'LOOKUP_RESPONSE',
    { deviceType: fc.nat(words.DEVICE_TYPES.length - 1), inService: fc.boolean(), traits: uint8 },
    { deviceType: 0, inService: false, traits: 0 },
  ),
  SNAPSHOT_CALLS: one('SNAPSHOT_CALLS', { ...numbered, from: uint8 }),
  SNAPSHOT_CALLS_RESPONSE: response(
    'SNAPSHOT_CALLS_RESPONSE',
    { traits: uint8, more: fc.boolean(), calls: fc.array(callFacts, { maxLength: 2 }) },
    { traits: 0, more: false, calls: [] },
  ),
  MONITOR_OBJECT: one('MONITOR_OBJECT', { ...numbered, kind: fc.constantFrom(...words.MONITOR_KINDS) }),
  MONITOR_OBJECT_RESPONSE: response('MONITOR_OBJECT_RESPONSE', { monitorReference: positive }, { monitorReference: 0 }),
  CALL_COMMAND: one('CALL_COMMAND', {
    ...numbered,
    opcode: fc.constantFrom(...words.CALL_OPCODES),
    localCallId: uint32,
    value: uint32,
    argument: text(42),
  }),
  CALL_COMMAND_RESPONSE: response('CALL_COMMAND_RESPONSE', { localCallId: uint32 }, { localCallId: 0 }),
  DEVICE_COMMAND: fc
    .tuple(one('DEVICE_COMMAND', { ...numbered, opcode: fc.constantFrom(...words.DEVICE_OPCODES), value: uint32 }), two(45))
    .map(([message, [first, second]]) => ({ ...message, first, second }) as ControllerMessage),
  DEVICE_COMMAND_RESPONSE: response('DEVICE_COMMAND_RESPONSE', { localCallId: uint32 }, { localCallId: 0 }),
  QUERY: one('QUERY', { ...numbered, kind: fc.constantFrom(...words.QUERY_KINDS), from: uint8 }),
  QUERY_RESPONSE: response('QUERY_RESPONSE', { next: uint8, items: items(50) }, { next: 0, items: [] }),
  DIRECTORY_READ: fc.oneof(
    one('DIRECTORY_READ', { correlation: positive, entity: fc.constantFrom(...words.DIRECTORY_ENTITIES), after: uint32 }),
    one('DIRECTORY_READ', {
      correlation: positive,
      entity: fc.constantFrom(...words.DIRECTORY_ENTITIES),
      after: uint32,
      continued: fc.boolean(),
    }),
  ),
  DIRECTORY_PART: one('DIRECTORY_PART', {
    correlation: positive,
    items: items(352).filter((list) => list.length > 0),
  }),
  DIRECTORY_READ_RESPONSE: response('DIRECTORY_READ_RESPONSE', { count: fc.nat(0xffff), next: uint32 }, { count: 0, next: 0 }),
  DIRECTORY_WRITE: one('DIRECTORY_WRITE', {
    ...numbered,
    entity: fc.constantFrom(...words.DIRECTORY_ENTITIES),
    action: fc.constantFrom(...words.DIRECTORY_ACTIONS),
    items: items(50),
  }),
  DIRECTORY_WRITE_RESPONSE: response('DIRECTORY_WRITE_RESPONSE', { handle: uint32 }, { handle: 0 }),
  DIRECTORY_ENTRIES: one('DIRECTORY_ENTRIES', {
    correlation: positive,
    entity: fc.constantFrom(...words.DIRECTORY_ENTITIES),
    entries: fc.array(fc.record({ handle: uint32, items: items(60) }), { minLength: 1, maxLength: 5 }),
  }),
};

const uint53 = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789*#+'), minLength, maxLength });
const address = fc
  .tuple(
    fc.constantFrom(4 as const, 6 as const),
    fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 }),
  )
  .map(([family, bytes]) => bytesToAddress(family, Uint8Array.from(bytes)));
const release = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
const localState = fc.constantFrom(...LOCAL_STATES);
const named = (words: readonly (string | undefined)[]): fc.Arbitrary<string> =>
  fc.constantFrom(...words.filter((word) => word !== undefined));

/** An id of a trace context: not all zeros. */
const hexId = (bytes: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => Buffer.from(id).toString('hex'));

const call = fc.record({ localCallId: uint32, globalCallId: uint64, localState });
const devices = fc
  .array(fc.record({ role: named(ROLES), attribute: named(ATTRIBUTES), value: fc.string({ unit: 'grapheme', maxLength: 40 }) }), {
    maxLength: 8,
  })
  .filter((items) => items.reduce((sum, item) => sum + 3 + Buffer.byteLength(item.value), 0) <= 300);

/** One arbitrary for each type there is; the type checker and the diff below keep it complete. */
const ARBITRARIES: Record<ControllerMessage['type'], fc.Arbitrary<ControllerMessage>> = {
  HELLO: one('HELLO', {
    nonce: uint64,
    epochMajor: uint32,
    epochMinor: uint32,
    instanceId: fc.uuid(),
    address,
    callbackPort: fc.integer({ min: 49_500, max: 49_600 }),
  }),
  HELLO_ACK: one('HELLO_ACK', {
    result: fc.constantFrom(...RESULTS),
    heartbeatMs: fc.integer({ min: 100, max: 0xffff }),
    bootId: uint32,
    platform: fc.constantFrom('x86', 'powerpc'),
    release,
    capabilities: uint8,
  }),
  BACK_HELLO: one('BACK_HELLO', { nonce: uint64, bootId: uint32 }),
  BACK_ACK: one('BACK_ACK', { result: fc.constantFrom(...RESULTS) }),
  PING: one('PING', { opaque: uint64 }),
  PONG: one('PONG', { opaque: uint64 }),
  GOODBYE: one('GOODBYE', { reason: fc.nat(255) }),
  LOOKUP_DEVICE: one('LOOKUP_DEVICE', { correlation: positive, directoryNumber: digits(1, 51) }),
  LOOKUP_DEVICE_RESPONSE: response(
    'LOOKUP_DEVICE_RESPONSE',
    { deviceType: fc.nat(255), inService: fc.boolean() },
    { deviceType: 0, inService: false },
  ),
  MONITOR_START: one('MONITOR_START', numbered),
  MONITOR_START_RESPONSE: response('MONITOR_START_RESPONSE', { monitorReference: positive }, { monitorReference: 0 }),
  MONITOR_STOP: one('MONITOR_STOP', { ...numbered, monitorReference: uint32 }),
  MONITOR_STOP_RESPONSE: response('MONITOR_STOP_RESPONSE', {}, {}),
  SNAPSHOT_DEVICE: one('SNAPSHOT_DEVICE', numbered),
  SNAPSHOT_DEVICE_RESPONSE: response(
    'SNAPSHOT_DEVICE_RESPONSE',
    { more: fc.boolean(), calls: fc.array(call, { maxLength: 3 }) },
    { more: false, calls: [] },
  ),
  MAKE_CALL: one('MAKE_CALL', { ...numbered, number: digits(1, 38), accountCode: digits(0, 12) }),
  MAKE_CALL_RESPONSE: response('MAKE_CALL_RESPONSE', { localCallId: uint32 }, { localCallId: 0 }),
  ANSWER_CALL: one('ANSWER_CALL', { ...numbered, localCallId: uint32 }),
  ANSWER_CALL_RESPONSE: response('ANSWER_CALL_RESPONSE', {}, {}),
  CLEAR_CALL: one('CLEAR_CALL', { ...numbered, localCallId: uint32 }),
  CLEAR_CALL_RESPONSE: response('CLEAR_CALL_RESPONSE', {}, {}),
  HOLD_CALL: one('HOLD_CALL', { ...numbered, localCallId: uint32 }),
  HOLD_CALL_RESPONSE: response('HOLD_CALL_RESPONSE', {}, {}),
  RETRIEVE_CALL: one('RETRIEVE_CALL', { ...numbered, localCallId: uint32 }),
  RETRIEVE_CALL_RESPONSE: response('RETRIEVE_CALL_RESPONSE', {}, {}),
  ...FEATURE_ARBITRARIES,
  TRACE: one('TRACE', { correlation: positive, traceId: hexId(16), spanId: hexId(8), flags: uint8 }),
  EVENT: one('EVENT', {
    monitorReference: positive,
    target: uint32,
    serial: uint53,
    time: uint53,
    monitorSequence: uint32,
    localCallId: uint32,
    globalCallId: uint64,
    eventType: fc.constantFrom(...EVENT_TYPES.filter((word) => word !== undefined)),
    cause: fc.constantFrom(...CAUSES),
    localState,
    flags: fc.nat(255),
    linkedCallId: uint32,
    parties: fc.nat(255),
    devices,
  }),
};
const anyMessage = fc.oneof(...Object.values(ARBITRARIES));

describe('controller link messages', () => {
  it('R-PERF-03 come back as they were sent, in at most 64 bytes, events in at most 64 + 300', () => {
    for (const [type, arbitrary] of Object.entries(ARBITRARIES)) {
      fc.assert(
        fc.property(arbitrary, (message) => {
          const bytes = encodeMessage(message);
          expect(bytes.length).toBeLessThanOrEqual(codes.LONG_TYPES.has(type) ? 364 : 64);
          expect(decode(bytes)).toEqual([message]);
        }),
      );
    }
  });

  it('has an example for every type of the protocol page, and the page has every type', () => {
    const rows = [...page.matchAll(/^\| ((?:0x[0-9A-F]{2} ?)+)\| ([A-Z_, ]*|response) \|/gm)];
    const onPage = rows.flatMap(([, numbers = '']) => numbers.trim().split(' ').map(Number)).sort((a, b) => a - b);
    const known = Object.values<number>(FRAME_TYPES).sort((a, b) => a - b);
    const withExample = new Set(fixtures.frames.map(({ hex }) => Number.parseInt(hex.slice(6, 8), 16)));
    expect(onPage).toEqual(known);
    expect([...withExample].sort((a, b) => a - b)).toEqual(known);
    expect(new Set(fixtures.frames.map(({ message }) => message.type))).toEqual(new Set(Object.keys(ARBITRARIES)));
  });

  it('has the bytes printed on the protocol page as examples', () => {
    const printed = [...page.matchAll(/^\*\*(.+)\*\* \((\d+) bytes.*\n\n```\n([^`]*)```/gm)];
    expect(printed.length).toBeGreaterThanOrEqual(new Set(Object.values(FRAME_TYPES)).size);
    for (const [, name, length, block = ''] of printed) {
      const hex = block
        .split('\n')
        .map((line) => /^((?:[0-9a-f]{2} ?)+)(?: |$)/.exec(line)?.[1]?.replaceAll(' ', '') ?? '')
        .join('');
      expect(hex, name).toBe(fixtures.frames.find((fixture) => fixture.name === name)?.hex);
      expect(hex.length / 2, name).toBe(Number(length));
    }
  });

  it('numbers every word as the page does', () => {
    const listed = (title: string): [number, string][] => {
      const at = page.indexOf(`\n${title}: `) + title.length + 3;
      const block = page.slice(at, page.indexOf('\n\n', at));
      return [...block.matchAll(/(\d+) ([A-Za-z0-9_]+)/g)].map(([, number, word]) => [Number(number), word ?? '']);
    };
    const known = (words: readonly (string | undefined)[]) =>
      words.flatMap((word, number) => (word === undefined || word === 'UNKNOWN_EVENT' ? [] : [[number, word]]));
    const tables: Record<string, readonly (string | undefined)[]> = {
      Items: codes.ITEM_NUMBERS,
      'Device types': words.DEVICE_TYPES,
      'LOOKUP kinds': codes.LOOKUP_KIND_NUMBERS,
      'Monitor kinds': codes.MONITOR_KIND_NUMBERS,
      'CALL_COMMAND opcodes': codes.CALL_OPCODE_NUMBERS,
      'DEVICE_COMMAND opcodes': codes.DEVICE_OPCODE_NUMBERS,
      'QUERY kinds': codes.QUERY_KIND_NUMBERS,
      'Directory entities': codes.ENTITY_NUMBERS,
      'Event types': EVENT_TYPES,
      "Causes (the contract's words)": CAUSES,
      Roles: ROLES,
      Attributes: ATTRIBUTES,
    };
    for (const [title, words] of Object.entries(tables)) expect(listed(title), title).toEqual(known(words));
    const results = [...page.matchAll(/\| (\d+) \| ([A-Z_]+)/g)].filter(([, , word]) => RESULTS.includes(word as never));
    expect(results.map(([, number, word]) => [Number(number), word]).sort(([a], [b]) => Number(a) - Number(b))).toEqual(
      known(RESULTS),
    );
  });

  it('reads every example, split at every byte, and writes the same bytes', () => {
    for (const fixture of fixtures.frames) {
      const bytes = Buffer.from(fixture.hex, 'hex');
      const message = messageOf(fixture);
      for (let at = 0; at <= bytes.length; at += 1) {
        expect(decode(bytes.subarray(0, at), bytes.subarray(at)), `${fixture.name} split at ${at}`).toEqual([message]);
      }
      if (fixture.decodeOnly !== true) expect(encodeMessage(message).toString('hex'), fixture.name).toBe(fixture.hex);
    }
  });

  it('refuses every malformed example with its code', () => {
    for (const { name, hex, code } of fixtures.malformed) {
      expect(() => decode(Buffer.from(hex, 'hex')), name).toThrow(expect.objectContaining({ name: 'FrameError', code }));
    }
  });

  it('throws nothing but FrameError for random frames', () => {
    const types = fc.oneof(fc.constantFrom(...Object.values(FRAME_TYPES)), fc.nat(255));
    const frame = fc.record({ type: types, correlation: uint32, target: uint32, body: fc.uint8Array({ maxLength: 352 }) });
    fc.assert(
      fc.property(frame, (fields) => void readsOrRefuses({ ...fields, body: Buffer.from(fields.body) })),
      { numRuns: 5000 },
    );
  });

  it('throws nothing but FrameError for mutated messages, and what it reads it can write again', () => {
    let read = 0;
    let total = 0;
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.nat(255), fc.constantFrom(0, 0, 0, 0, -1, 1, 3), (message, at, value, stretch) => {
        const bytes = encodeMessage(message);
        bytes[3 + (at % (bytes.length - 3))] = value;
        const body = Buffer.concat([bytes.subarray(12), Buffer.alloc(Math.max(stretch, 0))]);
        const cut =
          at % 2 === 0 ? body.subarray(0, bytes.length - 12) : body.subarray(0, Math.max(0, bytes.length - 12 + stretch));
        const framed = encodeFrame(bytes.readUInt8(3), bytes.readUInt32BE(4), bytes.readUInt32BE(8), cut.subarray(0, 352));
        total += 1;
        for (const frame of new FrameDecoder().push(framed)) if (readsOrRefuses(frame)) read += 1;
      }),
      { numRuns: 10_000 },
    );
    const share = Math.round((100 * read) / total);
    process.stdout.write(
      `bad-input frames codec, mutated: ${total} cases, ${total} past the first parser (100 %), ${share} % read as messages\n`,
    );
    expect(read / total).toBeGreaterThan(0.5);
  });

  it('refuses to write what the protocol has no room for', () => {
    const [address, instanceId] = ['127.0.0.1', '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607'];
    const hello = { type: 'HELLO', nonce: 1n, epochMajor: 1, epochMinor: 0, instanceId, address, callbackPort: 49_500 } as const;
    const wrong: ControllerMessage[] = [
      { type: 'LOOKUP_DEVICE', correlation: 1, directoryNumber: '' },
      { type: 'LOOKUP_DEVICE', correlation: 1, directoryNumber: '1'.repeat(52) },
      { type: 'LOOKUP_DEVICE', correlation: 1, directoryNumber: '20\u06601' },
      { type: 'LOOKUP_DEVICE', correlation: 0, directoryNumber: '2001' },
      { type: 'MAKE_CALL', correlation: 1, target: 1, number: '1'.repeat(40), accountCode: '1'.repeat(11) },
      { type: 'MAKE_CALL', correlation: 1, target: 1, number: 'sip:x', accountCode: '' },
      { type: 'MONITOR_START', correlation: 1, target: 2 ** 32 },
      { type: 'BACK_ACK', result: 'UNKNOWN_RESULT' },
      { type: 'CALL_COMMAND', correlation: 1, target: 1, opcode: 'TAP', localCallId: 1, value: 0, argument: 'x'.repeat(43) },
      { type: 'CALL_COMMAND', correlation: 1, target: 1, opcode: 'UNKNOWN_OPCODE', localCallId: 1, value: 0, argument: '' },
      { type: 'DIRECTORY_ENTRIES', correlation: 1, entity: 'PHONE', entries: [] },
      { type: 'DIRECTORY_PART', correlation: 1, items: [] },
      { type: 'TRACE', correlation: 1, traceId: '0'.repeat(32), spanId: '1'.repeat(16), flags: 1 },
      { type: 'TRACE', correlation: 1, traceId: '1'.repeat(32), spanId: '1'.repeat(15), flags: 1 },
      { ...hello, instanceId: 'x' },
      { ...hello, callbackPort: 49_499 },
      { ...hello, callbackPort: 49_601 },
    ];
    for (const message of wrong)
      expect(
        () => encodeMessage(message),
        JSON.stringify(message, (_, v) => String(v)),
      ).toThrow(RangeError);
  });
});

describe('the frames of a request', () => {
  const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01';
  const write = (values: readonly string[]) =>
    ({
      type: 'DIRECTORY_WRITE',
      correlation: 9,
      target: 7,
      entity: 'USER',
      action: 'UPDATE',
      items: values.map((value, at) => ({ word: ['FIRST_NAME', 'LAST_NAME', 'EMAIL', 'DEPARTMENT', 'LOCATION'][at]!, value })),
    }) as const;

  it('R-LOG-01 begin with its trace, and are the request alone without one', () => {
    const request = { type: 'MONITOR_START', correlation: 30, target: 257 } as const;
    expect(encodeRequest(request)).toEqual(encodeMessage(request));
    const [trace, ...rest] = decode(encodeRequest(request, TRACEPARENT));
    expect(trace).toEqual(messageOf(fixtures.frames.find(({ name }) => name === 'TRACE')!));
    expect(rest).toEqual([request]);
  });

  it('R-DAS-03 hold values of any length in parts, at most 16 of them, in characters as they were', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 255 }),
      fc.constantFrom('é'.repeat(255), '電'.repeat(255), '😀'.repeat(127), `x${'😀'.repeat(127)}`, `\ufeff${'x'.repeat(254)}`),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const request = write(values);
        const messages = decode(encodeRequest(request, TRACEPARENT)).slice(1);
        const parts = messages.flatMap((message) => (message.type === 'DIRECTORY_PART' ? [message] : []));
        expect(messages.slice(0, parts.length)).toEqual(parts);
        expect(parts.length).toBeLessThanOrEqual(codes.PARTS_MAX);
        const end = messages.slice(parts.length);
        expect(end).toEqual([{ ...request, items: parts.length === 0 ? request.items : [] }]);
        const joined = [...parts.flatMap((part) => part.items), ...(end[0] as typeof request).items].reduce<
          { word: string; value: string }[]
        >((whole, item) => {
          if (item.word === 'CONTINUED') whole.at(-1)!.value += item.value;
          else whole.push({ ...item });
          return whole;
        }, []);
        expect(joined).toEqual(request.items);
      }),
    );
    const short = write(['Grace', 'Hopper']);
    expect(decode(encodeRequest(short))).toEqual([short]);
    expect(() => encodeRequest(write(['x'.repeat(16 * 352)]))).toThrow(RangeError);
  });
});

/** True when the frame is a message; messages of words that this version has come back the same after another round. */
function readsOrRefuses(frame: Frame): boolean {
  let message: ControllerMessage;
  try {
    message = decodeMessage(frame);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return false;
  }
  const text = JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  if (!/UNKNOWN|ITEM_\d|ROLE_\d|ATTRIBUTE_\d|\ufffd/.test(text)) expect(decode(encodeMessage(message))).toEqual([message]);
  return true;
}
