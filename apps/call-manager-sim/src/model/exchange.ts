/**
 * What all call rules stand on: legs come and go, everything that changes is told in order, and phones that may have become idle are looked
 * at when an operation is done. No rule of telephony is here.
 */
import type { Directory } from './directory.js';
import type { FeatureChange, Happening, HappeningListener, Party } from './happening.js';
import { flagsOf, NO_FLAGS } from './flags.js';
import { partiesKnown, type Call, type Device, type Leg, type Named, type Phone } from './phone.js';
import type { Cause, EventName, LocalState, Role } from './words.js';

/** Where what is to happen later is entered: virtual time only. False when there is no room. */
export interface Timers {
  enter(owner: string, atMs: number, run: (atMs: number) => void): boolean;
}

export type Details = Pick<Happening, 'change' | 'about'>;

const OWNER = 'call model';
const SETTLE_ROUNDS_MAX = 1_000;

export class Exchange {
  nowMs = 0;
  /** Calls that stand; every one ends by a clear, by a phone going out of service or by a restart. */
  callCount = 0;
  /** Controllers that are away: their phones cannot be reached. */
  readonly away = new Set<number>();
  /** Phones with a call that outlives the controller that knew it. */
  readonly survivors = new Set<Phone>();
  readonly bootIds: number[];
  /** Entries of directories that were written, by handle. */
  private readonly entries = new Map<number, Device>();
  private lastGlobalLow = 0;
  private loose = new Set<Phone>();
  private readonly watchers: ((phone: Phone) => void)[] = [];
  private readonly leavers: ((leg: Leg) => void)[] = [];

  constructor(
    readonly directory: Directory,
    bootIds: readonly number[],
    private readonly listener: HappeningListener,
    private readonly timers: Timers,
  ) {
    this.bootIds = [...bootIds];
  }

  /** Told of each phone that lost a call or became free otherwise, once what caused it is done. */
  watchIdle(watcher: (phone: Phone) => void): void {
    this.watchers.push(watcher);
  }

  /** Told of each leg that is about to leave its call, while everything still stands. */
  watchLeaving(watcher: (leg: Leg) => void): void {
    this.leavers.push(watcher);
  }

  /** Runs one operation or timer at its time, then whatever became possible by it. */
  run<T>(atMs: number, work: () => T): T {
    this.nowMs = atMs;
    const done = work();
    for (let round = 0; this.loose.size > 0 && round < SETTLE_ROUNDS_MAX; round += 1) {
      const phones = [...this.loose];
      this.loose = new Set();
      for (const phone of phones) for (const watcher of this.watchers) watcher(phone);
    }
    return done;
  }

  after(ms: number, work: () => void): void {
    this.timers.enter(OWNER, this.nowMs + ms, (atMs) => this.run(atMs, work));
  }

  freed(phone: Phone): void {
    this.loose.add(phone);
  }

  newCall(phone: Phone, dialled: string): Leg {
    this.lastGlobalLow = (this.lastGlobalLow % 0xffff_ffff) + 1;
    const call = {
      globalHigh: this.bootIds[phone.controller] ?? 0,
      globalLow: this.lastGlobalLow,
      dialled,
      startedAtMs: this.nowMs,
      called: null,
      hidden: 0,
      legs: [],
      conference: false,
      conferencer: null,
      host: phone.controller,
      callerName: null,
      accountCode: null,
      group: null,
      original: null,
      diversions: 0,
    } as unknown as Call;
    call.caller = this.attach(call, phone);
    this.callCount += 1;
    return call.caller;
  }

  attach(call: Call, phone: Phone): Leg {
    phone.lastLocalCallId = (phone.lastLocalCallId % 0xffff_ffff) + 1;
    const leg: Leg = {
      call,
      phone,
      localCallId: phone.lastLocalCallId,
      state: 'initiated',
      partner: null,
      outside: null,
      listensTo: null,
      coach: 0,
      failure: null,
      failedAt: null,
      failedAtAgent: false,
      told: false,
      digitsSent: '',
      taps: [],
      pendingNumber: null,
    };
    phone.legs.push(leg);
    call.legs.push(leg);
    return leg;
  }

