/**
 * Which addresses a program of ours may connect to for a tenant (S-41, S-42): public ones, and private ones within ranges the operator
 * approved. Works on the bytes of the parsed address, never on text that could be written in another way. Addresses inside addresses
 * (mapped, NAT64, 6to4, Teredo) are refused whole: nothing public needs them.
 */

/** 4 or 16 bytes. */
export type AddressBytes = readonly number[];
export interface AddressRange {
  readonly bytes: AddressBytes;
  /** How many leading bits count. */
  readonly bits: number;
}

/** Dotted decimal with four parts only; what a resolver or a socket says, not what a person may write. */
function parseV4(text: string): AddressBytes | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const v4 = at === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4[0]! * 256 + v4[1]!, v4[2]! * 256 + v4[3]!);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseV6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [front, back] = halves.map(groupsOf) as [number[] | undefined, number[] | undefined];
  if (front === undefined || (halves.length === 2 && back === undefined)) return undefined;
  const missing = 8 - front.length - (back?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...front, ...Array<number>(missing).fill(0), ...(back ?? [])].flatMap((group) => [group >> 8, group & 255]);
}

/** undefined: not an address in its plain form; a zone (`%eth0`) makes it none. */
export function parseAddress(text: string): AddressBytes | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** `address/bits`, with no bit set behind; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = '', digits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const bytes = parseAddress(address);
  const bits = Number(digits);
  if (bytes === undefined || digits === '' || bits > bytes.length * 8) return undefined;
  const rest = bytes.every((byte, at) => (byte & (0xff >> Math.min(8, Math.max(0, bits - at * 8)))) === 0);
  return rest ? { bytes, bits } : undefined;
}

/** An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) counts as what it leads to. */
const unmapped = (bytes: AddressBytes): AddressBytes =>
  bytes.length === 16 && isWithin(bytes, MAPPED) ? bytes.slice(12) : bytes;

export function isWithin(address: AddressBytes, range: AddressRange): boolean {
  if (address.length !== range.bytes.length) return false;
  for (let bit = 0; bit < range.bits; bit += 8) {
    const mask = range.bits - bit >= 8 ? 0xff : (0xff << (8 - (range.bits - bit))) & 0xff;
    if ((address[bit / 8]! & mask) !== (range.bytes[bit / 8]! & mask)) return false;
  }
  return true;
}

const ranges = (texts: readonly string[]): readonly AddressRange[] =>
  texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is not a range`);
    return range;
  });

const MAPPED = parseRange('::ffff:0:0/96')!;
/** IANA's special-purpose registries, and what is not global unicast. */
const NOT_PUBLIC = ranges([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20', '5f00::/16'],
]);
const GLOBAL_UNICAST = parseRange('2000::/3')!;
/** Where no approval leads: no host but ourselves or the link, or all at once; and the metadata service of clouds. */
const NEVER = ranges([
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/128', 'fe80::/10', 'ff00::/8', '64:ff9b::/96', '64:ff9b:1::/48', '2001::/32', '2002::/16', 'fd00:ec2::/32'],
]);

/** Why a range cannot be approved; undefined: it can. */
export function approvalRefusal(text: string): string | undefined {
  const range = parseRange(text);
  if (range === undefined) return 'must be address/bits without bits set behind them, for example 10.20.0.0/16';
  const bytes = unmapped(range.bytes);
  if (bytes !== range.bytes) return 'must be written as the IPv4 range it is';
  if (NEVER.some((never) => never.bits <= range.bits && isWithin(bytes, never)))
    return 'is never connected to, whatever is approved (this host, link-local, multicast, addresses inside addresses)';
  return undefined;
}

/**
 * @param approved ranges in which this tenant may also reach what is not public
 * @param own addresses of the machine itself: never, whatever is approved
 */
export function mayConnect(text: string, approved: readonly AddressRange[], own: ReadonlySet<string> = new Set()): boolean {
  const parsed = parseAddress(text);
  if (parsed === undefined || own.has(text)) return false;
  const bytes = unmapped(parsed);
  // written as a mapped address it is the same host; nobody has to write it so
  if (bytes !== parsed && approved.length === 0) return false;
  if (NEVER.some((range) => isWithin(bytes, range))) return false;
  if (approved.some((range) => isWithin(bytes, range))) return true;
  if (bytes !== parsed) return false;
  if (bytes.length === 16 && !isWithin(bytes, GLOBAL_UNICAST)) return false;
  return !NOT_PUBLIC.some((range) => isWithin(bytes, range));
}
