/** The command line of `npm run simulate`. */
export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | undefined;
  readonly trace: boolean;
  /** The planted fault of one replayed seed. */
  readonly plant: string | undefined;
  /** Names of planted faults; empty for all. */
  readonly planted: readonly string[] | undefined;
}

export const USAGE = `usage: npm run simulate -- [options]
  --seeds N          so many seeds (default 2000; with --planted: at most so many per fault, default 2000)
  --from S           the first of them (default 1)
  --seed S           only this one; prints what was violated
  --trace            with --seed: everything that happened
  --plant NAME       with --seed: with this fault planted
  --planted [NAME…]  plants faults, all or the named ones, and prints how many seeds each took to be found
  --help`;

const DEFAULTS: SimulateOptions = { seeds: 2000, from: 1, seed: undefined, trace: false, plant: undefined, planted: undefined };

/** The options, or what to print instead: the usage, or what is wrong. */
export function parseArguments(words: readonly string[]): SimulateOptions | string {
  let options = DEFAULTS;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const next = words[at + 1];
    if (word === '--help' || word === '-h') return USAGE;
    if (word === '--trace') options = { ...options, trace: true };
    else if (word === '--planted') {
      const rest = words.slice(at + 1);
      const end = rest.findIndex((one) => one.startsWith('--'));
      const names = end === -1 ? rest : rest.slice(0, end);
      options = { ...options, planted: names };
      at += names.length;
    } else if (word === '--plant' && next !== undefined) {
      options = { ...options, plant: next };
      at += 1;
    } else if ((word === '--seeds' || word === '--from' || word === '--seed') && next !== undefined) {
      const number = Number(next);
      if (!Number.isSafeInteger(number) || number < 0) return `${word} takes a whole number, not ${next}`;
      options = { ...options, [word.slice(2)]: number };
      at += 1;
    } else return `${word} is not an option, or lacks its value; see --help`;
  }
  return options;
}
