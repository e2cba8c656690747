/** R-LIM-07: whether there is room at a controller for another device, or another application of one, with what other systems use there. */
import type { Refusal } from '#contracts/errors';
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import type { CountedBy, CountedKind } from './monitor-counts.js';

const KINDS: readonly CountedKind[] = ['devices', 'features'];
const COUNTERS: readonly CountedBy[] = ['total', 'shared'];
const RETRY_MS = 2000;
/** So long somebody who was refused is told of: until then those who grant have looked. */
const WANTED_MS = 10_000;

/** What a monitor adds to each counter. */
export type Added = Readonly<Record<CountedBy, number>>;

/** Changes nothing at the controller. A refusal names limit, use and cap, each with what other systems use. */
export function kindRefusal(core: Core, controller: Controller, kind: CountedKind, added: Added): Refusal | undefined {
  const rooms = controller.grant.monitorKinds?.[kind];
  if (rooms === undefined) return undefined;
  const counts = core.monitors.counts.of(controller.icpId)[kind];
  for (const counter of COUNTERS) {
    const { granted, room, others, full } = rooms[counter];
    const used = counts[counter];
    if (added[counter] === 0 || used + added[counter] <= granted) continue;
    const limit = `monitors.${kind}.${counter}`;
    if (granted < room) controller.kindsWanted.set(`${kind}.${counter}`, core.now.nowMs);
    const whole = { limit, used: Math.min(used, granted) + others, cap: granted + others };
    const detail = `${limit}: ${used} of the ${granted} of this instance, ${others} by other systems`;
    if (full || granted >= room) return { ...whole, code: 'MONITOR_LIMIT', detail };
    return { ...whole, code: 'BUDGET_UNAVAILABLE', detail: `${detail}; more are asked for`, retryAfterMs: RETRY_MS };
  }
  return undefined;
}

type KindsReport = NonNullable<InstanceStatusReport['controllers'][number]['monitorKinds']>;

/** Undefined with a document that knows no such limits. */
export function kindsReport(core: Core, controller: Controller): KindsReport | undefined {
  const { monitorKinds: rooms } = controller.grant;
  if (rooms === undefined) return undefined;
  const counts = core.monitors.counts.of(controller.icpId);
  const useOf = (kind: CountedKind, counter: CountedBy) => ({
    used: counts[kind][counter],
    cap: rooms[kind][counter].granted,
    others: rooms[kind][counter].others,
    wanted: isWanted(controller, kind, counter, core.now.nowMs, WANTED_MS),
  });
  const both = (kind: CountedKind) => ({ total: useOf(kind, 'total'), shared: useOf(kind, 'shared') });
  return { devices: both('devices'), features: both('features') };
}

/** Whether somebody was refused for want of a grant, not longer ago than that. */
export const wantsKinds = (controller: Controller, nowMs: number, withinMs: number): boolean =>
  KINDS.some((kind) => COUNTERS.some((counter) => isWanted(controller, kind, counter, nowMs, withinMs)));

const isWanted = ({ kindsWanted }: Controller, kind: CountedKind, counter: CountedBy, nowMs: number, withinMs: number): boolean =>
  nowMs - (kindsWanted.get(`${kind}.${counter}`) ?? Number.NEGATIVE_INFINITY) < withinMs;
