import type { InstanceHealth } from '#contracts/gateway-admin';
import { LIFECYCLE_LIMITS } from '#domain/instance-lifecycle';
import { BEATS, SilenceCounter } from '#domain/silence';
import type { Logger } from '#telemetry/logger';
import type { AdminTarget, GatewayAdminClient } from '../../gateway-admin/gateway-admin.client.js';

/** How often the loop looks whether somebody is to be asked or has been silent for too long. */
const TURN_MS = 200;
/** One that is silent is told of again so often, until somebody has done something about it. */
const REMIND_MS = 1000;

interface Followed {
  readonly target: AdminTarget;
  readonly epochMajor: number;
  readonly silence: SilenceCounter;
  /** Wall clock, for receipts only. */
  heardAt: Date | null;
  askAtMs: number;
  asking: boolean;
  toldAtMs: number;
}

export interface InstanceBeatsOptions {
  readonly admin: GatewayAdminClient;
  readonly logger: Logger;
  /** An incarnation has not answered for {@link LIFECYCLE_LIMITS}.silenceMs; told again while it stays so. */
  readonly onSilent: (instanceId: string) => void;
  /** The followed incarnation has answered; its question was asked at `askedAt` (wall clock). */
  readonly onHeard: (target: AdminTarget, health: InstanceHealth, askedAt: Date) => void;
}

/**
 * Asks every serving incarnation once a second whether it is there, over its admin interface and nothing else: neither the store nor the
 * queue is needed, so their absence is nobody's silence. What is to be done about one that is silent is the plan's matter.
 */
export class InstanceBeats {
  readonly #options: InstanceBeatsOptions;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InstanceBeatsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  /** May be called twice. */
  stop(): void {
    clearInterval(this.#timer);
    this.#followed.clear();
  }

  /** Counting begins now for an incarnation that is not followed yet; for one that is, nothing changes. */
  follow(target: AdminTarget, epochMajor: number): void {
    if (this.#followed.get(target.instanceId)?.epochMajor === epochMajor) return;
    const nowMs = performance.now();
    const silence = new SilenceCounter(nowMs);
    const followed = { target, epochMajor, silence, heardAt: null, askAtMs: nowMs, asking: false, toldAtMs: -Infinity };
    this.#followed.set(target.instanceId, followed);
  }

  unfollow(instanceId: string): void {
    this.#followed.delete(instanceId);
  }

  /** 0 for what is not followed. */
  silentMs(instanceId: string): number {
    return this.#followed.get(instanceId)?.silence.silentMs(performance.now()) ?? 0;
  }

  lastHeardAt(instanceId: string): Date | null {
    return this.#followed.get(instanceId)?.heardAt ?? null;
  }

  #turn(): void {
    const nowMs = performance.now();
    for (const followed of this.#followed.values()) {
      followed.silence.turn(nowMs);
      if (nowMs >= followed.askAtMs && !followed.asking) void this.#ask(followed);
      this.#judge(followed, nowMs);
    }
  }

  #judge(followed: Followed, nowMs: number): void {
    const silentMs = followed.silence.silentMs(nowMs);
    if (silentMs < LIFECYCLE_LIMITS.silenceMs || nowMs - followed.toldAtMs < REMIND_MS) return;
    followed.toldAtMs = nowMs;
    const { instanceId } = followed.target;
    this.#options.logger.warn(
      { instanceId, epochMajor: followed.epochMajor, silentMs: Math.round(silentMs) },
      'instance: silent',
    );
    this.#options.onSilent(instanceId);
  }

  async #ask(followed: Followed): Promise<void> {
    followed.asking = true;
    followed.askAtMs = performance.now() + BEATS.intervalMs;
    const askedAt = new Date();
    const health = await this.#options.admin.health(followed.target);
    followed.asking = false;
    if (health?.epoch.major !== followed.epochMajor) return;
    followed.silence.heard(performance.now());
    followed.heardAt = new Date();
    this.#options.onHeard(followed.target, health, askedAt);
  }
}
