/** What starts and ends incarnations: a process table whose answers may be lost, late or missing. */
import { Disk, type StoredDocument } from '../gateway/disk.js';
import { GatewayProgram } from '../gateway/gateway.program.js';
import type { Site } from '../site.js';
import type { Wait } from '../world/fiber.js';
import { Process } from '../world/process.js';

type Call = Extract<Wait, { readonly kind: 'call' }>;

export interface Handle {
  readonly instanceId: string;
  readonly epochMajor: number;
}
export interface Running extends Handle {
  readonly process: Process;
  readonly program: GatewayProgram;
  readonly startedAtMs: number;
}

const HUNG_MS = 1500;
const ADMIN_PATIENCE_MS = 2000;
const HEALTH_PATIENCE_MS = 1500;
/** A push may lie so long on its way; whoever sent it has given it up by then. */
const LATE_MS: readonly [number, number] = [2500, 12_000];

export class RuntimeModel {
  /** Cannot be asked for anything. */
  hung = false;
  readonly disks = new Map<string, Disk>();
  readonly all: Running[] = [];

  constructor(private readonly site: Site) {}

  disk(instanceId: string): Disk {
    const disk = this.disks.get(instanceId) ?? new Disk();
    this.disks.set(instanceId, disk);
    return disk;
  }

  alive(instanceId?: string): Running[] {
    return this.all.filter(({ process, instanceId: of }) => process.alive && (instanceId === undefined || of === instanceId));
  }

  find({ instanceId, epochMajor }: Handle): Running | undefined {
    return this.all.findLast((running) => running.instanceId === instanceId && running.epochMajor === epochMajor);
  }

  /** The worker wrote the files of the next incarnation. */
  writeFiles(instanceId: string, document: StoredDocument | undefined): void {
    const disk = this.disk(instanceId);
    if (document !== undefined) disk.document = document;
  }

  start(handle: Handle, slots: readonly number[]): Wait {
    // Without its files a program ends at once: a late start of an instance that was deleted meanwhile comes to nothing.
    return this.call(() => (this.disks.has(handle.instanceId) ? void this.run(handle, slots) : undefined));
  }

  signal(handle: Handle, signal: 'TERM' | 'KILL'): Wait {
    return this.call(() => {
      const running = this.find(handle);
      this.site.world.trace('runtime', `${signal} ${handle.instanceId}@${handle.epochMajor}`);
      if (running === undefined) return;
      if (signal === 'KILL') running.process.exit('SIGKILL');
      else running.process.run(() => running.program.terminate());
    });
  }

  /** Never fails; what cannot be asked is `unknown`. */
  inspect(handle: Handle): Wait {
    return this.call(
      () => (this.find(handle)?.process.alive === true ? 'running' : 'exited'),
      () => 'unknown' as const,
    );
  }

  list(instanceId: string): Wait {
    return this.call(() => this.alive(instanceId).map(({ epochMajor }) => ({ instanceId, epochMajor })));
  }

  /** What an incarnation answers at its admin address; undefined when it does not answer in time. */
  ask(instanceId: string): Wait {
    return this.admin(instanceId, (program, answer) => answer(program.status()));
  }

  /** Which epoch answers a beat; undefined when none does in time. */
  health(instanceId: string): Call {
    return this.admin(instanceId, (program, answer) => answer(program.epochMajor), { patienceMs: HEALTH_PATIENCE_MS });
  }

  push(instanceId: string, document: StoredDocument): Wait {
    const { oracle, world, config } = this.site;
    const isLate = config.faults.latePushes && this.site.faulty && world.random.chance(0.3);
    const sentMs = world.nowMs;
    return this.admin(instanceId, (program, answer) => program.pushDocument(document, answer), {
      lateMs: isLate ? world.random.int(...LATE_MS) : 0,
      answered: (taken) => taken === true && oracle.sessions.documentAccepted(instanceId, document.document, sentMs, world.nowMs),
    });
  }

  private run({ instanceId, epochMajor }: Handle, slots: readonly number[]): void {
    const { world, config } = this.site;
    const process = new Process(world, `${instanceId}@${epochMajor}`);
    const program = new GatewayProgram(this.site, process, { instanceId, epochMajor, slots, disk: this.disk(instanceId) });
    this.all.push({ instanceId, epochMajor, process, program, startedAtMs: world.nowMs });
    world.trace('runtime', `start ${instanceId}@${epochMajor}`);
    if (config.runtimeRestarts)
      process.onExit(() => {
        if (process.crashed) world.after(world.random.int(50, 500), () => this.again({ instanceId, epochMajor }, slots));
      });
  }

  /** A runtime that starts what crashed again by itself, with the same configuration. */
  private again(handle: Handle, slots: readonly number[]): void {
    const isNewest = this.all.findLast(({ instanceId }) => instanceId === handle.instanceId)?.epochMajor === handle.epochMajor;
    const hasFiles = this.disks.has(handle.instanceId);
    if (isNewest && hasFiles && this.alive(handle.instanceId).length === 0 && !this.hung) this.run(handle, slots);
  }

  private call<T>(effect: () => T, unknown?: () => T | 'unknown'): Wait {
    const { world, config } = this.site;
    return {
      kind: 'call',
      begin: (done, failed) => {
        const lost = (why: string) =>
          world.after(HUNG_MS, () => (unknown === undefined ? failed(new Error(why)) : done(unknown())));
        world.after(world.random.int(1, 20), () => {
          if (this.hung) return lost('the runtime does not answer');
          const isLost = this.site.faulty && world.random.chance(config.runtimeLossChance);
          if (isLost && world.random.chance(0.5)) return lost('the runtime failed');
          const result = effect();
          if (isLost) return lost('the answer of the runtime was lost');
          world.after(world.random.int(1, 20), () => done(result));
        });
      },
    };
  }

  private admin(
    instanceId: string,
    handle: (program: GatewayProgram, answer: (value: unknown) => void) => void,
    options: { readonly patienceMs?: number; readonly lateMs?: number; readonly answered?: (value: unknown) => void } = {},
  ): Call {
    const { world } = this.site;
    return {
      kind: 'call',
      begin: (done) => {
        world.after(options.patienceMs ?? ADMIN_PATIENCE_MS, () => done(undefined));
        world.after(this.site.delay(), () => {
          const program = this.site.northbound.get(instanceId);
          if (program === undefined) return done(undefined);
          const answer = (value: unknown) =>
            world.after(this.site.delay(), () => {
              options.answered?.(value);
              done(value);
            });
          const arrive = () => program.process.run(() => handle(program, answer));
          if (options.lateMs === undefined || options.lateMs === 0) arrive();
          else world.after(options.lateMs, arrive);
        });
      },
    };
  }
}
