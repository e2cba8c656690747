import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is true; what `ask` throws counts as not yet. Throws at the deadline, with the last reason. */
export async function until(what: string, deadlineMs: number, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let reason: unknown;
    try {
      if (await ask()) return;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs / 1000} s: ${what}`, { cause: reason });
    await delay(25);
  }
}
