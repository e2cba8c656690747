/** One seed from beginning to end: faults, healing, coming to rest, and the last questions. */
import { LINGER_MS } from '../../apps/gateway/src/switchboard/monitors/monitor-thrash.js';
import { makeObjectId } from '../../apps/gateway/src/switchboard/numbering.rules.js';
import type { LocalState } from '../../apps/call-manager-sim/src/model/words.js';
import { Chaos } from './chaos.js';
import type { Violation } from './oracle/oracle.js';
import type { Handle } from './control/runtime.model.js';
import { OVERDUE_MS } from './oracle/control.witness.js';
import { NOTHING_PLANTED, type Plant } from './planted/plant.js';
import { Probe } from './application/probe.js';
import { Simulated } from './simulated.js';

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly trace: readonly string[];
}

/** I9: after the faults everything is as it should be within this; longer than the longest back-off, a stop and a start. */
const CONVERGE_MS = 180_000;
const STEP_MS = 2000;
/** Until every application has read what a call brought; without slow readers it takes less. */
const PROBE_MS = 6000;

const STATES: Readonly<Partial<Record<LocalState, string>>> = {
  originated: 'ORIGINATED',
  delivered: 'DELIVERED',
  alerting: 'RECEIVED',
  connected: 'ESTABLISHED',
  hold: 'HELD',
  fail: 'FAILED',
  queued: 'QUEUED',
};

/** Never throws for what the simulated system does; what is thrown inside it is a violation too. */
export function runSeed(seed: number, options: { readonly plant?: Plant; readonly trace?: boolean } = {}): SeedResult {
  const simulated = new Simulated(seed, options.plant ?? NOTHING_PLANTED, options.trace ?? false);
  const { world, oracle } = simulated.site;
  try {
    live(simulated);
  } catch (error) {
    oracle.violation('ANSWER', `thrown: ${(error as Error).stack ?? String(error)}`);
  }
  return {
    seed,
    violations: oracle.violations,
    hash: world.hash,
    steps: world.steps,
    virtualMs: world.nowMs,
    trace: world.lines,
  };
}

function live(simulated: Simulated): void {
  const { site, orchestrator, traffic } = simulated;
  const { world, config, oracle } = site;
  const chaos = new Chaos(simulated);
  const broken = () => oracle.violations.length > 0;
  while (world.nowMs < config.faultyMs && !broken()) step(simulated);
  if (broken()) return;
  world.trace('chaos', 'all faults end');
  chaos.heal();
  if (config.lastingOutage) outlast(simulated);
  if (broken()) return;
  site.faulty = false;
  for (const worker of simulated.workers) if (!worker.process.alive) worker.replace();
  orchestrator.allowEverything();
  wantRunning(simulated);
  for (const application of simulated.applications) application.mode = 'settle';
  comeToRest(simulated);
  if (broken()) return;
  traffic.isOn = false;
  for (const phone of site.phones) simulated.simulation.cluster.setInService(phone, true, world.nowMs);
  world.runUntil(world.nowMs + PROBE_MS);
  // calls of before are up still: whoever was told of a gap knows them from the snapshot alone. Events that a controller lost are known only
  // with the next one of the same phone
  if (!config.faults.lostEvents) checkViews(simulated, checkCalls);
  if (broken()) return;
  traffic.probe(false);
  world.runUntil(world.nowMs + PROBE_MS);
  traffic.probe(true);
  world.runUntil(world.nowMs + PROBE_MS);
  if (broken()) return;
  // what lingers against thrash stands a little longer (R-MON-03)
  const begunMs = world.nowMs;
  const lingeredMs = () => Math.max(begunMs, ...simulated.applications.map(({ stoppedMs }) => stoppedMs)) + LINGER_MS + 3000;
  while (world.nowMs < lingeredMs() && leaks(simulated).length > 0) world.runUntil(world.nowMs + STEP_MS);
  checkRest(simulated);
  for (const application of simulated.applications) application.mode = 'rest';
  fill(simulated);
  oracle.sessions.checkCaps();
}

/** On by {@link STEP_MS}, under the eyes of whoever judges control. */
function step({ site, store, runtime, workers }: Simulated): void {
  const { world, oracle } = site;
  world.runUntil(world.nowMs + STEP_MS);
  const awake = workers.filter(({ process }) => process.state === 'running');
  // another worker may have the lease of one that is dead: until it runs out nobody can do anything
  const canSee = !runtime.hung && workers.length === 1 && awake.length === 1;
  const silent = [...store.rows.values()].filter(({ status }) => {
    const handle = status.handle as unknown as Handle | null;
    return handle !== null && status.state === 'running' && runtime.find(handle)?.process.state === 'paused';
  });
  oracle.control.watch(
    {
      open: store.open(),
      nowMs: store.nowMs,
      isStoreTended: store.available && awake.length > 0,
      silent: canSee ? silent.map(({ spec }) => `${spec.id} before ${awake[0]!.process.name}`) : [],
    },
    STEP_MS,
  );
}

