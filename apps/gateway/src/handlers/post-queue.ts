/**
 * Messages that stand in no session's log, to one address: in order, one under way at a time, each tried again by the schedule of handlers
 * until it is taken. Kept in memory only.
 */
import type { Receivers } from './receivers.js';
import { afterFailure } from './retry-schedule.js';

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isTaken: (status: number, body: string) => boolean;
}

export interface PostQueueParts {
  readonly receivers: Receivers;
  readonly url: string;
  readonly random: () => number;
  /** The next message; undefined: none now. Asked when the one before has been taken. */
  readonly next: () => Post | undefined;
  /** Asked before every try: whether the message is still wanted there. */
  readonly isWanted: () => boolean;
  readonly onGivenUp: (why: string) => void;
}

export class PostQueue {
  private post: Post | undefined;
  private failures = 0;
  private isBusy = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: PostQueueParts) {}

  /** There may be something to send. May be called at any time. */
  flow(): void {
    if (this.isBusy || this.isOver || this.timer !== undefined) return;
    if (!this.parts.isWanted()) return this.stop();
    this.post ??= this.parts.next();
    if (this.post !== undefined) void this.send(this.post);
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private async send(post: Post): Promise<void> {
    this.isBusy = true;
    const result = await this.parts.receivers.send(new URL(this.parts.url), post.headers, post.body);
    this.isBusy = false;
    if (this.isOver) return;
    if ('status' in result && post.isTaken(result.status, result.body)) {
      [this.post, this.failures] = [undefined, 0];
      return this.flow();
    }
    this.failures += 1;
    const what = afterFailure('status' in result ? result.status : undefined, this.failures, this.parts.random());
    if ('givenUp' in what) {
      this.stop();
      return this.parts.onGivenUp(what.givenUp);
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.flow();
    }, what.delayMs);
    this.timer.unref();
  }
}
