/** Supervisors who hear what an agent has, and speak to him (bridges). A listener is no end of the agent's call, and the agent is told nothing. */
import { ends, party, type Exchange } from '../exchange.js';
import { isFree, type Leg, type Phone } from '../phone.js';
import type { Result } from '../words.js';
import { tellCleared } from './ending.js';
import { when, type CallRule, type PhoneRule } from './rule.js';

export const COACH_ALL = 1;
export const COACH_WHISPER = 2;

/** An agent who is logged in has this number. */
function agentAt(x: Exchange, number: string): { readonly agent: Phone | null; readonly result: Result } {
  const agent = x.directory.station(number);
  if (agent?.kind !== 'agent') return { agent: null, result: 'INVALID_NUMBER' };
  return agent.inService ? { agent, result: 'OK' } : { agent: null, result: 'DESTINATION_UNAVAILABLE' };
}

function listen(x: Exchange, leg: Leg, agent: Phone): void {
  leg.listensTo = agent;
  leg.failure = null;
  const parties = [...ends(leg.call), party('CONNECTED_DEVICE', agent), party('ACD_AGENT_DEVICE', agent)];
  x.tell(leg, 'ESTABLISHED', 'ACD_SILENT_MONITOR_INVOKED', 'connected', parties);
  x.tellFeature(agent, 'BRIDGE_JOIN', { on: true, number: leg.phone.dn });
}

export const silentMonitor: CallRule = {
  needs: 'call',
  number: 'needed',
  may: ({ x, leg, phone, ask }) => {
    const fits = leg.state === 'fail' && leg.failure === 'DESTINATION_BUSY' && leg.failedAtAgent && phone.supervisor;
    return fits ? agentAt(x, ask.number ?? '').result : 'WRONG_STATE';
  },
  act: ({ x, leg, ask }) => listen(x, leg, agentAt(x, ask.number ?? '').agent as Phone),
};

export const listenToAgent: PhoneRule = {
  needs: 'phone',
  number: 'needed',
  may: ({ x, phone, ask }) => (isFree(phone) ? agentAt(x, ask.number ?? '').result : 'WRONG_STATE'),
  act: ({ x, phone, ask }) => {
    const agent = agentAt(x, ask.number ?? '').agent as Phone;
    const leg = x.newCall(phone, agent.dn);
    listen(x, leg, agent);
    return leg;
  },
};

export const coach: CallRule = {
  needs: 'call',
  may: ({ leg, ask }) => {
    if (leg.listensTo === null) return 'WRONG_STATE';
    return ask.code === COACH_ALL || ask.code === COACH_WHISPER ? 'OK' : 'MALFORMED';
  },
  act: ({ x, leg, ask }) => {
    leg.coach = ask.code === COACH_ALL ? COACH_ALL : COACH_WHISPER;
    const event = leg.coach === COACH_ALL ? 'BRIDGE_ENABLE_ALL_COACHING' : 'BRIDGE_ENABLE_COACHING';
    x.tellFeature(leg.listensTo as Phone, event, { on: true, number: leg.phone.dn, code: leg.coach });
  },
};

export const clearCoach: CallRule = {
  needs: 'call',
  may: ({ leg }) => when(leg.listensTo !== null),
  act: ({ x, leg }) => {
    leg.coach = 0;
    x.tellFeature(leg.listensTo as Phone, 'BRIDGE_DISABLE_COACHING', { on: false, number: leg.phone.dn });
  },
};

/** Listeners by agent, so that their calls end when he logs out. */
export class Listeners {
  constructor(private readonly x: Exchange) {
    x.watchLeaving((leg) => {
      if (leg.listensTo) x.tellFeature(leg.listensTo, 'BRIDGE_LEAVE', { on: false, number: leg.phone.dn });
    });
  }

  /** Of all phones of the cluster: a listener is found by what it listens to. */
  to(agent: Phone): Leg[] {
    return this.x.directory.phones().flatMap(({ legs }) => legs.filter(({ listensTo }) => listensTo === agent));
  }

  drop(agent: Phone): void {
    for (const leg of this.to(agent)) {
      tellCleared(this.x, leg, 'ACD_SILENT_MONITOR_DROPPED', agent);
      this.x.callCount -= 1;
    }
  }
}
