/** getResilientStatus (R-RES-02), as the controller the device is known from sees it. */
import type { OperationResponse } from '#contracts/application-api';
import { targetOf } from './command.operations.js';
import type { Controller } from './controller-table.js';
import type { Core } from './core.js';
import { callStateOf, homesOf, type Items } from './query-answers.mapper.js';
import { ask } from './query.operations.js';
import type { Session } from './session-table.js';

type Status = OperationResponse<'getResilientStatus'>;

export function getResilientStatus(core: Core, session: Session, requestId: number, objectId: number): void {
  const target = targetOf(core, objectId);
  if ('code' in target) return core.refuse(requestId, target);
  const { controller, handle } = target;
  session.controllers.add(controller.icpId);
  ask(core, controller, requestId, handle, 'RESILIENCE', (items) => statusOf(core, controller, items));
}

/** What one controller knows; of the other one only its link is known here, and no call state is invented for it (R-CC-05). */
function statusOf(core: Core, asked: Controller, items: Items): Status {
  const homes = homesOf(items, core, asked.icpId);
  const stateOf = (icpId: number | undefined) =>
    (icpId === undefined ? undefined : core.controllers.get(icpId)?.state) ?? 'NOT_CONNECTED';
  const here = callStateOf(items.some('CALL_STATE'));
  const isPrimary = homes.primaryIcpId === asked.icpId;
  const activeHere = items.flag('ACTIVE_HERE');
  const other = isPrimary ? homes.secondaryIcpId : homes.primaryIcpId;
  return {
    ...homes,
    primaryConnectionState: stateOf(homes.primaryIcpId),
    ...(homes.secondaryIcpId === undefined ? {} : { secondaryConnectionState: stateOf(homes.secondaryIcpId) }),
    callStatePrimary: isPrimary ? here : 'UNAVAILABLE',
    ...(homes.secondaryIcpId === undefined ? {} : { callStateSecondary: isPrimary ? ('UNAVAILABLE' as const) : here }),
    activeIcpId: activeHere ? asked.icpId : (other ?? asked.icpId),
  };
}
