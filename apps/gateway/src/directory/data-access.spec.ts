/** The operations of the data access service over a directory in memory and controllers that take what is written to them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { DataOperationName, OperationRequest, Tuple } from '#contracts/application-api';
import { ChangePushes } from '../handlers/change-pushes.js';
import { Receivers } from '../handlers/receivers.js';
import type { Outcome } from '../northbound-port.js';
import { NOTICES_MAX } from './change-notices.js';
import { NOTHING_APPROVED } from '../switchboard/events/handler-url.rules.js';
import { DataAccess } from './data-access.js';
import type { DirectoryWriter } from './directory.port.js';
import { ENTITIES } from './entities.js';
import { MemoryDirectory } from './memory-directory.js';

const PHONES = 2;
const sessionId = 7;
const phone = (objectId: number | '', dn: string, name = ''): Tuple => ({
  fields: [String(objectId), '1', dn, name, 'VOICE_SET_PRIME', '', '127.0.0.1', ''],
});

const policy = () => NOTHING_APPROVED;
/** Sending itself is tested with receivers (soap-handlers.int-spec.ts). */
const sender = new ChangePushes({
  receivers: new Receivers({ policy }),
  policy,
  isLive: () => true,
  onGivenUp: () => {},
});

/** Controllers that take everything, until told otherwise. */
class Controllers implements DirectoryWriter {
  readonly written: Parameters<DirectoryWriter['write']>[0][] = [];
  refuse = false;
  hold: Promise<void> = Promise.resolve();
  private last = 900;

  async write(change: Parameters<DirectoryWriter['write']>[0]): Promise<Outcome<{ objectId: number }>> {
    this.written.push(change);
    await this.hold;
    if (this.refuse) return { ok: false, refusal: { code: 'CONTROLLER_TIMEOUT', detail: 'no answer' } };
    this.last += 1;
    return { ok: true, value: { objectId: change.before?.objectId ?? this.last } };
  }
}

let directory: MemoryDirectory;
let controllers: Controllers;
let live: Set<number>;
let access: DataAccess;
beforeEach(() => {
  directory = new MemoryDirectory();
  controllers = new Controllers();
  live = new Set([sessionId]);
  access = new DataAccess(directory, controllers, (id) => live.has(id), sender);
  for (const [id, dn, name] of [
    [12, '2002', 'Bob'],
    [11, '2001', 'Ann'],
    [13, '2003', 'Cid'],
  ] as const)
    directory.put(PHONES, { objectId: id, values: phone(id, dn, name).fields });
});

const ask = <N extends DataOperationName>(name: N, request: Omit<OperationRequest<N>, 'sessionId'>) =>
  access.execute(name, { sessionId, ...request } as unknown as OperationRequest<N>);
async function numbers(answer: Promise<Outcome<{ tuples: Tuple[] }>>): Promise<(string | undefined)[]> {
  const outcome = await answer;
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.value.tuples.map(({ fields }) => fields[2]);
}
const code = async (answer: Promise<Outcome<unknown>>) => {
  const outcome = await answer;
  return outcome.ok ? 'ok' : outcome.refusal.code;
};

