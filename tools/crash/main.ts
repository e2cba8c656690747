/** `npm run crash`: kills the control plane at step boundaries and at random moments, and judges from outside what became of the operations. */
import { parseArgs } from 'node:util';
import { FAILPOINT_NAMES, type FailpointName } from '#telemetry/failpoints';
import { ControlPlane } from './control-plane.js';
import { hasRedis } from './own-redis.js';
import { Provider } from './provider.js';
import { randomKills } from './random-kills.js';
import { SagaWalk } from './saga-walk.js';
import { specialWalks } from './special-walks.js';

const HELP = `usage: npm run crash -- [--rounds N] [--seed S] [--walk] [--queue postgres|redis]
Kills worker, orchestrator and Postgres with SIGKILL in the middle of operations, in a home of its own, and judges by the process table, the
sockets and the simulated controllers that every instance came up exactly once. Exits non-zero at the first violation.
  --rounds N   kills at random moments while ten instances come up (default 100; 0: none)
  --seed S     who is killed when (default: random, printed)
  --walk       also walks every failpoint of every saga three times: the program that reaches it dies, the other one dies, Postgres dies
  --queue Q    where the queue is (default postgres; redis needs redis-server on the path)`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    walk: { type: 'boolean', default: false },
    queue: { type: 'string', default: 'postgres' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const { queue } = values;
const isUsable = Number.isInteger(rounds) && rounds >= 0 && Number.isInteger(seed) && (queue === 'postgres' || queue === 'redis');
if (values.help || !isUsable) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (queue === 'redis' && !hasRedis()) {
  console.error('there is no redis-server on the path: install it (Debian: apt-get install redis-server)');
  process.exit(2);
}

const say = (line: string): void => console.log(line);
async function walkAll(plane: ControlPlane): Promise<void> {
  const walk = new SagaWalk(plane, await Provider.arrive(plane.client, plane.controllers), say);
  const recorded = await walk.record();
  const hit = new Set<FailpointName>(await walk.walk(recorded, { victim: 'program', everySaga: true, chained: false }));
  for (const victim of ['other', 'postgres'] as const) {
    const met = await walk.walk(recorded, { victim, everySaga: true, chained: true });
    say(`${victim}: killed at ${met.size} failpoints in the middle of an operation, in every saga that passes them`);
  }
  const second = await Provider.arrive(plane.client, plane.controllers);
  for (const point of await specialWalks(plane, second)) hit.add(point);
  const missing = FAILPOINT_NAMES.filter((name) => !hit.has(name));
  if (missing.length > 0) throw new Error(`never reached: ${missing.join(', ')}`);
  say(`all ${hit.size} failpoints were hit in the middle of an operation, in every saga that passes them`);
}

const plane = await ControlPlane.open({ queue });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void plane.close().finally(() => process.exit(1)));
let failed = false;
try {
  say(`crash: queue on ${queue}, seed ${seed}, home ${plane.home}`);
  if (values.walk) await walkAll(plane);
  if (rounds > 0) {
    const provider = await Provider.arrive(plane.client, plane.controllers);
    const kills = await randomKills(plane, provider, { rounds, seed, say });
    say(`${kills} kills in the middle, every instance came up exactly once, nothing is left over`);
  }
} catch (error) {
  failed = true;
  console.error(`VIOLATION: ${error instanceof Error ? `${error.message}${String(error.cause ?? '')}` : String(error)}`);
  console.error(`again with: npm run crash -- --rounds ${rounds} --seed ${seed} --queue ${queue}${values.walk ? ' --walk' : ''}`);
} finally {
  await plane.close();
}
process.exit(failed ? 1 : 0);
