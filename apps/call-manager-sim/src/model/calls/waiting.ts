/** What waits for a phone to become idle: camped calls and calls back; and messages that ask for one. */
import { DEVICE_KIND_OF } from '../device-kind.js';
import type { Exchange } from '../exchange.js';
import { MESSAGES_MAX, lampShines } from '../features.js';
import { isGroup, isStation } from '../group.js';
import { CONFERENCE_PARTIES_MAX, isFree, otherLegs, partiesKnown, type Device, type Leg, type Phone } from '../phone.js';
import type { Result } from '../words.js';
import { ringBack } from './basic.js';
import { intrudeOn } from './conference.js';
import { choose, isThere } from './reach.js';
import type { Routing } from './routing.js';
import { when, type CallRule, type CallSituation, type PhoneRule } from './rule.js';

export const CALLS_BACK_MAX = 10_000;

interface CallBack {
  readonly phone: Phone;
  readonly to: Device;
}

export class Waiting {
  private camped: Leg[] = [];
  private callsBack: CallBack[] = [];

  constructor(
    private readonly x: Exchange,
    private readonly routing: Routing,
  ) {
    x.watchIdle((phone) => this.idle(phone));
    x.watchLeaving((leg) => {
      this.camped = this.camped.filter((one) => one !== leg);
    });
  }

  campOn(leg: Leg): void {
    this.x.tell(leg, 'QUEUED', 'CALL_QUEUED', 'queued', this.routing.parties(leg, leg.failedAt ?? leg.phone, leg.call.dialled));
    this.camped.push(leg);
    this.mature(leg);
  }

  /** False when too many stand; the same wish twice is one. */
  callBack(phone: Phone, to: Device): boolean {
    if (this.callsBack.some((one) => one.phone === phone && one.to === to)) return true;
    if (this.callsBack.length >= CALLS_BACK_MAX) return false;
    this.callsBack.push({ phone, to });
    this.x.freed(phone);
    return true;
  }

  /** The numbers that this phone wants to be called back from. */
  wishesOf(phone: Phone): string[] {
    return this.callsBack.filter((one) => one.phone === phone).map(({ to }) => to.dn);
  }

  hasRoom(): boolean {
    return this.callsBack.length < CALLS_BACK_MAX;
  }

  /** A controller that restarts has forgotten what its phones wished. */
  forget(phones: ReadonlySet<Phone>): void {
    this.callsBack = this.callsBack.filter(({ phone }) => !phones.has(phone));
  }

  private idle(phone: Phone): void {
    for (const leg of [...this.camped]) if (this.concerns(leg.failedAt, phone)) this.mature(leg);
    for (const wish of this.callsBack.filter(({ phone: own, to }) => own === phone || this.concerns(to, phone))) this.ripen(wish);
  }

  private concerns(device: Device | null, phone: Phone): boolean {
    return device === phone || (device !== null && isGroup(device) && device.members.includes(phone));
  }

  private mature(leg: Leg): void {
    const { failedAt: to } = leg;
    const gone = !to || (isStation(to) && !isThere(this.x, to));
    if (!gone && this.idleAt(to).length === 0) return;
    this.camped = this.camped.filter((one) => one !== leg);
    const { dialled } = leg.call;
    if (gone) return this.routing.fail(leg, 'DESTINATION_NOT_OBTAINABLE', to, dialled);
    this.routing.ring(leg, this.idleAt(to), dialled, { rung: 'WAITING_CALL_RINGING', calling: 'WAITING_CALL_RINGING' });
  }

  private idleAt(device: Device): readonly Phone[] {
    if (isGroup(device)) return choose(this.x, device, []);
    if (!isStation(device) || !isThere(this.x, device) || device.features.makeBusy !== null || device.features.doNotDisturb)
      return [];
    return isFree(device) ? [device] : [];
  }

  private ripen(wish: CallBack): void {
    const { phone, to } = wish;
    if (!isThere(this.x, phone) || !isFree(phone) || phone.features.doNotDisturb || this.idleAt(to).length === 0) return;
    this.callsBack = this.callsBack.filter((one) => one !== wish);
    ringBack(this.x, phone, to.dn, 'CALLBACK_MATURED');
  }
}

