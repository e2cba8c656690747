/** IP addresses as the 16 bytes of HELLO and as text. */

/** The family and 16 bytes of a textual address (no zone); throws `RangeError` for anything else. */
export function addressToBytes(address: string): { readonly family: 4 | 6; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(16);
  if (!address.includes(':')) {
    bytes.set(ipv4Bytes(address), 0);
    return { family: 4, bytes };
  }
  const halves = address.split('::');
  const before = groups(halves[0] ?? '', address, halves.length === 1);
  const after = halves.length === 2 ? groups(halves[1] ?? '', address, true) : [];
  const missing = 8 - before.length - after.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0))
    throw new RangeError(`${address} is not an IP address`);
  [...before, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...after].forEach((group, index) => {
    bytes[index * 2] = group >> 8;
    bytes[index * 2 + 1] = group & 0xff;
  });
  return { family: 6, bytes };
}

function ipv4Bytes(text: string): number[] {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    throw new RangeError(`${text} is not an IP address`);
  }
  return parts.map(Number);
}

/** The last group of an address may be written as an IPv4 address; `dotted` says that this text holds that group. */
function groups(text: string, whole: string, dotted: boolean): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part, index, all) => {
    if (dotted && part.includes('.') && index === all.length - 1) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(part);
      return [a * 256 + b, c * 256 + d];
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw new RangeError(`${whole} is not an IP address`);
    return [Number.parseInt(part, 16)];
  });
}

/** The text of an address: dotted for family 4; RFC 5952 (lower case, longest run of zeros shortened) for 6. */
export function bytesToAddress(family: 4 | 6, bytes: Uint8Array): string {
  if (family === 4) return [...bytes.subarray(0, 4)].join('.');
  const parts = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  let start = 0;
  let longest = 0;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (to < 8 && parts[to] === '0') to += 1;
    if (to - from > longest) [start, longest] = [from, to - from];
  }
  if (longest < 2) return parts.join(':');
  return `${parts.slice(0, start).join(':')}::${parts.slice(start + longest).join(':')}`;
}
