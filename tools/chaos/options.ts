import { PARTS, type Part } from './away.js';

export const HELP = `npm run chaos -- [--minutes N] [--seed S]
    Plays seeded random faults against the system that runs in CORDBOARD_HOME, under load of its own, and judges what came of it.
npm run chaos -- --away orchestrator|worker|postgres|all [--seconds N]
    Takes that part of the control plane away (SIGSTOP) for that long (60 s) under load.
npm run chaos -- --everything [--rounds N]
    Starts a system of its own in a folder of its own and kills all of it at once with -9 under load, N times (10), and starts it again.

  --minutes N   how long faults are played, 0.1 to 1440 (2)
  --seed S      the same seed plays the same faults (by the clock)
  --help        this

Exit code: 0 every invariant holds, 1 one is violated, 2 it could not be run.
`;

export type ChaosOptions =
  | { readonly mode: 'help' }
  | { readonly mode: 'play'; readonly minutes: number; readonly seed: number }
  | { readonly mode: 'away'; readonly parts: readonly Part[]; readonly seconds: number }
  | { readonly mode: 'everything'; readonly rounds: number };

/** Throws a sentence for people. */
export function parseOptions(words: readonly string[], nowMs: number): ChaosOptions {
  const given = new Map<string, string>();
  const flags = new Set(['--help', '--everything']);
  const valued = new Set(['--minutes', '--seed', '--away', '--seconds', '--rounds']);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (flags.has(word)) given.set(word, '');
    else if (valued.has(word)) given.set(word, words[(index += 1)] ?? '');
    else throw new Error(`${word} is not known; see --help`);
  }
  const number = (name: string, least: number, most: number, otherwise: number) => {
    const text = given.get(name);
    const value = text === undefined ? otherwise : text === '' ? NaN : Number(text);
    if (!(value >= least && value <= most)) throw new Error(`${name} takes a number from ${least} to ${most}`);
    return value;
  };
  if (given.has('--help')) return { mode: 'help' };
  if (given.has('--everything')) return { mode: 'everything', rounds: Math.floor(number('--rounds', 1, 1000, 10)) };
  const away = given.get('--away');
  if (away !== undefined) {
    const parts = away === 'all' ? PARTS : PARTS.filter((part) => part === away);
    if (parts.length === 0) throw new Error(`--away takes ${PARTS.join(', ')} or all`);
    return { mode: 'away', parts, seconds: number('--seconds', 1, 86_400, 60) };
  }
  const seed = Math.floor(number('--seed', 0, 2 ** 32 - 1, nowMs % 2 ** 32));
  return { mode: 'play', minutes: number('--minutes', 0.1, 1440, 2), seed };
}
