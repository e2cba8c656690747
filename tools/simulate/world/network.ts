/**
 * Connections between processes: each direction is first in, first out; across connections anything may overtake anything. Faults:
 * delay, a cut (both ends are told, sooner or later), a one-way stall (nothing is told), a cut of what is under way.
 */
import type { World } from './world.js';

export interface End<M> {
  readonly message: (message: M) => void;
  readonly ended: (reason: string) => void;
}
type Item<M> = { readonly message: M } | { readonly end: string };

export interface NetworkTempers {
  /** Milliseconds, whole, at most. */
  delayMaxMs: number;
}

class Direction<M> {
  stalled = false;
  private readonly items: Item<M>[] = [];
  private waiting = 0;
  private lastAtMs = 0;
  end: End<M> | undefined;

  constructor(
    private readonly world: World,
    private readonly tempers: NetworkTempers,
  ) {}

  push(item: Item<M>): void {
    this.items.push(item);
    this.arm();
  }

  release(): void {
    this.stalled = false;
    for (let count = this.waiting; count > 0; count -= 1) this.arm();
    this.waiting = 0;
  }

  /** What is under way never arrives. */
  drop(): void {
    this.items.length = 0;
  }

  private arm(): void {
    if (this.stalled) {
      this.waiting += 1;
      return;
    }
    const atMs = Math.max(this.lastAtMs, this.world.nowMs + this.world.random.int(0, this.tempers.delayMaxMs));
    this.lastAtMs = atMs;
    this.world.after(atMs - this.world.nowMs, () => this.deliver());
  }

  private deliver(): void {
    if (this.stalled) {
      this.waiting += 1;
      return;
    }
    const item = this.items.shift();
    const { end } = this;
    if (item === undefined || end === undefined) return;
    if ('message' in item) end.message(item.message);
    else {
      this.end = undefined;
      end.ended(item.end);
    }
  }
}

export class Connection<M> {
  isOpen = true;
  private readonly directions: readonly [Direction<M>, Direction<M>];

  constructor(
    private readonly world: World,
    tempers: NetworkTempers,
    readonly name: string,
    private readonly onClosed: (connection: Connection<M>) => void = () => {},
  ) {
    this.directions = [new Direction(world, tempers), new Direction(world, tempers)];
  }

  /** Who takes what is sent towards `side`. */
  attach(side: 0 | 1, end: End<M>): void {
    this.directions[side].end = end;
  }

  send(from: 0 | 1, message: M): void {
    if (this.isOpen) this.directions[from === 0 ? 1 : 0].push({ message });
  }

  /** `from` closes: what it sent arrives first; it hears nothing more. */
  close(from: 0 | 1): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const [own, other] = from === 0 ? this.directions : [this.directions[1], this.directions[0]];
    own.drop();
    own.end = undefined;
    other.push({ end: 'closed by the other side' });
    other.release();
    this.onClosed(this);
  }

  /** Nothing under way arrives; both are told. */
  reset(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.world.trace(this.name, 'reset');
    for (const direction of this.directions) {
      direction.drop();
      direction.push({ end: 'connection reset' });
      direction.release();
    }
    this.onClosed(this);
  }

  stall(towards: 0 | 1): void {
    this.directions[towards].stalled = true;
    this.world.trace(this.name, `stalled towards ${towards}`);
  }

  release(): void {
    for (const direction of this.directions) direction.release();
  }
}