  detach(leg: Leg): void {
    for (const watcher of this.leavers) watcher(leg);
    remove(leg.phone.legs, leg);
    remove(leg.call.legs, leg);
    this.unlink(leg);
    leg.state = 'null';
    this.freed(leg.phone);
  }

  /** A leg changes the call it is in (transfer, conference, split); its local call id stays. */
  move(leg: Leg, call: Call): void {
    remove(leg.call.legs, leg);
    leg.call = call;
    call.legs.push(leg);
  }

  link(held: Leg, consulting: Leg): void {
    this.unlink(held);
    held.partner = consulting;
    consulting.partner = held;
  }

  unlink(leg: Leg): void {
    if (leg.partner) leg.partner.partner = null;
    leg.partner = null;
  }

  tell(leg: Leg, event: EventName, cause: Cause, state: LocalState, parties: readonly Party[], details: Details = {}): void {
    leg.state = state;
    leg.told = true;
    this.publish(leg.phone, leg, event, cause, state, parties, details);
  }

  tellDevice(device: Device, event: EventName, cause: Cause, parties: readonly Party[], details: Details = {}): void {
    this.publish(device, null, event, cause, 'null', parties, details);
  }

  /** About a call, at a device that is not one of its ends: a group, a path, another appearance of the line. */
  tellAbout(device: Device, call: Call, event: EventName, cause: Cause, parties: readonly Party[], details: Details = {}): void {
    this.publish(device, null, event, cause, 'null', parties, details, call);
  }

  tellFeature(device: Device, event: EventName, change: Partial<FeatureChange> & { readonly on: boolean }): void {
    const whole = { number: '', other: '', code: 0, ...change };
    this.publish(device, null, event, 'UNKNOWN', 'null', [], { change: whole });
  }

  /** An entry of a directory, which may be no device: it has serials of its own. */
  tellDirectory(controller: number, handle: number, change: FeatureChange): void {
    let entry = this.entries.get(handle);
    if (!entry) {
      const unnamed = {
        kind: 'phone',
        dn: '',
        name: '',
        fullName: '',
        model: null,
        monitorable: true,
        handle,
        inService: true,
        serial: 0,
      } as const;
      this.entries.set(handle, (entry = { ...unnamed, primary: controller, secondary: null, controller }));
    }
    this.publish(entry, null, 'DIRECTORY_CHANGED', 'UNKNOWN', 'null', [], { change });
  }

  private publish(
    phone: Device,
    leg: Leg | null,
    event: EventName,
    cause: Cause,
    state: LocalState,
    parties: readonly Party[],
    details: Details,
    about: Call | null = null,
  ): void {
    phone.serial += 1;
    const happening: Happening = {
      phone,
      serial: phone.serial,
      atMs: this.nowMs,
      event,
      cause,
      state,
      localCallId: leg?.localCallId ?? 0,
      call: leg?.call ?? about,
      parties,
      linked: leg?.partner?.localCallId ?? 0,
      members: leg && state !== 'null' && partiesKnown(leg) > 0 ? [...leg.call.legs] : [],
      flags: leg ? flagsOf(leg) : NO_FLAGS,
      ...details,
    };
    this.listener(happening);
  }
}

export function party(role: Role, phone: Named | null, dialled: string | null = null): Party {
  return { role, phone, dialled };
}

/** Who an end is, to others: the number outside, else the phone. */
export function named(leg: Leg): Named {
  return leg.outside ?? leg.phone;
}

/** CALLING_DEVICE and CALLED_DEVICE as most events give them. */
export function ends(call: Call): Party[] {
  return [
    party('CALLING_DEVICE', named(call.caller)),
    party('CALLED_DEVICE', call.called ? named(call.called) : null, call.called ? null : call.dialled),
  ];
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
