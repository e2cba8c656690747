import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAILPOINT_NAMES, FAILPOINTS } from './failpoints.js';

const root = resolve(import.meta.dirname, '../../..');
const POINT = 'worker.job.received';

describe('failpoints', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cordboard-failpoints-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A process that passes the point and then says so. */
  const pass = (settings: object | undefined) => {
    const library = pathToFileURL(join(root, 'dist/libs/telemetry/src/failpoints.js')).href;
    const armed = settings === undefined ? 'undefined' : JSON.stringify(settings);
    const program = `import('${library}').then(({ armFailpoints, failpoint }) => {
      armFailpoints(${armed}); failpoint('${POINT}'); console.log('passed'); });`;
    return spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  };

  it('C5 one that is armed ends the process there, once', () => {
    writeFileSync(join(folder, POINT), 'kill');
    expect(pass({ folder })).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    expect(pass({ folder })).toMatchObject({ status: 0, stdout: 'passed\n' });
    expect(readFileSync(join(folder, 'passed'), 'utf8')).toBe(`${POINT}\n${POINT}\n`);
  });

  it('without the setting nothing arms one', () => {
    writeFileSync(join(folder, POINT), 'kill');
    expect(pass(undefined)).toMatchObject({ status: 0, stdout: 'passed\n' });
    expect(readdirSync(folder)).toEqual([POINT]);
  });

  it('docs/design/failpoints.md lists exactly those there are', () => {
    const page = readFileSync(join(root, 'docs/design/failpoints.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z.-]+)` +\| (.*?) *\|$/gm)].map(([, name, what]) => [name, what]);
    expect(rows).toEqual(FAILPOINT_NAMES.map((name) => [name, FAILPOINTS[name]]));
  });
});
