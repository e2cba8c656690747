/** What the admin interface can see and do, without HTTP. Everything runs at the present virtual time. */
import type { Fault } from '../faults/faults.js';
import { named } from '../model/exchange.js';
import { lampShines } from '../model/features.js';
import type { AcdGroup, AcdPath, Group } from '../model/group.js';
import type { Leg, Phone } from '../model/phone.js';
import type { UserEntry } from '../model/users-book.js';
import type { Result } from '../model/words.js';
import { enterScript, moveHand, phoneOf, unknownPhone, type Hand, type Script } from '../scenarios/script.js';
import { Traffic, type TrafficFigures, type TrafficSettings } from '../scenarios/traffic.js';
import type { ControllerServer } from '../server/controller-server.js';
import type { Simulation } from '../simulation.js';
import type { Trace } from '../trace/trace.js';
import type { WallClock } from '../wall-clock.js';

export type ScriptOutcome =
  | { readonly ok: true; readonly script: string; readonly steps: number }
  | { readonly ok: false; readonly code: 'UNKNOWN_PHONE' | 'TOO_MUCH'; readonly detail: string };

export class Desk {
  private traffic: Traffic | null = null;
  private scripts = 0;

  constructor(
    private readonly simulation: Simulation,
    private readonly servers: readonly ControllerServer[],
    readonly trace: Trace,
    private readonly clock: WallClock,
    private readonly seed: number,
  ) {}

  controllers(): unknown[] {
    this.clock.catchUp();
    return this.servers.map((server) => controllerView(server, this.simulation));
  }

  /** Null: no controller has this address. */
  controllerAt(address: string): ControllerServer | null {
    return this.servers.find((server) => server.spec.address === address) ?? null;
  }

  inject(server: ControllerServer, fault: Fault): boolean {
    return server.inject(fault);
  }

  /** There is such a phone (line, user, agent), or such a trunk. */
  has(hand: Pick<Hand, 'dn' | 'button'>, at: 'phones' | 'trunks'): boolean {
    if (at === 'trunks') return this.simulation.cluster.directory.trunk(hand.dn) !== null;
    return phoneOf(this.simulation, hand) !== null && this.simulation.cluster.directory.station(hand.dn) !== null;
  }

  /** Of one controller: the users its directory has. */
  users(server: ControllerServer): readonly UserEntry[] {
    return this.simulation.users(this.servers.indexOf(server)).all();
  }

  /** By hand at the controller, as its administrator would. False: no device has this number. */
  rename(dn: string, name: string): boolean {
    this.clock.catchUp();
    const device = this.simulation.cluster.directory.device(dn);
    if (!device) return false;
    this.simulation.rename(device, name);
    this.clock.catchUp();
    return true;
  }

  move(hand: Hand): Result {
    this.clock.catchUp();
    const result = moveHand(this.simulation, hand);
    this.noteHand(hand, result);
    this.clock.catchUp();
    return result;
  }

  enterScript(script: Script): ScriptOutcome {
    this.clock.catchUp();
    const unknown = unknownPhone(this.simulation, script);
    if (unknown !== null) return { ok: false, code: 'UNKNOWN_PHONE', detail: `no phone has the number ${unknown}` };
    this.scripts += 1;
    const name = `script ${this.scripts}`;
    if (!enterScript(this.simulation, name, script, (hand, result) => this.noteHand(hand, result))) {
      return { ok: false, code: 'TOO_MUCH', detail: 'more steps wait already than are kept' };
    }
    this.clock.catchUp();
    return { ok: true, script: name, steps: script.steps.length };
  }

  trafficView(): { readonly settings: TrafficSettings | null; readonly figures: TrafficFigures | null } {
    return { settings: this.traffic?.settings ?? null, figures: this.traffic?.figures ?? null };
  }

  /** Replaces the traffic that runs; its calls are ended. */
  startTraffic(settings: TrafficSettings): void {
    this.clock.catchUp();
    this.traffic?.stop();
    this.traffic = new Traffic(this.simulation, settings, settings.seed ?? this.seed, this.servers.length);
    this.clock.catchUp();
  }

  /** May be called when none runs. */
  stopTraffic(): void {
    this.clock.catchUp();
    this.traffic?.stop();
    this.traffic = null;
  }

  stop(): void {
    this.traffic?.stop();
    this.traffic = null;
  }

  private noteHand(hand: Hand, result: Result): void {
    const address = this.servers[phoneOf(this.simulation, hand)?.controller ?? -1]?.spec.address ?? null;
    this.trace.note('hand', address, null, { do: hand.do, dn: hand.dn, number: hand.number ?? null, result });
  }
}

