/**
 * Hot desk users, external ones and agents. A user is a device of his own: logged in, he is in service and has the calls, while the set where he
 * sits is out of service; logged out, it is the other way round.
 */
import type { Listeners } from '../calls/listening.js';
import type { PhoneRule, Situation } from '../calls/rule.js';
import { party, type Exchange } from '../exchange.js';
import { linesOfSet, type Phone } from '../phone.js';
import type { EventName, FeatureEvent, Result } from '../words.js';

function tellService(x: Exchange, phone: Phone, inService: boolean): void {
  phone.inService = inService;
  const event: EventName = inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
  x.tellDevice(phone, event, inService ? 'DEVICE_IN_SERVICE' : 'DEVICE_OUT_OF_SERVICE', [party('CONTROLLER_DEVICE', phone)]);
  if (inService) x.freed(phone);
}

function pinFits(user: Phone, pin: string | undefined): boolean {
  return user.pin === null || user.pin === (pin ?? '');
}

function mayLogIn({ x, phone: set, ask }: Situation, kind: 'hot-desk-user' | 'agent'): Result {
  const user = x.directory.station(ask.number ?? '');
  if (!user) return 'INVALID_NUMBER';
  if (user.kind !== kind) return 'WRONG_KIND';
  if (!set.hotDesk) return 'NOT_ALLOWED';
  if (set.occupant || user.set || user.inService) return 'ALREADY_LOGGED_IN';
  if (!set.inService || x.away.has(set.controller)) return 'DEVICE_OUT_OF_SERVICE';
  if (!pinFits(user, ask.text)) return 'INVALID_PIN';
  return linesOfSet(set).some(({ legs }) => legs.length > 0) ? 'WRONG_STATE' : 'OK';
}

function tellUser(x: Exchange, event: FeatureEvent, on: boolean, user: Phone, set: Phone): void {
  for (const device of [set, user]) x.tellFeature(device, event, { on, number: user.dn, other: set.dn });
}

function logIn({ x, phone: set, ask }: Situation, event: FeatureEvent): void {
  const user = x.directory.station(ask.number ?? '') as Phone;
  set.occupant = user;
  user.set = set;
  user.idleSinceMs = x.nowMs;
  tellService(x, set, false);
  tellService(x, user, true);
  tellUser(x, event, true, user, set);
}

export const logInUser: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  anyTime: true,
  may: (s) => mayLogIn(s, 'hot-desk-user'),
  act: (s) => logIn(s, 'HOT_DESK_USER'),
};

/** As many agents as the controller is licensed for. */
export function logInAgent(licences: (controller: number) => number): PhoneRule {
  const used = (x: Exchange, controller: number) =>
    x.directory.phones(controller).filter(({ kind, inService }) => kind === 'agent' && inService).length;
  return {
    needs: 'phone',
    number: 'needed',
    anyTime: true,
    may: (s) => {
      const result = mayLogIn(s, 'agent');
      if (result !== 'OK') return result;
      const { primary } = s.x.directory.station(s.ask.number ?? '') as Phone;
      return used(s.x, primary) < licences(primary) ? 'OK' : 'NO_LICENSE';
    },
    act: (s) => logIn(s, 'ACD_AGENT'),
  };
}

/** Who is meant by a log-out: the user himself or the set where he sits. */
const userOf = (phone: Phone): Phone | null => phone.occupant ?? (phone.set && !phone.line ? phone : null);

export function logOut(kind: 'hot-desk-user' | 'agent', event: FeatureEvent, listeners: Listeners): PhoneRule {
  return {
    needs: 'phone',
    anyTime: true,
    may: ({ phone }) => {
      const user = userOf(phone);
      if (user?.kind !== kind) return 'NOT_LOGGED_IN';
      return user.legs.length > 0 || user.survivor ? 'WRONG_STATE' : 'OK';
    },
    act: ({ x, phone }) => {
      const user = userOf(phone) as Phone;
      const set = user.set as Phone;
      listeners.drop(user);
      user.workUntilMs = null;
      user.set = null;
      set.occupant = null;
      tellService(x, user, false);
      tellService(x, set, true);
      tellUser(x, event, false, user, set);
    },
  };
}

/** External hot desk users and agents sit beyond the cluster: only their number and PIN are known (R-CC-07). */
const isExternal = (phone: Phone, kind: 'external-user' | 'agent'): boolean =>
  phone.kind === kind && (kind === 'external-user' || phone.responseMs > 0);

export function logInExternal(kind: 'external-user' | 'agent', event: FeatureEvent): PhoneRule {
  return {
    needs: 'phone',
    anyTime: true,
    may: ({ phone, ask }) => {
      if (!isExternal(phone, kind)) return 'WRONG_KIND';
      if (phone.inService) return 'ALREADY_LOGGED_IN';
      return pinFits(phone, ask.text) ? 'OK' : 'INVALID_PIN';
    },
    act: ({ x, phone }) => {
      phone.idleSinceMs = x.nowMs;
      tellService(x, phone, true);
      x.tellFeature(phone, event, { on: true, number: phone.dn });
    },
  };
}

export function logOutExternal(kind: 'external-user' | 'agent', event: FeatureEvent, listeners: Listeners): PhoneRule {
  return {
    needs: 'phone',
    anyTime: true,
    may: ({ phone }) => {
      if (!isExternal(phone, kind)) return 'WRONG_KIND';
      if (!phone.inService || phone.set) return 'NOT_LOGGED_IN';
      return phone.legs.length > 0 || phone.survivor ? 'WRONG_STATE' : 'OK';
    },
    act: ({ x, phone }) => {
      listeners.drop(phone);
      phone.workUntilMs = null;
      tellService(x, phone, false);
      x.tellFeature(phone, event, { on: false, number: phone.dn });
    },
  };
}

export const verifyPin: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  anyTime: true,
  may: ({ x, ask }) => {
    const user = x.directory.station(ask.number ?? '');
    if (!user) return 'INVALID_NUMBER';
    if (user.kind !== 'hot-desk-user' && user.kind !== 'external-user' && user.kind !== 'agent') return 'WRONG_KIND';
    return pinFits(user, ask.text) ? 'OK' : 'INVALID_PIN';
  },
  act: () => undefined,
};
