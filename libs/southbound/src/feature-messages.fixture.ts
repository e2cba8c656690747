/** Arbitrary messages of feature-types.ts, for the codec's tests. */
import fc from 'fast-check';
import type { ControllerMessage } from './messages.js';
import { CAUSES, LOCAL_STATES, RESULTS } from './messages/controller-link/v1/codes.js';
import type { DirectoryEntries, FeatureRequest, FeatureResponse } from './messages/controller-link/v1/feature-types.js';
import { ITEM_WORDS } from './messages/controller-link/v1/item-words.js';
import * as words from './messages/controller-link/v1/words.js';

export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const positive = fc.integer({ min: 1, max: 0xffff_ffff });
export const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint8 = fc.nat(255);
const text = (bytesMax: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', maxLength: bytesMax }).filter((value) => Buffer.byteLength(value) <= bytesMax);
export const granted = fc.constantFrom('OK' as const, 'OK_USER_ACTION' as const);
export const refusal = fc.constantFrom(...RESULTS.filter((result) => result !== 'OK' && result !== 'OK_USER_ACTION'));

export function one(type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<ControllerMessage> {
  return fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<ControllerMessage>;
}
const numbered = { correlation: positive, target: uint32 };
/** A response as granted with `fields`, or refused with the zeros of `fields`. */
export function response(
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
const call = fc.record({
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

export const FEATURE_ARBITRARIES: Record<
  (FeatureRequest | FeatureResponse | DirectoryEntries)['type'],
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
    { traits: uint8, more: fc.boolean(), calls: fc.array(call, { maxLength: 2 }) },
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
  DIRECTORY_READ: one('DIRECTORY_READ', {
    correlation: positive,
    entity: fc.constantFrom(...words.DIRECTORY_ENTITIES),
    after: uint32,
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
