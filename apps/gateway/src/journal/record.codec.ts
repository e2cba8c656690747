/**
 * Records as bytes: `length (4, of the JSON) · CRC-32 of the JSON (4) · JSON`, big-endian, one after the other behind an 8-byte header.
 * A death in the middle of a write leaves a tail that does not check; everything before it stands.
 */
import { crc32 } from 'node:zlib';
import type { StoredRecord } from './sealed-journal.js';

export const JOURNAL_HEADER = Buffer.from('cbjrnl1\n');
const FRAME_HEAD = 8;
const RECORD_BYTES_MAX = 64 * 1024;

export function encodeRecord(record: StoredRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  if (json.length > RECORD_BYTES_MAX)
    throw new RangeError(`a journal record of ${json.length} bytes is above ${RECORD_BYTES_MAX}`);
  const frame = Buffer.allocUnsafe(FRAME_HEAD + json.length);
  frame.writeUInt32BE(json.length, 0);
  frame.writeUInt32BE(crc32(json), 4);
  json.copy(frame, FRAME_HEAD);
  return frame;
}

export interface DecodedJournal {
  readonly records: StoredRecord[];
  /** Length of what stands; what is behind it is the torn tail. */
  readonly goodBytes: number;
}

/** Reads up to the first frame that does not check. A file without a whole header counts as empty. */
export function decodeJournal(bytes: Buffer): DecodedJournal {
  const records: StoredRecord[] = [];
  if (bytes.length < JOURNAL_HEADER.length) return { records, goodBytes: 0 };
  if (!bytes.subarray(0, JOURNAL_HEADER.length).equals(JOURNAL_HEADER))
    throw new Error('the file is not a journal of this version');
  let at = JOURNAL_HEADER.length;
  while (at + FRAME_HEAD <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const json = bytes.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length);
    if (length === 0 || length > RECORD_BYTES_MAX || json.length < length || crc32(json) !== bytes.readUInt32BE(at + 4)) break;
    records.push(JSON.parse(json.toString('utf8')) as StoredRecord);
    at += FRAME_HEAD + length;
  }
  return { records, goodBytes: at };
}
