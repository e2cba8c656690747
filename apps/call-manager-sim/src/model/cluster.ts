/**
 * The call model of one cluster: devices of several controllers and the calls between them. Pure and sans-IO: time is an argument, nothing
 * is awaited, and every change is told to the listener in order, before the operation returns. A refused operation changes nothing and tells
 * nothing. What is allowed when is the page's (section 4); the rules themselves are in `calls/`, `centre/` and `users/`.
 */
import { Agenda } from './agenda.js';
import { dial } from './calls/basic.js';
import { lose } from './calls/ending.js';
import { Listeners } from './calls/listening.js';
import { Routing } from './calls/routing.js';
import type { Ask, Made, Rule, Situation } from './calls/rule.js';
import { Waiting } from './calls/waiting.js';
import { Acd } from './centre/acd.js';
import { DEVICE_KIND_OF } from './device-kind.js';
import { Directory } from './directory.js';
import type { ControllerSpec } from './equipment-spec.js';
import { Exchange, party, type Timers } from './exchange.js';
import type { FeatureChange, HappeningListener } from './happening.js';
import { callRules, phoneRules, type CallOperation, type Operation } from './operations.js';
import { activeLeg, NAME_BYTES_MAX, type Device, type Leg, type Phone } from './phone.js';
import { Resilience, forgetCalls } from './resilience.js';
import { startOf } from './start-of-text.js';
import type { Cause, EventName, Result } from './words.js';

export type { CallOperation, Operation } from './operations.js';
export type { ControllerSpec } from './equipment-spec.js';

export interface MakeCallAnswer {
  readonly result: Result;
  /** 0 unless the result is OK or OK_USER_ACTION, and the operation brings a call. */
  readonly localCallId: number;
}

