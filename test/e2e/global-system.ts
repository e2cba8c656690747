/**
 * vitest globalSetup of the end-to-end tests: one whole system, started as `npm start` starts it, in a folder of its own; stopped and
 * removed at the end, whatever the tests did.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from '#config/environment';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** CORDBOARD_HOME of the running system; `run.json` is in it. */
    readonly systemHome: string;
  }
}

const READY_WITHIN_MS = 300_000;
const root = resolve(import.meta.dirname, '../..');

/** Starts the launcher with `home`; resolves when run.json is there, rejects with what was printed. */
export async function startSystem(home: string): Promise<{ readonly launcher: ChildProcess; readonly output: () => string }> {
  const launcher = spawn(process.execPath, [join(root, 'tools/start.mjs')], {
    cwd: root,
    env: childEnvironment({ CORDBOARD_HOME: home }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  launcher.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  launcher.stderr!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!existsSync(join(home, 'run.json'))) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) throw new Error(`the launcher ended:\n${printed}`);
    if (performance.now() > deadline) {
      launcher.kill('SIGKILL');
      throw new Error(`the system was not ready within ${READY_WITHIN_MS / 1000} s:\n${printed}`);
    }
    await delay(50);
  }
  return { launcher, output: () => printed };
}

/** As Ctrl-C does it; resolves with the exit code when the launcher has ended. */
export async function stopSystem(launcher: ChildProcess): Promise<number | null> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return launcher.exitCode;
  const ended = once(launcher, 'exit');
  launcher.kill('SIGINT');
  await ended;
  return launcher.exitCode;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'cordboard-e2e-'));
  const system = await startSystem(home);
  project.provide('systemHome', home);
  return async () => {
    await stopSystem(system.launcher);
    rmSync(home, { recursive: true, force: true });
  };
}
