/** getResilientStatus (R-RES-02): what both controllers of a device say of it; of one that cannot be asked nothing is invented (R-CC-05). */
import type { OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Controller } from '../controllers/controller-table.js';
import { BUSY, type Core } from '../core.js';
import { monitorNamed } from './device-names.js';
import { hasResilience } from '#domain/compatibility';
import { type FollowingFacts, whyNotFollowed } from './following.rules.js';
import { featureMonitorId, partsOf } from '../numbering.rules.js';
import { callStateOf, homesOf, icpIdAt, type Items } from '../calls/query-answers.mapper.js';
import { sendQuery } from '../calls/query-request.js';
import { isLine } from './resilience.rules.js';
import type { Session } from '../sessions/session-table.js';

type Status = OperationResponse<'getResilientStatus'>;

/** What one controller has answered. */
interface Told {
  readonly icpId: number;
  readonly items: Items;
}

export function getResilientStatus(core: Core, session: Session, requestId: number, objectId: number): void {
  const parts = partsOf(objectId);
  if (parts === undefined)
    return core.refuse(requestId, { code: 'OBJECT_NOT_FOUND', detail: `${objectId} is not the id of a device` });
  const { icpId, handle } = parts;
  const first = core.usableController(icpId);
  const device = monitorNamed(core, objectId);
  const learned = device?.homes?.secondaryAddress;
  const learnedId = learned === undefined ? undefined : device?.icpId === icpId ? icpIdAt(core, learned) : device?.icpId;
  const asked = 'controller' in first || learnedId === undefined ? first : core.usableController(learnedId);
  if ('refusal' in asked)
    return core.refuse(requestId, 'refusal' in first && learned === undefined ? notLearned(first.refusal) : asked.refusal);
  session.controllers.add(asked.controller.icpId);
  askOne(core, asked.controller, requestId, handle, (items) => {
    const told = [{ icpId: asked.controller.icpId, items }];
    const other = otherOf(core, objectId, told[0]!);
    if (other === undefined) return core.answer(requestId, statusOf(core, objectId, told));
    askOne(
      core,
      other,
      requestId,
      handle,
      (more) => core.answer(requestId, statusOf(core, objectId, [...told, { icpId: other.icpId, items: more }])),
      () => core.answer(requestId, statusOf(core, objectId, told)),
    );
  });
}

/** R-RES-02: what was never learned is said to be so. */
const notLearned = (refusal: Refusal): Refusal =>
  refusal.code !== 'CONTROLLER_DISCONNECTED'
    ? refusal
    : {
        ...refusal,
        detail: `${refusal.detail}; its secondary controller is not known, because it was not reached since the device is monitored: resilience does not work`,
      };

function askOne(
  core: Core,
  controller: Controller,
  requestId: number,
  target: number,
  answered: (items: Items) => void,
  unanswered?: () => void,
): void {
  const more = unanswered === undefined ? {} : { failed: unanswered };
  if (sendQuery(core, controller, { requestId, target, kind: 'RESILIENCE', done: answered, ...more })) return;
  if (unanswered === undefined) core.refuse(requestId, BUSY);
  else unanswered();
}

/** The other controller of a resilient device, when it can be asked now. */
function otherOf(core: Core, objectId: number, { icpId, items }: Told): Controller | undefined {
  const { isResilient: resilient, primaryIcpId, secondaryIcpId } = homes(core, objectId, { icpId, items });
  if (!resilient || secondaryIcpId === undefined) return undefined;
  const other = core.usableController(icpId === primaryIcpId ? secondaryIcpId : primaryIcpId);
  return 'controller' in other ? other.controller : undefined;
}

/** R-RES-04: line appearances are no resilient objects to monitors, whatever the controller does with them. */
function homes(core: Core, objectId: number, { icpId, items }: Told): ReturnType<typeof homesOf> {
  const found = homesOf(items, core, icpId);
  const traits = core.monitors.get(objectId)?.traits ?? 0;
  if (!isLine(traits)) return found;
  const { primaryIcpId, primaryIcpAddress } = found;
  return { isResilient: false, primaryIcpId, primaryIcpAddress };
}

function statusOf(core: Core, objectId: number, told: readonly Told[]): Status {
  const known = homes(core, objectId, told[0]!);
  const { primaryIcpId, secondaryIcpId, secondaryIcpAddress } = known;
  const stateOf = (icpId: number | undefined) =>
    (icpId === undefined ? undefined : core.controllers.get(icpId)?.state) ?? 'NOT_CONNECTED';
  const callStateAt = (icpId: number | undefined) => {
    const items = told.find((one) => one.icpId === icpId)?.items;
    return items === undefined ? 'UNAVAILABLE' : callStateOf(items.some('CALL_STATE'));
  };
  const servedAt = told.find(({ items }) => items.flag('ACTIVE_HERE'))?.icpId;
  const elsewhere = told[0]!.icpId === primaryIcpId ? secondaryIcpId : primaryIcpId;
  const twoHomes = known.isResilient && secondaryIcpAddress !== undefined;
  const notFollowed = whyNotFollowed(followingFacts(core, objectId, known));
  return {
    ...known,
    followed: notFollowed === undefined,
    ...(notFollowed === undefined ? {} : { notFollowed }),
    primaryConnectionState: stateOf(primaryIcpId),
    callStatePrimary: callStateAt(primaryIcpId),
    ...(twoHomes ? { secondaryConnectionState: stateOf(secondaryIcpId), callStateSecondary: callStateAt(secondaryIcpId) } : {}),
    activeIcpId: servedAt ?? elsewhere ?? told[0]!.icpId,
  };
}

function followingFacts(
  core: Core,
  objectId: number,
  { isResilient, primaryIcpId, secondaryIcpId }: ReturnType<typeof homes>,
): FollowingFacts {
  const monitor = monitorNamed(core, objectId);
  const grant = core.controllers.get(primaryIcpId)?.grant;
  const hasFeatures = (core.monitors.get(featureMonitorId(objectId))?.holders.size ?? 0) > 0;
  return {
    isResilient,
    isLine: isLine(core.monitors.get(objectId)?.traits ?? 0),
    primaryIcpId: core.controllers.has(primaryIcpId) ? primaryIcpId : undefined,
    secondaryIcpId,
    isOldRelease: grant !== undefined && !hasResilience(grant.release, grant.multiInstance ?? false),
    monitored: (monitor?.holders.size ?? 0) > 0 ? 'device' : hasFeatures ? 'features' : 'nothing',
    isLearned: monitor?.homes !== undefined,
    hasCompanion: monitor?.companion?.state === 'set',
  };
}
