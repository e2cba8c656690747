/** `npm run bench [-- name ...]`: measures, prints each figure beside its goal and baseline, and adds the run to the history with `--record`. */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '#config/environment';
import { judge, lineOf, type Figure, type Judged } from './figure.js';
import { edge } from './scenarios/edge.bench.js';
import { events } from './scenarios/events.bench.js';
import { failover } from './scenarios/failover.bench.js';
import { instance } from './scenarios/instance.bench.js';
import { capacity } from './scenarios/capacity.bench.js';
import { latency } from './scenarios/latency.bench.js';
import { monitors } from './scenarios/monitors.bench.js';
import { operations } from './scenarios/operations.bench.js';
import { webhook, websocket } from './scenarios/pushes.bench.js';
import { system } from './scenarios/system.bench.js';

const SCENARIOS: Readonly<Record<string, (size: { readonly full: boolean }) => Promise<Figure[]>>> = {
  instance,
  operations,
  events,
  websocket,
  webhook,
  latency,
  monitors,
  edge,
  system,
  failover,
  capacity,
};
const USAGE = `usage: npm run bench [-- ${Object.keys(SCENARIOS).join(' | ')} ...] [--full] [--json] [--record]
Each figure stands beside the baseline measured in the same run and its goal; absolute times of a busy machine mean little.
  instance    start and idle memory of an incarnation, beside a plain node process (R5)
  operations  an operation over REST and over SOAP without the router, beside the least a gateway can be (R1)
  events      events to long-polling sessions, beside the same (R2)
  websocket   events by WebSocket, beside the same (R1)
  webhook     events by webhook, beside a plain loop of POSTs (R3)
  latency     an event from the controller's write to a WebSocket, at 175, 2,000 and 10,000 a second (R1)
  monitors    monitors set, against the pace and beside R1
  edge        requests through the router, beside a bare reverse proxy in node
  system      npm start cold and warm, restart of an instance, an operation through the router
  failover    from kill -9 of an instance until all its monitors stand again, beside the floor that pacing sets
  capacity    a full instance: 50,000 monitors that applications set at 100 controllers, 1,500 sessions with sockets; beside the floor that pacing sets
Without names all of them, about eight minutes.
  --full    failover with 50,000 monitors in three shapes (about 20 minutes) instead of a scaled-down set
  --json    one JSON document instead of lines
  --record  adds the run as one line to bench/history.jsonl`;

function argumentsOrUsage() {
  try {
    const options = {
      json: { type: 'boolean' },
      record: { type: 'boolean' },
      full: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help !== true && positionals.every((name) => name in SCENARIOS)) return { ...values, wanted: positionals };
    console.log(USAGE);
    return process.exit(values.help === true ? 0 : 2);
  } catch {
    console.error(USAGE);
    return process.exit(2);
  }
}
const { json = false, record = false, full = false, wanted } = argumentsOrUsage();

const judged: Judged[] = [];
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!json) console.log(`\n${name}`);
  for (const figure of await scenario({ full })) {
    judged.push(judge(figure));
    if (!json) console.log(`  ${lineOf(judged.at(-1)!)}`);
  }
}
const run = {
  at: new Date().toISOString(),
  commit: commitOf(readEnvironment().cloneRoot),
  node: process.version,
  cores: cpus().length,
  figures: judged.map(({ name, value, unit, baseline, ratio, goal, met }) => ({
    name,
    value: rounded(value),
    unit,
    ...(baseline === undefined ? {} : { baseline: baseline.name, ratio: rounded(ratio!) }),
    ...(goal === undefined ? {} : { goal: `${goal.at === 'most' ? '<=' : '>='} ${goal.bound}`, met }),
  })),
};
if (json) console.log(JSON.stringify(run, null, 2));
else
  console.log(
    `\n${judged.filter((figure) => figure.met === true).length} goals met, ${judged.filter((figure) => figure.met === false).length} not met`,
  );
if (record) appendFileSync(join(readEnvironment().cloneRoot, 'bench', 'history.jsonl'), `${JSON.stringify(run)}\n`);

/** Three digits that mean something. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The commit, with `+` where files differ from it: such a figure is not the commit's. */
function commitOf(cwd: string): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty=+'], { cwd, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
