/** Which instances may take a request, in the order in which they are tried. Pure. */
import type { Refusal } from '#contracts/errors';
import { slotOf } from '#domain/session-id';
import type { RoutedInstance, RoutedTenant } from './routing-index.js';

/** An instance that runs. */
export type Reachable = RoutedInstance & { readonly endpoint: NonNullable<RoutedInstance['endpoint']> };

export type Wanted =
  { readonly kind: 'login' } | { readonly kind: 'session'; readonly sessionId: number } | { readonly kind: 'any' };

export const RETRY_AFTER_MS = 1000;

export type Choice =
  | { readonly ok: true; readonly instances: readonly [Reachable, ...Reachable[]] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * A session belongs to the instance that owns its slot and is never sent to another, running or not. A log-in may go to any instance
 * that takes log-ins, everything else to any that runs; a number that can be no session's also goes there, to be refused by the gateway,
 * which counts wrong guesses.
 * @param turn grows by one per choice: round robin, so that log-ins spread evenly and the order of trials rotates with them
 */
export function chooseInstances(tenant: RoutedTenant, wanted: Wanted, turn: number): Choice {
  if (wanted.kind === 'session') {
    const slot = slotOf(wanted.sessionId);
    const owner = slot === undefined ? undefined : tenant.bySlot.get(slot);
    if (owner !== undefined)
      return isReachable(owner)
        ? { ok: true, instances: [owner] }
        : none('The instance of this session is not running; the session is kept.');
  }
  const running = tenant.instances.filter(isReachable).filter((instance) => wanted.kind !== 'login' || instance.acceptsLogins);
  const at = running.length === 0 ? 0 : turn % running.length;
  const [first, ...rest] = [...running.slice(at), ...running.slice(0, at)];
  if (first === undefined)
    return none(
      wanted.kind === 'login' ? 'No instance of the tenant takes log-ins now.' : 'No instance of the tenant is running.',
    );
  return { ok: true, instances: [first, ...rest] };
}

export function isReachable(instance: RoutedInstance): instance is Reachable {
  return instance.endpoint !== null;
}

function none(detail: string): Choice {
  return { ok: false, refusal: { code: 'NO_INSTANCE', detail, retryAfterMs: RETRY_AFTER_MS } };
}
