/**
 * Who of those that wait for room at a controller is next (R-LIM-13, ADR 0099): applications take turns, and so do the sessions of each; of one
 * session the oldest ask. Pure.
 */
export interface Waiting {
  readonly owner: string;
  readonly sessionId: number;
}

/** How often whom a turn was given, since somebody has been waiting: by application, and by session. */
export interface Turns {
  readonly owners: ReadonlyMap<string, number>;
  readonly sessions: ReadonlyMap<number, number>;
}

/** @param asks oldest first */
export function nextInTurn<A extends Waiting>(asks: readonly A[], { owners, sessions }: Turns): A | undefined {
  const owner = least(asks, (ask) => owners.get(ask.owner) ?? 0)?.owner;
  return least(
    asks.filter((ask) => ask.owner === owner),
    (ask) => sessions.get(ask.sessionId) ?? 0,
  );
}

/**
 * Whose newest ask gives way when no more may wait and this application asks: of the one with the most, where that has at least two more than
 * this one would have; undefined: of nobody.
 */
export function givesWay<A extends Waiting>(asks: readonly A[], owner: string): A | undefined {
  const counts = new Map<string, number>();
  for (const ask of asks) counts.set(ask.owner, (counts.get(ask.owner) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  if (most < (counts.get(owner) ?? 0) + 2) return undefined;
  return asks.findLast((ask) => counts.get(ask.owner) === most);
}

/** The first of those with the smallest figure. */
function least<A>(asks: readonly A[], figure: (ask: A) => number): A | undefined {
  let best: A | undefined;
  for (const ask of asks) if (best === undefined || figure(ask) < figure(best)) best = ask;
  return best;
}
