const ATTEMPTS_MAX = 4;

/**
 * Transactions Postgres wants run again: serialisation failure, deadlock, and a unique value that a concurrent transaction took between
 * our check and our write: the next run sees it and refuses with a type instead of an error.
 */
const RETRIABLE: ReadonlySet<string> = new Set(['40001', '40P01', '23505']);

export async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (number >= ATTEMPTS_MAX || !RETRIABLE.has(sqlStateOf(error) ?? '')) throw error;
    }
  }
}

function sqlStateOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    if ('driverError' in current && current.driverError instanceof Error && 'code' in current.driverError)
      return String(current.driverError.code);
  }
  return undefined;
}
