/**
 * The addresses of an IPv4 CIDR that instances can have: all but the first and the last.
 * @throws RangeError when it is not an IPv4 CIDR of /20 to /30
 */
export function addressesOf(cidr: string): readonly string[] {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const parts = match?.slice(1, 5).map(Number) ?? [];
  const bits = Number(match?.[5]);
  if (!match || parts.some((part) => part > 255) || bits < 20 || bits > 30)
    throw new RangeError(`${cidr} is not an IPv4 range of /20 to /30`);
  const size = 2 ** (32 - bits);
  const first = parts.reduce((sum, part) => sum * 256 + part, 0);
  const base = first - (first % size);
  return Array.from({ length: size - 2 }, (_, index) => textOf(base + index + 1));
}

function textOf(address: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join('.');
}
