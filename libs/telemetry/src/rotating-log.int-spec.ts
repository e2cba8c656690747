import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { LOG_FILE_BYTES_MAX, LOG_FILES_MAX, LOG_LINE_BYTES_MAX, logFile, parseLogLine } from './log-files.js';
import { createLogger } from './logger.js';
import { readLog } from './log-reader.js';
import type { LoggedNumbers } from './number-redaction.js';
import { RotatingLog } from './rotating-log.js';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'cordboard-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record = (msg: string, level = 'info') => JSON.stringify({ level, time: new Date(0).toISOString(), msg });
const linesOf = (age: number): string[] => readFileSync(logFile(dir, age), 'utf8').trimEnd().split('\n');
/** All records that are kept, oldest first. */
const kept = () =>
  readdirSync(dir)
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
    .map((line) => parseLogLine(line)!)
    .sort((a, b) => a.n - b.n);

describe('log files', () => {
  it('R-LOG-01 ten files of 1 MB, never one more and never one byte more, and nothing is lost when they change', async () => {
    const log = new RotatingLog({ dir });
    const text = 'x'.repeat(900);
    for (let round = 0; round < 24; round += 1) {
      for (let at = 0; at < 500; at += 1) log.write(record(`${round * 500 + at} ${text}`));
      await eventually(() => kept().at(-1)?.n === (round + 1) * 500);
      for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(LOG_FILE_BYTES_MAX);
    }
    await log.end();
    // the numbers of the requirement, not of the program
    expect([LOG_FILES_MAX, LOG_FILE_BYTES_MAX]).toEqual([10, 1_000_000]);
    expect(readdirSync(dir)).toHaveLength(10);
    const records = kept();
    expect(records.at(-1)?.n).toBe(12_000);
    expect(log.dropped).toBe(0);
    // what is kept has no hole: everything up to the newest
    records.forEach(({ n, msg }, at) => {
      expect(n).toBe(records[0]!.n + at);
      expect(msg.startsWith(`${n - 1} `)).toBe(true);
    });
    for (let age = 1; age < LOG_FILES_MAX; age += 1)
      expect(statSync(logFile(dir, age)).size, 'full before it changed').toBeGreaterThan(LOG_FILE_BYTES_MAX - 1100);
  });

  it('R-LOG-01 the exact byte fits, one more begins the next file', async () => {
    const size = Buffer.byteLength(`{"n":1,"time":"1970-01-01T00:00:00.000Z","level":"INFO","msg":""}\n`);
    const fill = async (length: number) => {
      const log = new RotatingLog({ dir, fileBytesMax: 2 * size + 20, filesMax: 3 });
      log.write(record('a'.repeat(10)));
      log.write(record('b'.repeat(length)));
      await log.end();
      const names = readdirSync(dir).sort();
      rmSync(dir, { recursive: true });
      return names;
    };
    expect(await fill(10)).toEqual(['instance.log']);
    expect(await fill(11)).toEqual(['instance.1.log', 'instance.log']);
  });

  it('R-LOG-01 levels are INFO, WARN and ERR, one line per record, also after a restart and after a torn line', async () => {
    const log = new RotatingLog({ dir });
    for (const level of ['info', 'warn', 'error', 'fatal', 'debug']) log.write(record('one', level));
    await log.end();
    log.write(record('after the end'));
    expect(kept().map(({ level }) => level)).toEqual(['INFO', 'WARN', 'ERR', 'ERR', 'INFO']);
    appendFileSync(logFile(dir, 0), '{"n":6,"time":"19');
    const next = new RotatingLog({ dir });
    next.write(record('two'));
    await next.end();
    expect(linesOf(0)).toHaveLength(6);
    expect(kept().map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('S-74 no text can make a second line or steer a terminal, and a huge one is cut', async () => {
    const log = new RotatingLog({ dir });
    const logger = createLogger('gateway', { destination: log });
    const evil = 'a\r\n{"level":"ERR"}\u001b[31m\u0000\u007f\u009b31m\u2028\u202e';
    logger.info({ evil, [evil]: 1, list: [evil] }, evil);
    logger.warn({ big: 'y'.repeat(100_000) }, evil);
    await log.end();
    const text = readFileSync(logFile(dir, 0), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    expect(kept()[0]).toMatchObject({ level: 'INFO', msg: evil, facts: { evil } });
    expect(linesOf(0)[1]!.length).toBeLessThan(LOG_LINE_BYTES_MAX);
  });

  it.each<[LoggedNumbers, RegExp[]]>([
    ['full', []],
    ['last-four', [/6135550123|5551234567|1001|98765/]],
    ['none', [/0123|4567|1001|8765/]],
  ])('S-74 numbers are logged by policy, %s: canaries in every field', async (policy, forbidden) => {
    const log = new RotatingLog({ dir });
    const logger = createLogger('gateway', { destination: log, numbers: () => policy });
    logger.info(
      { number: '+16135550123', dialled: '916135550123', primeDn: '1001', nested: { callingNumber: '5551234567' } },
      'call',
    );
    logger.warn(
      { err: new Error('cannot dial +16135550123'), path: '/v1/sessions/1/controllers/1/phones/1001' },
      'to 5551234567 failed',
    );
    logger.error({ accountCode: '98765', list: ['613-555-0123'], digits: 5551234567, sessionToken: '98765' }, 'x');
    await log.end();
    const text = readFileSync(logFile(dir, 0), 'utf8').replace(/"(n|time|pid)":("[^"]*"|\d+)/g, '');
    for (const pattern of forbidden) expect(text).not.toMatch(pattern);
    expect(text, 'a secret whatever the policy').not.toContain('98765');
    if (policy === 'full') expect(text).toContain('+16135550123');
    if (policy === 'last-four') expect(text).toContain('…0123');
    expect(text).toContain('"program":"gateway"');
  });

  it('C13 a full disk costs log lines, never the program; how many is said when there is room again', async () => {
    // the kernel itself refuses: files of the child may have 8 kB, until the bound is lifted from outside
    const script = join(dir, 'child.mts');
    const logs = join(dir, 'logs');
    writeFileSync(
      script,
      `import { RotatingLog } from ${JSON.stringify(new URL('./rotating-log.ts', import.meta.url).pathname)};
process.on('SIGXFSZ', () => {});
const log = new RotatingLog({ dir: ${JSON.stringify(logs)} });
let at = 0;
setInterval(() => { at += 1; log.write(JSON.stringify({ level: 'info', time: new Date().toISOString(), msg: at + ' ' + 'x'.repeat(200) })); process.stdout.write(log.dropped + '\\n'); }, 2);`,
    );
    const tsx = join(dir, 'child.mjs');
    const { build } = await import('esbuild');
    await build({ entryPoints: [script], outfile: tsx, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    const child = spawn('/bin/sh', ['-c', 'ulimit -S -f 16; exec "$0" "$1"', process.execPath, tsx], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let dropped = 0;
    child.stdout.on('data', (chunk: Buffer) => void (dropped = Number(chunk.toString().trim().split('\n').at(-1))));
    try {
      await eventually(() => dropped > 20, { deadlineMs: 20_000 });
      expect(child.exitCode).toBeNull();
      await promisify(execFile)('prlimit', ['--fsize=unlimited', '--pid', String(child.pid)]);
      await eventually(() => /"msg":"\d+ log lines could not be written"/.test(readFileSync(logFile(logs, 0), 'utf8')), {
        deadlineMs: 20_000,
      });
      const page = await readLog(logs, { level: 'WARN', limit: 10 });
      expect(page.records[0]!.facts['lines']).toBeGreaterThan(20);
      const all = await readLog(logs, { level: 'INFO', limit: 500 });
      for (const { msg } of all.records) expect(msg).toMatch(/^\d+ (x{200}|log lines could not be written)$/);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});

describe('a folder that cannot be written', () => {
  it('R-LOG-01 stops nobody: lines are dropped until it can', async () => {
    writeFileSync(join(dir, 'taken'), '');
    const log = new RotatingLog({ dir: join(dir, 'taken') });
    log.write(record('one'));
    rmSync(join(dir, 'taken'));
    await eventually(() => readdirSync(join(dir, 'taken')).length === 1);
    await log.end();
    expect(parseLogLine(readFileSync(logFile(join(dir, 'taken'), 0), 'utf8'))).toMatchObject({ n: 1, msg: 'one' });
  });
});

describe('reading', () => {
  it('R-LOG-01 goes on after the last record, by level, in pages, over changes of files, and says what is not kept any more', async () => {
    const log = new RotatingLog({ dir, fileBytesMax: 2000, filesMax: 3 });
    for (let at = 1; at <= 100; at += 1) log.write(record(`entry ${at}`, at % 10 === 0 ? 'warn' : 'info'));
    await log.end();
    const newest = await readLog(dir, { level: 'INFO', limit: 5 });
    expect(newest.records.map(({ n }) => n)).toEqual([96, 97, 98, 99, 100]);
    expect(newest).toMatchObject({ last: 100, missing: 0 });
    expect((await readLog(dir, { level: 'WARN', limit: 3 })).records.map(({ n }) => n)).toEqual([80, 90, 100]);
    const page = await readLog(dir, { level: 'INFO', limit: 2, after: 90 });
    expect(page).toMatchObject({ last: 92, missing: 0 });
    expect(await readLog(dir, { level: 'ERR', limit: 5, after: 92 })).toEqual({ records: [], last: 100, missing: 0 });
    const all = await readLog(dir, { level: 'INFO', limit: 500, after: 0 });
    expect(all.missing).toBeGreaterThan(0);
    expect(all.missing + all.records.length).toBe(100);
    expect(await readLog(join(dir, 'nobody'), { level: 'INFO', limit: 5, after: 7 })).toEqual({
      records: [],
      last: 7,
      missing: 0,
    });
  });
});