const failedBusy = ({ leg }: CallSituation): boolean => leg.state === 'fail' && leg.failure === 'DESTINATION_BUSY';

/** R-CC-06: what SIP phones do not have. */
function unlessSip(s: CallSituation, result: Result): Result {
  return s.phone.kind === 'sip-phone' ? 'NOT_SUPPORTED' : result;
}

/** Where a call leads that has failed or that rings: not outside. */
function destination({ leg }: CallSituation): Device | null {
  if (leg.state === 'fail') return leg.failedAt;
  const far = otherLegs(leg)[0]?.phone;
  if (!far || DEVICE_KIND_OF[far.kind].trunk) return null;
  return leg.call.group ?? far;
}

const rings = ({ leg }: CallSituation): boolean => leg.state === 'delivered';

export function waitingRules(waiting: Waiting): { readonly [name in 'camp-on' | 'intrude' | 'call-me-back']: CallRule } {
  return {
    'camp-on': {
      needs: 'call',
      may: (s) => unlessSip(s, when(failedBusy(s))),
      act: ({ leg }) => waiting.campOn(leg),
    },
    intrude: {
      needs: 'call',
      may: (s) => when(failedBusy(s)),
      act: ({ x, leg }) => {
        const to = leg.failedAt;
        const into =
          to && isStation(to) ? to.legs.find(({ state, listensTo }) => state === 'connected' && !listensTo) : undefined;
        const parties = into?.call.conference ? partiesKnown(into) || CONFERENCE_PARTIES_MAX : 2;
        if (into && parties < CONFERENCE_PARTIES_MAX) intrudeOn(x, leg, into);
        else waiting.campOn(leg);
      },
    },
    'call-me-back': {
      needs: 'call',
      may: (s) => {
        if (!failedBusy(s) && !(rings(s) && destination(s))) return unlessSip(s, 'WRONG_STATE');
        return unlessSip(s, waiting.hasRoom() ? 'OK' : 'OVERLOADED');
      },
      act: (s) => void waiting.callBack(s.phone, destination(s) as Device),
    },
  };
}

export function tellLamp(x: Exchange, phone: Device & Pick<Phone, 'features'>): void {
  x.tellFeature(phone, 'MSG_WAITING_INDICATOR', { on: lampShines(phone.features) });
}

/** Who gets the message: the one that rings, of a group that is busy its first member. */
function messageTaker(s: CallSituation): Device | null {
  const { leg } = s;
  if (leg.state !== 'fail') return destination(s) && (otherLegs(leg)[0]?.phone ?? null);
  return leg.failedAt && isGroup(leg.failedAt) ? (leg.failedAt.members[0] ?? null) : leg.failedAt;
}

function mayLeave(to: Device | null): Result {
  return to && isStation(to) && to.features.messages.length < MESSAGES_MAX ? 'OK' : 'DESTINATION_UNAVAILABLE';
}

function leave(x: Exchange, from: Phone, to: Phone): void {
  if (!to.features.messages.includes(from.dn)) to.features.messages.push(from.dn);
  tellLamp(x, to);
}

export const messageForCall: CallRule = {
  needs: 'call',
  may: (s) => {
    const undisturbed = s.leg.state === 'fail' && s.leg.failure === 'DESTINATION_DO_NOT_DISTURB';
    const to = messageTaker(s);
    if (!failedBusy(s) && !undisturbed && !(rings(s) && to)) return unlessSip(s, 'WRONG_STATE');
    return unlessSip(s, mayLeave(to));
  },
  act: (s) => leave(s.x, s.phone, messageTaker(s) as Phone),
};

export const messageTo: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  may: ({ x, ask }) => {
    const to = x.directory.device(ask.number ?? '');
    return to ? mayLeave(to) : 'INVALID_NUMBER';
  },
  act: ({ x, phone, ask }) => leave(x, phone, x.directory.device(ask.number ?? '') as Phone),
};

/** At the phone that has the message; the number is of who left it. */
export const clearMessage: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  may: ({ phone, ask }) => when(phone.features.messages.includes(ask.number ?? '')),
  act: ({ x, phone, ask }) => {
    phone.features.messages.splice(phone.features.messages.indexOf(ask.number ?? ''), 1);
    tellLamp(x, phone);
  },
};
