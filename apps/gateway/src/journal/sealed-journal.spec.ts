import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL_FILES } from '#contracts/journal-files';
import { ensureSecretsKey, Sealer, SealError, tenantKeyRing } from '#pki/sealing';
import type { JournalRecord } from '../switchboard/switchboard.port.js';
import { FileJournal } from './file-journal.js';
import { RecordSeal, SealedJournal, type StoredRecord } from './sealed-journal.js';

const CANARIES = ['canary-of-the-secret', 'canary-of-the-one-before', 'canary-in-the-address'];
const handler = (sessionId: number): JournalRecord => ({
  t: 'handler',
  sessionId,
  handler: {
    id: 'hd_1',
    kind: 'webhook',
    url: `https://receiver.example/${CANARIES[2]}`,
    secret: CANARIES[0],
    previous: { secret: CANARIES[1]!, untilMs: 1 },
    proven: true,
    disabled: undefined,
  },
});
const registration: JournalRecord = {
  t: 'data-registration',
  sessionId: 7,
  registration: { deiIds: [2], url: `https://receiver.example/${CANARIES[2]}` },
};
const ended: JournalRecord = { t: 'session-end', id: 5 };

let folder: string;
let seal: RecordSeal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordboard-sealed-'));
  seal = await sealOf('tenant-1');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sealOf = async (tenantId: string): Promise<RecordSeal> => {
  const { ring } = await ensureSecretsKey(join(folder, 'pki'));
  return new RecordSeal(new Sealer(tenantKeyRing(ring, tenantId)), { tenantId, instanceId: 'instance-1' });
};
/** What who has the file finds in it. */
const found = async (): Promise<string[]> => {
  const text = (await readFile(join(folder, JOURNAL_FILES.log))).toString('latin1');
  return CANARIES.filter((canary) => text.includes(canary));
};
const stored = async (): Promise<StoredRecord[]> => {
  const { journal, records } = await FileJournal.open(folder);
  await journal.close();
  return records;
};

describe('S-71 S-72 secrets in the journal', () => {
  it('are found by who has the file when they are not sealed; are not when they are, appended or rewritten; and are given back', async () => {
    const { journal } = await FileJournal.open(folder);
    await journal.append([handler(7)]);
    expect(await found(), 'without the control').toEqual(CANARIES);
    expect((await stored()).map((record) => seal.isStale(record))).toEqual([true]);
    const sealed = new SealedJournal(journal, seal);
    await sealed.rewrite([handler(7), ended]);
    expect(await found()).toEqual([]);
    await sealed.append([handler(8), registration]);
    expect(await found()).toEqual([]);
    await sealed.close();
    const records = await stored();
    expect(records.map((record) => seal.isStale(record))).toEqual([false, false, false, false]);
    expect(records.map((record) => seal.open(record))).toEqual([handler(7), ended, handler(8), registration]);
  });

  it('do not open for another session, and not for another tenant', async () => {
    const record = seal.close(handler(7));
    expect(() => seal.open({ ...record, sessionId: 8 } as StoredRecord)).toThrow(SealError);
    expect(() => seal.open({ ...seal.close(registration), sessionId: 8 } as StoredRecord)).toThrow(SealError);
    const other = await sealOf('tenant-2');
    expect(() => other.open(record)).toThrow(SealError);
  });
});
