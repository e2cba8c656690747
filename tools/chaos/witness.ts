/** Looks all the time from outside: the simulator's trace line by line, its counts, and the process table. */
import type { ControllerCount, TraceLine } from './history.js';
import { instancesOf } from './process-table.js';
import type { Site } from './site.js';

const LOOK_EVERY_MS = 200;
const LINES_MAX = 10_000;
const COUNTS_EVERY = 5;

export interface ControllerView {
  readonly address: string;
  readonly bootId: number;
  readonly links: readonly {
    readonly instanceId: string;
    readonly epoch: string;
    readonly state: string;
    readonly monitors: number;
    readonly openedAt: string;
  }[];
  readonly faults: readonly unknown[];
  readonly counters: { readonly requests: Readonly<Record<string, number>>; readonly startMonitorPerSecondMax: number };
}

export async function controllersOf(site: Site): Promise<readonly ControllerView[]> {
  return (await site.simulator<{ controllers: ControllerView[] }>('GET', '/v1/controllers')).controllers;
}

export class Witness {
  private last = 0;
  private looks = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  private constructor(private readonly site: Site) {}

  /** Begins at the present end of the trace. */
  static async begin(site: Site): Promise<Witness> {
    const witness = new Witness(site);
    const { last } = await site.simulator<{ last: number }>('GET', '/v1/trace?after=0&limit=1');
    witness.last = last;
    witness.arm();
    return witness;
  }

  /** Everything up to now is in the history when it resolves. */
  async look(): Promise<void> {
    await (this.looking = this.looking.then(() => this.lookOnce()));
  }

  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.looking;
  }

  private arm(): void {
    this.timer = setTimeout(() => {
      void this.look().then(() => {
        if (this.timer !== undefined) this.arm();
      });
    }, LOOK_EVERY_MS);
  }

  private async lookOnce(): Promise<void> {
    this.site.note({ kind: 'processes', atMs: Date.now(), instances: instancesOf(this.site.layout) });
    try {
      await this.readTrace();
      if (this.looks++ % COUNTS_EVERY === 0) await this.readCounts();
    } catch {
      // the simulator did not answer this time; its trace waits for the next look, and says so when it did not wait
    }
  }

  private async readTrace(): Promise<void> {
    for (;;) {
      const path = `/v1/trace?after=${this.last}&limit=${LINES_MAX}`;
      const page = await this.site.simulator<{ lines: TraceLine[]; last: number; lost: boolean }>('GET', path);
      if (page.lost) this.site.note({ kind: 'trace-lost' });
      for (const line of page.lines) this.site.note({ kind: 'trace', line });
      const end = page.lines.at(-1)?.n;
      if (end === undefined) return;
      this.last = end;
      if (end >= page.last) return;
    }
  }

  private async readCounts(): Promise<void> {
    const counts = (await controllersOf(this.site)).map(({ address, links, counters }): ControllerCount => ({
      address,
      links: links.length,
      monitors: links.reduce((sum, link) => sum + link.monitors, 0),
      startsPerSecondMax: counters.startMonitorPerSecondMax,
    }));
    this.site.note({ kind: 'controllers', atMs: Date.now(), counts });
  }
}
