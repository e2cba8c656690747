import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const lockModule = join(import.meta.dirname, 'folder-lock.mjs');

describe('the lock of a clone', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cordboard-folder-lock-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** A process that holds the lock while it runs `work`. */
  const run = (work: string) =>
    new Promise<number | null>((done) => {
      const script = join(dir, 'holder.mjs');
      const source = `import { withLock } from ${JSON.stringify(lockModule)};
        import { appendFileSync, writeFileSync, rmSync } from 'node:fs';
        withLock(${JSON.stringify(join(dir, 'lock'))}, () => { ${work} });`;
      writeFileSync(script, source);
      spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] }).once('exit', done);
    });
  const left = () => readdirSync(dir).filter((name) => name.startsWith('lock'));

  it('lets one in at a time, and leaves nothing', async () => {
    const inside = JSON.stringify(join(dir, 'inside'));
    // `wx` fails when another process is inside at the same time.
    const work = `writeFileSync(${inside}, '', { flag: 'wx' }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); rmSync(${inside}); appendFileSync(${JSON.stringify(join(dir, 'done'))}, '.');`;
    const codes = await Promise.all(Array.from({ length: 5 }, () => run(work)));
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    expect(readFileSync(join(dir, 'done'), 'utf8')).toBe('.....');
    expect(left()).toEqual([]);
  });

  it('of a process that is gone is taken over; one that ends the process inside leaves nothing', async () => {
    writeFileSync(join(dir, 'lock'), `${process.pid} 1`);
    expect(await run(`process.exit(7);`)).toBe(7);
    expect(left()).toEqual([]);
  });
});
