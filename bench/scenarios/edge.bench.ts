/** The edge: one cheap operation of an instance through the router and through a bare reverse proxy (R-plain), plain HTTP in front of both. */
import { spawnSync } from 'node:child_process';
import { Agent, request } from 'undici';
import { median, type Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { CREDENTIALS, openRig } from '../rig.js';
import { inTurns } from '../rounds.js';

const ROUNDS = 5;
const WARM_UP = 2000;
const REQUESTS = 4000;
const CONCURRENCY = 16;

const hasNginx = (): boolean => spawnSync('nginx', ['-v'], { stdio: 'ignore' }).status === 0;

async function ask(dispatcher: Agent, url: string, headers: Record<string, string>, body?: object): Promise<string> {
  const answer = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} was answered ${answer.statusCode}: ${text}`);
  return text;
}

export async function edge(): Promise<Figure[]> {
  const rig = await openRig({ phones: 2 });
  const dispatcher = new Agent({ connections: CONCURRENCY, pipelining: 1 });
  try {
    const gateway = await rig.gateway();
    const router = await rig.router(gateway);
    const plain = await rig.plainProxy(gateway);
    const session = JSON.parse(await ask(dispatcher, `${router.base}/v1/sessions`, {}, CREDENTIALS)) as {
      sessionId: number;
      token: string;
    };
    const headers = { authorization: `Bearer ${session.token}` };
    const work = async (base: string, count: number): Promise<void> => {
      let left = count;
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async () => {
          while (left-- > 0) await ask(dispatcher, `${base}/v1/sessions/${session.sessionId}/keepalive`, headers);
        }),
      );
    };
    const measure = (base: string, pid: number) => async () => {
      const cpu = cpuSecondsOf(pid);
      await work(base, REQUESTS);
      return REQUESTS / (cpuSecondsOf(pid) - cpu);
    };
    for (const { base } of [router, plain]) await work(base, WARM_UP);
    const { baseline, subject } = await inTurns(ROUNDS, measure(plain.base, plain.pid), measure(router.base, router.pid));
    return [
      {
        name: 'edge: requests per CPU-second of the router',
        value: median(subject),
        unit: '/CPU-s',
        baseline: { name: 'R-plain', value: median(baseline) },
        remark: `all rules on; the goal of 0.5 x nginx (R4) is not measured here: ${hasNginx() ? 'no scenario for it' : 'nginx is not installed'}`,
      },
    ];
  } finally {
    await dispatcher.close();
    await rig.close();
  }
}
