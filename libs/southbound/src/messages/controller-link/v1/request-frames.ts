/** The frames of one request, which belong together: they go out in one write. */
import { FRAME_BODY_BYTES_MAX } from '../../../framing.js';
import { PARTS_MAX, WRITE_ITEMS_BYTES_MAX } from './codes.js';
import { encodeMessage } from './encoder.js';
import type { DirectoryPart, Item } from './feature-types.js';
import type { ControllerRequest } from './types.js';

/** Where the parts of a `traceparent` of version 00 stand. */
const TRACE_ID = [3, 35] as const;
const SPAN_ID = [36, 52] as const;
const FLAGS = [53, 55] as const;
/** Word and length of an item. */
const ITEM_HEAD_BYTES = 2;
const ITEM_TEXT_BYTES_MAX = 255;
/** The longest character of UTF-8: with less room an item is not begun. */
const CHARACTER_BYTES_MAX = 4;

/**
 * The bytes of a request: a TRACE before it where it has a trace, and DIRECTORY_PARTs where the items of a DIRECTORY_WRITE are more than fit into
 * it. Both only for a controller that has announced to take them. Throws `RangeError` like {@link encodeMessage}.
 * @param traceparent well-formed, of version 00
 */
export function encodeRequest(request: ControllerRequest, traceparent?: string): Buffer {
  const isLong = request.type === 'DIRECTORY_WRITE' && itemsBytes(request.items) > WRITE_ITEMS_BYTES_MAX;
  if (traceparent === undefined && !isLong) return encodeMessage(request);
  const trace = traceparent === undefined ? [] : [traceFrame(request.correlation, traceparent)];
  const parts = isLong ? partsOf(request.correlation, request.items).map((part) => encodeMessage(part)) : [];
  return Buffer.concat([...trace, ...parts, encodeMessage(isLong ? { ...request, items: [] } : request)]);
}

function traceFrame(correlation: number, traceparent: string): Buffer {
  return encodeMessage({
    type: 'TRACE',
    correlation,
    traceId: traceparent.slice(...TRACE_ID),
    spanId: traceparent.slice(...SPAN_ID),
    flags: Number.parseInt(traceparent.slice(...FLAGS), 16),
  });
}

const itemsBytes = (items: readonly Item[]): number =>
  items.reduce((sum, { value }) => sum + ITEM_HEAD_BYTES + Buffer.byteLength(value, 'utf8'), 0);

/** Fills frame after frame; a value that does not fit what is left of one goes on in items CONTINUED. */
function partsOf(correlation: number, items: readonly Item[]): DirectoryPart[] {
  const frames: Item[][] = [[]];
  let room = FRAME_BODY_BYTES_MAX;
  for (const { word, value } of items) {
    let [left, name]: [Buffer, string] = [Buffer.from(value, 'utf8'), word];
    do {
      if (room < ITEM_HEAD_BYTES + Math.min(left.length, CHARACTER_BYTES_MAX)) {
        frames.push([]);
        room = FRAME_BODY_BYTES_MAX;
      }
      const end = endOfText(left, Math.min(ITEM_TEXT_BYTES_MAX, room - ITEM_HEAD_BYTES));
      frames.at(-1)!.push({ word: name, value: left.toString('utf8', 0, end) });
      room -= ITEM_HEAD_BYTES + end;
      [left, name] = [left.subarray(end), 'CONTINUED'];
    } while (left.length > 0);
  }
  if (frames.length > PARTS_MAX) throw new RangeError(`a write of ${frames.length} parts; at most ${PARTS_MAX} are taken`);
  return frames.map((part) => ({ type: 'DIRECTORY_PART', correlation, items: part }));
}

/** How many of the first `bytesMax` bytes are whole characters. */
function endOfText(text: Buffer, bytesMax: number): number {
  let end = Math.min(text.length, bytesMax);
  while (end < text.length && (text.readUInt8(end) & 0xc0) === 0x80) end -= 1;
  return end;
}
