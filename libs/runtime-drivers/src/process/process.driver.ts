/**
 * Incarnations as child processes of this host, in a session of their own: they outlive the worker that started them and are found again
 * by label (an environment variable, readable in /proc) and identity (pid and start time).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { INSTANCE_ENVIRONMENT, INSTANCE_NODE_ARGUMENTS } from '#config/instance-process';
import {
  RuntimeDriverError,
  type DriverCapabilities,
  type IncarnationHandle,
  type IncarnationState,
  type RuntimeDriver,
  type StartRequest,
} from '../runtime-driver.js';
import { allPids, environmentOf, identityOf, type ProcessIdentity } from './proc-table.js';

export interface ProcessDriverOptions {
  /** Names this installation; what bears another installation's label is never seen or touched. No `:` in it. */
  readonly installation: string;
  /** Absolute path of the gateway program, run with this Node. */
  readonly program: string;
  /** How often a process that is not our child is looked at, milliseconds. */
  readonly watchIntervalMs?: number;
}

interface ProcessHandle extends IncarnationHandle {
  readonly pid: number;
  readonly startTicks: number;
}

const LABEL = 'CORDBOARD_INCARNATION';
const CONFIRM_INTERVAL_MS = 20;
/** What an incarnation writes to its standard output: what it says before its own log is open, and what ended it. */
const OUTPUT_BYTES_MAX = 1_000_000;

export class ProcessDriver implements RuntimeDriver {
  readonly name = 'process';
  readonly capabilities: DriverCapabilities = { fencing: 'runtime', restarts: 'worker' };
  readonly #options: ProcessDriverOptions;
  readonly #children = new Map<number, ChildProcess>();
  readonly #watchers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(options: ProcessDriverOptions) {
    if (options.installation === '' || options.installation.includes(':'))
      throw new RangeError('installation must be a name without colons');
    this.#options = options;
  }

  async start(request: StartRequest): Promise<IncarnationHandle> {
    const child = await this.#spawn(request).catch((cause: unknown) => {
      throw new RuntimeDriverError('START_FAILED', `the process of instance ${request.instanceId} could not be started`, {
        cause,
      });
    });
    const pid = child.pid!;
    this.#children.set(pid, child);
    child.once('exit', () => this.#children.delete(pid));
    child.unref();
    const identity = await identityOf(pid);
    if (identity === undefined)
      throw new RuntimeDriverError(
        'START_FAILED',
        `the process of instance ${request.instanceId} ended at once; see ${join(request.logDir, 'output.log')}`,
      );
    return {
      driver: this.name,
      instanceId: request.instanceId,
      epochMajor: request.epochMajor,
      pid,
      startTicks: identity.startTicks,
    } satisfies ProcessHandle;
  }

  async #spawn(request: StartRequest): Promise<ChildProcess> {
    await ensureFolder(request.logDir);
    const outputFile = join(request.logDir, 'output.log');
    // last words of programs that ended: an instance that dies again and again must not fill the disk with them
    const isLarge = ((await stat(outputFile).catch(() => undefined))?.size ?? 0) > OUTPUT_BYTES_MAX;
    const output = openSync(outputFile, isLarge ? 'w' : 'a', 0o600);
    try {
      // no shell, no inherited descriptors, a fixed environment (S-69); a session of its own, so that a Ctrl-C at the terminal is not its end
      const child = spawn(process.execPath, [...INSTANCE_NODE_ARGUMENTS, this.#options.program, '--config', request.configFile], {
        detached: true,
        stdio: ['ignore', output, output],
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', ...INSTANCE_ENVIRONMENT, [LABEL]: this.#label(request.instanceId, request.epochMajor) },
      });
      await once(child, 'spawn');
      return child;
    } finally {
      closeSync(output);
    }
  }

  async stop(handle: IncarnationHandle, graceMs: number): Promise<void> {
    const identity = own(handle);
    if (!(await this.#alive(identity))) return;
    const label = await environmentOf(identity.pid, LABEL);
    if (label !== this.#label(handle.instanceId, handle.epochMajor)) {
      if (!(await this.#alive(identity))) return;
      throw new RuntimeDriverError(
        'STOP_FAILED',
        `process ${identity.pid} does not bear the label of instance ${handle.instanceId}; it is left alone`,
      );
    }
    signal(identity.pid, 'SIGTERM');
    if (await this.#gone(identity, graceMs)) return;
    signal(identity.pid, 'SIGKILL');
    if (await this.#gone(identity, 10_000)) return;
    throw new RuntimeDriverError('STOP_FAILED', `process ${identity.pid} is still there after SIGKILL`);
  }

  async inspect(handle: IncarnationHandle): Promise<IncarnationState> {
    try {
      return (await this.#alive(own(handle))) ? 'running' : 'exited';
    } catch {
      return 'unknown';
    }
  }

  async list(): Promise<readonly IncarnationHandle[]> {
    const found: IncarnationHandle[] = [];
    for (const pid of await allPids()) {
      const [installation, instanceId, epoch] = (await environmentOf(pid, LABEL))?.split(':') ?? [];
      if (installation !== this.#options.installation || instanceId === undefined || epoch === undefined) continue;
      const identity = await identityOf(pid);
      if (identity !== undefined)
        found.push({ driver: this.name, instanceId, epochMajor: Number(epoch), pid, startTicks: identity.startTicks });
    }
    return found;
  }

  watch(handle: IncarnationHandle, onExit: () => void): void {
    const identity = own(handle);
    const child = this.#children.get(identity.pid);
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.once('exit', () => {
        if (!this.#closed) onExit();
      });
      return;
    }
    const timer = setInterval(() => {
      void this.#alive(identity).then(
        (alive) => {
          if (alive || !this.#watchers.delete(timer)) return;
          clearInterval(timer);
          onExit();
        },
        // a table that cannot be read says nothing about the process: look again at the next turn
        () => undefined,
      );
    }, this.#options.watchIntervalMs ?? 500);
    timer.unref();
    this.#watchers.add(timer);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#watchers) clearInterval(timer);
    this.#watchers.clear();
  }

  #label(instanceId: string, epochMajor: number): string {
    return `${this.#options.installation}:${instanceId}:${epochMajor}`;
  }

  async #alive(identity: ProcessIdentity): Promise<boolean> {
    return (await identityOf(identity.pid))?.startTicks === identity.startTicks;
  }

  async #gone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (await this.#alive(identity)) {
      if (performance.now() >= deadline) return false;
      await delay(CONFIRM_INTERVAL_MS);
    }
    return true;
  }
}

function own(handle: IncarnationHandle): ProcessIdentity {
  const { driver, pid, startTicks } = handle;
  if (driver !== 'process' || !Number.isInteger(pid) || !Number.isInteger(startTicks))
    throw new RangeError('not a handle of the process driver');
  return { pid: pid as number, startTicks: startTicks as number };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Not what is above it: where the folder of the instance is gone, a late start must not make it again. */
async function ensureFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
