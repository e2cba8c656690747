/** Paths, agent groups and agents: callers queue, the agent who has been idle longest is offered the one who has waited longest. */
import { named, type Exchange } from '../exchange.js';
import { QUEUE_LEGS_MAX, isAcdPath, type AcdGroup, type AcdPath } from '../group.js';
import type { Device, Leg, Phone } from '../phone.js';
import type { Cause, EventName } from '../words.js';
import { tellCleared } from '../calls/ending.js';
import type { Routing } from '../calls/routing.js';
import { when, type PhoneRule } from '../calls/rule.js';

export class Acd {
  constructor(
    private readonly x: Exchange,
    private readonly routing: Routing,
  ) {
    routing.queueing = (leg, plan) => this.enqueue(leg, plan.path);
    x.watchIdle((phone) => {
      if (phone.kind === 'agent') for (const path of x.directory.queues()) this.offer(path);
    });
    x.watchLeaving((leg) => this.leaves(leg));
  }

  isAvailable(agent: Phone): boolean {
    const { features } = agent;
    if (!agent.inService || this.x.away.has(agent.controller) || agent.survivor) return false;
    return agent.legs.length === 0 && agent.workUntilMs === null && features.makeBusy === null && !features.doNotDisturb;
  }

  private enqueue(leg: Leg, path: AcdPath, where: 'last' | 'first' = 'last'): void {
    if (path.queue.length >= QUEUE_LEGS_MAX) return this.routing.fail(leg, 'DESTINATION_BUSY', path, path.dn);
    const { call } = leg;
    call.called = null;
    if (where === 'last') path.queue.push(leg);
    else path.queue.unshift(leg);
    const about = [{ what: 'QUEUE_POSITION' as const, value: String(path.queue.indexOf(leg) + 1) }];
    const parties = this.routing.parties(leg, path, path.dn);
    this.x.tell(leg, 'QUEUED', 'ACD_CALL_QUEUED', leg.state === 'hold' ? 'hold' : 'queued', parties, { about });
    this.x.tellAbout(path, call, eventOf(path), 'ACD_CALL_QUEUED', parties, { about });
    this.offer(path);
  }

  private offer(path: AcdPath): void {
    for (;;) {
      const next = path.queue.length > 0 ? this.next(path) : null;
      const leg = next ? path.queue.shift() : undefined;
      if (!next || !leg) return;
      const parties = this.routing.parties(leg, next.agent, path.dn);
      this.routing.ring(leg, [next.agent], path.dn, { rung: 'ACD_CALL_RECEIVED', calling: 'ACD_CALL_DELIVERED' });
      this.x.tellAbout(path, leg.call, eventOf(path), 'ACD_CALL_DELIVERED', parties);
      if (next.group !== (path as Device)) this.x.tellAbout(next.group, leg.call, 'ACD2_GROUP', 'ACD_CALL_DELIVERED', parties);
      const offered = next.agent.legs.at(-1);
      if (offered) this.x.after(path.agentTimeoutMs, () => this.timeOut(path, leg, offered));
    }
  }

  private next(path: AcdPath): { readonly agent: Phone; readonly group: AcdGroup } | null {
    for (const group of path.groups) {
      const free = group.agents.filter((agent) => !group.absent.has(agent) && this.isAvailable(agent));
      const [agent] = free.sort((a, b) => a.idleSinceMs - b.idleSinceMs);
      if (agent) return { agent, group };
    }
    return null;
  }

  /** Who does not answer is made busy, so that the caller is not offered to him again; the caller waits on as the first. */
  private timeOut(path: AcdPath, caller: Leg, offered: Leg): void {
    if (offered.state !== 'alerting' || offered.call !== caller.call) return;
    tellCleared(this.x, offered, 'ACD_AGENT_TIMEOUT', named(offered));
    offered.phone.features.makeBusy = 0;
    this.x.tellFeature(offered.phone, 'MAKE_BUSY', { on: true });
    this.enqueue(caller, path, 'first');
  }

  private leaves(leg: Leg): void {
    const path = leg.call.group;
    if (leg.phone.kind === 'agent') leg.phone.idleSinceMs = this.x.nowMs;
    if (!path || !isAcdPath(path)) return;
    const at = path.queue.indexOf(leg);
    if (at >= 0) {
      path.queue.splice(at, 1);
      this.about(path, leg, 'ACD_CALL_ABANDONED');
    } else if (leg.phone.kind === 'agent' && (leg.state === 'connected' || leg.state === 'hold')) {
      this.about(path, leg, 'ACD_CALL_CLEARED');
      this.startWork(leg.phone, path.workMs);
    }
  }

  private about(path: AcdPath, leg: Leg, cause: Cause): void {
    this.x.tellAbout(path, leg.call, eventOf(path), cause, this.routing.parties(leg.call.caller, path, path.dn));
  }

  private startWork(agent: Phone, workMs: number): void {
    if (workMs <= 0) return;
    const untilMs = this.x.nowMs + workMs;
    agent.workUntilMs = untilMs;
    this.x.after(workMs, () => {
      if (agent.workUntilMs === untilMs) endWork(this.x, agent);
    });
  }
}

function eventOf({ kind }: AcdPath): EventName {
  return kind === 'acd-express-group' ? 'ACD_EXPRESS_GROUP_EVENT' : 'ACD2_PATH';
}

export function endWork(x: Exchange, agent: Phone): void {
  agent.workUntilMs = null;
  x.tellDevice(agent, 'WORK_TIMER_EXPIRED', 'WORK_TIMER_EXPIRED', []);
  x.freed(agent);
}

export const cancelWorkTimer: PhoneRule = {
  needs: 'phone',
  may: ({ phone }) => when(phone.workUntilMs !== null),
  act: ({ x, phone }) => endWork(x, phone),
};
