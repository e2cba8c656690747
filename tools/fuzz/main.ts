/** `npm run fuzz`: bad input for each face, as many cases as asked. */
import { stopOnSignals } from '#telemetry/lifecycle';
import { reportLines } from './cases.js';
import { casesOf, openFace, type FaceName } from './faces.js';
import { parseArguments, type FuzzOptions } from './options.js';
import { runCases } from './run-cases.js';

const PROGRESS_EVERY_MS = 5000;
/** What is open has a store or processes of its own, which an interrupted run takes away too. */
let close: () => Promise<void> = async () => undefined;
let isInterrupted = false;

/** True when nothing was found. */
async function fuzz(name: FaceName, { cases: asked, seed, from }: FuzzOptions): Promise<boolean> {
  const cases = casesOf(name, asked);
  const face = await openFace[name]();
  let closing: Promise<void> | undefined;
  close = () => (closing ??= face.close());
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
  } catch (error) {
    // what is closed under it fails
    if (isInterrupted) return false;
    throw error;
  } finally {
    await close();
  }
}

const options = parseArguments(process.argv.slice(2), Math.floor(Date.now() / 1000) % 1_000_000);
if (typeof options === 'string') {
  console.log(options);
  process.exitCode = options.startsWith('usage') ? 0 : 2;
} else {
  console.log(`seed ${options.seed}, ${options.cases} cases for each of: ${options.transports.join(', ')}`);
  stopOnSignals(() => {
    isInterrupted = true;
    return close();
  });
  let clean = true;
  for (const name of options.transports) if (!isInterrupted) clean = (await fuzz(name, options)) && clean;
  process.exitCode = clean ? 0 : 1;
}