/** The runtime stays away until everything that was asked for is past its deadline: operations end all the same. */
function outlast(simulated: Simulated): void {
  const { site, store, runtime, orchestrator } = simulated;
  runtime.hung = true;
  orchestrator.randomWish(simulated.instanceIds);
  const untilMs = Math.max(...store.open().map(({ deadlineAt }) => deadlineAt.getTime()));
  while (store.nowMs < untilMs + OVERDUE_MS && site.oracle.violations.length === 0) step(simulated);
  runtime.hung = false;
}

/** Operators want everything to run that is not deleted. One that has failed too often is asked for again. */
function wantRunning({ store, orchestrator }: Simulated): void {
  for (const { spec, status } of [...store.rows.values()])
    if (spec.desiredState === 'stopped' || status.state === 'failed') orchestrator.wish('instance.start', spec.id);
}

function isAtRest({ store, applications, site }: Simulated): boolean {
  return (
    [...store.operations.values()].every(({ state }) => state === 'succeeded' || state === 'failed') &&
    [...store.rows.values()].every(
      ({ status, document }) => status.state === 'running' && status.accessDigest === document?.digest,
    ) &&
    site.instanceIdsServing().length === store.rows.size &&
    applications.every(({ isSettled }) => isSettled)
  );
}

function comeToRest(simulated: Simulated): void {
  const { world, oracle, config } = simulated.site;
  const untilMs = world.nowMs + CONVERGE_MS;
  while (world.nowMs < untilMs && oracle.violations.length === 0) {
    step(simulated);
    if (simulated.store.rows.size > 0) restartFailed(simulated);
    if (isAtRest(simulated)) break;
  }
  // links come back, monitors are set, what nobody keeps alive runs out
  world.runUntil(world.nowMs + 2 * config.keepAliveMs + 2000);
  // one that was refused again and again is asked for again within 30 s
  const setMs = world.nowMs + 32_000;
  while (world.nowMs < setMs && missing(simulated)) world.runUntil(world.nowMs + STEP_MS);
  // reading a late gap may make an application doubt once more
  const settledMs = world.nowMs + 60_000;
  while (world.nowMs < settledMs && !simulated.applications.every(({ isSettled }) => isSettled))
    world.runUntil(world.nowMs + STEP_MS);
  const known = simulated.instanceIds;
  oracle.control.atRest(simulated.store.rows, simulated.store.operations.values(), simulated.store.nowMs, known);
  for (const application of simulated.applications)
    if (!application.isSettled && oracle.violations.length === 0)
      oracle.violation('I9-CONVERGE', `${application.name} cannot find out what it holds`);
}

/** What failed too often during the faults is asked for once more, as an operator would. */
function restartFailed(simulated: Simulated): void {
  for (const { spec, status } of [...simulated.store.rows.values()])
    if (status.state === 'failed' && simulated.store.openOf(spec.id).length === 0)
      simulated.orchestrator.wish('instance.start', spec.id);
}

/** Monitors that stand at controllers and that no application holds, or that stand twice. */
function leaks({ site, applications }: Simulated): string[] {
  const found: string[] = [];
  for (const controller of site.controllers) {
    for (const [instanceId, handles] of controller.monitored()) {
      const wanted = new Set<number>();
      for (const { session } of applications)
        if (session?.instanceId === instanceId) for (const objectId of session.monitors.keys()) wanted.add(objectId);
      const standing = handles.map((handle) => makeObjectId(controller.icpId, handle));
      for (const objectId of standing)
        if (!wanted.has(objectId)) found.push(`${instanceId} monitors ${objectId}, and no application holds it`);
      if (new Set(standing).size < standing.length) found.push(`${instanceId} monitors a device twice at ${controller.name}`);
    }
  }
  return found;
}

/** True while an application holds a monitor that does not stand at its controller. */
function missing({ site, applications }: Simulated): boolean {
  const standing = new Set<string>();
  for (const controller of site.controllers)
    for (const [instanceId, handles] of controller.monitored())
      for (const handle of handles) standing.add(`${instanceId}/${makeObjectId(controller.icpId, handle)}`);
  return applications.some(
    ({ session }) =>
      session !== undefined &&
      [...session.monitors.keys()].some((objectId) => !standing.has(`${session.instanceId}/${objectId}`)),
  );
}

