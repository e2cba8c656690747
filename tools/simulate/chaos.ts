/** What goes wrong while faults last, at seeded moments; and the end of all of it. */
import type { Disk } from './gateway/disk.js';
import type { Faults } from './swarm.js';
import type { Simulated } from './simulated.js';
import type { Site } from './site.js';

/** How long a fault of some duration lasts, ms. */
const LASTS: readonly [number, number] = [500, 12_000];
const LASTS_LONG: readonly [number, number] = [15_000, 40_000];

/** Undoes what still lasts. */
type Undo = () => void;

export class Chaos {
  private readonly undo = new Set<Undo>();
  private isOver = false;

  constructor(private readonly simulated: Simulated) {
    const { config, world } = simulated.site;
    for (const [name, everyMs] of Object.entries(EVERY_MS) as [keyof Faults, number][])
      if (config.faults[name]) this.arm(name, world.random.int(Math.floor(everyMs / 4), everyMs));
  }

  /** Ends everything that goes wrong. */
  heal(): void {
    this.isOver = true;
    for (const undo of this.undo) undo();
    this.undo.clear();
    for (const controller of this.simulated.site.controllers) controller.losing = 0;
    for (const disk of this.simulated.runtime.disks.values()) disk.killsWriter = false;
  }

  private arm(name: keyof Faults, inMs: number): void {
    const { site } = this.simulated;
    site.world.after(inMs, () => {
      if (this.isOver) return;
      site.world.trace('chaos', name);
      INJECT[name]!(this.simulated, (undo, long) => this.lasting(undo, long));
      this.arm(name, site.world.random.int(Math.floor(EVERY_MS[name]! / 2), EVERY_MS[name]! * 2));
    });
  }

  private lasting(undo: Undo, long = false): void {
    const { random } = this.simulated.site.world;
    const [low, high] = long ? LASTS_LONG : LASTS;
    this.undo.add(undo);
    this.simulated.site.world.after(random.int(low, high), () => {
      if (this.undo.delete(undo)) undo();
    });
  }
}

type Lasting = (undo: Undo, long?: boolean) => void;

const EVERY_MS: Partial<Record<keyof Faults, number>> = {
  crashes: 12_000,
  pauses: 15_000,
  resets: 6000,
  stalls: 8000,
  controllerRestarts: 20_000,
  mutes: 12_000,
  refusals: 10_000,
  lostEvents: 4000,
  vanishing: 15_000,
  fullDisks: 15_000,
  clockJumps: 15_000,
  workerCrashes: 8000,
  workerPauses: 15_000,
  storeAway: 15_000,
  runtimeHung: 15_000,
  wishes: 15_000,
  deletions: 40_000,
  documentChanges: 6000,
  wedges: 30_000,
};

const jump = (site: Site): void => {
  site.wallOffsetMs = site.world.random.pick([-3_600_000, -10_000, 0, 25_000, 3_600_000])!;
};

/** The most telling moment for the clock is within a silence. */
function jumpMeanwhile(site: Site): void {
  const { world, config } = site;
  if (config.faults.clockJumps && world.random.chance(0.5)) world.after(world.random.int(0, 7000), () => jump(site));
}

const INJECT: Partial<Record<keyof Faults, (simulated: Simulated, lasting: Lasting) => void>> = {
  crashes: ({ runtime, site }) => {
    const running = site.world.random.pick(runtime.alive());
    // the most telling moment is the middle of a write
    if (running !== undefined && site.world.random.chance(0.4)) runtime.disk(running.instanceId).killsWriter = true;
    else running?.process.crash();
  },
  pauses: ({ runtime, site }, lasting) => {
    const running = site.world.random.pick(runtime.alive());
    if (running === undefined) return;
    running.process.pause();
    lasting(() => running.process.resume(), site.world.random.chance(0.5));
    jumpMeanwhile(site);
  },
  wedges: ({ runtime, site }) => {
    site.world.random.pick(runtime.alive())?.process.wedge();
    jumpMeanwhile(site);
  },
  resets: ({ site }) => {
    if (site.world.random.chance(0.2)) site.world.random.pick(site.controllers)?.resetLinks();
    else site.world.random.pick([...site.connections])?.reset();
  },
  stalls: ({ site }, lasting) => {
    const connection = site.world.random.pick([...site.connections]);
    if (connection === undefined) return;
    connection.stall(site.world.random.chance(0.5) ? 0 : 1);
    lasting(() => connection.release());
  },
  controllerRestarts: ({ site }) => site.world.random.pick(site.controllers)?.restart(),
  mutes: ({ site }, lasting) => {
    const controller = site.world.random.pick(site.controllers)!;
    controller.mute = true;
    lasting(() => controller.unmute());
  },
  refusals: ({ site }, lasting) => {
    const controller = site.world.random.pick(site.controllers)!;
    controller.refusing = site.world.random.pick(['OVERLOADED', 'REFUSED'] as const);
    lasting(() => (controller.refusing = undefined));
  },
  lostEvents: ({ site }) => {
    const controller = site.world.random.pick(site.controllers)!;
    controller.losing += site.world.random.int(1, 3);
  },
  vanishing: ({ applications, site }) => site.world.random.pick(applications)?.vanish(),
  fullDisks: ({ runtime, site }, lasting) => {
    const disk: Disk | undefined = site.world.random.pick([...runtime.disks.values()]);
    if (disk === undefined) return;
    disk.full = true;
    lasting(() => (disk.full = false));
  },
  clockJumps: ({ site }) => jump(site),
  workerCrashes: (simulated) => simulated.crashWorker(),
  workerPauses: ({ workers, site }, lasting) => {
    const worker = site.world.random.pick(workers)!;
    const { process } = worker;
    process.pause();
    // the service manager believes it dead and starts another
    if (site.world.random.chance(0.5)) worker.replace();
    lasting(() => process.resume(), true);
  },
  storeAway: ({ store }, lasting) => {
    store.available = false;
    lasting(() => (store.available = true));
  },
  runtimeHung: ({ runtime }, lasting) => {
    runtime.hung = true;
    lasting(() => (runtime.hung = false));
  },
  wishes: ({ orchestrator, instanceIds }) => orchestrator.randomWish(instanceIds),
  deletions: ({ orchestrator, instanceIds }) => {
    if (instanceIds.length > 1) orchestrator.wish('instance.delete', instanceIds[1]!);
  },
  documentChanges: ({ orchestrator }) => orchestrator.changeAccess(),
};
