/**
 * One program of the system as a child process: started, waited for, started again when it dies, stopped.
 *
 * It runs in a process group of its own, so that Ctrl-C reaches the launcher alone and the stop has an order. It notices our death
 * by the end of the ipc channel (`#telemetry/lifecycle`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { childEnvironment } from '#config/environment';
import { LaunchError } from './launch-error.js';

const LOG_BYTES_MAX = 10_000_000;
const READY_TIMEOUT_MS = 60_000;
const BACK_OFF_MIN_MS = 500;
const BACK_OFF_MAX_MS = 30_000;
/** A program that ran this long has its back-off forgotten. */
const STEADY_MS = 10_000;

export interface ProgramOptions {
  readonly name: string;
  /** Absolute path of the script. */
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly say: (line: string) => void;
  /** The pid has changed. */
  readonly onChange?: () => void;
  /** How it is asked to end; default SIGTERM. */
  readonly askToStop?: (child: ChildProcess) => void;
  readonly stopTimeoutMs?: number;
}

export class Program {
  private child: ChildProcess | undefined;
  private wanted = false;
  private restartTimer: NodeJS.Timeout | undefined;
  private backOffMs = BACK_OFF_MIN_MS;

  constructor(private readonly options: ProgramOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the program says that it is ready; rejects with one line when it ends before, or when `signal` aborts. */
  async start(signal: AbortSignal): Promise<void> {
    this.wanted = true;
    const child = this.spawn();
    await untilReady(child.process, signal).catch((error: unknown) => {
      this.wanted = false;
      if (signal.aborted) throw error;
      const said = lastComplaint(writtenSince(this.options.logFile, child.logStart));
      throw new LaunchError(`${this.name} does not start: ${said ?? (error as Error).message} (see ${this.options.logFile})`, {
        cause: error,
      });
    });
    this.watch(child.process);
  }

  /** Asks, waits, and kills when that takes too long or `hurry` aborts. True when it ended by itself with exit code 0. */
  async stop(hurry: AbortSignal): Promise<boolean> {
    this.wanted = false;
    clearTimeout(this.restartTimer);
    const child = this.child;
    if (child === undefined || hasEnded(child)) return false;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = () => child.kill('SIGKILL');
    const timer = setTimeout(kill, this.options.stopTimeoutMs ?? 15_000);
    if (hurry.aborted) kill();
    else {
      hurry.addEventListener('abort', kill, { once: true });
      (this.options.askToStop ?? ((asked) => asked.kill('SIGTERM')))(child);
    }
    await ended;
    clearTimeout(timer);
    hurry.removeEventListener('abort', kill);
    return child.exitCode === 0;
  }

  private spawn(): { process: ChildProcess; logStart: number } {
    const { script, args, logFile } = this.options;
    const log = openLog(logFile);
    try {
      const child = spawn(process.execPath, [script, ...args], {
        cwd: '/',
        detached: true,
        env: childEnvironment(),
        stdio: ['ignore', log, log, 'ipc'],
      });
      // Without a listener an EAGAIN of fork or a closed channel would end the launcher.
      child.on('error', () => undefined);
      this.child = child;
      this.options.onChange?.();
      return { process: child, logStart: statSync(logFile).size };
    } finally {
      closeSync(log);
    }
  }

  private watch(child: ChildProcess): void {
    const since = performance.now();
    const onEnd = () => {
      if (!this.wanted || this.child !== child) return;
      this.child = undefined;
      this.options.onChange?.();
      if (performance.now() - since > STEADY_MS) this.backOffMs = BACK_OFF_MIN_MS;
      this.options.say(
        `${this.name} has ended (${child.signalCode ?? `code ${child.exitCode}`}); it is started again in ${this.backOffMs / 1000} s`,
      );
      this.restartTimer = setTimeout(() => void this.restart(), this.backOffMs);
      this.backOffMs = Math.min(this.backOffMs * 2, BACK_OFF_MAX_MS);
    };
    if (hasEnded(child)) onEnd();
    else child.once('exit', onEnd);
  }

  private async restart(): Promise<void> {
    if (!this.wanted) return;
    const { process: child } = this.spawn();
    this.watch(child);
    try {
      await untilReady(child, new AbortController().signal);
      this.options.say(`${this.name} runs again, pid ${child.pid}`);
    } catch {
      // It has ended again, which the watch sees, or it hangs: then it is ended, and the watch sees that.
      child.kill('SIGKILL');
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Appends; a log that has grown is put aside first. */
function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

async function untilReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', finish);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (message: unknown) => {
      if ((message as { type?: unknown } | null)?.type === 'ready') finish();
    };
    const onExit = () => finish(new Error(`it ended with ${child.signalCode ?? `code ${child.exitCode}`}`));
    const onAbort = () => finish(new Error('the start was given up'));
    const timer = setTimeout(() => finish(new Error(`it was not ready within ${READY_TIMEOUT_MS / 1000} s`)), READY_TIMEOUT_MS);
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', finish);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (hasEnded(child)) onExit();
  });
}

/** What the program wrote to its log since `from` bytes. */
function writtenSince(logFile: string, from: number): string {
  try {
    return readFileSync(logFile).subarray(from).toString('utf8');
  } catch {
    return '';
  }
}

/** The last error in what a program wrote: the message of a log line of level error or fatal, or a raw line. */
export function lastComplaint(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  let raw: string | undefined;
  for (const line of lines.slice(-200).reverse()) {
    try {
      const entry = JSON.parse(line) as { level?: string; msg?: string; err?: { message?: string } };
      if (entry.level === 'error' || entry.level === 'fatal') return [entry.msg, entry.err?.message].filter(Boolean).join(': ');
    } catch {
      // Of an uncaught error the line with its name says more than the frames below it.
      if (/^\s*at |^Node\.js v/.test(line)) continue;
      if (raw === undefined || /^[A-Za-z]*Error\b/.test(line)) raw = line.trim();
    }
  }
  return raw?.slice(0, 300);
}
