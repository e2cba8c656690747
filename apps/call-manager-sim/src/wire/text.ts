/** Ids and addresses between their bytes and their text. */

export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The canonical text of the address, null for another family than 4 and 6. `bytes` are 16; IPv4 is in the first four. */
export function addressOf(family: number, bytes: Buffer): string | null {
  if (family === 4) return [...bytes.subarray(0, 4)].join('.');
  if (family !== 6) return null;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** "9.4 SP1", "9.4.1" or "9" as major, minor and service pack; what cannot be read is 0. */
export function releaseBytes(release: string): Buffer {
  const [major = 0, minor = 0, servicePack = 0] = [...release.matchAll(/\d+/g)].map((match) => Math.min(255, Number(match[0])));
  return Buffer.from([major, minor, servicePack]);
}