describe('R-DAS-01 reading', () => {
  it('tells what entities there are: controllers, phones, users, hot desk users, agents, line appearances, groups', async () => {
    const answer = await ask('getDeiMetaData', {});
    const described = answer.ok ? answer.value.deiDescriptors : [];
    expect(described.map(({ entity }) => entity)).toEqual(ENTITIES.map(({ name }) => name));
    for (const { fields, numberOfFields, keyFields, dnFieldId } of described) {
      expect(fields.length).toBe(numberOfFields);
      expect(keyFields.every((at) => fields[at]?.fieldIsKey === true)).toBe(true);
      expect(dnFieldId).toBeLessThan(numberOfFields);
    }
    expect(await ask('getDataSchema', { entity: 'phones' })).toEqual({ ok: true, value: described[1] });
    expect(await code(ask('getDataSchema', { entity: 'telexes' }))).toBe('NOT_FOUND');
  });

  it('getAllTuples, getFirstTuple and getNextTuple walk an entity in order', async () => {
    expect(await numbers(ask('getAllTuples', { deiId: PHONES }))).toEqual(['2001', '2002', '2003']);
    expect(await numbers(ask('getFirstTuple', { deiId: PHONES }))).toEqual(['2001']);
    expect(await numbers(ask('getNextTuple', { deiId: PHONES, currentTuple: phone(11, '2001') }))).toEqual(['2002']);
    expect(await numbers(ask('getNextTuple', { deiId: PHONES, currentTuple: phone(13, '2003') }))).toEqual([]);
    expect(await code(ask('getNextTuple', { deiId: PHONES, currentTuple: phone('', '2001') }))).toBe('INVALID_ARGUMENT');
    expect(await code(ask('getAllTuples', { deiId: 99 }))).toBe('NOT_FOUND');
  });

  it('R-DAS-03 searchFirstNTuples and searchNextNTuples give what fits every condition, so many at once', async () => {
    const searchPredicates = [
      { fieldId: 3, searchOperator: 'SO_GREATER_EQUAL', value: 'B', caseInsensitive: false },
      { fieldId: 2, searchOperator: 'SO_STARTS_WITH', value: '200', caseInsensitive: false },
    ] as const;
    const searchCondition = { searchPredicates: [...searchPredicates] };
    expect(await numbers(ask('searchFirstNTuples', { deiId: PHONES, n: 1, searchCondition }))).toEqual(['2002']);
    const currentTuple = phone(12, '2002');
    expect(await numbers(ask('searchNextNTuples', { deiId: PHONES, n: 5, searchCondition, currentTuple }))).toEqual(['2003']);
    expect(await numbers(ask('searchFirstNTuples', { deiId: PHONES, n: 2 }))).toEqual(['2001', '2002']);
  });

  it('R-DAS-02 readData pages through 45,000 phones, each once and in order, while another reads and one is written', async () => {
    const many = Array.from({ length: 45_000 }, (_, at) => ({ objectId: at + 1, values: phone(at + 1, String(at + 1)).fields }));
    directory.replace(PHONES, 1, many);
    const read = async () => {
      const seen: unknown[] = [];
      for (let after: string | undefined; ;) {
        const answer = await ask('readData', { entity: 'phones', limit: 500, ...(after === undefined ? {} : { after }) });
        if (!answer.ok) throw new Error(answer.refusal.detail);
        seen.push(...answer.value.records.map(({ objectId }) => objectId));
        if (answer.value.after === null) return seen;
        ({ after } = answer.value);
        if (seen.length === 1000) directory.put(PHONES, { objectId: 50, values: phone(50, '50', 'renamed').fields });
      }
    };
    const order = many.map(({ objectId }) => objectId);
    expect(await Promise.all([read(), read()])).toEqual([order, order]);
  });

  it('R-DAS-02 a read of everything lets others through between pieces', async () => {
    directory.replace(
      PHONES,
      1,
      Array.from({ length: 20_000 }, (_, at) => ({ objectId: at + 1, values: phone(at + 1, String(at + 1)).fields })),
    );
    const order: string[] = [];
    const all = ask('getAllTuples', { deiId: PHONES }).then((answer) => {
      order.push('all');
      return answer;
    });
    await ask('getFirstTuple', { deiId: PHONES });
    order.push('first');
    expect(await numbers(all)).toHaveLength(20_000);
    expect(order).toEqual(['first', 'all']);
  });

  it('readData filters, tells numbers as numbers, and refuses a cursor or a filter it cannot read', async () => {
    expect(await ask('readData', { entity: 'phones', filter: 'name eq~ ANN', limit: 10 })).toMatchObject({
      ok: true,
      value: { records: [{ objectId: 11, icpId: 1, dn: '2001', name: 'Ann' }], after: null },
    });
    expect(await code(ask('readData', { entity: 'phones', filter: 'name is x', limit: 10 }))).toBe('INVALID_ARGUMENT');
    expect(await code(ask('readData', { entity: 'phones', after: '1.5', limit: 10 }))).toBe('EVENT_CURSOR_INVALID');
    expect(await code(ask('readData', { entity: 'fax', limit: 10 }))).toBe('NOT_FOUND');
  });
});

