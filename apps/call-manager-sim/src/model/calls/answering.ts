import { ends, named, party, type Exchange } from '../exchange.js';
import { otherLegs, type Leg } from '../phone.js';
import type { Cause } from '../words.js';
import { stopRinging } from './ending.js';
import { freeHandset } from './holding.js';

interface Taking {
  readonly own: Cause;
  readonly far: Cause;
}

/** The ringing end is taken: all ends are told ESTABLISHED, others that rang for it are told that one has answered. */
export function answer(x: Exchange, leg: Leg, causes: Taking = { own: 'ANSWERED_INVOKED', far: 'ANSWERED' }): void {
  const { call } = leg;
  if (call.caller !== leg) call.called = leg;
  freeHandset(x, leg.phone);
  stopRinging(x, call, leg);
  const parties = [...ends(call), party('CONNECTED_DEVICE', named(leg))];
  x.tell(leg, 'ESTABLISHED', causes.own, 'connected', parties);
  for (const other of otherLegs(leg)) {
    // who has put the call on hold while it rang goes on holding it
    x.tell(other, 'ESTABLISHED', causes.far, other.state === 'hold' ? 'hold' : 'connected', parties);
  }
  const { group } = call;
  if (group)
    x.tellAbout(
      group,
      call,
      group.kind === 'acd-path' ? 'ACD2_PATH' : 'GROUP',
      group.kind === 'acd-path' ? 'ACD_CALL_ANSWERED' : 'CALL_ANSWERED',
      parties,
    );
}
