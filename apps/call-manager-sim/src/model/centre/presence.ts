/** Who takes part in which group, and agents who are busy by wish. */
import type { Exchange } from '../exchange.js';
import type { Device, Phone } from '../phone.js';
import type { Result } from '../words.js';
import type { PhoneRule, Situation } from '../calls/rule.js';

interface Membership extends Device {
  readonly absent: Set<Phone>;
}

type Kind = 'agent-group' | 'group' | 'personal-group';

function groupsOf({ x, phone }: Situation, kind: Kind): Membership[] {
  if (kind === 'agent-group') return x.directory.groupsOfAgent(phone);
  const personal = (group: Device) => (group.kind === 'personal-ring-group') === (kind === 'personal-group');
  return x.directory.groups.filter((group) => personal(group) && group.members.includes(phone));
}

function set(x: Exchange, phone: Phone, group: Membership, present: boolean, invoker: string): void {
  if (present) group.absent.delete(phone);
  else group.absent.add(phone);
  x.tellFeature(phone, present ? 'JOIN_GROUP' : 'LEAVE_GROUP', { on: present, number: group.dn, other: invoker });
  if (present) x.freed(phone);
}

/** In or out of one group; the number is the group's, the text who invokes it. */
function presence(kind: Kind): PhoneRule {
  const named = (s: Situation) => groupsOf(s, kind).find(({ dn }) => dn === s.ask.number);
  return {
    needs: 'phone',
    number: 'needed',
    may: (s) => {
      if (kind === 'agent-group' && s.phone.kind !== 'agent') return 'WRONG_KIND';
      return named(s) ? 'OK' : 'UNKNOWN_GROUP';
    },
    act: (s) => set(s.x, s.phone, named(s) as Membership, s.ask.on ?? false, s.ask.text ?? ''),
  };
}

export const agentPresence = presence('agent-group');
export const memberPresence = presence('group');
export const personalPresence = presence('personal-group');

export const agentPresenceInAll: PhoneRule = {
  needs: 'phone',
  may: (s) => (s.phone.kind !== 'agent' ? 'WRONG_KIND' : groupsOf(s, 'agent-group').length > 0 ? 'OK' : 'UNKNOWN_GROUP'),
  act: (s) => {
    for (const group of groupsOf(s, 'agent-group')) set(s.x, s.phone, group, s.ask.on ?? false, s.ask.text ?? '');
  },
};

/** R-MCC-03: for agents who are logged in. */
export const makeBusy: PhoneRule = {
  needs: 'phone',
  anyTime: true,
  may: ({ phone }): Result => (phone.kind !== 'agent' ? 'WRONG_KIND' : phone.inService ? 'OK' : 'NOT_LOGGED_IN'),
  act: ({ x, phone, ask }) => {
    const on = ask.on ?? false;
    const code = ask.code ?? 0;
    phone.features.makeBusy = on ? code : null;
    x.tellFeature(phone, 'MAKE_BUSY', { on, code: on ? code : 0 });
    if (!on) x.freed(phone);
  },
};
