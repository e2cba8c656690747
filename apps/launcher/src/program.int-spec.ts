import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { Program, type ProgramOptions } from './program.js';

const never = () => new AbortController().signal;
const SERVES = `process.on('SIGTERM', () => process.exit(0)); process.once('disconnect', () => process.exit(0)); setInterval(() => {}, 1000); process.send({ type: 'ready' });`;

describe('a program under the launcher', () => {
  let dir: string;
  let said: string[];
  const programs: Program[] = [];
  const program = (source: string, more: Partial<ProgramOptions> = {}) => {
    const script = join(dir, 'program.mjs');
    writeFileSync(script, source);
    const made = new Program({
      name: 'sample',
      script,
      args: [],
      logFile: join(dir, 'logs', 'sample.log'),
      say: (line) => said.push(line),
      ...more,
    });
    programs.push(made);
    return made;
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cordboard-program-'));
    said = [];
  });
  afterEach(async () => {
    const hurry = AbortSignal.abort();
    for (const started of programs.splice(0)) await started.stop(hurry);
    rmSync(dir, { recursive: true, force: true });
  });

  it('is ready when it says so, writes its log privately, and ends cleanly when asked', async () => {
    const sample = program(`console.log('hello'); ${SERVES}`);
    await sample.start(never());
    await eventually(() => readFileSync(join(dir, 'logs', 'sample.log'), 'utf8').includes('hello'));
    const pid = sample.pid ?? 0;
    expect(await sample.stop(never())).toBe(true);
    expect(existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '').toBe(false);
    expect(await sample.stop(never())).toBe(false);
  });

  it('that ends before it is ready tells its last error and its log in one line', async () => {
    const sample = program(`console.log(JSON.stringify({ level: 'error', msg: 'the port is taken' })); process.exit(3);`);
    await expect(sample.start(never())).rejects.toThrow(/^sample does not start: the port is taken \(see .*sample\.log\)$/);
    const thrower = program(`throw new TypeError('no such thing');`);
    await expect(thrower.start(never())).rejects.toThrow(/does not start: TypeError: no such thing/);
  });

  it('that dies is started again after a pause, and that is said; the pid changes are told', async () => {
    let changes = 0;
    const sample = program(SERVES, { onChange: () => (changes += 1) });
    await sample.start(never());
    const first = sample.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually(() => sample.pid !== undefined && sample.pid !== first && said.some((line) => line.includes('runs again')));
    expect(said[0]).toBe('sample has ended (SIGKILL); it is started again in 0.5 s');
    expect(changes).toBe(3);
    await sample.stop(never());
  });

  it('that does not heed is killed in a hurry, and a stop during the pause before a restart keeps it down', async () => {
    const deaf = program(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.send({ type: 'ready' });`);
    await deaf.start(never());
    const hurry = new AbortController();
    const stopped = deaf.stop(hurry.signal);
    hurry.abort();
    expect(await stopped).toBe(false);

    const sample = program(SERVES);
    await sample.start(never());
    process.kill(sample.pid ?? 0, 'SIGKILL');
    await eventually(() => said.some((line) => line.includes('has ended')));
    await sample.stop(never());
    expect(sample.pid).toBeUndefined();
  });

  it('whose start is given up is stopped like any other', async () => {
    const silent = program(`process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`);
    const giveUp = new AbortController();
    const started = silent.start(giveUp.signal);
    giveUp.abort();
    await expect(started).rejects.toThrow();
    await silent.stop(never());
    await eventually(() => !existsSync(`/proc/${silent.pid}/exe`));
  });

  it('gets nothing of our environment but what the system needs', async () => {
    const sample = program(`console.log(JSON.stringify(Object.keys(process.env))); ${SERVES}`);
    await sample.start(never());
    const names = await eventually(
      () => JSON.parse(readFileSync(join(dir, 'logs', 'sample.log'), 'utf8').split('\n')[0] ?? '') as string[],
    );
    expect(
      names.filter(
        (name) =>
          !['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(
            name,
          ),
      ),
    ).toEqual([]);
  });
});
