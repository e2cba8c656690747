/**
 * One simulated controller: the call model and the monitor books of `call-manager-sim`, and the controller's side of the link protocol
 * (docs/design/controller-link.md) in virtual time. What it saw goes to the oracle.
 */
import type { ControllerMessage, ControllerRequest, ControllerResponse, EventMessage } from '#southbound/messages';
import type { Happening } from '../../../apps/call-manager-sim/src/model/happening.js';
import type { Monitor } from '../../../apps/call-manager-sim/src/model/monitors.js';
import type { Simulation } from '../../../apps/call-manager-sim/src/simulation.js';
import { type Site, WALL_START_MS } from '../site.js';
import type { Connection } from '../world/network.js';
import { ControllerLink } from './controller-link.js';

export class ControllerNode {
  mute = false;
  private readonly unanswered: (() => void)[] = [];
  /** The next event of every monitor is lost in a full send buffer. */
  losing = 0;
  /** Answers this to everything that costs work. */
  refusing: 'OVERLOADED' | 'REFUSED' | undefined;
  private readonly links = new Map<number, ControllerLink>();
  private lastLink = 0;

  constructor(
    readonly site: Site,
    readonly simulation: Simulation,
    readonly index: number,
  ) {}

  get icpId(): number {
    return this.index + 1;
  }

  get name(): string {
    return `controller-${this.icpId}`;
  }

  get bootId(): number {
    return this.simulation.cluster.bootId(this.index);
  }

  accepted(connection: Connection<ControllerMessage>): void {
    this.lastLink += 1;
    // link ids are unique over all controllers: one list serves monitors of all
    const link = new ControllerLink(this, this.lastLink * 100 + this.icpId, connection);
    this.links.set(link.id, link);
  }

  link(id: number): ControllerLink | undefined {
    return this.links.get(id);
  }

  /** HELLO: a newer epoch replaces the older link; an older one is refused by controllers that look. */
  hello(link: ControllerLink): boolean {
    for (const other of [...this.links.values()]) {
      if (other === link || other.instanceId !== link.instanceId) continue;
      const age = link.epochMajor - other.epochMajor || link.epochMinor - other.epochMinor;
      if (age < 0) return !this.site.config.controllersCheckEpochs;
      other.replaced();
    }
    return true;
  }

  ended(link: ControllerLink): void {
    if (!this.links.delete(link.id)) return;
    this.simulation.monitors(this.index).dropLink(link.id);
  }

  /** Loss of power: all links are reset, calls are forgotten, the boot id is another. */
  restart(): void {
    this.site.world.trace(this.name, 'restarts');
    for (const link of [...this.links.values()]) link.abort();
    this.simulation.restart(this.index);
  }

  resetLinks(): void {
    for (const link of [...this.links.values()]) link.abort();
  }

