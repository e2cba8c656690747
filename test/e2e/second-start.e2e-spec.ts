import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFileSchema, type RunFile } from '#contracts/run-file';
import { eventually } from '#testkit/eventually';
import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { startSystem, stopSystem } from './global-system.js';

const runFileOf = (home: string): RunFile => RunFileSchema.parse(JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')));

it('design 7: a second start has all state: tenant, keys, ports, the instance, and the sessions that were open', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cordboard-second-start-'));
  let system = await startSystem(home);
  try {
    const first = runFileOf(home);
    const { tenant } = first;
    const ca = readFileSync(first.edge.caFile, 'utf8');
    const dispatcher = new Agent({ connect: { ca } });
    const ask = async (run: RunFile, path: string, token: string | undefined, body: object) => {
      const answer = await request(`${run.edge.https.replace(/\/$/, '')}/t/${tenant.slug}${path}`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
      });
      return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
    };
    const { name, applicationPassword, localPassword } = tenant.application;
    const credentials = { companyName: tenant.companyName, applicationName: name, applicationPassword, localPassword };
    const { sessionId, token } = (await ask(first, '/v1/sessions', undefined, credentials)).body as {
      sessionId: number;
      token: string;
    };

    expect(await stopSystem(system.launcher)).toBe(0);
    system = await startSystem(home);
    const second = runFileOf(home);
    expect(second.control).toEqual(first.control);
    expect(second.tenant).toEqual({
      ...first.tenant,
      instances: first.tenant.instances.map((i) => ({ ...i, pid: expect.any(Number) as number })),
    });
    expect(second.tenant.instances[0]!.pid).not.toBe(first.tenant.instances[0]!.pid);
    const alive = await eventually(async () => {
      const answer = await ask(second, `/v1/sessions/${sessionId}/keepalive`, token, {});
      return answer.status === 503 ? undefined : answer;
    });
    expect(alive).toMatchObject({ status: 200 });
    await dispatcher.close();
  } finally {
    await stopSystem(system.launcher);
    rmSync(home, { recursive: true, force: true });
  }
});
