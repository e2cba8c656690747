/**
 * Walks step boundaries: lets a program die (or the other one, or Postgres) at each, in the middle of an operation, starts it again and judges the end.
 * One {@link SagaWalk} has one instance at a time and takes it through all sagas again and again.
 */
import { FAILPOINTS, type FailpointName } from '#telemetry/failpoints';
import type { ControlPlane } from './control-plane.js';
import { judge } from './judge.js';
import type { Program } from './program.js';
import { ringsArrive } from './queue-loss.js';
import type { Provider } from './provider.js';
import { SAGAS, type Ask, type OperationAnswer, type Saga } from './provider.js';
import { until } from './wait.js';

/** Who dies at a point: the program that has reached it, the other one (orchestrator or worker) while that one stands still, or Postgres. */
export type Victim = 'program' | 'other' | 'postgres';
export type Recorded = ReadonlyMap<Saga, readonly FailpointName[]>;
export interface WalkOptions {
  readonly victim: Victim;
  readonly everySaga: boolean;
  readonly chained: boolean;
  /** Default: all that were recorded. */
  readonly only?: readonly FailpointName[];
}
export type Say = (line: string) => void;

const FIRE_MS = 120_000;
/** Before a request that was not answered is repeated. */
const AGAIN_MS = 100;
/** A death that came when the operation was over proves nothing and is tried again, in so many cycles. */
const ATTEMPTS_MAX = 5;
/** From these on a repeated request finds the change made and passes none of them: one of them is met per operation. */
const AFTER_COMMIT: readonly FailpointName[] = [
  'orchestrator.mutation.committed',
  'orchestrator.bell.rung',
  'orchestrator.bell.removed',
];

const isOpen = (operation: OperationAnswer): boolean => operation.state === 'pending' || operation.state === 'running';

export class SagaWalk {
  #target: string | undefined;

  constructor(
    private readonly plane: ControlPlane,
    private readonly provider: Provider,
    private readonly say: Say,
  ) {}

  /** Which points each saga passes when nobody dies. Ends without an instance. */
  async record(): Promise<Recorded> {
    const passed = new Map<Saga, readonly FailpointName[]>();
    for (const saga of SAGAS) {
      this.plane.forgetPassed();
      await this.#calmly(saga);
      passed.set(
        saga,
        [...new Set(this.plane.passed())].filter((name): name is FailpointName => name in FAILPOINTS),
      );
    }
    return passed;
  }

  /**
   * Dies at every wanted point, and answers those that were hit in the middle of an operation: all, or it throws. Without `everySaga` at
   * each point once, spread over the sagas that pass it; with it at each point of each saga. With `chained` one operation meets all points
   * of its saga, death after death; without it one each. Ends without an instance.
   */
  async walk(recorded: Recorded, options: WalkOptions): Promise<ReadonlySet<FailpointName>> {
    const hit = new Set<FailpointName>();
    const left = assigned(recorded, options);
    // a saga meets all its points in one cycle, or one in each
    const isOneEach = !options.chained || options.victim === 'other';
    const cyclesMax = ATTEMPTS_MAX + (isOneEach ? Math.max(...[...left.values()].map(({ length }) => length)) : 0);
    for (let cycle = 1; [...left.values()].some((points) => points.length > 0); cycle += 1) {
      // after many deaths of the database the sweep does all the work for some seconds, and no job is received
      if (cycle > 1 && options.victim === 'postgres') await ringsArrive(this.plane, this.provider);
      for (const saga of SAGAS) {
        const points = left.get(saga)!;
        const met = await this.#die(saga, options.chained ? points : points.slice(0, 1), options.victim);
        for (const point of met) hit.add(point);
        // One that was not met stands at the end: it is tried again with the others done.
        const [first, ...others] = points;
        const rotated = first === undefined || met.includes(first) ? points : [...others, first];
        left.set(
          saga,
          rotated.filter((point) => !met.includes(point)),
        );
      }
      const missing = [...left.values()].flat();
      if (cycle >= cyclesMax && missing.length > 0)
        throw new Error(`not met in the middle of an operation: ${missing.join(', ')}`);
    }
    return hit;
  }

  async #calmly(saga: Saga): Promise<void> {
    const operation = await this.provider.ask(this.#ask(saga));
    await this.#finish(saga, operation);
  }

  #ask(saga: Saga): Ask {
    return saga === 'create' ? this.provider.newAsk(saga) : this.provider.newAsk(saga, this.#target!);
  }