describe('R-DAS-03 writing', () => {
  const insert = (newTuple: Tuple, distributionOnly = false) => ask('insertTuple', { deiId: PHONES, newTuple, distributionOnly });
  const update = (oldTuple: Tuple, newTuple: Tuple) =>
    ask('updateTuple', { deiId: PHONES, oldTuple, newTuple, distributionOnly: false });
  const remove = (tuple: Tuple) => ask('deleteTuple', { deiId: PHONES, tuple, distributionOnly: false });

  it('insertTuple writes to the controller, answers the id it gave, and can be read', async () => {
    const answer = await insert(phone('', '2009', 'New'));
    expect(answer).toMatchObject({
      ok: true,
      value: { retTuple: { fields: ['901', '1', '2009', 'New', expect.any(String), '', '127.0.0.1', ''] } },
    });
    expect(controllers.written).toMatchObject([{ deiId: PHONES, icpId: 1, before: undefined }]);
    expect(await numbers(ask('getAllTuples', { deiId: PHONES }))).toContain('2009');
    expect(await code(insert(phone('', '2009', 'Again')))).toBe('ALREADY_EXISTS');
  });

  it('updateTuple changes what still is as given, else refuses (optimistic lock)', async () => {
    const [ann, anna] = [phone(11, '2001', 'Ann'), phone(11, '2001', 'Anna')];
    expect(await code(update(ann, anna))).toBe('ok');
    expect(await code(update(ann, phone(11, '2001', 'Annie')))).toBe('CONFLICT');
    expect(directory.get(PHONES, 11)?.values[3]).toBe('Anna');
    expect(await code(update(anna, phone(12, '2001', 'Anna')))).toBe('INVALID_ARGUMENT');
  });

  it('of two changes of one tuple at once one is refused, whatever the controller takes its time for', async () => {
    let release = (): void => undefined;
    controllers.hold = new Promise((resolve) => (release = resolve));
    const ann = phone(11, '2001', 'Ann');
    const both = [update(ann, phone(11, '2001', 'One')), update(ann, phone(11, '2001', 'Two'))].map(code);
    release();
    expect((await Promise.all(both)).sort()).toEqual(['CONFLICT', 'ok']);
    expect(controllers.written).toHaveLength(1);
  });

  it('deleteTuple removes what still is as given', async () => {
    expect(await code(remove(phone(12, '2002', 'Rob')))).toBe('CONFLICT');
    expect(await code(remove(phone(12, '2002', 'Bob')))).toBe('ok');
    expect(await code(remove(phone(12, '2002', 'Bob')))).toBe('CONFLICT');
    expect(await numbers(ask('getAllTuples', { deiId: PHONES }))).toEqual(['2001', '2003']);
  });

  it('what the controller refuses is not in the copy, and can be tried again', async () => {
    controllers.refuse = true;
    const ann = phone(11, '2001', 'Ann');
    expect(await code(update(ann, phone(11, '2001', 'No')))).toBe('CONTROLLER_TIMEOUT');
    expect(await code(insert(phone('', '2010')))).toBe('CONTROLLER_TIMEOUT');
    expect(await code(remove(ann))).toBe('CONTROLLER_TIMEOUT');
    controllers.refuse = false;
    expect(directory.get(PHONES, 11)?.values).toEqual(ann.fields);
    expect(await code(remove(ann))).toBe('ok');
  });

  it('refuses tuples that do not fit their entity, and says which field', async () => {
    const short = { fields: ['', '1', '2011'] };
    const long = phone('', '2'.repeat(52));
    for (const tuple of [
      short,
      long,
      phone('', ''),
      phone(5, '2012'),
      { ...phone('', '2013'), fields: ['', 'x', ...phone('', '2013').fields.slice(2)] },
    ])
      expect(await code(insert(tuple)), JSON.stringify(tuple)).toBe('INVALID_ARGUMENT');
    expect(await insert(long)).toMatchObject({
      refusal: { detail: expect.stringMatching(/dn has at most 51 characters/) as string },
    });
    expect(controllers.written).toEqual([]);
  });

  it('refuses what is not written by applications, and what no controller would take', async () => {
    const tuple = { fields: ['', '1', '127.0.0.9', 'c', '9.4'] };
    expect(await code(ask('insertTuple', { deiId: 1, newTuple: tuple, distributionOnly: false }))).toBe('FEATURE_NOT_ALLOWED');
    expect(await code(insert(phone('', '2014'), true))).toBe('FEATURE_NOT_ALLOWED');
  });
});

describe('R-DAS-03 notifications', () => {
  it('registerDeisForNotification, getNotification, deregisterDeisForNotification: each change once, in order, of what was asked for', async () => {
    expect(await code(ask('getNotification', {}))).toBe('CONFLICT');
    expect(await code(ask('registerDeisForNotification', { deiIds: [PHONES, 99] }))).toBe('NOT_FOUND');
    expect(await code(ask('registerDeisForNotification', { deiIds: [PHONES] }))).toBe('ok');
    expect(await ask('getNotification', {})).toEqual({ ok: true, value: {} });
    directory.put(3, { objectId: 1, values: ['1', '1'] });
    directory.put(PHONES, { objectId: 14, values: phone(14, '2004').fields });
    directory.put(PHONES, { objectId: 14, values: phone(14, '2004', 'Dan').fields });
    directory.remove(PHONES, 14);
    const told = [];
    for (let at = 0; at < 4; at += 1) told.push(await ask('getNotification', {}));
    expect(told.map((answer) => (answer.ok ? answer.value.operationPerformed : answer))).toEqual([
      'OP_INSERT',
      'OP_UPDATE',
      'OP_DELETE',
      undefined,
    ]);
    expect(told[1]).toMatchObject({ value: { deiId: PHONES, originalTuple: { fields: phone(14, '2004').fields } } });
    await ask('deregisterDeisForNotification', { deiIds: [PHONES] });
    expect(await code(ask('getNotification', {}))).toBe('CONFLICT');
  });

  it('says how many changes were lost when nobody fetched them', async () => {
    await ask('registerDeisForNotification', { deiIds: [PHONES] });
    for (let at = 0; at < NOTICES_MAX + 3; at += 1)
      directory.put(PHONES, { objectId: 11, values: phone(11, '2001', `n${at}`).fields });
    for (let at = 0; at < NOTICES_MAX; at += 1) expect(await code(ask('getNotification', {}))).toBe('ok');
    expect(await ask('getNotification', {})).toMatchObject({
      ok: false,
      refusal: { detail: expect.stringMatching(/^3 changes were lost/) as string },
    });
    expect(await ask('getNotification', {})).toEqual({ ok: true, value: {} });
  });

  it('sessions that have ended are forgotten', async () => {
    await ask('registerDeisForNotification', { deiIds: [PHONES] });
    live = new Set([8]);
    await access.execute('registerDeisForNotification', { sessionId: 8, deiIds: [PHONES] });
    expect(await code(ask('getNotification', {}))).toBe('CONFLICT');
  });
});
