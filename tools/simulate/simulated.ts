/** One whole simulated system, put together from a seed. */
import { Simulation } from '../../apps/call-manager-sim/src/simulation.js';
import { ApplicationNode } from './application/application.node.js';
import { Traffic } from './controller/traffic.js';
import { ControllerNode } from './controller/controller.node.js';
import { OrchestratorProgram } from './control/orchestrator.program.js';
import { RuntimeModel } from './control/runtime.model.js';
import { StoreModel } from './control/store.model.js';
import { WorkerProgram } from './control/worker.program.js';
import { Oracle } from './oracle/oracle.js';
import type { Plant } from './planted/plant.js';
import { Site } from './site.js';
import { drawConfig } from './swarm.js';
import { Process } from './world/process.js';
import { World } from './world/world.js';

/** The worker of one home, whichever process it is at the moment. */
export class WorkerPlace {
  process!: Process;
  program!: WorkerProgram;
  private starts = 0;

  constructor(
    private readonly simulated: Pick<Simulated, 'site' | 'store' | 'runtime'>,
    readonly holder: string,
  ) {
    this.replace();
  }

  replace(): void {
    const { site, store, runtime } = this.simulated;
    this.starts += 1;
    this.process = new Process(site.world, `${this.holder}.${this.starts}`);
    this.program = new WorkerProgram(site, this.process, store, runtime, this.holder);
  }
}

export class Simulated {
  readonly site: Site;
  readonly store: StoreModel;
  readonly runtime: RuntimeModel;
  readonly orchestrator: OrchestratorProgram;
  readonly workers: readonly WorkerPlace[];
  readonly applications: ApplicationNode[] = [];
  readonly simulation: Simulation;
  readonly traffic: Traffic;
  readonly instanceIds: readonly string[];
  /** Happenings by `<icpId>-<bootId>-<handle>-<serial>`: which call it was about. */
  private readonly happened = new Map<string, { readonly callKey: string }>();
  private lastCode = 0;

  constructor(seed: number, plant: Plant, keepTrace: boolean) {
    const world = new World(seed, keepTrace);
    const config = drawConfig(world.random);
    world.trace('config', JSON.stringify(config));
    const oracle = new Oracle(world, config);
    this.site = new Site(world, config, plant, oracle);
    this.store = new StoreModel(this.site);
    this.runtime = new RuntimeModel(this.site);
    oracle.control.alive = (id) => this.runtime.alive(id).length;
    this.simulation = this.makeControllers();
    this.site.phones = this.simulation.cluster.phones();
    this.site.happenings = (...parts) => this.happened.get(parts.join('-'));
    this.traffic = new Traffic(this.site, this.simulation);
    this.instanceIds = Array.from({ length: config.instances }, (_, index) => `instance-${index + 1}`);
    const names = this.instanceIds.flatMap((id) =>
      Array.from({ length: config.applicationsPerInstance }, (_, index) => `app-${id.at(-1)}${index}`),
    );
    this.workers = Array.from({ length: config.workers }, (_, index) => new WorkerPlace(this, `worker-${index + 1}`));
    this.orchestrator = new OrchestratorProgram(this.site, this.store, (id) => this.ring(id), [...names, 'probe']);
    for (const id of this.instanceIds) world.after(world.random.int(0, 3000), () => this.orchestrator.create(id));
    for (const name of names)
      this.add(
        name,
        this.instanceIds.find((id) => id.at(-1) === name.at(-2))!,
      );
  }

  add(name: string, instanceId: string): ApplicationNode {
    const application = new ApplicationNode(this.site, name, instanceId, () => {
      this.lastCode += 1;
      return String(this.lastCode);
    });
    this.applications.push(application);
    return application;
  }

  crashWorker(): void {
    const worker = this.site.world.random.pick(this.workers)!;
    worker.process.crash();
    this.site.world.after(this.site.world.random.int(100, 4000), () => {
      if (!worker.process.alive) worker.replace();
    });
  }

  private ring(id: string): void {
    const { world, config } = this.site;
    const isLost = config.faults.lostBells && this.site.faulty && world.random.chance(0.5);
    for (const worker of this.workers) if (!isLost) world.after(this.site.delay(), () => worker.program.nudge(id));
  }

  private makeControllers(): Simulation {
    const { controllers, phonesPerController } = this.site.config;
    const specs = Array.from({ length: controllers }, (_, index) => ({
      bootId: 1,
      phones: Array.from({ length: phonesPerController }, (__, at) => ({
        dn: `${index + 1}0${at}`,
        name: 'p',
        monitorable: true,
      })),
      monitorLimits: { total: 1000, shared: 1000 },
    }));
    const simulation = new Simulation(
      specs,
      (monitor, happening) => this.site.controllers[happening.phone.controller]!.tell(monitor, happening),
      (happening) => {
        const { phone, serial, localCallId, call } = happening;
        const global =
          call === null ? null : ((BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow)).toString(16).padStart(16, '0');
        const boot = simulation.cluster.bootId(phone.controller);
        this.happened.set(`${phone.controller + 1}-${boot}-${phone.handle}-${serial}`, { callKey: `${localCallId}/${global}` });
      },
    );
    for (let index = 0; index < controllers; index += 1)
      this.site.controllers.push(new ControllerNode(this.site, simulation, index));
    return simulation;
  }
}
