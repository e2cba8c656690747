/**
 * Generated frames that the protocol page forbids, each wrong by construction: a good frame of the page's fixtures with one thing broken, so
 * that most get past the framing and the rest of the way has to notice.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '#config/environment';
import type { Seeded } from './seeded.js';

export type Receiver = 'instance' | 'controller';
export interface BadFrame {
  readonly what: string;
  readonly connection: 'forward' | 'back';
  readonly bytes: Buffer;
  /** What is wrong can be seen without knowing the connection and its state. */
  readonly inItself: boolean;
}

interface Fixture {
  readonly name: string;
  readonly from: string;
  readonly connection: string;
  readonly hex: string;
}
const readFixtures = (name: string): unknown =>
  JSON.parse(readFileSync(join(readEnvironment().cloneRoot, 'test/fixtures/controller-link', name), 'utf8'));
const page = readFixtures('v1.json') as {
  readonly frames: readonly (Fixture & { readonly decodeOnly?: boolean })[];
  readonly malformed: readonly {
    readonly name: string;
    readonly receiver: string;
    readonly code: string;
    readonly hex: string;
  }[];
};
const [PING, GOODBYE] = [0x05, 0x07];
const features = readFixtures('v1-features.json') as Pick<typeof page, 'frames'>;
const TYPES = new Set([...page.frames, ...features.frames].map(({ hex }) => Number.parseInt(hex.slice(6, 8), 16)));
const GOOD_PING = Buffer.from('001401050000000000000000fedcba9876543210', 'hex');
const HEADER = 12;
const LONGEST = 364;

const bytesOf = ({ hex }: { readonly hex: string }): Buffer => Buffer.from(hex, 'hex');
const typeOf = (frame: Fixture): number => bytesOf(frame).readUInt8(3);
/** Both sides may send these, at nearly any time. */
const isShared = (frame: Fixture): boolean => typeOf(frame) >= PING && typeOf(frame) <= GOODBYE;
const sender = (receiver: Receiver): string => (receiver === 'instance' ? 'controller' : 'instance');

function framed(bytes: Buffer): Buffer {
  const frame = Buffer.from(bytes);
  frame.writeUInt16BE(frame.length, 0);
  return frame;
}

/** A good frame that this receiver may get. */
function good(seeded: Seeded, receiver: Receiver): Fixture {
  return seeded.pick(page.frames.filter((frame) => frame.decodeOnly !== true && frame.from !== receiver));
}
const noise = (seeded: Seeded, length: number): Buffer => Buffer.from(Array.from({ length }, () => seeded.below(256)));

type Broken = Pick<BadFrame, 'what' | 'bytes'> & { readonly connection?: 'forward' | 'back' };
type Maker = (seeded: Seeded, receiver: Receiver) => Broken;

const BELOW_THE_FRAMING: readonly Maker[] = [
  (seeded, receiver) => {
    const bytes = bytesOf(good(seeded, receiver));
    bytes.writeUInt16BE(seeded.below(HEADER), 0);
    return { what: 'a length below the header', bytes };
  },
  (seeded, receiver) => {
    const bytes = bytesOf(good(seeded, receiver));
    bytes.writeUInt16BE(LONGEST + 1 + seeded.below(0xffff - LONGEST), 0);
    return { what: 'a length above the longest frame', bytes };
  },
  (seeded, receiver) => {
    const bytes = bytesOf(good(seeded, receiver));
    bytes.writeUInt8((2 + seeded.below(255)) % 256, 2);
    return { what: 'another version', bytes };
  },
  (seeded) => {
    const starts = [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000',
      '<?xml version="1.0"?>',
      '{"__proto__":1}',
    ];
    return { what: 'another protocol', bytes: Buffer.concat([Buffer.from(seeded.pick(starts), 'latin1'), noise(seeded, 40)]) };
  },
];

