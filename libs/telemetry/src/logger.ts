/**
 * The log of every program: one JSON object per line (pino), safe to write what came from outside.
 *
 * Redaction is by member name at any depth, so that a secret does not leak because somebody logged the object around it (S-74).
 * Line breaks cannot split an entry: values are JSON strings, and member names are reduced to harmless characters.
 */
import { maskMember, maskText, type LoggedNumbers } from './number-redaction.js';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go; default: standard output, written synchronously so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
  /** How telephone numbers stand in the log, asked for every entry; default: as they are. */
  readonly numbers?: () => LoggedNumbers;
}

const SECRET =
  /pass(word|wd|phrase)?$|account[-_]?code$|pin$|secret|token|authori[sz]ation|cookie|credential|^(api|admin|private|tenant|access)?[-_]?key(pem)?$|(databaseurl|databaseownerurl|queueurl|ownerurl|appurl)$/i;
const REDACTED = '[redacted]';
const DEPTH_MAX = 6;
const MEMBERS_MAX = 200;

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, retriable } = error as { code?: unknown; retriable?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(retriable === undefined ? {} : { retriable }),
    stack: error.stack,
    ...(error.cause === undefined || depth >= DEPTH_MAX ? {} : { cause: clean(error.cause, depth + 1) }),
  };
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, MEMBERS_MAX).map((item) => clean(item, depth + 1));
  return cleanMembers(value as Record<string, unknown>, depth);
}

function cleanMembers(value: Record<string, unknown>, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value).slice(0, MEMBERS_MAX)) {
    const safeName = name.replace(/[^\w.:@/-]/g, '_').slice(0, 100);
    result[safeName] = SECRET.test(name) && member !== null && member !== undefined ? REDACTED : clean(member, depth + 1);
  }
  return result;
}

/** A copy of `value` as it would be logged: bounded, secrets replaced, errors with their chain of causes. */
export function redact(value: unknown): unknown {
  return clean(value, 0);
}

function withoutNumbers(value: unknown, policy: LoggedNumbers): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'string' ? maskText(item, policy) : withoutNumbers(item, policy)));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member !== null && typeof member === 'object' && !Array.isArray(member)
        ? withoutNumbers(member, policy)
        : maskMember(name, Array.isArray(member) ? withoutNumbers(member, policy) : member, policy),
    ]),
  );
}

/** The text of an entry, wherever it stands among the arguments. */
function maskMessage(numbers: () => LoggedNumbers) {
  return function (this: PinoLogger, args: unknown[], method: (...given: unknown[]) => void): void {
    const policy = numbers();
    method.apply(
      this,
      args.map((arg) => (typeof arg === 'string' ? maskText(arg, policy) : arg)),
    );
  };
}

/** The logger of a program; `program` is in every line. May be called more than once; loggers do not share state. */
export function createLogger(program: string, options: LoggerOptions | LogLevel = {}): Logger {
  const { level = 'info', destination, numbers } = typeof options === 'string' ? ({ level: options } as LoggerOptions) : options;
  return pino(
    {
      level,
      base: { program, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // `formatters.log` has made errors plain already.
      serializers: { err: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: (members) => {
          const safe = cleanMembers(members, 0);
          const policy = numbers?.() ?? 'full';
          return policy === 'full' ? safe : (withoutNumbers(safe, policy) as Record<string, unknown>);
        },
      },
      ...(numbers === undefined ? {} : { hooks: { logMethod: maskMessage(numbers) as never } }),
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** The shape Nest asks of a logger (`NestFactory.create(module, { logger })`), without importing Nest here. */
export interface FrameworkLogger {
  log(message: unknown, ...rest: unknown[]): void;
  error(message: unknown, ...rest: unknown[]): void;
  warn(message: unknown, ...rest: unknown[]): void;
  debug(message: unknown, ...rest: unknown[]): void;
  verbose(message: unknown, ...rest: unknown[]): void;
  fatal(message: unknown, ...rest: unknown[]): void;
}

/** Nest passes the context (a class name) as the last argument and, for errors, a stack before it. */
export function nestLogger(logger: Logger): FrameworkLogger {
  const write =
    (level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = typeof rest.at(-1) === 'string' ? (rest.pop() as string) : undefined;
      const text = typeof message === 'string' ? message : message instanceof Error ? message.message : 'event';
      logger[level](
        {
          ...(context === undefined ? {} : { context }),
          ...(message instanceof Error ? { err: message } : typeof message === 'string' ? {} : { data: message }),
          ...(rest.length === 0 ? {} : { rest }),
        },
        text,
      );
    };
  return {
    log: write('info'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  };
}
