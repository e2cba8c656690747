/** The command line of `npm run fuzz`. */
import { FACE_NAMES, type FaceName } from './faces.js';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** The first case; with `only` the one. */
  readonly from: number;
  readonly transports: readonly FaceName[];
}

export const USAGE = `usage: npm run fuzz -- [options]
Sends generated bad input to each face of the gateway, to the control API and to admin interfaces, each case wrong in one known way, and judges every answer: a typed error, nothing
changed, nothing leaked, nobody disturbed. Prints seed, how many cases got how far, and what bad input took beside right requests.
  --cases N          so many for each transport (default 100000); of websocket-tls a fiftieth
  --seed S           another one makes other cases (default: by the clock; printed)
  --transport T      only this one, may be repeated: ${FACE_NAMES.join(', ')}
  --only I           with --seed and --transport: only case I, as a finding names it
  --help
Exit: 0 nothing found, 1 something found, 2 wrong arguments.`;

/** The options, or what to print instead: the usage, or what is wrong. `seed` is the one where none is given. */
export function parseArguments(words: readonly string[], seed: number): FuzzOptions | string {
  let options: FuzzOptions = { cases: 100_000, seed, from: 0, transports: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const next = words[at + 1];
    if (word === '--help' || word === '-h') return USAGE;
    if (next === undefined || !['--cases', '--seed', '--only', '--transport'].includes(word))
      return `${word} is not an option, or lacks its value; see --help`;
    at += 1;
    if (word === '--transport') {
      const name = FACE_NAMES.find((one) => one === next);
      if (name === undefined) return `there is no transport ${next}: ${FACE_NAMES.join(', ')}`;
      options = { ...options, transports: [...options.transports, name] };
      continue;
    }
    if (!/^\d{1,10}$/.test(next)) return `${word} takes a whole number, not ${next}`;
    const number = Number(next);
    if (word === '--cases' && number === 0) return '--cases takes a number above 0';
    options =
      word === '--only'
        ? { ...options, from: number, cases: 1 }
        : { ...options, [word === '--cases' ? 'cases' : 'seed']: number };
  }
  return options.transports.length === 0 ? { ...options, transports: FACE_NAMES } : options;
}