const IN_ITSELF: readonly Maker[] = [
  (seeded, receiver) => {
    const bytes = bytesOf(good(seeded, receiver));
    let type = seeded.below(256);
    while (TYPES.has(type)) type = seeded.below(256);
    bytes.writeUInt8(type, 3);
    return { what: `no type ${type}`, bytes };
  },
  (seeded, receiver) => {
    const fixture = seeded.pick(page.frames.filter((frame) => frame.from !== receiver && frame.hex.length > 2 * HEADER));
    const bytes = bytesOf(fixture);
    return { what: `${fixture.name}, cut short`, bytes: framed(bytes.subarray(0, HEADER + seeded.below(bytes.length - HEADER))) };
  },
  (seeded, receiver) => {
    const fixture = good(seeded, receiver);
    const bytes = bytesOf(fixture);
    const more = noise(seeded, 1 + seeded.below(Math.min(60, LONGEST - bytes.length)));
    return { what: `${fixture.name}, with bytes behind it`, bytes: framed(Buffer.concat([bytes, more])) };
  },
  (seeded, receiver) => {
    const fixture = seeded.pick(page.malformed.filter((one) => one.code === 'BODY' && one.receiver === receiver));
    return { what: fixture.name, bytes: bytesOf(fixture) };
  },
];

/** One too many before a DIRECTORY_WRITE. */
const PARTS_TOO_MANY = 17;
/** What goes before a request, and behind it something else than that request. */
const NOT_ITS_REQUEST: readonly (readonly string[])[] = [
  ['TRACE', 'MONITOR_OBJECT of features'],
  ['TRACE', 'TRACE'],
  ['DIRECTORY_PART', 'MONITOR_OBJECT of features'],
  ['DIRECTORY_PART', 'TRACE'],
  Array.from({ length: PARTS_TOO_MANY }, () => 'DIRECTORY_PART'),
];
const named = (name: string): Fixture => [...page.frames, ...features.frames].find((frame) => frame.name === name)!;

const OUT_OF_PLACE: readonly Maker[] = [
  // to an instance it is in the wrong direction, whatever follows
  (seeded) => {
    const names = seeded.pick(NOT_ITS_REQUEST);
    const bytes = Buffer.concat(names.map((name) => bytesOf(named(name))));
    return { what: `${names[0]} without its request: ${names.length} frames`, bytes, connection: 'forward' };
  },
  (seeded, receiver) => {
    const fixture = seeded.pick(page.frames.filter((frame) => frame.from === receiver && !isShared(frame)));
    return { what: `${fixture.name}, in the wrong direction`, bytes: bytesOf(fixture) };
  },
  (seeded, receiver) => {
    const fixture = seeded.pick(page.frames.filter((frame) => frame.from === sender(receiver) && !isShared(frame)));
    const connection = fixture.connection === 'forward' ? 'back' : 'forward';
    return { what: `${fixture.name}, on the wrong connection`, bytes: bytesOf(fixture), connection };
  },
  (seeded, receiver) => {
    const fixture = seeded.pick(
      page.frames.filter((frame) => frame.from === sender(receiver) && /^(BACK_)?HELLO|_ACK/.test(frame.name)),
    );
    const connection = fixture.connection === 'forward' ? 'forward' : 'back';
    return { what: `${fixture.name}, a second time`, bytes: bytesOf(fixture), connection };
  },
];

/** One frame that `receiver` has to refuse on a link that is up; a quarter of them do not get past the framing, a quarter are out of place. */
export function badFrame(seeded: Seeded, receiver: Receiver): BadFrame {
  const [makers, inItself] = seeded.pick<readonly [readonly Maker[], boolean]>([
    [BELOW_THE_FRAMING, true],
    [IN_ITSELF, true],
    [IN_ITSELF, true],
    [OUT_OF_PLACE, false],
  ]);
  const { what, bytes, connection = seeded.pick(['forward', 'back'] as const) } = seeded.pick(makers)(seeded, receiver);
  // what comes before it in the same record is good
  const before = seeded.below(3) === 0 ? GOOD_PING : Buffer.alloc(0);
  return { what, connection, bytes: Buffer.concat([before, bytes]), inItself };
}
