/** Waiting in tests: on a condition with a deadline, never for a time. */
export interface Patience {
  /** Default 10,000. */
  readonly deadlineMs?: number;
  /** Default 25. */
  readonly intervalMs?: number;
  /** What is waited for, for the message of the failure. */
  readonly what?: string;
}

/**
 * Calls `attempt` until it neither throws nor answers `false` or `undefined`, and returns its answer.
 * At the deadline it throws, with the last failure as cause.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  patience: Patience = {},
): Promise<Exclude<T, false | undefined>> {
  const { deadlineMs = 10_000, intervalMs = 25, what = 'the condition' } = patience;
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await attempt();
      if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`${what} did not come true within ${deadlineMs} ms${why}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
