/** What is set at a phone: do not disturb, forwardings, auto answer, the lamp; and trunks that are taken out of use. */
import { DEVICE_KIND_OF } from '../device-kind.js';
import type { ForwardingKind } from '../features.js';
import { lose } from '../calls/ending.js';
import { planRoute } from '../calls/reach.js';
import type { PhoneRule } from '../calls/rule.js';
import { tellLamp } from '../calls/waiting.js';
import type { FeatureEvent } from '../words.js';

const FORWARDING_EVENTS: Readonly<Record<ForwardingKind, FeatureEvent>> = {
  always: 'CF_ALWAYS',
  'busy-internal': 'CF_BUSY_INTERNAL',
  'busy-external': 'CF_BUSY_EXTERNAL',
  'no-answer-internal': 'CF_NO_ANSWER_INTERNAL',
  'no-answer-external': 'CF_NO_ANSWER_EXTERNAL',
};

export const doNotDisturb: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }) => (DEVICE_KIND_OF[phone.kind].trunk ? 'WRONG_KIND' : 'OK'),
  act: ({ x, phone, ask }) => {
    phone.features.doNotDisturb = ask.on ?? false;
    x.tellFeature(phone, 'DO_NOT_DISTURB', { on: phone.features.doNotDisturb });
    if (!phone.features.doNotDisturb) x.freed(phone);
  },
};

/** On with a number, on with the one that is kept, or off; what it does with calls is seen when they come. */
export function forward(kind: ForwardingKind): PhoneRule {
  return {
    needs: 'phone',
    number: 'optional',
    anyTime: true,
    may: ({ x, phone, ask }) => {
      if (DEVICE_KIND_OF[phone.kind].trunk) return 'WRONG_KIND';
      if (!ask.on) return 'OK';
      const number = ask.number || phone.features.forwarding[kind].number;
      const plan = planRoute(x, number, { phone, diversions: 0 });
      return number === '' || (plan.kind === 'fail' && plan.cause === 'NO_SUCH_NUMBER' && plan.hops.length === 0)
        ? 'INVALID_NUMBER'
        : 'OK';
    },
    act: ({ x, phone, ask }) => {
      const forwarding = phone.features.forwarding[kind];
      if (ask.number) forwarding.number = ask.number;
      forwarding.on = ask.on ?? false;
      x.tellFeature(phone, FORWARDING_EVENTS[kind], { on: forwarding.on, number: forwarding.number });
    },
  };
}

export const autoAnswer: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }) => (DEVICE_KIND_OF[phone.kind].trunk ? 'WRONG_KIND' : 'OK'),
  act: ({ x, phone, ask }) => {
    phone.features.autoAnswer = ask.on ?? false;
    x.tellFeature(phone, 'AUTO_ANSWER_FEATURE', { on: phone.features.autoAnswer });
  },
};

export const messageWaiting: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }) => (DEVICE_KIND_OF[phone.kind].trunk ? 'WRONG_KIND' : 'OK'),
  act: ({ x, phone, ask }) => {
    phone.features.lamp = ask.on ?? false;
    if (!phone.features.lamp) phone.features.messages.length = 0;
    tellLamp(x, phone);
  },
};

/** Taken out of use for new calls; with force its call ends at once. */
export const trunkMakeBusy: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }) => (DEVICE_KIND_OF[phone.kind].trunk ? 'OK' : 'WRONG_KIND'),
  act: ({ x, phone, ask }) => {
    phone.features.makeBusy = 0;
    if (ask.on) for (const leg of [...phone.legs]) lose(x, leg);
    x.tellFeature(phone, 'MAKE_BUSY', { on: true });
  },
};

export const trunkMakeBusyCancel: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }) =>
    !DEVICE_KIND_OF[phone.kind].trunk ? 'WRONG_KIND' : phone.features.makeBusy === null ? 'WRONG_STATE' : 'OK',
  act: ({ x, phone }) => {
    phone.features.makeBusy = null;
    x.tellFeature(phone, 'MAKE_BUSY', { on: false });
    x.freed(phone);
  },
};
