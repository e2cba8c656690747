/** `npm run fuzz`: bad input for each face, as many cases as asked. */
import { reportLines } from './cases.js';
import { casesOf, openFace, type FaceName } from './faces.js';
import { parseArguments, type FuzzOptions } from './options.js';
import { runCases } from './run-cases.js';

const PROGRESS_EVERY_MS = 5000;

/** True when nothing was found. */
async function fuzz(name: FaceName, { cases: asked, seed, from }: FuzzOptions): Promise<boolean> {
  const cases = casesOf(name, asked);
  const face = await openFace[name]();
  let toldAt = performance.now();
  const onProgress = (done: number) => {
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = performance.now();
    console.log(`  ${name}: ${done} of ${cases}`);
  };
  try {
    const report = await runCases(face, { seed, cases, from, onProgress });
    for (const line of reportLines(report)) console.log(line);
    return report.findings.length === 0;
  } finally {
    await face.close();
  }
}

const options = parseArguments(process.argv.slice(2), Math.floor(Date.now() / 1000) % 1_000_000);
if (typeof options === 'string') {
  console.log(options);
  process.exitCode = options.startsWith('usage') ? 0 : 2;
} else {
  console.log(`seed ${options.seed}, ${options.cases} cases for each of: ${options.transports.join(', ')}`);
  let clean = true;
  for (const name of options.transports) clean = (await fuzz(name, options)) && clean;
  process.exitCode = clean ? 0 : 1;
}
