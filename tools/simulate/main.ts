/** `npm run simulate`: many seeds, one seed with its trace, or the power of the test: how many seeds each planted fault takes. */
import { parseArguments } from './options.js';
import { runMany, runPlanted, replay } from './runs.js';

const options = parseArguments(process.argv.slice(2));
if (typeof options === 'string') {
  console.log(options);
  process.exitCode = options.startsWith('usage') ? 0 : 2;
} else {
  const isGood =
    options.planted !== undefined
      ? runPlanted(options.planted, options.seeds, console.log)
      : options.seed !== undefined
        ? replay(options.seed, options.trace, options.plant, console.log)
        : runMany(options.from, options.seeds, console.log);
  process.exitCode = isGood ? 0 : 1;
}
