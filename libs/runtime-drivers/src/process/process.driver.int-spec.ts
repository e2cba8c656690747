import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRuntimeDriver } from '../conformance/runtime-driver.conformance.js';
import { ProcessDriver } from './process.driver.js';
import { identityOf } from './proc-table.js';

let folder = '';
const program = () => join(folder, 'program.mjs');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-driver-'));
  // runs until told to end; with a configuration named `stubborn` it does not listen
  await writeFile(
    program(),
    `const stubborn = process.argv[3].endsWith('stubborn');
     process.on('SIGTERM', () => { if (!stubborn) process.exit(0); });
     setInterval(() => {}, 1000);`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (config: string) => async (instanceId: string, epochMajor: number) => ({
  instanceId,
  epochMajor,
  configFile: config,
  logDir: join(folder, 'log'),
});

describeRuntimeDriver('process', {
  driver: (installation) => new ProcessDriver({ installation, program: program(), watchIntervalMs: 20 }),
  request: request('/normal'),
  stubbornRequest: request('/stubborn'),
  crash: async (handle) => {
    process.kill(handle['pid'] as number, 'SIGKILL');
  },
});

describe('process driver', () => {
  it('S-70 a process that was given the pid of a dead incarnation is not taken for it', async () => {
    const driver = new ProcessDriver({ installation: `pid-${process.pid}`, program: program() });
    const stranger = (await identityOf(process.pid))!;
    const handle = { driver: 'process', instanceId: 'x', epochMajor: 1, pid: stranger.pid, startTicks: stranger.startTicks - 1 };
    expect(await driver.inspect(handle)).toBe('exited');
    await driver.stop(handle, 0);
    await expect(driver.stop({ ...handle, startTicks: stranger.startTicks }, 0)).rejects.toMatchObject({ code: 'STOP_FAILED' });
    driver.close();
  });

  it('a program that cannot run is told with a typed error', async () => {
    const driver = new ProcessDriver({ installation: 'broken', program: program() });
    await expect(
      driver.start({ instanceId: 'x', epochMajor: 1, configFile: '/normal', logDir: join(program(), 'log') }),
    ).rejects.toMatchObject({ code: 'START_FAILED' });
    driver.close();
  });
});
