/** What is said about a call without changing where it leads: digits, account codes, names, taps. */
import { DEVICE_KIND_OF } from '../device-kind.js';
import { ends, named, party } from '../exchange.js';
import { DIGITS_SENT_MAX, TAPS_MAX, otherLegs, type Leg } from '../phone.js';
import { when, type CallRule } from './rule.js';

const isOneOf = (leg: Leg, ...states: readonly Leg['state'][]): boolean => leg.listensTo === null && states.includes(leg.state);

export const sendDigits: CallRule = {
  needs: 'call',
  number: 'needed',
  may: ({ leg }) => when(isOneOf(leg, 'connected', 'delivered')),
  act: ({ x, leg, ask }) => {
    leg.digitsSent = `${leg.digitsSent}${ask.number ?? ''}`.slice(-DIGITS_SENT_MAX);
    const far = otherLegs(leg);
    if (far.length !== 1 || !DEVICE_KIND_OF[(far[0] as Leg).phone.kind].trunk) return;
    const about = [{ what: 'TRUNK_OUTPULSED_DIGITS' as const, value: ask.number ?? '' }];
    x.tell(leg, 'TRUNK_DIGITS_OUTPULSED', 'TRUNK_DIGITS_OUTPULSED', leg.state, ends(leg.call), { about });
  },
};

export const setAccountCode: CallRule = {
  needs: 'call',
  number: 'needed',
  may: ({ leg }) => when(isOneOf(leg, 'originated', 'delivered', 'connected')),
  act: ({ x, leg, ask }) => {
    const { call } = leg;
    const digits = ask.number ?? '';
    const verified = x.directory.isAccountCode(digits);
    call.accountCode = { digits, verified };
    const about = [
      { what: 'ACCOUNT_CODE' as const, value: digits },
      { what: 'ACCOUNT_CODE_VERIFIED' as const, value: verified ? '1' : '0' },
    ];
    for (const one of call.legs)
      if (one.told) x.tell(one, 'ACCOUNT_CODE_SET', 'ACCOUNT_CODE_SET', one.state, ends(call), { about });
  },
};

export const assignCallerName: CallRule = {
  needs: 'call',
  may: ({ leg }) => when(isOneOf(leg, 'connected') || (leg.state === 'alerting' && leg.pendingNumber === null)),
  act: ({ x, leg, ask }) => {
    const { call } = leg;
    const name = ask.text ?? '';
    call.callerName = name;
    const [, called] = ends(call);
    const parties = [party('CALLING_DEVICE', { dn: named(call.caller).dn, name }), ...(called ? [called] : [])];
    for (const one of call.legs) if (one.told) x.tell(one, 'REMOTE_PARTY_UPDATE', 'CALLING_NAME_UPDATED', one.state, parties);
  },
};

/** The recorder hears the call; an empty number is the one that the controller has for it. */
export const tap: CallRule = {
  needs: 'call',
  number: 'optional',
  may: ({ x, leg, ask }) => {
    if (!isOneOf(leg, 'connected')) return 'WRONG_STATE';
    const number = ask.number ?? '';
    return number === '' || x.directory.device(number) ? 'OK' : 'INVALID_NUMBER';
  },
  act: ({ x, leg, ask }) => {
    const number = ask.number ?? '';
    if (!leg.taps.includes(number) && leg.taps.length < TAPS_MAX) leg.taps.push(number);
    x.tell(leg, 'INFORMATION_UPDATE', 'TAP_CALL', leg.state, ends(leg.call));
  },
};
