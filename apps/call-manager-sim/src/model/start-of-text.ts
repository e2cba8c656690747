/** As many whole characters of the beginning of a text as fit into so many bytes of UTF-8. */
export function startOf(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text);
  let end = Math.min(bytes.length, bytesMax);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end));
}
