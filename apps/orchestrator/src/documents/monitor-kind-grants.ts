/** R-LIM-07 in access documents: each counter of a controller is granted in parts, like its monitors altogether (R-LIM-04). Pure. */
import type { AccessDocument, CounterRoom } from '#contracts/gateway-admin';
import { monitorLimits, roomForGateways } from '#domain/monitor-limits';
import type { Controller } from '#domain/resources';
import { type GrantHolder, planSharedGrants } from '#domain/shared-grants';
import type { ClusterMember } from './access-document.content.js';

type Kinds = NonNullable<AccessDocument['controllers'][number]['monitorKinds']>;
type Kind = keyof Kinds;
type Counter = keyof Kinds[Kind];

/** What each member is granted of each counter, by instance id. @param monitorsCap of all of them together (R-LIM-04) */
export function kindGrantsAt(
  controller: Controller,
  monitorsCap: number,
  members: readonly ClusterMember[],
): ReadonlyMap<string, Kinds> {
  const { otherMonitors } = controller;
  const room = roomForGateways(monitorLimits(controller), otherMonitors);
  const plans = (kind: Kind, counter: Counter) => {
    const whole = room[kind][counter];
    const others = otherMonitors[kind][counter];
    // no instances together can have more devices than monitors: R-LIM-04 shares those out already
    if (counter === 'total' && whole >= monitorsCap)
      return (): CounterRoom => ({ granted: whole, room: whole, others, full: true });
    const plan = planSharedGrants(
      whole,
      members.map((member) => holderOf(member, controller.icpId, whole, kind, counter)),
    );
    return (id: string): CounterRoom => {
      const { amount, isShort } = plan.get(id)!;
      return { granted: amount, room: whole, others, full: isShort || amount === whole };
    };
  };
  const [devices, sharedDevices] = [plans('devices', 'total'), plans('devices', 'shared')];
  const [features, sharedFeatures] = [plans('features', 'total'), plans('features', 'shared')];
  return new Map(
    members.map(({ spec: { id } }) => [
      id,
      {
        devices: { total: devices(id), shared: sharedDevices(id) },
        features: { total: features(id), shared: sharedFeatures(id) },
      },
    ]),
  );
}

function holderOf(
  { spec, newest, confirmed, report, hasRun }: ClusterMember,
  icpId: number,
  limit: number,
  kind: Kind,
  counter: Counter,
): GrantHolder {
  const granted = newest?.controllers.find((one) => one.icpId === icpId)?.monitorKinds?.[kind][counter].granted ?? null;
  const reported = report?.controllers.find((one) => one.icpId === icpId)?.monitorKinds?.[kind][counter];
  return {
    id: spec.id,
    limit,
    granted,
    confirmed,
    // of one that is away and not at rest we know only that it may hold all it was granted
    used: reported?.used ?? (confirmed || !hasRun ? 0 : (granted ?? 0)),
    wanted: reported?.wanted === true ? MORE_AT_ONCE : 0,
  };
}

/** Who was refused one is granted room for so many more, so that the next ones need not ask again. */
const MORE_AT_ONCE = 500;
