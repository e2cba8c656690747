/**
 * The log files of one instance (R-LOG-01): `instance.log` is written, `instance.1.log` is the newest of the full ones. One JSON object a
 * line; `n` numbers the records of an instance, so that a reader can go on after the last one it has seen and a missing one is known.
 */
import { join } from 'node:path';

/** Of one file. */
export const LOG_FILE_BYTES_MAX = 1_000_000;
/** The one being written included. */
export const LOG_FILES_MAX = 10;
/** A longer record is cut. */
export const LOG_LINE_BYTES_MAX = 16_384;

export const LOG_LEVELS = ['INFO', 'WARN', 'ERR'] as const;
export type LogFileLevel = (typeof LOG_LEVELS)[number];

export interface LogRecord {
  /** Grows by one with every record of the instance, over restarts. */
  readonly n: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogFileLevel;
  readonly msg: string;
  /** Whatever else was said. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** @param age 0: the one being written; the oldest is `LOG_FILES_MAX - 1` */
export const logFile = (dir: string, age: number): string => join(dir, age === 0 ? 'instance.log' : `instance.${age}.log`);

/** The record of a line; undefined for a line that is none (torn by a crash, or not ours). Never throws. */
export function parseLogLine(line: string): LogRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (parsed === null || typeof parsed !== 'object') return undefined;
  const { n, time, level, msg = '', ...facts } = parsed as Record<string, unknown>;
  if (!Number.isSafeInteger(n) || typeof time !== 'string' || typeof msg !== 'string') return undefined;
  if (!(LOG_LEVELS as readonly unknown[]).includes(level)) return undefined;
  return { n: n as number, time, level: level as LogFileLevel, msg, facts };
}
