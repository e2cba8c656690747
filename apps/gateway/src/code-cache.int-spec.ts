/** The loader that `tools/bundle-gateway.mjs` puts before the program in the one bundled file, with small programs in the gateway's place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { joined, loadedAtStart, readLoader } from '../../../tools/bundle-gateway.mjs';

let dir: string;
let loader: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cordboard-loader-'));
  loader = await readLoader();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const caches = (): string[] => readdirSync(dir).filter((name) => name.endsWith('.cache'));
/** Says a word and how it was loaded, and stays until its standard input ends. */
const program = (word: string) =>
  writeFileSync(
    join(dir, 'program.mjs'),
    joined(loader, {
      later: `exports.word = () => { require('node:fs').writeSync(1, 'later '); return '*/'; }`,
      program: `/* comments and */ const cache = '*/*' === '*' + '/*' && globalThis[Symbol.for('cordboard.code-cache')];
require('node:fs').writeSync(1, '${word} ' + cache + ' ' + process.argv[2] + '\\n');
process.stdin.resume().on('end', () => process.exit(0));
process.stdin.on('data', () => require('node:fs').writeSync(1, require('cordboard:later/word') + '\\n'));`,
    }),
    'latin1',
  );

async function run(until: () => boolean = () => true, wantsLater = false): Promise<string> {
  const child = spawn(process.execPath, [join(dir, 'program.mjs'), 'argument'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const lines = (count: number) =>
    eventually(() => Promise.resolve(said.split('\n').length > count), { deadlineMs: 30_000, what: `line ${count}` });
  await lines(1);
  if (wantsLater) {
    child.stdin.write('later?');
    await lines(2);
  }
  await eventually(() => Promise.resolve(until()), { deadlineMs: 30_000, what: 'what the program was to wait for' });
  child.stdin.end();
  await ended;
  return said.trim();
}

it('the first start writes the code cache, the next ones use it', async () => {
  program('one');
  expect(await run(() => caches().length === 1)).toBe('one made argument');
  expect(await run()).toBe('one used argument');
  expect(caches()).toHaveLength(1);
});

it('another program of the same length, a torn cache and one V8 does not take: compiled and written anew, never run', async () => {
  program('one');
  await run(() => caches().length === 1);
  const file = join(dir, caches()[0]!);
  const before = readFileSync(file);
  program('two');
  expect(await run(() => !readFileSync(file).equals(before))).toBe('two made argument');
  expect(await run()).toBe('two used argument');
  const torn = readFileSync(file).subarray(0, 200);
  writeFileSync(file, torn);
  expect(await run(() => readFileSync(file).length > 200)).toBe('two made argument');
  expect(await run()).toBe('two used argument');
});

it('what is loaded later is neither compiled nor kept before it is wanted, and has a cache of its own', async () => {
  program('one');
  await run(() => caches().length === 1);
  expect(caches()).toEqual([expect.stringContaining('.program.')]);
  expect(await run(() => caches().length === 2, true)).toBe('one used argument\nlater */');
  expect(caches()).toContainEqual(expect.stringContaining('.later.'));
  expect(await run(undefined, true)).toBe('one used argument\nlater */');
});

it('a package that is to be loaded later is found on a way of plain imports, not behind import()', () => {
  const imports = (...of: readonly (readonly [path: string, kind: string])[]) => ({
    imports: of.map(([path, kind]) => ({ path, kind })),
  });
  const inputs = (kind: string) => ({
    'main.ts': imports(['a.ts', 'import-statement'], ['b.ts', 'import-statement']),
    'a.ts': imports(['b.ts', 'import-statement'], ['node_modules/large/index.js', kind]),
    'b.ts': imports(['a.ts', 'import-statement']),
    'node_modules/large/index.js': imports(),
  });
  expect(loadedAtStart(inputs('import-statement'), 'main.ts', ['large'])).toBe('main.ts > a.ts > node_modules/large/index.js');
  expect(loadedAtStart(inputs('dynamic-import'), 'main.ts', ['large'])).toBeUndefined();
});
