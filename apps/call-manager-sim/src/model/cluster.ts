/**
 * The call model of one cluster: phones of several controllers and the calls between them. Pure and sans-IO: time is an argument, nothing
 * is awaited, and every change is told to the listener in order, before the operation returns. A refused operation changes nothing and tells
 * nothing. Rules beyond the page (the page leaves them to the controller): a phone has at most one call that is not on hold, and is busy to
 * callers while it has one; a call to oneself is busy.
 */
import type { Happening, HappeningListener, Party } from './happening.js';
import { CALLS_PER_PHONE_MAX, activeLeg, newPhone, otherLeg, type Call, type Leg, type Phone, type PhoneSpec } from './phone.js';
import type { Cause, EventName, LocalState, Result, Role } from './words.js';

export interface ControllerSpec {
  /** 1 to 2^32-1; another one after each restart. */
  readonly bootId: number;
  readonly phones: readonly PhoneSpec[];
}

export interface MakeCallAnswer {
  readonly result: Result;
  /** 0 unless the result is OK. */
  readonly localCallId: number;
}

export type CallOperation = 'answer' | 'clear' | 'hold' | 'retrieve';

const DIALLABLE = /^[0-9*#+]{1,50}$/;

export class Cluster {
  private readonly phonesByDn = new Map<string, Phone>();
  private readonly phonesByHandle = new Map<number, Phone>();
  private readonly bootIds: number[] = [];
  private lastGlobalLow = 0;
  /** Calls that stand; every one ends by a clear, by a phone going out of service or by a restart. */
  callCount = 0;

  constructor(
    specs: readonly ControllerSpec[],
    private readonly listener: HappeningListener,
  ) {
    specs.forEach((spec, index) => {
      this.bootIds.push(spec.bootId);
      for (const phoneSpec of spec.phones) {
        const phone = newPhone(phoneSpec, index);
        if (this.phonesByDn.has(phone.dn)) throw new Error(`directory number ${phone.dn} is given twice in the cluster`);
        this.phonesByDn.set(phone.dn, phone);
        this.phonesByHandle.set(phone.handle, phone);
      }
    });
  }

  bootId(controller: number): number {
    return this.bootIds[controller] ?? 0;
  }

  phoneByDn(dn: string): Phone | null {
    return this.phonesByDn.get(dn) ?? null;
  }

  /** Null for a handle of another controller: a controller knows its own devices only. */
  phoneAt(controller: number, handle: number): Phone | null {
    const phone = this.phonesByHandle.get(handle);
    return phone?.controller === controller ? phone : null;
  }

  /** Undefined controller: all phones of the cluster, in the order they were given. */
  phones(controller?: number): Phone[] {
    const all = [...this.phonesByDn.values()];
    return controller === undefined ? all : all.filter((phone) => phone.controller === controller);
  }

  makeCall(phone: Phone, number: string, atMs: number): MakeCallAnswer {
    if (!DIALLABLE.test(number)) return { result: 'INVALID_NUMBER', localCallId: 0 };
    if (!phone.inService) return { result: 'DEVICE_OUT_OF_SERVICE', localCallId: 0 };
    if (activeLeg(phone) || phone.legs.length >= CALLS_PER_PHONE_MAX) return { result: 'WRONG_STATE', localCallId: 0 };
    const leg = this.originate(phone, number, atMs);
    const destination = this.phoneByDn(number);
    const failure = this.obstacle(destination);
    const parties: Party[] = [party('CALLING_DEVICE', phone), party('CALLED_DEVICE', destination, number)];
    this.tell(leg, 'ORIGINATED', 'NEW_CALL', 'originated', atMs, [
      party('CALLING_DEVICE', phone),
      party('CALLED_DEVICE', null, number),
    ]);
    if (failure !== null || destination === null) {
      this.tell(leg, 'FAILED', failure ?? 'NO_SUCH_NUMBER', 'fail', atMs, parties);
    } else {
      const called = this.attach(leg.call, destination);
      leg.call.called = called;
      this.tell(called, 'RECEIVED', 'NEW_CALL', 'alerting', atMs, parties);
      this.tell(leg, 'DELIVERED', 'DELIVERED', 'delivered', atMs, parties);
    }
    return { result: 'OK', localCallId: leg.localCallId };
  }

  /** `localCallId` is looked for at this phone only. */
  operate(operation: CallOperation, phone: Phone, localCallId: number, atMs: number): Result {
    if (!phone.inService) return 'DEVICE_OUT_OF_SERVICE';
    const leg = phone.legs.find((candidate) => candidate.localCallId === localCallId);
    if (!leg) return 'UNKNOWN_CALL';
    switch (operation) {
      case 'answer':
        return this.answer(leg, atMs);
      case 'clear':
        this.end(leg.call, leg, atMs);
        return 'OK';
      case 'hold':
        return this.hold(leg, atMs);
      case 'retrieve':
        return this.retrieve(leg, atMs);
    }
  }

  /** Going out of service ends the phone's calls first. False when it already was so: nothing changed then. */
  setInService(phone: Phone, inService: boolean, atMs: number): boolean {
    if (phone.inService === inService) return false;
    for (const leg of [...phone.legs]) this.end(leg.call, null, atMs);
    phone.inService = inService;
    const event: EventName = inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
    const cause: Cause = inService ? 'DEVICE_IN_SERVICE' : 'DEVICE_OUT_OF_SERVICE';
    this.publish(phone, null, event, cause, 'null', atMs, [party('CONTROLLER_DEVICE', phone)]);
    return true;
  }

  /**
   * The controller forgets its calls without telling its own phones' monitors (their links end with it); far ends at other controllers are
   * told. Serials and local call ids begin anew under the new boot id; handles and service states stay.
   */
  restart(controller: number, bootId: number, atMs: number): void {
    if (this.bootIds[controller] === undefined || this.bootIds[controller] === bootId)
      throw new Error('a restart needs a new boot id');
    this.bootIds[controller] = bootId;
    for (const phone of this.phones(controller)) {
      for (const leg of [...phone.legs]) {
        const far = otherLeg(leg);
        this.detach(leg);
        if (far && far.phone.controller !== controller) this.tellCleared(far, 'CLEARED', leg.phone, atMs);
        else if (far) this.detach(far);
        this.callCount -= 1;
      }
      phone.serial = 0;
      phone.lastLocalCallId = 0;
    }
  }

  private answer(leg: Leg, atMs: number): Result {
    if (leg.state !== 'alerting') return 'WRONG_STATE';
    const parties: Party[] = [...this.ends(leg.call), party('CONNECTED_DEVICE', leg.phone)];
    this.tell(leg, 'ESTABLISHED', 'ANSWERED_INVOKED', 'connected', atMs, parties);
    this.tell(leg.call.caller, 'ESTABLISHED', 'ANSWERED', 'connected', atMs, parties);
    return 'OK';
  }

  private hold(leg: Leg, atMs: number): Result {
    if (leg.state !== 'connected') return 'WRONG_STATE';
    const parties: Party[] = [...this.ends(leg.call), party('HOLDING_DEVICE', leg.phone)];
    this.tell(leg, 'HELD', 'HARD_HOLD_INVOKED', 'hold', atMs, parties);
    const far = otherLeg(leg);
    if (far) this.tell(far, 'HELD', 'HARD_HOLD', far.state, atMs, parties);
    return 'OK';
  }

  private retrieve(leg: Leg, atMs: number): Result {
    if (leg.state !== 'hold' || activeLeg(leg.phone)) return 'WRONG_STATE';
    const parties: Party[] = [...this.ends(leg.call), party('HOLDING_DEVICE', leg.phone)];
    this.tell(leg, 'RETRIEVED', 'RETRIEVE_INVOKED', 'connected', atMs, parties);
    const far = otherLeg(leg);
    if (far) this.tell(far, 'RETRIEVED', 'RETRIEVE', far.state, atMs, parties);
    return 'OK';
  }

  /** `invoker` null: nobody's hand did it, both ends are told CLEARED. */
  private end(call: Call, invoker: Leg | null, atMs: number): void {
    const legs = [call.caller, ...(call.called ? [call.called] : [])];
    legs.sort((a, b) => Number(b === invoker) - Number(a === invoker));
    const dropped = (invoker ?? call.caller).phone;
    for (const leg of legs) this.tellCleared(leg, leg === invoker ? 'CLEAR_INVOKED' : 'CLEARED', dropped, atMs);
    this.callCount -= 1;
  }

  private tellCleared(leg: Leg, cause: Cause, dropped: Phone, atMs: number): void {
    this.detach(leg);
    this.tell(leg, 'CLEARED', cause, 'null', atMs, [...this.ends(leg.call), party('DROPPED_DEVICE', dropped)]);
  }

  private obstacle(destination: Phone | null): Cause | null {
    if (!destination) return 'NO_SUCH_NUMBER';
    if (!destination.inService) return 'DESTINATION_NOT_OBTAINABLE';
    if (activeLeg(destination) || destination.legs.length >= CALLS_PER_PHONE_MAX) return 'DESTINATION_BUSY';
    return null;
  }

  private originate(phone: Phone, dialled: string, startedAtMs: number): Leg {
    this.lastGlobalLow = (this.lastGlobalLow % 0xffff_ffff) + 1;
    const call = {
      globalHigh: this.bootId(phone.controller),
      globalLow: this.lastGlobalLow,
      dialled,
      startedAtMs,
      called: null,
    } as Omit<Call, 'caller'> as Call;
    call.caller = this.attach(call, phone);
    this.callCount += 1;
    return call.caller;
  }

  private attach(call: Call, phone: Phone): Leg {
    phone.lastLocalCallId = (phone.lastLocalCallId % 0xffff_ffff) + 1;
    const leg: Leg = { call, phone, localCallId: phone.lastLocalCallId, state: 'initiated' };
    phone.legs.push(leg);
    return leg;
  }

  private detach(leg: Leg): void {
    const index = leg.phone.legs.indexOf(leg);
    if (index >= 0) leg.phone.legs.splice(index, 1);
    leg.state = 'null';
  }

  private ends(call: Call): Party[] {
    return [
      party('CALLING_DEVICE', call.caller.phone),
      party('CALLED_DEVICE', call.called?.phone ?? null, call.called ? null : call.dialled),
    ];
  }

  private tell(leg: Leg, event: EventName, cause: Cause, state: LocalState, atMs: number, parties: readonly Party[]): void {
    leg.state = state;
    this.publish(leg.phone, leg, event, cause, state, atMs, parties);
  }

  private publish(
    phone: Phone,
    leg: Leg | null,
    event: EventName,
    cause: Cause,
    state: LocalState,
    atMs: number,
    parties: readonly Party[],
  ): void {
    phone.serial += 1;
    const happening: Happening = {
      phone,
      serial: phone.serial,
      atMs,
      event,
      cause,
      state,
      localCallId: leg?.localCallId ?? 0,
      call: leg?.call ?? null,
      parties,
    };
    this.listener(happening);
  }
}

function party(role: Role, phone: Phone | null, dialled: string | null = null): Party {
  return { role, phone, dialled };
}
