/** What the admin interface can see and do, without HTTP. Everything runs at the present virtual time. */
import type { Fault } from '../faults/faults.js';
import type { Phone } from '../model/phone.js';
import type { Result } from '../model/words.js';
import { enterScript, moveHand, unknownPhone, type Hand, type Script } from '../scenarios/script.js';
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

  phone(dn: string): Phone | null {
    return this.simulation.cluster.phoneByDn(dn);
  }

  move(hand: Hand): Result {
    this.clock.catchUp();
    const result = moveHand(this.simulation, hand);
    this.noteHand(hand, result);
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
    const address = this.servers[this.phone(hand.dn)?.controller ?? -1]?.spec.address ?? null;
    this.trace.note('hand', address, null, { do: hand.do, dn: hand.dn, number: hand.number ?? null, result });
  }
}

function controllerView(server: ControllerServer, simulation: Simulation): unknown {
  const { index, name, address, platform, release } = server.spec;
  const { figures } = server;
  const monitors = simulation.monitors(index);
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
    phones: simulation.cluster.phones(index).map(phoneView),
  };
}

function phoneView(phone: Phone): unknown {
  return {
    dn: phone.dn,
    name: phone.name,
    handle: phone.handle,
    inService: phone.inService,
    monitorable: phone.monitorable,
    calls: phone.legs.map(({ localCallId, state, call }) => ({
      localCallId,
      globalCallId: ((BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow)).toString(),
      state,
      caller: call.caller.phone.dn,
      called: call.called?.phone.dn ?? null,
      dialled: call.dialled,
    })),
  };
}
