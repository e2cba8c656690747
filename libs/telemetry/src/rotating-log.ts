/**
 * Writes the log files of one instance, exactly: no file ever exceeds its bytes, no more files than agreed, nothing lost when they change.
 * What is logged never waits and never throws: lines queue up to a bound and are written behind. When the disk does not take them (full,
 * stalled, gone) lines are dropped, and how many is the first thing that is written when it does again. One writer per folder.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs';
import { LOG_FILE_BYTES_MAX, LOG_FILES_MAX, LOG_LINE_BYTES_MAX, logFile, parseLogLine, type LogFileLevel } from './log-files.js';

const QUEUE_CHARS_MAX = 1_000_000;
const RECORD_CHARS_MAX = 64_000;
const RETRY_MS = 500;
/** What a terminal or another reader could take for a command or a line end; inside JSON only texts hold them. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const LEVEL: Readonly<Record<string, LogFileLevel>> = { warn: 'WARN', error: 'ERR', fatal: 'ERR' };

export interface RotatingLogOptions {
  readonly dir: string;
  /** Default {@link LOG_FILE_BYTES_MAX}, {@link LOG_FILES_MAX}; tests use less. */
  readonly fileBytesMax?: number;
  readonly filesMax?: number;
}

export class RotatingLog {
  readonly #options: Required<RotatingLogOptions>;
  #fd: number | undefined;
  /** Of the file, with what is under way. */
  #size = 0;
  #lastNumber = 0;
  #queue: string[] = [];
  #queuedChars = 0;
  /** Handed to the kernel and not answered. */
  #writing: Buffer | undefined;
  #dropped = 0;
  #droppedEver = 0;
  /** The count that the batch under way begins with, 0: it tells none. */
  #telling = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #onIdle: (() => void) | undefined;

  /** Goes on where the files end. Never throws: a folder that cannot be written is a disk that takes no lines for now. */
  constructor(options: RotatingLogOptions) {
    this.#options = { fileBytesMax: LOG_FILE_BYTES_MAX, filesMax: LOG_FILES_MAX, ...options };
    try {
      this.#open();
      this.#lastNumber = this.#numberBefore();
    } catch {
      this.#failed();
    }
  }

  /** Lines that could not be written, since the start. */
  get dropped(): number {
    return this.#droppedEver;
  }

