/** Swarm testing: each seed has its own sizes and its own subset of faults, so that no fault hides behind another. */
import type { InstanceLimits } from '#domain/limits';
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
] as const satisfies readonly (keyof Faults)[];

export function drawConfig(random: Random): SwarmConfig {
  const density = random.pick([0.15, 0.35, 0.6])!;
  const faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, random.chance(density)])) as unknown as Faults;
  const instances = random.chance(0.3) ? 2 : 1;
  const controllers = random.int(1, 2);
  const phonesPerController = random.int(2, 6);
  const applicationsPerInstance = random.int(1, 4);
  const monitorsPerController = random.int(1, phonesPerController);
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
      monitors: random.int(1, 8),
      monitorsPerController,
    },
    controllerMonitors: random.int(monitorsPerController, instances * monitorsPerController),
    keepAliveMs: 6000,
    commandTimeoutMs: 3000,
    eventsPerSessionMax: random.pick([16, 1000])!,
    retentionMs: random.pick([6000, 900_000])!,
    startsPerSecond: random.int(1, 3),
    delayMaxMs: random.pick([2, 10, 80])!,
    serviceMaxMs: random.pick([1, 20, 400])!,
    syncMaxMs: random.pick([1, 10, 60])!,
    compactAfter: random.pick([4, 20, 100_000])!,
    storeLossChance: random.pick([0, 0, 0.03])!,
    runtimeLossChance: random.pick([0, 0, 0.05])!,
    runtimeRestarts: random.chance(0.3),
    controllersCheckEpochs: random.chance(0.5),
    faultyMs: random.int(10, 40) * 1000,
  };
}