function controllerView(server: ControllerServer, simulation: Simulation): unknown {
  const { index, name, address, platform, release } = server.spec;
  const { figures } = server;
  const monitors = simulation.monitors(index);
  const { directory } = simulation.cluster;
  return {
    name,
    address,
    port: server.port,
    platform,
    release,
    bootId: simulation.cluster.bootId(index),
    listening: server.listening,
    links: server.standingLinks().map((link) => ({
      id: link.id,
      state: link.state,
      instanceId: link.instanceId,
      epoch: `${link.epochMajor}.${link.epochMinor}`,
      remoteAddress: link.remoteAddress,
      openedAt: new Date(link.openedAtMs).toISOString(),
      monitors: monitors.countOf(link.id),
    })),
    monitors: monitors.counts(),
    featureMonitors: monitors.featureCounts(),
    controllerMonitors: monitors.wholeCounts(),
    monitored: monitors.monitored(),
    faults: server.faults.list(),
    counters: {
      requests: figures.requests,
      results: figures.results,
      refused: figures.refused,
      protocolErrors: figures.protocolErrors,
      linksUp: figures.linksUp,
      eventsSent: figures.eventsSent,
      eventsLost: figures.eventsLost,
      startMonitorPerSecondMax: figures.startMonitorPerSecond.max,
    },
    phones: directory.phones(index).map((phone) => phoneView(phone, simulation)),
    lines: directory.lines.filter(({ primary }) => primary === index).map((phone) => phoneView(phone, simulation)),
    trunks: directory.trunks(index).map((phone) => phoneView(phone, simulation)),
    groups: directory.groups.filter(({ primary }) => primary === index).map(groupView),
    acdGroups: directory.acdGroups.filter(({ primary }) => primary === index).map(acdGroupView),
    acdExpressGroups: directory.acdExpressGroups
      .filter(({ primary }) => primary === index)
      .map((group) => ({ ...acdGroupView(group), waiting: waitingAt(group) })),
    acdPaths: directory.acdPaths.filter(({ primary }) => primary === index).map(acdPathView),
  };
}

function groupView({ dn, name, kind, members, absent, overflow }: Group): unknown {
  const present = members.filter((member) => !absent.has(member));
  return { dn, name, kind, members: members.map((member) => member.dn), present: present.map((member) => member.dn), overflow };
}

function acdGroupView({ dn, name, agents, absent }: AcdGroup): object {
  const present = agents.filter((agent) => !absent.has(agent));
  return { dn, name, agents: agents.map((agent) => agent.dn), present: present.map((agent) => agent.dn) };
}

function acdPathView({ dn, name, groups, queue }: AcdPath): unknown {
  return { dn, name, groups: groups.map((group) => group.dn), waiting: waitingAt({ queue }) };
}

function waitingAt({ queue }: Pick<AcdPath, 'queue'>): string[] {
  return queue.map(({ phone }) => phone.dn);
}

function phoneView(phone: Phone, simulation: Simulation): unknown {
  const { line, set, occupant, agentId } = phone;
  const callsBack = simulation.cluster.callsBackOf(phone);
  return {
    dn: phone.dn,
    name: phone.name,
    kind: phone.kind,
    handle: phone.handle,
    inService: phone.inService,
    monitorable: phone.monitorable,
    ...(phone.secondary === null
      ? {}
      : { secondary: addressOf(simulation, phone.secondary), servedBy: addressOf(simulation, phone.controller) }),
    ...(line ? { set: set?.dn, button: line.button, shared: line.shared } : {}),
    ...(set && !line ? { loggedInAt: set.dn } : {}),
    ...(occupant ? { user: occupant.dn } : {}),
    ...(agentId === null ? {} : { agentId, working: phone.workUntilMs !== null }),
    features: featuresView(phone),
    ...(callsBack.length > 0 ? { callsBack } : {}),
    calls: phone.legs.map(callView),
  };
}

const addressOf = (simulation: Simulation, controller: number): string => simulation.spec(controller).address ?? '';

/** Those that are not as a phone has them at first. */
function featuresView({ features }: Phone): unknown {
  const { doNotDisturb, autoAnswer, makeBusy, forwarding } = features;
  const forwards = Object.entries(forwarding).filter(([, { on }]) => on);
  return {
    ...(doNotDisturb ? { doNotDisturb } : {}),
    ...(autoAnswer ? { autoAnswer } : {}),
    ...(makeBusy === null ? {} : { makeBusy }),
    ...(lampShines(features) ? { messageWaiting: true } : {}),
    ...(forwards.length > 0 ? { forwarding: Object.fromEntries(forwards.map(([kind, { number }]) => [kind, number])) } : {}),
  };
}

function callView(leg: Leg): unknown {
  const { localCallId, state, call, partner, coach, digitsSent, taps } = leg;
  const { accountCode, callerName } = call;
  return {
    localCallId,
    globalCallId: ((BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow)).toString(),
    state,
    caller: named(call.caller).dn,
    called: call.called ? named(call.called).dn : null,
    dialled: call.dialled,
    ...(partner ? { linked: partner.localCallId } : {}),
    ...(call.conference ? { members: call.legs.map((one) => named(one).dn) } : {}),
    ...(leg.listensTo ? { listensTo: leg.listensTo.dn, coach } : {}),
    ...(accountCode ? { accountCode } : {}),
    ...(callerName === null ? {} : { callerName }),
    ...(digitsSent === '' ? {} : { digitsSent }),
    ...(taps.length > 0 ? { taps } : {}),
  };
}
