/**
 * A process as the operating system sees it: it runs, is stopped (SIGSTOP: what comes waits, timers fall due, and on waking all of it
 * happens at once), or is gone. Everything a simulated program does goes through `run`, so a dead one does nothing and a stopped one
 * does it later, as a zombie.
 */
import type { World } from './world.js';

export class Process {
  state: 'running' | 'paused' | 'exited' = 'running';
  /** It ended because something broke, not because somebody asked. */
  crashed = false;
  /** Nothing ever wakes it; only force ends it. */
  private isWedged = false;
  private readonly onExits: (() => void)[] = [];
  private timersDue: (() => void)[] = [];
  private waiting: (() => void)[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
  ) {}

  get alive(): boolean {
    return this.state !== 'exited';
  }

  /** Something that came from outside. */
  run(what: () => void): void {
    if (this.state === 'running') what();
    else if (this.state === 'paused') this.waiting.push(what);
  }

  /** A timer of the process's own. */
  after(delayMs: number, what: () => void): void {
    this.world.after(delayMs, () => {
      if (this.state === 'running') what();
      else if (this.state === 'paused') this.timersDue.push(what);
    });
  }

  pause(): void {
    if (this.state !== 'running') return;
    this.state = 'paused';
    this.world.trace(this.name, 'SIGSTOP');
  }

  /** It stands still for good. */
  wedge(): void {
    this.pause();
    this.isWedged = true;
  }

  /** Timers first, then what came: the order of one turn of Node's loop. */
  resume(): void {
    if (this.state !== 'paused' || this.isWedged) return;
    this.state = 'running';
    this.world.trace(this.name, 'SIGCONT');
    const due = [...this.timersDue, ...this.waiting];
    this.timersDue = [];
    this.waiting = [];
    for (const what of due) this.run(what);
  }

  /** May be called twice. */
  exit(reason: string): void {
    if (this.state === 'exited') return;
    this.state = 'exited';
    this.world.trace(this.name, `exit: ${reason}`);
    this.timersDue = [];
    this.waiting = [];
    for (const onExit of this.onExits.splice(0)) onExit();
  }

  crash(): void {
    this.crashed = this.alive;
    this.exit('crash');
  }

  onExit(listener: () => void): void {
    if (this.state === 'exited') listener();
    else this.onExits.push(listener);
  }
}
