import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { isAlive, takeLock } from './home-lock.js';

describe('the lock of a home', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cordboard-lock-'));
    file = join(dir, 'lock');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is taken once; the second asker learns who has it; after the release it is free and nothing is left', () => {
    const lock = takeLock(file);
    if (!('release' in lock)) throw new Error('not taken');
    const holder = takeLock(file);
    expect(holder).toMatchObject({ pid: process.pid });
    expect('release' in holder ? false : isAlive(holder)).toBe(true);
    lock.release();
    lock.release();
    expect(readdirSync(dir)).toEqual([]);
    const again = takeLock(file);
    expect('release' in again).toBe(true);
  });

  it('of a dead process is taken over', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await eventually(() => child.pid !== undefined);
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const holder = { pid: child.pid ?? 0, started: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
    writeFileSync(file, JSON.stringify(holder));
    expect(takeLock(file)).toEqual(holder);
    child.kill('SIGKILL');
    await eventually(() => child.signalCode !== null);
    expect('release' in takeLock(file)).toBe(true);
    expect(readdirSync(dir)).toEqual(['lock']);
  });

  it('of a pid that is used again by another process, or with no sense in it, is taken over', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: '1' }));
    const lock = takeLock(file);
    if (!('release' in lock)) throw new Error('not taken over');
    lock.release();
    writeFileSync(file, '{"pid":');
    expect('release' in takeLock(file)).toBe(true);
  });

  it('a release leaves the lock of a successor alone', () => {
    const lock = takeLock(file);
    writeFileSync(file, JSON.stringify({ pid: 1, started: 'another' }));
    if ('release' in lock) lock.release();
    expect(readFileSync(file, 'utf8')).toContain('another');
  });
});
