import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import type { JournalRecord } from '../switchboard/switchboard.port.js';
import { holdEpoch, JournalLockedError, StaleEpochError } from './epoch-lock.js';
import { FileJournal } from './file-journal.js';
import type { StoredRecord } from './sealed-journal.js';

const record = (id: number): JournalRecord => ({
  t: 'session',
  id,
  tokenHash: 'c'.repeat(64),
  applicationId: 'a',
  applicationName: 'crm',
});
const end = (id: number): JournalRecord => ({ t: 'session-end', id });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordboard-journal-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function contentOf(dir: string): Promise<StoredRecord[]> {
  const { journal, records } = await FileJournal.open(dir);
  await journal.close();
  return records;
}

describe('journal', () => {
  it('gives back what was kept, in order; what is queued together costs one sync and is kept together', async () => {
    const { journal, records } = await FileJournal.open(folder);
    expect(records).toEqual([]);
    await Promise.all([1, 2, 3].map((id) => journal.append([record(id)])));
    await journal.append([end(2), record(4)]);
    await journal.close();
    expect(await contentOf(folder)).toEqual([record(1), record(2), record(3), end(2), record(4)]);
    await expect(journal.append([end(1)])).rejects.toThrow('closed');
  });

  it('I1 cut at every byte of the last record: all before it stands, it is whole or absent, and writing goes on', async () => {
    const { journal } = await FileJournal.open(folder);
    await journal.append([record(1), record(2)]);
    const whole = (await stat(join(folder, 'journal.log'))).size;
    await journal.append([record(3)]);
    await journal.close();
    const all = (await stat(join(folder, 'journal.log'))).size;
    for (let length = whole; length <= all; length += 1) {
      const copy = join(folder, 'copy');
      await cp(join(folder, 'journal.log'), join(copy, 'journal.log'));
      await truncate(join(copy, 'journal.log'), length);
      const { journal: next, records, tornBytes } = await FileJournal.open(copy);
      expect(records).toEqual(length === all ? [record(1), record(2), record(3)] : [record(1), record(2)]);
      expect(tornBytes).toBe(length === all ? 0 : length - whole);
      await next.append([record(9)]);
      await next.close();
      expect((await contentOf(copy)).at(-1)).toEqual(record(9));
      await rm(copy, { recursive: true });
    }
  });

  it('a flipped bit in the last record drops it alone; a file that is no journal is refused, not overwritten', async () => {
    const { journal } = await FileJournal.open(folder);
    await journal.append([record(1), record(2)]);
    await journal.close();
    const file = join(folder, 'journal.log');
    const bytes = await readFile(file);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(file, bytes);
    expect(await contentOf(folder)).toEqual([record(1)]);
    await writeFile(file, 'something else altogether');
    await expect(FileJournal.open(folder)).rejects.toThrow('not a journal');
    expect(await readFile(file, 'utf8')).toBe('something else altogether');
  });

  it('a rewrite replaces everything before it, what is queued included, and nothing after it', async () => {
    const { journal } = await FileJournal.open(folder);
    await journal.append([record(1), end(1)]);
    const queued = journal.append([record(2)]);
    const rewritten = journal.rewrite([record(2)]);
    const later = journal.append([record(3)]);
    await Promise.all([queued, rewritten, later]);
    await journal.close();
    expect(await contentOf(folder)).toEqual([record(2), record(3)]);
  });

  it('acknowledges only after the sync, and syncs once for all that is queued meanwhile', async () => {
    const { journal } = await FileJournal.open(folder);
    const inner = journal as unknown as { handle: { datasync(): Promise<void> } };
    const { handle } = inner;
    const syncs: (() => void)[] = [];
    inner.handle = new Proxy(handle, {
      get: (target, name) =>
        name === 'datasync' ? () => new Promise<void>((resolve) => syncs.push(resolve)) : Reflect.get(target, name).bind(target),
    });
    let acknowledged = 0;
    const count = () => (acknowledged += 1);
    const first = journal.append([record(1)]).then(count);
    await eventually(() => syncs.length === 1, { what: 'the first sync' });
    const more = [2, 3, 4].map((id) => journal.append([record(id)]).then(count));
    expect(acknowledged).toBe(0);
    syncs[0]!();
    await first;
    await eventually(() => syncs.length === 2, { what: 'the second sync' });
    expect(acknowledged).toBe(1);
    syncs[1]!();
    await Promise.all(more);
    expect(syncs).toHaveLength(2);
    await journal.close();
  });

  it('a write that fails is said to all who wait for it and after it, until a rewrite has succeeded', async () => {
    const { journal } = await FileJournal.open(folder);
    await journal.append([record(1)]);
    const inner = journal as unknown as { handle: { datasync(): Promise<void> } };
    const { handle } = inner;
    inner.handle = new Proxy(handle, {
      get: (target, name) =>
        name === 'datasync' ? () => Promise.reject(new Error('no space left')) : Reflect.get(target, name).bind(target),
    });
    await expect(journal.append([record(2)])).rejects.toThrow('no space left');
    await expect(journal.append([record(3)])).rejects.toThrow('no space left');
    await journal.rewrite([record(1)]);
    await journal.append([record(4)]);
    await journal.close();
    expect(await contentOf(folder)).toEqual([record(1), record(4)]);
  });

  it('I1 kill -9 of a writing process at random moments loses nothing it had acknowledged', async () => {
    const program = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `import { FileJournal } from './file-journal.js';
          const { journal, records } = await FileJournal.open(process.argv[2]);
          for (let id = records.length + 1; ; id += 1) {
            await journal.append([{ t: 'session-end', id }]);
            process.send(id);
            if (id % 40 === 0) await journal.rewrite(Array.from({ length: id }, (_, index) => ({ t: 'session-end', id: index + 1 })));
          }`,
        resolveDir: import.meta.dirname,
        loader: 'ts',
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['source'],
    });
    let acknowledged = 0;
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const until = acknowledged + 15 + round * 7;
      await new Promise<void>((resolve) => {
        child.on('message', (id) => {
          acknowledged = Math.max(acknowledged, id as number);
          if (acknowledged >= until) child.kill('SIGKILL');
        });
        child.once('close', () => resolve());
      });
      const kept = await contentOf(folder);
      expect(kept.length).toBeGreaterThanOrEqual(acknowledged);
      expect(kept).toEqual(kept.map((_, index) => end(index + 1)));
    }
  });
});

describe('epoch', () => {
  it('I2 grows with every start of one grant, begins anew with a higher one, and never goes back', async () => {
    const epochs: string[] = [];
    for (const major of [2, 2, 2, 5, 5]) {
      const held = await holdEpoch(folder, major);
      epochs.push(`${held.epoch.major}.${held.epoch.minor}`);
      await held.release();
    }
    expect(epochs).toEqual(['2.0', '2.1', '2.2', '5.0', '5.1']);
    await expect(holdEpoch(folder, 4)).rejects.toBeInstanceOf(StaleEpochError);
    const held = await holdEpoch(folder, 5);
    expect(held.epoch).toEqual({ major: 5, minor: 2 });
    await held.release();
  });

  it('one holder at a time, however many ask at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => holdEpoch(folder, 1)));
    const held = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(held).toHaveLength(1);
    for (const result of asked) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(JournalLockedError);
    await held[0]!.release();
    await (await holdEpoch(folder, 1)).release();
  });
});
