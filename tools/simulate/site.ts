/** Everything one simulated run consists of, as its parts see one another. */
import type { ControllerMessage } from '#southbound/messages';
import type { Phone } from '../../apps/call-manager-sim/src/model/phone.js';
import type { CoreOutcome } from '../../apps/gateway/src/switchboard/switchboard.port.js';
import type { ControllerNode } from './controller/controller.node.js';
import type { ApplicationRequest, GatewayProgram } from './gateway/gateway.program.js';
import type { Happenings } from './oracle/event-stream.js';
import type { Oracle } from './oracle/oracle.js';
import type { SessionRecord } from './oracle/session.witness.js';
import type { Plant } from './planted/plant.js';
import type { SwarmConfig } from './swarm.js';
import { Connection, type NetworkTempers } from './world/network.js';
import type { Process } from './world/process.js';
import type { World } from './world/world.js';

/** Milliseconds since 1970 at virtual time 0. */
export const WALL_START_MS = 1_800_000_000_000;

export class Site {
  readonly controllers: ControllerNode[] = [];
  /** What listens at an instance's northbound address. */
  readonly northbound = new Map<string, GatewayProgram>();
  /** Who listens for back connections, by port. */
  readonly callbacks = new Map<number, GatewayProgram>();
  /** Connections between instances and controllers that stand. */
  readonly connections = new Set<Connection<ControllerMessage>>();
  readonly tempers: NetworkTempers;
  /** Instances and controllers that cannot connect anew. */
  readonly unreachable = new Set<string>();
  /** False from the moment the faults end. */
  faulty = true;
  phones: readonly Phone[] = [];
  happenings: Happenings = () => undefined;
  wallOffsetMs = 0;
  private lastPort = 49_500;

  constructor(
    readonly world: World,
    readonly config: SwarmConfig,
    readonly plant: Plant,
    readonly oracle: Oracle,
  ) {
    this.tempers = { delayMaxMs: config.delayMaxMs };
  }

  get wallMs(): number {
    return WALL_START_MS + this.world.nowMs + this.wallOffsetMs;
  }

  instanceIdsServing(): string[] {
    return [...this.northbound].flatMap(([id, { serving, process }]) => (serving && process.state === 'running' ? [id] : []));
  }

  nextPort(): number {
    this.lastPort += 1;
    return this.lastPort;
  }

  /** Answers undefined when nobody takes the connection. */
  dialController(instanceId: string, icpId: number, done: (connection: Connection<ControllerMessage> | undefined) => void): void {
    this.world.after(this.delay(), () => {
      const controller = this.controllers.find((one) => one.icpId === icpId);
      if (controller === undefined || this.unreachable.has(`${instanceId}/${icpId}`))
        return this.world.after(this.delay(), () => done(undefined));
      const connection = this.connect(`forward ${instanceId}/${icpId}`);
      controller.accepted(connection);
      this.world.after(this.delay(), () => done(connection));
    });
  }

  /** A controller connects back; answers undefined when nobody listens. */
  dialBack(port: number, icpId: number, done: (connection: Connection<ControllerMessage> | undefined) => void): void {
    this.world.after(this.delay(), () => {
      const program = this.callbacks.get(port);
      if (program?.process.alive !== true) return done(undefined);
      const connection = this.connect(`back ${program.instanceId}/${icpId}`);
      program.backConnected(icpId, connection);
      done(connection);
    });
  }

  /** A short delay of the network between anything and anything. */
  delay(): number {
    return this.world.random.int(0, this.tempers.delayMaxMs);
  }

  /**
   * A request of an application, by way of the router. `lost`: nothing is known of it. A request that an instance which lives has not answered
   * for long, after all faults have ended, is a violation.
   */
  ask(
    from: Process,
    instanceId: string,
    request: ApplicationRequest,
    record: SessionRecord | undefined,
    done: (told: CoreOutcome | 'lost') => void,
  ): void {
    const { world, config } = this;
    const begunFaulty = this.faulty;
    let isOver = false;
    const tell = (told: CoreOutcome | 'lost') => {
      if (isOver) return;
      isOver = true;
      if (request.kind === 'login' || request.operation.name !== 'resetSessionTimer')
        world.trace(
          from.name,
          `${request.kind === 'login' ? 'login' : request.operation.name} ${describe(request)}: ${told === 'lost' ? told : told.ok ? 'ok' : told.refusal.code}`,
        );
      from.run(() => done(told));
    };
    const isLossy = config.faults.lostRequests && this.faulty;
    const timeOut = (program: GatewayProgram | undefined) => {
      // one that stands still is for control to end, not to blame
      if (!isOver && !begunFaulty && program?.serving === true && program.process.state === 'running')
        this.oracle.violation(
          'I10-STUCK',
          `${instanceId} did not answer ${request.kind === 'login' ? 'login' : request.operation.name}`,
        );
      tell('lost');
    };
    const patienceMs = (request.kind === 'login' ? 0 : request.waitMs) + (begunFaulty ? 8000 : 40_000);
    world.after(this.delay(), () => {
      const program = this.northbound.get(instanceId);
      world.after(patienceMs, () => timeOut(program));
      if (program === undefined || (isLossy && world.random.chance(0.1))) return world.after(this.delay(), () => tell('lost'));
      if (record !== undefined) this.oracle.sessions.reached(record, world.nowMs);
      const isAnswerLost = isLossy && world.random.chance(0.1);
      program.process.onExit(() => world.after(this.delay(), () => tell('lost')));
      program.process.run(() =>
        program.request(request, (outcome) => world.after(this.delay(), () => tell(isAnswerLost ? 'lost' : outcome))),
      );
    });
  }

  private connect(name: string): Connection<ControllerMessage> {
    const connection: Connection<ControllerMessage> = new Connection(this.world, this.tempers, name, (closed) =>
      this.connections.delete(closed),
    );
    this.connections.add(connection);
    return connection;
  }
}

function describe(request: ApplicationRequest): string {
  if (request.kind === 'login') return '';
  return JSON.stringify(request.operation.request);
}
