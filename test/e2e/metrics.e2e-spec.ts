/** The figures of the control plane, as Prometheus reads them from the running system. */
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { METRICS } from '#telemetry/metrics';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile } from './system.js';

const urlOf = (program: 'orchestrator' | 'worker'): string => runFile().metrics![program];
async function read(program: 'orchestrator' | 'worker', key = runFile().control.adminKey) {
  const answer = await request(urlOf(program), { headers: { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, text: await answer.body.text() };
}
const valueOf = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length));
};

describe('figures of the control plane', () => {
  it('orchestrator and worker tell every figure of the catalogue that is theirs, and nothing of whom they are about (S-06)', async () => {
    const { slug, companyName } = runFile().tenant;
    for (const program of ['orchestrator', 'worker'] as const) {
      const { text } = await eventually(async () => ((await read(program)).status === 200 ? read(program) : undefined), {
        what: `the figures of the ${program}`,
      });
      for (const [name, metric] of Object.entries(METRICS)) {
        // there where something is not finished only
        if (/^cordboard_operation(s_open|_oldest)/.test(name)) continue;
        expect(text.includes(`# TYPE ${name} `), name).toBe(metric.program === program);
      }
      for (const word of [slug, companyName]) expect(text.includes(`"${word}"`), word).toBe(false);
    }
  });

  it('R-ORC-02 show the instances by state, and an operation while it is open', async () => {
    const { slug, instances } = runFile().tenant;
    const running = async () => valueOf((await read('orchestrator')).text, 'cordboard_instances{state="running"}');
    await eventually(async () => ((await running()) ?? 0) >= 1, { what: 'the running instance' });
    const open = async () => {
      const { text } = await read('orchestrator');
      return ['pending', 'running'].some((state) => (valueOf(text, `cordboard_operations_open{state="${state}"}`) ?? 0) > 0);
    };
    const { id } = await adminClient().restartInstance(slug, instances[0]!.id);
    await eventually(open, { what: 'the open operation', deadlineMs: 10_000 });
    await eventually(async () => (await adminClient().getOperation(id)).state === 'succeeded', {
      what: 'its end',
      deadlineMs: 60_000,
    });
    await eventually(async () => (valueOf((await read('worker')).text, 'cordboard_instances_heard') ?? 0) >= 1, {
      what: 'the instance to be heard',
      deadlineMs: 20_000,
    });
  });

  it('are told to who has the key alone', async () => {
    for (const program of ['orchestrator', 'worker'] as const) {
      expect((await read(program, 'wrong')).status).toBe(401);
      const elsewhere = await request(new URL('/', urlOf(program)), {
        headers: { authorization: `Bearer ${runFile().control.adminKey}` },
      });
      expect(elsewhere.statusCode).toBe(404);
      await elsewhere.body.dump();
    }
  });
});
