import type { Logger } from '#telemetry/logger';

export interface PeriodicOptions {
  readonly name: string;
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly run: () => Promise<void>;
  /** After each turn: how long it took, and whether it did what it should. */
  readonly onTurn?: ((name: string, tookMs: number, ok: boolean) => void) | undefined;
}

/** Runs once at the start and then again and again, never twice at a time; an error is logged and the next turn tries again. */
export class Periodic {
  readonly #options: PeriodicOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PeriodicOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#turn();
  }

  /** Resolves when the turn under way has ended. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #turn(): Promise<void> {
    const beganMs = performance.now();
    let ok = true;
    try {
      await this.#options.run();
    } catch (error) {
      ok = false;
      this.#options.logger.warn({ err: error }, `${this.#options.name}: this turn failed, the next will try again`);
    }
    this.#options.onTurn?.(this.#options.name, performance.now() - beganMs, ok);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#turn();
    }, this.#options.intervalMs);
  }
}
