/** `npm run bench [-- name ...]`: measures, prints each figure beside its goal and baseline, and adds the run to the history with `--record`. */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '#config/environment';
import { judge, lineOf, type Figure, type Judged } from './figure.js';
import { events } from './scenarios/events.bench.js';
import { instance } from './scenarios/instance.bench.js';
import { operations } from './scenarios/operations.bench.js';
import { system } from './scenarios/system.bench.js';

const SCENARIOS: Readonly<Record<string, () => Promise<Figure[]>>> = { instance, operations, events, system };

const words = process.argv.slice(2);
const record = words.includes('--record');
const json = words.includes('--json');
const wanted = words.filter((word) => !word.startsWith('--'));
if (words.includes('--help') || wanted.some((name) => !(name in SCENARIOS))) {
  console.log(`usage: npm run bench [-- ${Object.keys(SCENARIOS).join(' | ')} ...] [--json] [--record]
Each figure stands beside the baseline measured in the same run and its goal; absolute times of a busy machine mean little.
  --json    one JSON document instead of lines
  --record  adds the figures to bench/history.jsonl`);
  process.exit(words.includes('--help') ? 0 : 2);
}

const judged: Judged[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!json) console.log(`\n${name}`);
  for (const figure of await scenario()) {
    judged.push(judge(figure));
    if (!json) console.log(`  ${lineOf(judged.at(-1)!)}`);
  }
}
const run = {
  at: new Date().toISOString(),
  commit: commitOf(readEnvironment().cloneRoot),
  node: process.version,
  cores: cpus().length,
  figures: judged.map(({ name, value, unit, ratio, goal, met }) => ({ name, value, unit, ratio, bound: goal?.bound, met })),
};
if (json) console.log(JSON.stringify(run, null, 2));
else
  console.log(
    `\n${judged.filter((figure) => figure.met === true).length} goals met, ${judged.filter((figure) => figure.met === false).length} not met`,
  );
if (record) appendFileSync(join(readEnvironment().cloneRoot, 'bench', 'history.jsonl'), `${JSON.stringify(run)}\n`);

function commitOf(cwd: string): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