  /** One record as pino makes it, a JSON object with `level`, `time` and `msg`, with or without a line end. */
  write(record: string): void {
    if (this.#closed) return;
    const text = record.length > RECORD_CHARS_MAX ? shortened(record) : record;
    if (this.#queuedChars + text.length > QUEUE_CHARS_MAX) return this.#drop(1);
    this.#queue.push(text);
    this.#queuedChars += text.length;
    if (this.#writing === undefined && this.#retry === undefined) this.#next();
  }

  /** Resolves when everything that was queued is written, or cannot be; takes nothing more then. May be called twice. */
  async end(): Promise<void> {
    const isBusy = !this.#closed && this.#retry === undefined && (this.#writing !== undefined || this.#queue.length > 0);
    if (isBusy) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.closeNow();
  }

  /** For the last moment of a program that cannot wait: what is queued is written before this returns, or lost. May be called twice. */
  closeNow(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    try {
      for (let batch = this.#takeBatch(); batch !== undefined; batch = this.#takeBatch()) {
        let at = 0;
        while (at < batch.length) at += writeSync(this.#fd!, batch, at);
      }
    } catch {
      // a full disk at the very end: the next start takes a torn line away
    }
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #next(): void {
    let batch: Buffer | undefined;
    try {
      batch = this.#takeBatch();
    } catch {
      return this.#failed();
    }
    if (batch === undefined) return this.#onIdle?.();
    this.#writing = batch;
    this.#writeOn(batch, 0);
  }

  #writeOn(batch: Buffer, at: number): void {
    write(this.#fd!, batch, at, batch.length - at, null, (error, written) => {
      if (this.#closed || this.#writing !== batch) return;
      if (error === null && at + written < batch.length) return this.#writeOn(batch, at + written);
      this.#writing = undefined;
      if (error === null) return this.#next();
      this.#size -= batch.length;
      // what this batch began to tell is told of again; the line that told is none that was logged
      this.#dropped += this.#telling;
      this.#drop(linesIn(batch) - Math.sign(this.#telling));
      this.#failed();
    });
  }

  /** As many queued lines as the file has room for, the file changed before when it has none for the first; undefined: nothing queued. */
  #takeBatch(): Buffer | undefined {
    if (this.#queue.length === 0) return undefined;
    if (this.#fd === undefined) this.#open();
    const told = this.#dropped;
    const waiting = told > 0 ? [droppedRecord(told), ...this.#queue] : this.#queue;
    const lines: Buffer[] = [];
    let bytes = 0;
    while (lines.length < waiting.length) {
      const line = lineOf(waiting[lines.length]!, this.#lastNumber + 1);
      if (this.#size + bytes + line.length > this.#options.fileBytesMax) {
        if (lines.length > 0) break;
        if (this.#size > 0) this.#rotate();
      }
      this.#lastNumber += 1;
      bytes += line.length;
      lines.push(line);
    }
    for (const record of this.#queue.splice(0, lines.length - Math.sign(told))) this.#queuedChars -= record.length;
    this.#dropped = 0;
    this.#telling = told;
    this.#size += bytes;
    return Buffer.concat(lines, bytes);
  }

  /** The oldest goes, each other becomes one older, a new one begins. A crash in between leaves a hole in the ages and loses nothing. */
  #rotate(): void {
    const { dir, filesMax } = this.#options;
    closeSync(this.#fd!);
    this.#fd = undefined;
    rmSync(logFile(dir, filesMax - 1), { force: true });
    for (let age = filesMax - 2; age >= 0; age -= 1) {
      try {
        renameSync(logFile(dir, age), logFile(dir, age + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#open();
  }

  #open(): void {
    mkdirSync(this.#options.dir, { recursive: true, mode: 0o700 });
    const file = logFile(this.#options.dir, 0);
    this.#fd = openSync(file, 'a', 0o600);
    this.#size = fstatSync(this.#fd).size;
    if (this.#size === 0 || lastByteOf(file, this.#size) === '\n') return;
    // torn by a crash: the record was never whole, so it goes
    this.#size = lengthOfWholeLines(file, this.#size);
    ftruncateSync(this.#fd, this.#size);
  }

  /** What a failed write left behind its start is no whole line. */
  #takeBackSize(): void {
    try {
      if (this.#fd !== undefined) ftruncateSync(this.#fd, this.#size);
    } catch {
      // the next start does it
    }
  }

  #failed(): void {
    this.#takeBackSize();
    if (this.#fd !== undefined) {
      try {
        closeSync(this.#fd);
      } catch {
        // it is gone
      }
      this.#fd = undefined;
    }
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#next();
    }, RETRY_MS);
    this.#retry.unref();
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#droppedEver += lines;
  }

  /** The number of the newest record that is kept, 0 when there is none. */
  #numberBefore(): number {
    for (let age = 0; age < this.#options.filesMax; age += 1) {
      const last = lastNumberIn(logFile(this.#options.dir, age));
      if (last !== undefined) return last;
    }
    return 0;
  }
}

function lineOf(record: string, n: number): Buffer {
  const { level, time, msg, ...facts } = JSON.parse(record) as Record<string, unknown>;
  const head = { n, time, level: LEVEL[String(level)] ?? 'INFO', msg };
  const whole = Buffer.from(`${safe({ ...head, ...facts, n })}\n`);
  if (whole.length <= LOG_LINE_BYTES_MAX) return whole;
  const cut = String(msg ?? '').slice(0, 1000);
  return Buffer.from(`${safe({ ...head, msg: cut, cutBytes: whole.length })}\n`);
}

const safe = (value: unknown): string =>
  JSON.stringify(value).replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What nobody would read to its end is not taken into the queue. */
const shortened = (record: string): string => {
  const { level, time, msg } = JSON.parse(record) as Record<string, unknown>;
  return JSON.stringify({ level, time, msg: String(msg ?? '').slice(0, 1000), cutChars: record.length });
};

const droppedRecord = (lines: number): string =>
  JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: `${lines} log lines could not be written`, lines });

function linesIn(batch: Buffer): number {
  let lines = 0;
  for (let at = batch.indexOf(10); at !== -1; at = batch.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function readTail(file: string, size: number, bytes: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const length = Math.min(size, bytes);
    const tail = Buffer.alloc(length);
    return tail.subarray(0, readSync(fd, tail, 0, length, size - length));
  } finally {
    closeSync(fd);
  }
}

const lastByteOf = (file: string, size: number): string => readTail(file, size, 1).toString('latin1');

function lengthOfWholeLines(file: string, size: number): number {
  const tail = readTail(file, size, LOG_LINE_BYTES_MAX * 2);
  const end = tail.lastIndexOf(10);
  return end === -1 ? 0 : size - tail.length + end + 1;
}

function lastNumberIn(file: string): number | undefined {
  let size: number;
  try {
    ({ size } = statSync(file));
  } catch {
    return undefined;
  }
  const lines = readTail(file, size, LOG_LINE_BYTES_MAX * 2)
    .toString('utf8')
    .split('\n');
  for (const line of lines.reverse()) {
    const record = parseLogLine(line);
    if (record !== undefined) return record.n;
  }
  return undefined;
}
