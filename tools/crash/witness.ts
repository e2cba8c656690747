/**
 * Sees from outside what runs: incarnations in the process table by their label, listening ports in the kernel's socket table. Asks nobody
 * of ours. Watches all the time, because two incarnations that ran together for a moment leave no trace.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { stateOf } from './program.js';

export interface SeenProcess {
  readonly pid: number;
  readonly instanceId: string;
  readonly epochMajor: number;
}

const LOOK_EVERY_MS = 30;
/** A process has its parent's environment until it runs its own program: on a busy machine that takes its time. */
const LOOK_FOR_MS = 5000;

export class Witness {
  readonly #installation: string;
  /** When a process was first looked at. */
  readonly #metAt = new Map<number, number>();
  readonly #seen = new Map<number, SeenProcess>();
  readonly #started: SeenProcess[] = [];
  readonly #violations: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(installation: string) {
    this.#installation = installation;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** What was seen that must not be, ever: two living processes of one instance, two processes of one epoch. */
  get violations(): readonly string[] {
    return this.#violations;
  }

  /** All incarnations that were seen alive at any time. */
  get started(): readonly SeenProcess[] {
    return this.#started;
  }

  /** Incarnations that are alive now. */
  look(): readonly SeenProcess[] {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    const present = new Set(pids.map(Number));
    for (const pid of this.#metAt.keys()) {
      if (present.has(pid)) continue;
      this.#metAt.delete(pid);
      this.#seen.delete(pid);
    }
    for (const pid of present) {
      const metAt = this.#metAt.get(pid) ?? performance.now();
      this.#metAt.set(pid, metAt);
      if (!this.#seen.has(pid) && performance.now() - metAt < LOOK_FOR_MS) this.#meet(pid);
    }
    return [...this.#seen.values()].filter(({ pid }) => isAlive(pid));
  }

  #meet(pid: number): void {
    const label = labelOf(pid)?.split(':');
    if (label?.[0] !== this.#installation) return;
    const found: SeenProcess = { pid, instanceId: label[1]!, epochMajor: Number(label[2]) };
    for (const other of this.#started) {
      if (other.instanceId !== found.instanceId) continue;
      // The other one is looked at after the new one was seen alive: if it lives still, both did.
      if (isAlive(other.pid) && isAlive(pid) && this.#seen.get(other.pid) === other)
        this.#violations.push(`${nameOf(found)} began while ${nameOf(other)} was alive`);
      if (other.epochMajor === found.epochMajor)
        this.#violations.push(`${nameOf(found)} and ${nameOf(other)} are the same epoch`);
    }
    this.#seen.set(pid, found);
    this.#started.push(found);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Listening sockets below a /24, as `address:port`, from the kernel's table. */
export function listenersBelow(prefix: string): string[] {
  return readFileSync('/proc/net/tcp', 'latin1')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => socketName(fields[1]!))
    .filter((name) => name.startsWith(`${prefix}.`));
}

function socketName(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = address.match(/../g)!.map((byte) => parseInt(byte, 16));
  return `${bytes.reverse().join('.')}:${parseInt(port, 16)}`;
}

function labelOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((entry) => entry.startsWith('CORDBOARD_INCARNATION='))
      ?.slice('CORDBOARD_INCARNATION='.length);
  } catch {
    return undefined;
  }
}

const isAlive = (pid: number): boolean => !['Z', 'X', undefined].includes(stateOf(pid));
const nameOf = (seen: SeenProcess): string => `process ${seen.pid} (instance ${seen.instanceId}, epoch ${seen.epochMajor})`;
