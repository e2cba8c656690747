/** A whole system in a folder of its own, started as `npm start` starts it, killed all at once, started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, readEnvironment } from '#config/environment';
import { homeLayout } from '#config/home';
import { everyProcess, familyOf, instancesOf, isAlive, programsOf, signal } from './process-table.js';
import { Site } from './site.js';
import { until } from './until.js';

const READY_WITHIN_MS = 240_000;

export class OwnSystem {
  private launcher: ChildProcess | undefined;
  private printed = '';

  constructor(readonly home: string) {}

  /** Resolves when it serves; rejects with what was printed. */
  async start(): Promise<void> {
    const { cloneRoot } = readEnvironment();
    const runFile = homeLayout(this.home).runFile;
    rmSync(runFile, { force: true });
    this.printed = '';
    const launcher = spawn(process.execPath, [join(cloneRoot, 'tools/start.mjs')], {
      cwd: cloneRoot,
      env: childEnvironment({ CORDBOARD_HOME: this.home }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.launcher = launcher;
    for (const stream of [launcher.stdout, launcher.stderr])
      stream.on('data', (chunk: Buffer) => (this.printed = (this.printed + chunk.toString()).slice(-20_000)));
    const ended = () => launcher.exitCode !== null || launcher.signalCode !== null;
    await until('the system is ready', READY_WITHIN_MS, () => ended() || existsSync(runFile)).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${this.printed}`);
    });
    if (ended()) throw new Error(`the launcher ended:\n${this.printed}`);
  }

  /** Every process of it as the kernel shows it: launcher, programs, instances, all of Postgres. */
  everything(): number[] {
    const layout = homeLayout(this.home);
    const all = everyProcess();
    const postmaster = new Site(this.home).run.pids['postgres'];
    return [
      ...(this.launcher?.pid === undefined ? [] : [this.launcher.pid]),
      ...programsOf(layout, all).map(({ pid }) => pid),
      ...instancesOf(layout, all).map(({ pid }) => pid),
      ...(postmaster === undefined ? [] : familyOf(postmaster, all)),
    ];
  }

  /** `kill -9` to all of it at once; resolves with their number when they are gone. */
  async killEverything(): Promise<number> {
    const pids = this.everything();
    signal(pids, 'SIGKILL');
    await until('the end of everything', 20_000, () => !pids.some(isAlive));
    return pids.length;
  }

  /** As Ctrl-C does it; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const launcher = this.launcher;
    if (launcher === undefined || launcher.exitCode !== null || launcher.signalCode !== null) return launcher?.exitCode ?? null;
    const ended = once(launcher, 'exit');
    launcher.kill('SIGINT');
    await ended;
    return launcher.exitCode;
  }
}
