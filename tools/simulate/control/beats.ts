/** The beats of one worker (`instance-beats.ts`) in virtual time: asks each followed incarnation whether it is there, and counts its silence. */
import { LIFECYCLE_LIMITS } from '#domain/instance-lifecycle';
import { SilenceCounter } from '#domain/silence';
import type { Site } from '../site.js';
import type { Wait } from '../world/fiber.js';
import type { Process } from '../world/process.js';

/** Rarer than in the real loop, and more often than the gap of a counter. */
const TURN_MS = 1000;
const REMIND_MS = 1000;

type Call = Extract<Wait, { readonly kind: 'call' }>;

interface Followed {
  readonly epochMajor: number;
  readonly silence: SilenceCounter;
  /** When it last answered, or was followed first: by the time of the world, and by the wall clock for a fault that goes by it. */
  heardMs: number;
  heardWallMs: number;
  asking: boolean;
  toldAtMs: number;
}

export class Beats {
  private readonly followed = new Map<string, Followed>();

  constructor(
    private readonly site: Site,
    private readonly process: Process,
    /** Answers the epoch major of whoever answers, undefined for nobody. */
    private readonly ask: (instanceId: string) => Call,
    private readonly onSilent: (instanceId: string) => void,
  ) {
    this.turn();
  }

  follow(instanceId: string, epochMajor: number): void {
    if (this.followed.get(instanceId)?.epochMajor === epochMajor) return;
    const { nowMs } = this.site.world;
    this.followed.set(instanceId, {
      epochMajor,
      silence: new SilenceCounter(nowMs),
      heardMs: nowMs,
      heardWallMs: this.site.wallMs,
      asking: false,
      toldAtMs: Number.NEGATIVE_INFINITY,
    });
  }

  unfollow(instanceId: string): void {
    this.followed.delete(instanceId);
  }

  /** 0 for what is not followed. */
  silentMs(instanceId: string): number {
    return this.followed.get(instanceId)?.silence.silentMs(this.site.world.nowMs) ?? 0;
  }

  /** The same as somebody would have it who goes by the wall clock. */
  wallSilentMs(instanceId: string): number {
    const followed = this.followed.get(instanceId);
    return followed === undefined ? 0 : this.site.wallMs - followed.heardWallMs;
  }

  /** How long ago it truly answered last, or was followed first; undefined for what is not followed. */
  agoMs(instanceId: string): number | undefined {
    const followed = this.followed.get(instanceId);
    return followed && this.site.world.nowMs - followed.heardMs;
  }

  private turn(): void {
    const { nowMs } = this.site.world;
    for (const [instanceId, followed] of this.followed) {
      followed.silence.turn(nowMs);
      if (!followed.asking) this.beat(instanceId, followed);
      if (followed.silence.silentMs(nowMs) < LIFECYCLE_LIMITS.silenceMs || nowMs - followed.toldAtMs < REMIND_MS) continue;
      followed.toldAtMs = nowMs;
      this.onSilent(instanceId);
    }
    this.process.after(TURN_MS, () => this.turn());
  }

  private beat(instanceId: string, followed: Followed): void {
    followed.asking = true;
    let isOver = false;
    const answered = (epochMajor: unknown): void => {
      if (isOver) return;
      isOver = true;
      followed.asking = false;
      if (epochMajor !== followed.epochMajor) return;
      followed.silence.heard(this.site.world.nowMs);
      followed.heardMs = this.site.world.nowMs;
      followed.heardWallMs = this.site.wallMs;
    };
    const call = this.ask(instanceId);
    call.begin(
      (epochMajor) => this.process.run(() => answered(epochMajor)),
      () => this.process.run(() => answered(undefined)),
    );
  }
}
