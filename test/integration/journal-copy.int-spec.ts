/** Design 7: the copy of a journal, from the instance's file to the rows of the store and back, whatever happens on the way. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL_FILES, JOURNAL_PIECE_BYTES_MAX } from '#contracts/journal-files';
import { INSTANCE_LIMITS } from '#domain/limits';
import * as clusters from '#persistence/clusters';
import { openDatabase, type Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import * as journalCopies from '#persistence/journal-copies';
import { migrate } from '#persistence/migrate';
import type { StoreOutcome } from '#persistence/outcome';
import * as tenants from '#persistence/tenants';
import { createTestDatabase, type TestDatabase } from '#testkit/postgres';
import { FileJournal } from '../../apps/gateway/src/journal/file-journal.js';
import { JournalCopy, restoredJournal } from '../../apps/gateway/src/journal/journal-copy.js';
import { lastAliveMs } from '../../apps/gateway/src/journal/life-sign.js';
import { restoreJournal } from '../../apps/worker/src/instance-files/journal-restore.js';

const SEED = 20_261_125;
const RUNS = 8;

const must = <T>(outcome: StoreOutcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.value;
};

let test: TestDatabase;
let database: Database;
let tenantId: string;
let folder: string;
beforeAll(async () => {
  test = await createTestDatabase();
  await migrate(test);
  database = await openDatabase({ url: test.appUrl, poolMax: 4 });
  tenantId = must(await database.asPlatform((tx) => tenants.insert(tx, { slug: 'acme', companyName: 'Acme' }))).id;
});
afterAll(async () => {
  await database.close();
  await test.drop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordboard-copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function newInstance(): Promise<string> {
  const clusterId = must(await database.withTenant(tenantId, (tx) => clusters.insert(tx, { name: randomUUID() }))).id;
  const spec = { clusterId, name: randomUUID(), limits: INSTANCE_LIMITS, desiredState: 'running' } as const;
  return must(await database.withTenant(tenantId, (tx) => instances.insert(tx, spec))).id;
}

/** An instance's journal through its incarnations, and what a worker does with it, one piece at a time. */
class Trial {
  private minor = -1;
  private journal!: FileJournal;
  private source!: JournalCopy;
  private lastId = 0;
  held: journalCopies.OpenedJournalCopy | undefined;

  private constructor(
    readonly instanceId: string,
    readonly dir: string,
  ) {}

  static async begin(dir: string): Promise<Trial> {
    const trial = new Trial(await newInstance(), dir);
    await trial.restart();
    return trial;
  }

  async restart(): Promise<void> {
    await this.journal?.close();
    this.minor += 1;
    this.journal = (await FileJournal.open(this.dir)).journal;
    const { instanceId, journal } = this;
    this.source = new JournalCopy({ instanceId, journal, epoch: { major: 1, minor: this.minor }, restored: null });
  }

  write = (count: number) =>
    this.journal.append(Array.from({ length: count }, () => ({ t: 'session-end', id: (this.lastId += 1) })));
  rewrite = () => this.journal.rewrite([{ t: 'session-end', id: (this.lastId += 1) }]);
  end = () => this.journal.close();
  fileBytes = () => readFile(join(this.dir, JOURNAL_FILES.log));
  state = () => this.source.state;

  open = async () => {
    this.held = await database.asPlatform((tx) => journalCopies.open(tx, this.instanceId));
  };

  /** True when it was the last one. `fate`: what becomes of the answer that the piece was kept. */
  async copyOne(fate: 'told' | 'lost' | 'twice' = 'told'): Promise<boolean> {
    if (this.held === undefined) await this.open();
    const { token } = this.held!;
    const place = journalCopies.placeOf(this.held!);
    const piece = await this.source.piece(place === null ? undefined : { generation: place.generation, fromByte: place.bytes });
    const content = Buffer.from(piece.base64, 'base64');
    expect(content.length).toBeLessThanOrEqual(JOURNAL_PIECE_BYTES_MAX);
    const isLast = piece.fromByte + content.length === piece.sizeBytes;
    const fresh = { generation: piece.generation, bytes: piece.fromByte, content, isLast, takenAt: new Date() };
    const append = () => database.asPlatform((tx) => journalCopies.append(tx, this.instanceId, token, fresh));
    const held = await append();
    expect(held, 'the piece fits').toBeDefined();
    if (fate === 'twice' && content.length > 0) expect(await append(), 'the same again').toBeUndefined();
    this.held = fate === 'lost' ? undefined : held;
    if (isLast) expect(Buffer.compare(await this.copyBytes(), await this.fileBytes())).toBe(0);
    return isLast;
  }

  async copyBytes(): Promise<Buffer> {
    return database.asPlatform(async (tx) => {
      const parts: Uint8Array[] = [];
      for await (const bytes of journalCopies.read(tx, (await journalCopies.find(tx, this.instanceId))!)) parts.push(bytes);
      return Buffer.concat(parts);
    });
  }

