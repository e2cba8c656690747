/** Swarm testing: each seed has its own sizes and its own subset of faults, so that no fault hides behind another. */
import { INSTANCE_LIMITS, type InstanceLimits } from '#domain/limits';
import type { Random } from './world/random.js';

export interface Faults {
  readonly crashes: boolean;
  readonly pauses: boolean;
  readonly resets: boolean;
  readonly stalls: boolean;
  readonly controllerRestarts: boolean;
  readonly mutes: boolean;
  readonly refusals: boolean;
  readonly lostEvents: boolean;
  readonly lostRequests: boolean;
  readonly slowReaders: boolean;
  readonly vanishing: boolean;
  readonly fullDisks: boolean;
  readonly clockJumps: boolean;
  readonly workerCrashes: boolean;
  readonly workerPauses: boolean;
  readonly storeAway: boolean;
  readonly runtimeHung: boolean;
  readonly lostBells: boolean;
  readonly wishes: boolean;
  readonly deletions: boolean;
  readonly documentChanges: boolean;
  /** Instances that stand still for good: nothing ever wakes them. */
  readonly wedges: boolean;
  /** Pushed documents that arrive when their sender has long given up. */
  readonly latePushes: boolean;
}

export interface SwarmConfig {
  readonly faults: Faults;
  readonly instances: number;
  readonly controllers: number;
  readonly phonesPerController: number;
  readonly applicationsPerInstance: number;
  readonly workers: number;
  readonly limits: InstanceLimits;
  /** Of all instances together. */
  readonly controllerMonitors: number;
  readonly keepAliveMs: number;
  readonly commandTimeoutMs: number;
  readonly eventsPerSessionMax: number;
  readonly retentionMs: number;
  readonly startsPerSecond: number;
  readonly delayMaxMs: number;
  readonly serviceMaxMs: number;
  readonly syncMaxMs: number;
  readonly compactAfter: number;
  readonly storeLossChance: number;
  readonly runtimeLossChance: number;
  /** The runtime starts what crashed again by itself. */
  readonly runtimeRestarts: boolean;
  /** Controllers refuse an older epoch; if not, only we keep it away. */
  readonly controllersCheckEpochs: boolean;
  /** Two instances want more of one controller than it has, and change all the time what they hold there. */
  readonly contention: boolean;
  /** Of every operation. */
  readonly operationDeadlineMs: number;
  /** When the faults end the runtime stays away, until every operation asked for by then is past its deadline. */
  readonly lastingOutage: boolean;
  /** How long faults last. */
  readonly faultyMs: number;
}

const FAULT_NAMES = [
  'crashes',
  'pauses',
  'resets',
  'stalls',
  'controllerRestarts',
  'mutes',
  'refusals',
  'lostEvents',
  'lostRequests',
  'slowReaders',
  'vanishing',
  'fullDisks',
  'clockJumps',
  'workerCrashes',
  'workerPauses',
  'storeAway',
  'runtimeHung',
  'lostBells',
  'wishes',
  'deletions',
  'documentChanges',
  'wedges',
  'latePushes',
] as const satisfies readonly (keyof Faults)[];

export function drawConfig(random: Random): SwarmConfig {
  const density = random.pick([0.15, 0.35, 0.6])!;
  const faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, random.chance(density)])) as unknown as Faults;
  const contention = random.chance(0.1);
  const instances = contention || random.chance(0.25) ? 2 : 1;
  const controllers = contention ? 1 : random.int(1, 2);
  const phonesPerController = contention ? 6 : random.int(2, 6);
  const applicationsPerInstance = random.int(1, 4);
  const monitorsPerController = contention ? 6 : random.int(1, phonesPerController);
  const lastingOutage = random.chance(0.06);
  return {
    faults,
    instances,
    controllers,
    phonesPerController,
    applicationsPerInstance,
    workers: random.chance(0.3) ? 2 : 1,
    limits: {
      sessions: random.int(1, 4),
      controllers: 4,
      monitors: contention ? 24 : random.int(1, 8),
      monitorsPerController,
      hotDeskUsers: INSTANCE_LIMITS.hotDeskUsers,
    },
    controllerMonitors: contention ? random.int(6, 9) : random.int(monitorsPerController, instances * monitorsPerController),
    keepAliveMs: 6000,
    commandTimeoutMs: 3000,
    eventsPerSessionMax: random.pick([16, 1000])!,
    retentionMs: random.pick([6000, 900_000])!,
    startsPerSecond: contention ? random.int(4, 12) : random.int(instances, 3),
    delayMaxMs: random.pick([2, 10, 80])!,
    serviceMaxMs: random.pick([1, 20, 400])!,
    syncMaxMs: random.pick([1, 10, 60])!,
    compactAfter: random.pick([4, 20, 100_000])!,
    storeLossChance: random.pick([0, 0, 0.03])!,
    runtimeLossChance: random.pick([0, 0, 0.05])!,
    runtimeRestarts: random.chance(0.3),
    controllersCheckEpochs: random.chance(0.5),
    contention,
    operationDeadlineMs: lastingOutage || random.chance(0.3) ? 20_000 : 180_000,
    lastingOutage,
    faultyMs: random.int(10, 40) * 1000,
  };
}
