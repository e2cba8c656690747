/** Reads the log files of one instance while they are written; the instance need not run. */
import { open, type FileHandle } from 'node:fs/promises';
import {
  LOG_FILE_BYTES_MAX,
  LOG_FILES_MAX,
  LOG_LEVELS,
  logFile,
  parseLogLine,
  type LogFileLevel,
  type LogRecord,
} from './log-files.js';

export interface LogQuery {
  /** Records with a higher number only; absent: the newest that fit. */
  readonly after?: number;
  /** This level and what is graver. */
  readonly level: LogFileLevel;
  /** 1 to 500. */
  readonly limit: number;
}

export interface LogPage {
  /** Oldest first. */
  readonly records: readonly LogRecord[];
  /** What to ask for next: the number of the last record that was looked at, of any level; 0 when there is none. */
  readonly last: number;
  /** With `after`: records that it named and that are not kept any more, or could not be written. */
  readonly missing: number;
}

/**
 * A page of what is kept. Files that change while they are read lose nothing to the reader: numbers tell what came twice, and the read is
 * made again when it was not whole. Rejects only when the folder cannot be read for another reason than not being there.
 */
export async function readLog(dir: string, query: LogQuery): Promise<LogPage> {
  const wanted = LOG_LEVELS.indexOf(query.level);
  const isWanted = ({ level }: LogRecord): boolean => LOG_LEVELS.indexOf(level) >= wanted;
  const enough = query.after === undefined ? query.limit : Number.POSITIVE_INFINITY;
  const all = await readAll(dir, query.after ?? 0, isWanted, enough);
  const graver = all.filter(isWanted);
  const records = query.after === undefined ? graver.slice(-query.limit) : graver.slice(0, query.limit);
  const isWhole = query.after === undefined || records.length === graver.length;
  const last = isWhole ? (all.at(-1)?.n ?? query.after ?? 0) : records.at(-1)!.n;
  const seen = all.filter(({ n }) => n <= last).length;
  const missing = query.after === undefined ? 0 : Math.max(0, last - query.after - seen);
  return { records, last: Math.max(last, query.after ?? 0), missing };
}

/** Records behind `after`, in order, each once; the files opened before the first is read, so that a change of names is harmless. */
async function readAll(
  dir: string,
  after: number,
  isWanted: (record: LogRecord) => boolean,
  enough: number,
): Promise<LogRecord[]> {
  const byNumber = new Map<number, LogRecord>();
  let wanted = 0;
  for (let age = 0; age < LOG_FILES_MAX; age += 1) {
    const text = await textOf(logFile(dir, age));
    if (text === undefined) continue;
    let oldest = Number.POSITIVE_INFINITY;
    for (const line of text.split('\n')) {
      const record = line === '' ? undefined : parseLogLine(line);
      if (record === undefined) continue;
      oldest = Math.min(oldest, record.n);
      if (record.n <= after || byNumber.has(record.n)) continue;
      byNumber.set(record.n, record);
      if (isWanted(record)) wanted += 1;
    }
    if (oldest <= after + 1 || wanted >= enough) break;
  }
  return [...byNumber.values()].sort((a, b) => a.n - b.n);
}

async function textOf(file: string): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(LOG_FILE_BYTES_MAX);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A cheap sign that something was written: size and identity of the newest file; '' when there is none. */
export async function logMark(dir: string): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(logFile(dir, 0), 'r');
  } catch {
    return '';
  }
  try {
    const { ino, size } = await handle.stat();
    return `${ino}/${size}`;
  } finally {
    await handle.close();
  }
}