  /** Monitors as this controller counts them: `<instance>` to the handles monitored for it. */
  monitored(): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const phone of this.simulation.cluster.phones(this.index))
      for (const monitor of this.simulation.monitors(this.index).at(phone)) {
        const { instanceId } = this.links.get(monitor.linkId)!;
        found.set(instanceId, [...(found.get(instanceId) ?? []), phone.handle]);
      }
    return found;
  }

  tell(monitor: Monitor, happening: Happening): void {
    if (this.losing > 0) {
      this.losing -= 1;
      this.site.world.trace(this.name, `loses event ${happening.phone.handle}-${happening.serial}`);
      return;
    }
    const { call, phone } = happening;
    const message: EventMessage = {
      type: 'EVENT',
      monitorReference: monitor.reference,
      target: phone.handle,
      serial: happening.serial,
      time: WALL_START_MS + happening.atMs,
      monitorSequence: monitor.sequence,
      localCallId: happening.localCallId,
      globalCallId: call === null ? 0n : (BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow),
      eventType: happening.event,
      cause: happening.cause,
      localState: happening.state,
      devices: [],
    };
    this.links.get(monitor.linkId)?.event(message);
  }

  /** Carries the request out and answers. While mute it carries half of them out now and half later, and answers all later, in order. */
  take(link: ControllerLink, request: ControllerRequest, answer: (response: ControllerResponse) => void): void {
    if (!this.mute) return answer(this.carryOut(link, request));
    const response = this.site.world.random.chance(0.5) ? this.carryOut(link, request) : undefined;
    this.unanswered.push(() => {
      // a link that has ended since takes its requests with it
      if (this.links.has(link.id)) answer(response ?? this.carryOut(link, request));
    });
  }

  unmute(): void {
    this.mute = false;
    for (const answer of this.unanswered.splice(0)) answer();
  }

  private carryOut(link: ControllerLink, request: ControllerRequest): ControllerResponse {
    const { correlation } = request;
    this.simulation.advance(this.site.world.nowMs);
    if (this.refusing !== undefined && request.type !== 'SNAPSHOT_CALLS') return this.refusal(request, this.refusing);
    return this.answer(link, request, correlation);
  }

  private refusal(request: ControllerRequest, result: 'OVERLOADED' | 'REFUSED'): ControllerResponse {
    const zeros = { target: 0, deviceType: 0, inService: false, monitorReference: 0, localCallId: 0, more: false, calls: [] };
    return {
      type: `${request.type}_RESPONSE`,
      correlation: request.correlation,
      result,
      ...zeros,
    } as unknown as ControllerResponse;
  }

  private answer(link: ControllerLink, request: ControllerRequest, correlation: number): ControllerResponse {
    const { cluster } = this.simulation;
    if (request.type === 'LOOKUP_DEVICE') {
      const phone = cluster.phoneByDn(request.directoryNumber);
      const known = phone !== null && phone.controller === this.index;
      const result = known ? 'OK' : 'UNKNOWN_DEVICE';
      return {
        type: 'LOOKUP_DEVICE_RESPONSE',
        correlation,
        result,
        target: known ? phone.handle : 0,
        deviceType: 1,
        inService: true,
      };
    }
    if (!('target' in request)) throw new Error(`no client of this simulation asks for ${request.type}`);
    const { target } = request;
    const phone = cluster.phoneAt(this.index, target);
    if (phone === null) throw new Error(`${this.name} was asked for the device ${target}, which is not its own`);
    const book = this.simulation.monitors(this.index);
    const nowMs = this.site.world.nowMs;
    switch (request.type) {
      case 'MONITOR_START': {
        const { result, reference } = book.start(link.id, phone);
        this.site.oracle.wire.standing(this.icpId, link.instanceId, book.countOf(link.id), book.counts().shared, nowMs);
        return {
          type: 'MONITOR_START_RESPONSE',
          correlation,
          result,
          target: result === 'OK' ? target : 0,
          monitorReference: reference,
        };
      }
      case 'MONITOR_STOP':
        return {
          type: 'MONITOR_STOP_RESPONSE',
          correlation,
          result: book.stop(link.id, phone, request.monitorReference),
          target,
        };
      case 'SNAPSHOT_CALLS': {
        const { from } = request;
        const facts = { flags: 0, linkedCallId: 0, parties: 0, failureCause: 'UNKNOWN' } as const;
        const calls = phone.legs.slice(from, from + 2).map(({ call, localCallId, state }) => ({
          ...facts,
          localCallId,
          globalCallId: (BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow),
          localState: state,
        }));
        const more = phone.legs.length > from + 2;
        return { type: 'SNAPSHOT_CALLS_RESPONSE', correlation, result: 'OK', target, traits: 0, more, calls };
      }
      case 'MAKE_CALL': {
        const { result, localCallId } = cluster.makeCall(phone, request.number, nowMs);
        this.site.oracle.commands.carriedOut(request.accountCode, result, localCallId, request.number);
        return { type: 'MAKE_CALL_RESPONSE', correlation, result, target, localCallId };
      }
      case 'ANSWER_CALL':
      case 'CLEAR_CALL':
      case 'HOLD_CALL':
      case 'RETRIEVE_CALL': {
        const operation = ({ ANSWER_CALL: 'answer', CLEAR_CALL: 'clear', HOLD_CALL: 'hold', RETRIEVE_CALL: 'retrieve' } as const)[
          request.type
        ];
        const result = cluster.operate(operation, phone, request.localCallId, nowMs);
        return { type: `${request.type}_RESPONSE`, correlation, result, target };
      }
      default:
        throw new Error(`no client of this simulation asks for ${request.type}`);
    }
  }
}
