/** Baseline and subject in turns, A B A B: what the machine does meanwhile meets both alike. */
export interface Turns<T> {
  readonly baseline: T[];
  readonly subject: T[];
}

/** The one that begins changes with each round. */
export async function inTurns<T>(rounds: number, baseline: () => Promise<T>, subject: () => Promise<T>): Promise<Turns<T>> {
  const turns: Turns<T> = { baseline: [], subject: [] };
  const one = async (name: keyof Turns<T>, measure: () => Promise<T>) => void turns[name].push(await measure());
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) await one('baseline', baseline);
    await one('subject', subject);
    if (round % 2 === 1) await one('baseline', baseline);
  }
  return turns;
}
