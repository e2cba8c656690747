/** For this library's own tests. */
import type { StoreOutcome } from '../outcome.js';

export function mustAccept<T>(outcome: StoreOutcome<T>): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code} ${outcome.refusal.detail}`);
  return outcome.value;
}
