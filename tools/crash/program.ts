/** One of our programs as a process that can be killed, paused and started again with the same settings. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, readEnvironment } from '#config/environment';
import { until } from './wait.js';

const READY_MS = 60_000;
const RESTART_MS = 100;

export class Program {
  readonly logFile: string;
  readonly #main: string;
  readonly #settingsFile: string;
  #child: ChildProcess | undefined;
  #ready = false;
  /** Ended by us: nobody starts it again. */
  #isDown = false;
  #deaths = 0;
  /** Whether one that ends by itself is started again, as a supervisor does. */
  supervised = false;

  /** @param name also of its settings file and its log */
  constructor(home: string, program: string, settings: object, name = program) {
    this.#main = join(readEnvironment().cloneRoot, 'dist', 'apps', program, 'src', 'main.js');
    this.#settingsFile = join(home, 'settings', `${name}.json`);
    this.logFile = join(home, 'logs', `${name}.log`);
    writeFileSync(this.#settingsFile, JSON.stringify(settings), { mode: 0o600 });
    appendFileSync(this.logFile, '');
  }

  /** Runs the program once with words before its settings, to its end; rejects when that is not 0. */
  async once(...words: string[]): Promise<void> {
    const child = this.#spawn(words);
    await until(`the end of ${words.join(' ')}`, READY_MS, () => child.exitCode !== null || child.signalCode !== null);
    if (child.exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${child.exitCode}:\n${this.lastLines()}`);
  }

  /** Begins; {@link ready} tells when it serves. */
  start(): void {
    if (this.alive) throw new Error('it runs already');
    this.#ready = false;
    this.#isDown = false;
    const child = this.#spawn([]);
    this.#child = child;
    child.on('exit', () => {
      if (this.#isDown || this.#child !== child) return;
      if (this.#ready) this.#deaths += 1;
      if (this.supervised) setTimeout(() => this.alive || this.#isDown || this.start(), RESTART_MS);
    });
    child.on('message', () => {
      if (this.#child === child) this.#ready = true;
    });
  }

  /** A program that ends before it is ready, because the database is away for instance, is started again, as a supervisor would. */
  async ready(): Promise<void> {
    await until(`${this.#main} ready`, READY_MS, () => {
      if (!this.alive) this.start();
      return this.#ready;
    });
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How often it ended by itself, or by a failpoint, when it was ready. */
  get deaths(): number {
    return this.#deaths;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves with the signal that ended it. */
  async ended(): Promise<NodeJS.Signals | null> {
    await until(`the end of ${this.#main}`, READY_MS, () => !this.alive);
    return this.#child?.signalCode ?? null;
  }

  async kill(): Promise<void> {
    this.#isDown = true;
    if (!this.alive) return;
    this.#child!.kill('SIGKILL');
    await this.ended();
  }

  /** Resolves when the kernel has stopped it. */
  async pause(): Promise<void> {
    this.#child!.kill('SIGSTOP');
    await until('the program stands still', READY_MS, () => this.paused);
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  get paused(): boolean {
    return stateOf(this.pid) === 'T';
  }

  /** What it last wrote, for the message of a failure. */
  lastLines(count = 15): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  }

  #spawn(words: readonly string[]): ChildProcess {
    const log = openSync(this.logFile, 'a', 0o600);
    try {
      return spawn(process.execPath, [this.#main, ...words, '--settings', this.#settingsFile], {
        env: childEnvironment(),
        stdio: ['ignore', log, log, 'ipc'],
      });
    } finally {
      closeSync(log);
    }
  }
}

/** State letter of a process as the kernel shows it; undefined when it is gone. */
export function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
  } catch {
    return undefined;
  }
}