const DIALLABLE = /^[0-9*#+]{1,50}$/;
const AGENT_LICENCES_MAX = 10_000;

export class Cluster {
  readonly directory: Directory;
  readonly resilience: Resilience;
  private readonly x: Exchange;
  private readonly routing: Routing;
  private readonly waiting: Waiting;
  private readonly rules: Readonly<Record<Operation, Rule>>;

  /** Without `timers` what is to happen later is kept, and never comes: for tests of what happens at once. */
  constructor(specs: readonly ControllerSpec[], listener: HappeningListener, timers: Timers = new Agenda()) {
    this.directory = new Directory(specs);
    const bootIds = specs.map(({ bootId }) => bootId);
    this.x = new Exchange(this.directory, bootIds, listener, timers);
    this.routing = new Routing(this.x);
    this.waiting = new Waiting(this.x, this.routing);
    const listeners = new Listeners(this.x);
    new Acd(this.x, this.routing);
    const addresses = specs.map(({ address }) => address ?? '');
    this.resilience = new Resilience(this.x, addresses);
    const agentLicences = (controller: number) => specs[controller]?.agentLicences ?? AGENT_LICENCES_MAX;
    const parts = { waiting: this.waiting, listeners, agentLicences };
    this.rules = { ...callRules(parts), ...phoneRules(parts) };
  }

  /** Calls that stand; every one ends by a clear, by a phone going out of service or by a restart. */
  get callCount(): number {
    return this.x.callCount;
  }

  bootId(controller: number): number {
    return this.x.bootIds[controller] ?? 0;
  }

  phoneByDn(dn: string): Phone | null {
    return this.directory.station(dn);
  }

  /** Null for a handle of another controller: a controller knows its own devices only, and those it would take (R-RES-01). */
  phoneAt(controller: number, handle: number): Phone | null {
    const device = this.directory.at(controller, handle);
    return device && 'legs' in device ? (device as Phone) : null;
  }

  /** Undefined controller: all sets and users of the cluster, in the order they were given. */
  phones(controller?: number): Phone[] {
    return this.directory.phones(controller);
  }

  makeCall(phone: Phone, number: string, atMs: number, accountCode = ''): MakeCallAnswer {
    return this.perform('call', phone, { number, text: accountCode }, atMs);
  }

  /** `localCallId` is looked for at this phone only. */
  operate(operation: CallOperation, phone: Phone, localCallId: number, atMs: number, ask: Ask = {}): Result {
    return this.perform(operation, phone, { ...ask, call: localCallId }, atMs).result;
  }

  /** Looks only: what `perform` would answer now, but for OK_USER_ACTION. */
  may(operation: Operation, phone: Phone, ask: Ask): Result {
    return this.look(operation, phone, ask).result;
  }

  perform(operation: Operation, phone: Phone, ask: Ask, atMs: number): MakeCallAnswer {
    const { result, leg } = this.look(operation, phone, ask);
    if (result !== 'OK') return { result, localCallId: 0 };
    const rule = this.rules[operation];
    const situation: Situation = { x: this.x, routing: this.routing, phone, ask };
    const made = this.x.run(atMs, (): Made =>
      rule.needs === 'call' ? rule.act({ ...situation, leg: leg as Leg }) : rule.act(situation),
    );
    if (made === 'waits') return { result: 'OK_USER_ACTION', localCallId: 0 };
    const waits = made !== undefined && made.pendingNumber !== null;
    return { result: waits ? 'OK_USER_ACTION' : 'OK', localCallId: made?.localCallId ?? 0 };
  }

  /** The numbers that this phone has asked to be called back from, oldest first. */
  callsBackOf(phone: Phone): string[] {
    return this.waiting.wishesOf(phone);
  }

  /** From outside over a trunk, which has to be free. */
  comeIn(trunk: Phone, from: string, dialled: string, atMs: number): MakeCallAnswer {
    if (!DIALLABLE.test(from) || !DIALLABLE.test(dialled)) return { result: 'INVALID_NUMBER', localCallId: 0 };
    if (!DEVICE_KIND_OF[trunk.kind].trunk) return { result: 'WRONG_KIND', localCallId: 0 };
    if (!trunk.inService || this.x.away.has(trunk.controller)) return { result: 'DEVICE_OUT_OF_SERVICE', localCallId: 0 };
    if (activeLeg(trunk) || trunk.features.makeBusy !== null) return { result: 'WRONG_STATE', localCallId: 0 };
    const leg = this.x.run(atMs, () => {
      const made = this.x.newCall(trunk, dialled);
      made.outside = { dn: from, name: '', trunk };
      dial({ x: this.x, routing: this.routing }, made, dialled, 'NEW_CALL');
      return made;
    });
    return { result: 'OK', localCallId: leg.localCallId };
  }

  /** Going out of service ends the phone's calls first. False when it already was so: nothing changed then; nor for who is logged out or in by others. */
  setInService(phone: Phone, inService: boolean, atMs: number): boolean {
    if (phone.inService === inService || phone.occupant || (inService && DEVICE_KIND_OF[phone.kind].needsSet)) return false;
    this.x.run(atMs, () => {
      for (const leg of [...phone.legs]) if (leg.state !== 'null') lose(this.x, leg);
      phone.inService = inService;
      const event: EventName = inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
      const cause: Cause = inService ? 'DEVICE_IN_SERVICE' : 'DEVICE_OUT_OF_SERVICE';
      this.x.tellDevice(phone, event, cause, [party('CONTROLLER_DEVICE', phone)]);
      this.x.freed(phone);
    });
    return true;
  }

  /**
   * The controller forgets its calls without telling its own phones' monitors (their links end with it); far ends at other controllers are
   * told. Serials and local call ids begin anew under the new boot id (but for phones that may be at another controller); handles and
   * service states stay.
   */
  restart(controller: number, bootId: number, atMs: number): void {
    if (this.x.bootIds[controller] === undefined || this.x.bootIds[controller] === bootId)
      throw new Error('a restart needs a new boot id');
    this.x.bootIds[controller] = bootId;
    this.x.run(atMs, () => {
      const phones = new Set(this.phones(controller));
      this.waiting.forget(phones);
      forgetCalls(this.x, controller);
      for (const device of this.directory.devices(controller)) if (device.secondary === null) beginAnew(device);
    });
  }

  /** Its phones cannot be reached; resilient ones go to their secondary. */
  goAway(controller: number, atMs: number): void {
    this.x.run(atMs, () => this.resilience.goAway(controller));
  }

  comeBack(controller: number, atMs: number): void {
    this.x.run(atMs, () => this.resilience.comeBack(controller));
  }

  /** Where a resilient phone is to be from now on; one in a call goes when the call has ended. False: nothing changed. */
  send(phone: Phone, to: 'secondary' | 'primary', atMs: number): boolean {
    return this.x.run(atMs, () => (to === 'secondary' ? this.resilience.failOver(phone) : this.resilience.failBack(phone)));
  }

  /** Members of all conferences that the controller holds are told to its monitors of conferences. */
  reportConferences(controller: number, atMs: number): void {
    this.x.run(atMs, () => {
      const makers = new Set<Phone>();
      for (const phone of this.phones())
        for (const leg of phone.legs) {
          const { conference, host, conferencer } = leg.call;
          if (conference && host === controller && conferencer) makers.add(conferencer);
        }
      for (const maker of makers) this.x.tellFeature(maker, 'CONFERENCE_FEATURE', { on: true, number: maker.dn });
    });
  }

  /** An entry of the controller's directory was written; `handle` need not be a device's. */
  directoryChanged(controller: number, handle: number, change: FeatureChange, atMs: number): void {
    this.x.run(atMs, () => this.x.tellDirectory(controller, handle, change));
  }

  /** The name of a device as the directory has it from now on. */
  rename(device: Device, name: string, atMs: number): void {
    this.x.run(atMs, () => {
      device.fullName = name;
      device.name = startOf(name, NAME_BYTES_MAX);
    });
  }

  private look(operation: Operation, phone: Phone, ask: Ask): { readonly result: Result; readonly leg: Leg | null } {
    const rule = this.rules[operation];
    const refused = (result: Result) => ({ result, leg: null });
    if (rule.number && (ask.number || rule.number === 'needed') && !DIALLABLE.test(ask.number ?? ''))
      return refused('INVALID_NUMBER');
    const anyTime = rule.needs === 'phone' && rule.anyTime;
    if (!anyTime && (!phone.inService || this.x.away.has(phone.controller))) return refused('DEVICE_OUT_OF_SERVICE');
    const situation: Situation = { x: this.x, routing: this.routing, phone, ask };
    if (rule.needs === 'phone') return refused(rule.may(situation));
    const leg = phone.legs.find(({ localCallId, told }) => told && localCallId === ask.call);
    return leg ? { result: rule.may({ ...situation, leg }), leg } : refused('UNKNOWN_CALL');
  }
}

function beginAnew(device: Device): void {
  device.serial = 0;
  if ('legs' in device) (device as Phone).lastLocalCallId = 0;
}