  async copyAll(): Promise<void> {
    while (!(await this.copyOne()));
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), count: fc.constantFrom(1, 30, 8000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('rewrite' as const, 'restart' as const, 'another worker' as const) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('copy' as const), fate: fc.constantFrom('told', 'lost', 'twice') }) },
  ),
  { maxLength: 25 },
);

describe('the copy of a journal at the control plane', () => {
  it('R-ORC-06 over any interleaving of writes, rewrites, restarts, lost answers and absences it ends equal, byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const dir = await mkdtemp(join(folder, 'run-'));
        const trial = await Trial.begin(dir);
        for (const step of script) {
          if (step.do === 'write') await trial.write(step.count);
          else if (step.do === 'copy') await trial.copyOne(step.fate as 'told');
          else if (step.do === 'another worker') await trial.open();
          else await trial[step.do]();
        }
        await trial.copyAll();
        // the question after the last piece tells the instance
        await trial.copyOne();
        const { sizeBytes, copiedBytes } = trial.state();
        expect(copiedBytes).toBe(sizeBytes);
        await trial.end();
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('R-ORC-05 a writer that was paused while another took over changes nothing, nor does an older generation', async () => {
    const trial = await Trial.begin(folder);
    await trial.write(5);
    await trial.copyAll();
    const paused = trial.held!;
    await trial.open();
    await trial.write(1);
    await trial.copyAll();
    const before = await trial.copyBytes();
    const { whole } = trial.held!;
    const append = (token: bigint, generation: readonly [number, number, number], bytes: number) =>
      database.asPlatform((tx) =>
        journalCopies.append(tx, trial.instanceId, token, {
          ...{ generation, bytes },
          content: Buffer.from('from the past'),
          isLast: true,
          takenAt: new Date(),
        }),
      );
    expect(await append(paused.token, whole!.generation, whole!.bytes)).toBeUndefined();
    expect(await append(paused.token, [9, 0, 0], 0)).toBeUndefined();
    expect(await append(trial.held!.token, [0, 9, 9], 0)).toBeUndefined();
    expect(await append(trial.held!.token, whole!.generation, whole!.bytes - 1)).toBeUndefined();
    expect(await append(trial.held!.token, whole!.generation, whole!.bytes + 1)).toBeUndefined();
    expect(await trial.copyBytes()).toEqual(before);
    await trial.end();
  });

  it('R-RES-05 a folder that is gone is restored from what is whole, with since when something may be missing; one that is there is left alone', async () => {
    const trial = await Trial.begin(folder);
    await trial.write(8_000);
    await trial.copyAll();
    const whole = await trial.fileBytes();
    const { completeAt } = trial.held!.whole!;
    await trial.restart();
    await trial.write(1);
    expect(await trial.copyOne(), 'the next generation is only half there').toBe(false);
    await trial.end();

    const restore = () => restoreJournal(database, trial.instanceId, folder);
    expect(await restore()).toBe('present');
    await rm(folder, { recursive: true });
    const restored = { completeAt: completeAt.toISOString() };
    expect(await restore()).toEqual(restored);
    expect(Buffer.compare(await trial.fileBytes(), whole)).toBe(0);
    expect(await restoredJournal(folder)).toEqual(restored);
    expect(Math.round(lastAliveMs(folder)!)).toBe(completeAt.getTime());
    expect((await stat(join(folder, JOURNAL_FILES.log))).mode & 0o777).toBe(0o600);
    expect((await FileJournal.open(folder)).records).toHaveLength(8_000);
    const other = await newInstance();
    await rm(folder, { recursive: true });
    expect(await restoreJournal(database, other, folder)).toBe('no copy');
  });

  it('S-02 a tenant sees copies of its own instances only; a deleted instance leaves none', async () => {
    const trial = await Trial.begin(folder);
    await trial.copyAll();
    const other = must(await database.asPlatform((tx) => tenants.insert(tx, { slug: 'other', companyName: 'Other' })));
    const seenBy = (id: string) => database.withTenant(id, (tx) => journalCopies.find(tx, trial.instanceId));
    expect(await seenBy(other.id)).toBeUndefined();
    expect(await database.withTenant(other.id, (tx) => journalCopies.open(tx, trial.instanceId))).toBeUndefined();
    expect(await seenBy(tenantId)).toBeDefined();
    must(await database.asPlatform((tx) => instances.update(tx, trial.instanceId, undefined, { desiredState: 'deleted' })));
    expect(await database.asPlatform((tx) => instances.remove(tx, trial.instanceId))).toBe(true);
    expect(await database.asPlatform((tx) => journalCopies.find(tx, trial.instanceId))).toBeUndefined();
    await trial.end();
  });
});
