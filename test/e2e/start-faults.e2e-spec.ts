import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '#config/environment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFile, systemHome } from './system.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-faults-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The end of `npm start` with these words: exit code and what it printed to each stream. */
async function start(home: string, words: readonly string[] = []) {
  const options = { cwd: root, env: childEnvironment({ CORDBOARD_HOME: home }), timeout: 60_000 };
  try {
    const { stdout, stderr } = await run(process.execPath, [join(root, 'tools/start.mjs'), ...words], options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
const lines = (text: string) => text.trim().split('\n');

describe('npm start when it cannot', () => {
  it('in a folder where it runs already: says so with the first one’s addresses and ends well', async () => {
    const joined = await start(systemHome());
    expect(joined.code).toBe(0);
    expect(joined.stdout).toContain(runFile().control.base);
    expect(joined.stdout).toContain(runFile().edge.https.replace(/\/$/, ''));
  });

  it('a port asked for and taken: one line that names it', async () => {
    const taken = new URL(runFile().control.base).port;
    const ended = await start(join(folder, 'taken'), ['--control-port', taken]);
    expect(ended.code).toBe(1);
    expect(lines(ended.stderr)).toHaveLength(1);
    expect(ended.stderr).toContain(taken);
  });

  it('a flag it does not know, a port that is none, a home that is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const [home, words] of [
      ['x', ['--what']],
      ['x', ['--control-port', '99999']],
      ['file', []],
    ] as const) {
      const ended = await start(join(folder, home), words);
      expect(ended.code).toBe(1);
      expect(lines(ended.stderr)).toHaveLength(1);
    }
  });

  it('no permission to write its home: one line that says what to do', async () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    // root may write nearly everywhere, but not there
    const ended = await start(process.getuid?.() === 0 ? '/sys/cordboard-home' : join(folder, 'locked', 'home'));
    expect(ended.code).toBe(1);
    expect(lines(ended.stderr)).toHaveLength(1);
    expect(ended.stderr).toMatch(/permi.*choose another/);
  });

  it('a full disk: one line that says so', async (context) => {
    const home = join(folder, 'full');
    mkdirSync(home);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=755', 'tmpfs', home]);
    } catch {
      return context.skip('a small file system cannot be mounted here (not root)');
    }
    try {
      const ended = await start(home);
      expect(ended.code).toBe(1);
      expect(lines(ended.stderr)).toHaveLength(1);
      expect(ended.stderr).toMatch(/disk is full/);
    } finally {
      await run('umount', ['-l', home]);
    }
  });
});