/** What applications believe, against controllers and phones. */
function checkRest(simulated: Simulated): void {
  for (const leak of leaks(simulated)) simulated.site.oracle.violation('I3-LEAK', leak);
  checkViews(simulated, checkDevice);
}

type Stream = NonNullable<Simulated['applications'][number]['stream']>;
type Check = (simulated: Simulated, name: string, stream: Stream, objectId: number) => void;

/** Each monitor that an application believes to hold, where its instance is not gone. */
function checkViews(simulated: Simulated, check: Check): void {
  for (const { session, stream, name } of simulated.applications) {
    if (session === undefined || stream === undefined || !simulated.store.rows.has(session.instanceId)) continue;
    for (const objectId of session.monitors.keys()) check(simulated, name, stream, objectId);
  }
}

const phoneOf = ({ site }: Simulated, objectId: number) =>
  site.phones.find(({ controller, handle }) => makeObjectId(controller + 1, handle) === objectId)!;

function checkDevice(simulated: Simulated, name: string, stream: Stream, objectId: number): void {
  const { oracle } = simulated.site;
  const phone = phoneOf(simulated, objectId);
  const device = stream.device(objectId);
  const { serial } = device;
  if (isBeingTold(simulated, stream, objectId)) return;
  if (serial === undefined) oracle.violation('I9-CONVERGE', `${name} holds monitor ${objectId} and got no event of a call at it`);
  else if (serial < phone.serial) stream.checkDense(device, phone.controller + 1, phone.handle, phone.serial + 1);
  checkCalls(simulated, name, stream, objectId);
}

/** What a gap was told of in the last moment is described by what is still to be read. */
const isBeingTold = ({ site }: Simulated, stream: Stream, objectId: number): boolean =>
  stream.device(objectId).gapped && stream.gapMs > site.world.nowMs - 2 * PROBE_MS;

/** The calls that an application was told of, against those at the phone. */
function checkCalls(simulated: Simulated, name: string, stream: Stream, objectId: number): void {
  if (isBeingTold(simulated, stream, objectId)) return;
  const { oracle } = simulated.site;
  const phone = phoneOf(simulated, objectId);
  const device = stream.device(objectId);
  const said = [...device.calls].map(([localCallId, { state }]) => `${localCallId} ${state}`).sort();
  const true_ = phone.legs.map(({ localCallId, state }) => `${localCallId} ${STATES[state] ?? state}`).sort();
  const isRight = stream.givenUp.has(objectId) ? true_.every((call) => said.includes(call)) : said.join() === true_.join();
  if (!isRight)
    oracle.violation(
      'I4-SILENT-GAP',
      `${name} was told of ${objectId}: ${said.join() || 'no call'}; there is: ${true_.join() || 'no call'}`,
    );
}

/** I3: exactly the room that is left can be filled, sessions first, then monitors. */
function fill(simulated: Simulated): void {
  const { site, store } = simulated;
  const { world, config, oracle } = site;
  for (const instanceId of store.rows.keys()) {
    const live = simulated.applications.filter(({ session }) => session?.instanceId === instanceId);
    const probe = new Probe(site, instanceId);
    const room = config.limits.sessions - live.length;
    for (let count = 0; count <= room + 1; count += 1) {
      probe.login();
      world.runUntil(world.nowMs + 500);
    }
    if (probe.sessions.length !== room)
      oracle.violation(
        probe.sessions.length < room ? 'I3-LEAK' : 'I3-CAPS',
        `${instanceId}: room for ${room} sessions, ${probe.sessions.length} were taken: ${probe.refusals.join()}`,
      );
    fillMonitors(
      simulated,
      instanceId,
      probe,
      live.reduce((sum, { session }) => sum + session!.monitors.size, 0),
    );
  }
}

function fillMonitors({ site }: Simulated, instanceId: string, probe: Probe, held: number): void {
  const { world, config, oracle } = site;
  if (probe.sessions.length === 0) return;
  // those that stand already, for another session, need no place at the controller
  const standing = site.controllers.flatMap((controller) =>
    (controller.monitored().get(instanceId) ?? []).map((handle) => makeObjectId(controller.icpId, handle)),
  );
  const room = config.limits.monitors - held;
  const possible = standing.length * probe.sessions.length;
  for (const objectId of standing) for (const session of probe.sessions) probe.monitor(session, objectId);
  world.runUntil(world.nowMs + 3000);
  const wanted = Math.min(room, possible);
  if (probe.monitors !== wanted)
    oracle.violation(
      probe.monitors < wanted ? 'I3-LEAK' : 'I3-CAPS',
      `${instanceId}: room for ${wanted} monitors, ${probe.monitors} were taken: ${probe.refusals.join()}`,
    );
}