  async #finish(saga: Saga, operation: OperationAnswer): Promise<void> {
    await this.provider.done(operation);
    this.#target = saga === 'delete' ? undefined : operation.targetId;
    await judge(this.plane, this.provider, saga === 'stop' || saga === 'delete' ? [] : [operation.targetId]);
  }

  /** One operation; answers the points that were met while it was open. */
  async #die(saga: Saga, points: readonly FailpointName[], victim: Victim): Promise<readonly FailpointName[]> {
    const ask = this.#ask(saga);
    const since = performance.now();
    const inOrchestrator = beforeAnswer(
      points.filter((point) => point.startsWith('orchestrator.')),
      victim,
    );
    const inWorker = points.filter((point) => point.startsWith('worker.'));
    const met: FailpointName[] = [];
    try {
      for (const point of inWorker) this.plane.arm(point, victim === 'program' ? 'kill' : 'pause');
      if (inOrchestrator.length > 0) met.push(...(await this.#dieInOrchestrator(ask, inOrchestrator, victim)));
      const operation = await this.provider.ask(ask);
      if (inOrchestrator.length > 0) await this.#stillOpen(operation);
      await this.#workerGoesOn();
      met.push(...(await this.#dieInWorker(operation, inWorker, victim)));
      await this.#finish(saga, operation);
    } catch (error) {
      // whoever comes next begins with programs that run and nothing armed
      for (const point of points) this.plane.disarm(point);
      this.plane.orchestrator.resume();
      await this.#workerGoesOn();
      const where = `${saga}, ${victim} killed at ${points.join(', ')}, met ${met.join(', ')}`;
      throw new Error(`${where}: ${(error as Error).message}\n${this.plane.worker.lastLines()}`, { cause: error });
    }
    const took = ((performance.now() - since) / 1000).toFixed(1);
    this.say(`${saga}: ${victim} killed at ${met.length === 0 ? 'nothing' : met.join(', ')}; completed after ${took} s`);
    return met;
  }

  async #dieInWorker(
    operation: OperationAnswer,
    points: readonly FailpointName[],
    victim: Victim,
  ): Promise<readonly FailpointName[]> {
    const { plane, provider } = this;
    const met: FailpointName[] = [];
    const armed = new Set(points);
    while (armed.size > 0) {
      const fired = () => [...armed].filter((point) => plane.hasFired(point));
      await until(
        'a point or the end',
        FIRE_MS,
        async () => fired().length > 0 || !isOpen(await provider.operation(operation.id)),
      );
      const now = fired();
      if (now.length === 0) break;
      await this.#stopped(plane.worker, victim);
      const open = isOpen(await provider.operation(operation.id));
      await this.#again(plane.worker, victim);
      for (const point of now) armed.delete(point);
      if (open) met.push(...now);
    }
    for (const point of armed) plane.disarm(point);
    return met;
  }

  /** The worker stands still meanwhile, so that nobody does what was asked for before it has been seen to be open. */
  async #dieInOrchestrator(ask: Ask, points: readonly FailpointName[], victim: Victim): Promise<readonly FailpointName[]> {
    const { plane } = this;
    await plane.worker.pause();
    for (const point of points) {
      plane.arm(point, victim === 'program' ? 'kill' : 'pause');
      const asking = this.#askUntilFired(ask, point);
      await until(`${point} is reached`, FIRE_MS, () => plane.hasFired(point));
      await this.#stopped(plane.orchestrator, victim);
      await this.#again(plane.orchestrator, victim);
      await asking;
    }
    return points;
  }

  /**
   * As a provider does who gets no answer. The worker may stand still in the middle of a transaction whose rows the request needs: Postgres
   * refuses that one after its time, and ends the worker's transaction after a little more.
   */
  async #askUntilFired(ask: Ask, point: FailpointName): Promise<void> {
    const deadline = performance.now() + FIRE_MS;
    while (!this.plane.hasFired(point) && performance.now() < deadline) {
      await this.provider.send(ask).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** And one: the request that was repeated is the same operation. */
  async #stillOpen(operation: OperationAnswer): Promise<void> {
    const all = await this.provider.operationsOf(operation.targetId);
    const open = all.filter(isOpen).map(({ id }) => id);
    if (open.length !== 1 || open[0] !== operation.id) throw new Error(`open operations: ${open.join(', ')}`);
  }

  async #workerGoesOn(): Promise<void> {
    const { worker } = this.plane;
    if (worker.alive) return worker.resume();
    worker.start();
    await worker.ready();
  }

  async #stopped(program: Program, victim: Victim): Promise<void> {
    if (victim !== 'program') return void (await until('the program stands still', FIRE_MS, () => program.paused));
    const signal = await program.ended();
    if (signal !== 'SIGKILL') throw new Error(`it ended by ${signal}, not by its failpoint`);
  }

  /** A program that stood still wakes without its database, or without the other program, which come back later. */
  async #again(program: Program, victim: Victim): Promise<void> {
    const { worker, orchestrator } = this.plane;
    if (victim === 'other') {
      const other = program === worker ? orchestrator : worker;
      await other.kill();
      program.resume();
      // the worker is started when the operation that it would do has been seen to be open
      if (other === worker) return;
      orchestrator.start();
      return orchestrator.ready();
    }
    if (victim === 'postgres') {
      await this.plane.postgres.kill();
      program.resume();
      await this.plane.postgres.start();
      return;
    }
    program.start();
    await program.ready();
  }
}

/** What each saga has to meet. */
function assigned(recorded: Recorded, { everySaga, only }: WalkOptions): Map<Saga, readonly FailpointName[]> {
  const passed = (saga: Saga) => (recorded.get(saga) ?? []).filter((point) => only === undefined || only.includes(point));
  if (everySaga) return new Map(SAGAS.map((saga) => [saga, passed(saga)]));
  const points = [...new Set(SAGAS.flatMap(passed))];
  const homeOf = (point: FailpointName, index: number): Saga => {
    const sagas = SAGAS.filter((saga) => passed(saga).includes(point));
    return sagas[index % sagas.length]!;
  };
  const homes = points.map((point, index) => [point, homeOf(point, index)] as const);
  return new Map(SAGAS.map((saga) => [saga, homes.filter(([, home]) => home === saga).map(([point]) => point)]));
}

/** Those that one request can meet. Where only the other program dies nothing fails, and one request meets one. */
function beforeAnswer(points: readonly FailpointName[], victim: Victim): readonly FailpointName[] {
  if (victim === 'other') return points.slice(0, 1);
  const last = points.find((point) => AFTER_COMMIT.includes(point));
  return [...points.filter((point) => !AFTER_COMMIT.includes(point)), ...(last === undefined ? [] : [last])];
}
