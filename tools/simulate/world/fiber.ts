/**
 * A program written as a generator: each `yield` is a wait of its process. When the process dies the rest never happens; when it is
 * stopped, the rest happens after it wakes, with the world as it is then: the ways a real worker is late.
 */
import type { Process } from './process.js';

export type Wait =
  | { readonly kind: 'sleep'; readonly ms: number }
  /** Goes on when the given function is called. */
  | { readonly kind: 'until'; readonly begin: (go: () => void) => void }
  /** A call to something outside: arrives, has its effect, and comes back, or does not. */
  | { readonly kind: 'call'; readonly begin: (done: (result: unknown) => void, failed: (error: Error) => void) => void };

export type Fiber<T> = Generator<Wait, T, unknown>;

export function spawn(process: Process, fiber: Fiber<void>, failed: (error: Error) => void): void {
  const step = (advance: () => IteratorResult<Wait, void>): void => {
    let result: IteratorResult<Wait, void>;
    try {
      result = advance();
    } catch (error) {
      return failed(error as Error);
    }
    if (!result.done) wait(result.value);
  };
  const wait = (what: Wait): void => {
    if (what.kind === 'sleep') return process.after(what.ms, () => step(() => fiber.next()));
    let isOver = false;
    const once = (advance: () => IteratorResult<Wait, void>) => {
      if (isOver) return;
      isOver = true;
      process.run(() => step(advance));
    };
    if (what.kind === 'until') return what.begin(() => once(() => fiber.next()));
    what.begin(
      (value) => once(() => fiber.next(value)),
      (error) => once(() => fiber.throw(error)),
    );
  };
  process.after(0, () => step(() => fiber.next()));
}

export function* sleep(ms: number): Fiber<void> {
  yield { kind: 'sleep', ms };
}
