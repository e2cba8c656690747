/** Asks until the answer is neither undefined nor false; what `ask` throws counts as not yet. Throws at the deadline, with the last reason. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let reason: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: reason });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
