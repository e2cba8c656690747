/**
 * Phones with a second home (R-RES-03): they go there when their controller is away or when they are told to, and come back; one in a call stays
 * until the call ends, even where the controller has forgotten it.
 */
import { left, releaseSurvivors, tellCleared } from './calls/ending.js';
import { party, type Exchange } from './exchange.js';
import type { Call, Leg, Phone } from './phone.js';

export class Resilience {
  /** Sent to their secondary by command. */
  private readonly sent = new Set<Phone>();

  constructor(
    private readonly x: Exchange,
    private readonly addresses: readonly string[],
  ) {
    x.watchIdle((phone) => this.settle(phone));
  }

  /** False when it has no second home, or is sent already. */
  failOver(phone: Phone): boolean {
    if (phone.secondary === null || this.sent.has(phone)) return false;
    this.sent.add(phone);
    this.settle(phone);
    return true;
  }

  /** False when it was not sent. */
  failBack(phone: Phone): boolean {
    if (!this.sent.delete(phone)) return false;
    this.settle(phone);
    return true;
  }

  goAway(controller: number): void {
    this.x.away.add(controller);
    this.settleAll(controller);
  }

  comeBack(controller: number): void {
    if (!this.x.away.delete(controller)) return;
    this.settleAll(controller);
    for (const phone of this.x.directory.phones(controller)) this.x.freed(phone);
  }

  private settleAll(controller: number): void {
    for (const phone of this.x.directory.phones())
      if (phone.primary === controller || phone.secondary === controller) this.settle(phone);
  }

  private settle(phone: Phone): void {
    const { primary, secondary, controller } = phone;
    if (secondary === null || phone.legs.length > 0 || phone.survivor) return;
    const { away } = this.x;
    const toSecondary = (away.has(primary) || this.sent.has(phone)) && !away.has(secondary);
    const home = toSecondary ? secondary : away.has(primary) ? controller : primary;
    if (home !== controller) this.move(phone, home);
  }

  private move(phone: Phone, home: number): void {
    const self = [party('CONTROLLER_DEVICE', phone)];
    const about = [
      { what: 'PRIMARY_ADDRESS' as const, value: this.addresses[phone.primary] ?? '' },
      { what: 'SECONDARY_ADDRESS' as const, value: this.addresses[phone.secondary ?? -1] ?? '' },
    ];
    const served = phone.inService;
    this.x.tellDevice(phone, 'RESILIENT_DEVICE', 'RESILIENT_INFO_UPDATE', self, { about });
    if (served) this.x.tellDevice(phone, 'OUT_OF_SERVICE', 'DEVICE_OUT_OF_SERVICE', self);
    phone.controller = home;
    this.x.tellDevice(phone, 'RESILIENT_DEVICE', 'RESILIENT_INFO_UPDATE', self, { about });
    if (served) this.x.tellDevice(phone, 'IN_SERVICE', 'DEVICE_IN_SERVICE', self);
    this.x.freed(phone);
  }
}

/**
 * The controller forgets its calls without telling its own phones' monitors (their links end with it); far ends at other controllers are
 * told. What resilient phones speak goes on unseen, where no end is lost.
 */
export function forgetCalls(x: Exchange, controller: number): void {
  const calls = new Set<Call>();
  for (const device of x.directory.devices(controller))
    if ('legs' in device) for (const leg of (device as Phone).legs) calls.add(leg.call);
  for (const phone of x.directory.phones())
    if (phone.controller === controller) for (const leg of phone.legs) calls.add(leg.call);
  for (const call of calls) {
    const here = call.legs.filter(({ phone }) => phone.controller === controller);
    if (here.length === 0) continue;
    if (here.every(outlives)) for (const leg of here) hide(x, leg);
    else forget(x, call, here);
  }
}

const outlives = ({ phone, state }: Leg): boolean =>
  phone.secondary !== null && (state === 'connected' || state === 'hold') && phone.survivor === null && phone.legs.length === 1;

function hide(x: Exchange, leg: Leg): void {
  const { call, phone } = leg;
  x.detach(leg);
  call.hidden += 1;
  phone.survivor = call;
  x.survivors.add(phone);
}

function forget(x: Exchange, call: Call, here: readonly Leg[]): void {
  for (const leg of here) x.detach(leg);
  const [first] = here as [Leg];
  if (call.conference && call.legs.length >= 2) {
    for (const leg of here) left(x, call, leg, false);
    return;
  }
  for (const far of [...call.legs]) tellCleared(x, far, 'CLEARED', first.phone);
  x.callCount -= 1;
  releaseSurvivors(x, call);
}
