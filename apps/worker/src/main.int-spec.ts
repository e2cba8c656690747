import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleGateway } from '../../../tools/bundle-gateway.mjs';
import { openBench, type WorkerBench } from './testing/bench.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');

describe('the worker as a process', () => {
  let bench: WorkerBench;
  let gatewayDir: string;
  let programDir: string;
  let program: string;
  let settingsFile: string;

  beforeAll(async () => {
    gatewayDir = await mkdtemp(join(tmpdir(), 'cordboard-gateway-'));
    bench = await openBench(await bundleGateway(join(gatewayDir, 'gateway.mjs')));
    // Below the root, so that packages are found.
    await mkdir(join(root, 'dist'), { recursive: true });
    programDir = await mkdtemp(join(root, 'dist', '.worker-test-'));
    program = join(programDir, 'main.mjs');
    await build({
      absWorkingDir: root,
      entryPoints: [join(here, 'main.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['source'],
      packages: 'external',
      logLevel: 'warning',
    });
    settingsFile = join(bench.settings.home, 'worker.json');
    await writeFile(settingsFile, JSON.stringify({ ...bench.settings, logLevel: 'warn' }), { mode: 0o600 });
  });
  afterAll(async () => {
    await bench.close();
    await rm(gatewayDir, { recursive: true, force: true });
    await rm(programDir, { recursive: true, force: true });
  });

  const run = (...words: string[]) =>
    fork(program, [...words, '--settings', settingsFile], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ready = async (child: ChildProcess) => {
    const [message] = (await once(child, 'message')) as [unknown];
    expect(message).toMatchObject({ type: 'ready' });
    return child;
  };
  const exit = async (child: ChildProcess) => ((await once(child, 'exit')) as [number | null])[0];

  it('leaves instances running at SIGTERM, ends them when told to, and with stop-instances', async () => {
    const tenant = await bench.addTenant();
    const first = await ready(run());
    const { id, operation } = await bench.addInstance(tenant);
    expect(await bench.ended(operation, 30_000)).toMatchObject({ state: 'succeeded' });
    first.kill('SIGTERM');
    expect(await exit(first)).toBe(0);
    expect(await bench.alive(id)).toHaveLength(1);

    const second = await ready(run());
    second.send({ type: 'shutdown', instances: 'stop' });
    expect(await exit(second)).toBe(0);
    expect(await bench.alive(id)).toEqual([]);
    expect(await bench.status(id)).toMatchObject({ state: 'stopped', epochMajor: 1 });

    const third = await ready(run());
    await bench.state(id, 'running');
    third.kill('SIGKILL');
    await exit(third);
    expect(await bench.alive(id)).toHaveLength(1);
    expect(await exit(run('stop-instances'))).toBe(0);
    expect(await bench.alive(id)).toEqual([]);
  });
});
