/**
 * Data access through the whole system (R-DAS-01, R-DAS-03, R-CLU-08): what applications read over REST and SOAP is what the controllers hold,
 * what they write is at the controller, and what is changed there by hand is read afterwards. The witness is the simulator's own interface.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Tuple } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { envelope, requestElement, serviceOf } from '../integration/northbound/clients.js';
import { adminClient, atEdge, runFile, simulator, TestSession, type Answer } from './system.js';

const [PHONES, USERS, HOT_DESK_USERS, LINES, TRUNKS] = [2, 3, 4, 6, 8];
interface User {
  readonly handle: number;
  readonly lastName: string;
  readonly email: string;
  readonly department: string;
}
const controllers = () => runFile().tenant.controllers;

let session: TestSession;
beforeAll(async () => {
  session = await TestSession.open();
});
afterEach(async () => {
  for (const { address } of controllers()) await simulator('DELETE', `/v1/controllers/${address}/faults`);
});
afterAll(() => session.ask('DELETE'));

const soap = async (operation: string, members: Readonly<Record<string, unknown>>): Promise<string> => {
  const answer = await atEdge<string>(session.slug, 'POST', `/axis2/services/${serviceOf(operation)}`, {
    body: envelope(requestElement(operation, { sessionId: session.id, ...members })),
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"` },
  });
  expect([200, 500]).toContain(answer.status);
  return answer.body;
};
/** Tuples in a SOAP answer, each as its texts. */
const soapTuples = (xml: string): string[][] =>
  [...xml.matchAll(/<\w+:(?:tuples?|retTuple)[ >].*?<\/\w+:(?:tuples?|retTuple)>/gs)].map(([tuple]) =>
    [...tuple.matchAll(/<\w+:field(?:\/>|>([^<]*)<)/g)].map(([, text = '']) => text),
  );
const tuplesOf = async (deiId: number): Promise<string[][]> =>
  (await session.get<{ tuples: Tuple[] }>(`/tuples/${deiId}`)).tuples.map(({ fields }) => fields);
const put = (body: object, deiId = USERS): Promise<Answer> =>
  atEdge(session.slug, 'PUT', `/v1/sessions/${session.id}/tuples/${deiId}`, { token: session.token, body });
const usersAt = async (address: string): Promise<readonly User[]> =>
  (await simulator<{ users: User[] }>('GET', `/v1/controllers/${address}/users`)).body.users;
const icpIdOf = async (address: string): Promise<string> => {
  const { icpId } = await session.get<{ icpId: number }>(`/controllers?icpIpAddress=${address}`);
  return String(icpId);
};
/** The phone of this number, once it is as wanted. */
const phoneOnce = (dn: string, isWanted: (name: string) => boolean) =>
  eventually(async () => (await tuplesOf(PHONES)).find((fields) => fields[2] === dn && isWanted(fields[3]!)), {
    what: `phone ${dn} in the copy`,
    deadlineMs: 20_000,
  });

describe('R-DAS-01 reading', () => {
  it('R-CLU-08 getAllTuples answers what the controllers hold, of every entity, the same over REST and SOAP', async () => {
    const extensions = controllers().flatMap(({ extensions: own }) => own);
    const phones = await eventually(
      async () => ((await tuplesOf(PHONES)).length > extensions.length ? tuplesOf(PHONES) : undefined),
      {
        what: 'the sync',
        deadlineMs: 20_000,
      },
    );
    const numbers = phones.map((fields) => fields[2]!);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual(expect.arrayContaining(extensions));
    for (let deiId = PHONES; deiId <= TRUNKS; deiId += 1) {
      const tuples = await tuplesOf(deiId);
      expect(tuples.length, String(deiId)).toBeGreaterThan(0);
      expect(soapTuples(await soap('getAllTuples', { deiId })), String(deiId)).toEqual(tuples);
    }
    const held = (await Promise.all(controllers().map(({ address }) => usersAt(address)))).flat();
    expect((await tuplesOf(USERS)).map((fields) => fields[3]).sort()).toEqual(held.map(({ lastName }) => lastName).sort());
    const [button] = (await tuplesOf(LINES)).map((fields) => fields[3]);
    expect(button).toMatch(/^\d$/);
    const { records } = await session.get<{ records: { dn: string }[] }>(`/data/phones?filter=dn%20eq%20${extensions[3]}`);
    expect(records.map(({ dn }) => dn)).toEqual([extensions[3]]);
  });
});

describe('R-DAS-03 writing', () => {
  it('insertTuple, updateTuple and deleteTuple reach the controller over REST and SOAP, values of many bytes in several requests', async () => {
    const { address } = controllers()[1]!;
    const email = 'grace.brewster.hopper@bureau.example';
    const fields = ['', await icpIdOf(address), 'Grace', 'Höpper', email, 'Bureau of Ordnance', 'Room 3.171', ''];
    const inserted = await session.ask<{ retTuple: Tuple }>('POST', `/tuples/${USERS}`, { newTuple: { fields } });
    expect(inserted.status, JSON.stringify(inserted.body)).toBeLessThan(300);
    const [objectId] = inserted.body.retTuple.fields;
    expect((await usersAt(address)).filter(({ lastName }) => lastName === 'Höpper')).toMatchObject([
      { email, department: 'Bureau of Ordnance', location: 'Room 3.171' },
    ]);
    const before = { fields: [objectId!, ...fields.slice(1)] };
    const after = { fields: before.fields.map((text, at) => (at === 5 ? 'Navy' : text)) };
    const changed = await soap('updateTuple', { deiId: USERS, oldTuple: before, newTuple: after, distributionOnly: false });
    expect(soapTuples(changed)).toEqual([after.fields]);
    expect((await usersAt(address)).find(({ lastName }) => lastName === 'Höpper')).toMatchObject({ department: 'Navy' });
    // the optimistic lock: what was read before the change is not what stands
    expect(await put({ oldTuple: before, newTuple: after })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(await session.ask('POST', `/tuples/${USERS}/delete`, { tuple: after })).toMatchObject({ status: 204 });
    expect((await usersAt(address)).some(({ lastName }) => lastName === 'Höpper')).toBe(false);
    expect((await tuplesOf(USERS)).some((tuple) => tuple[0] === objectId)).toBe(false);
  });

  it('what the controller does not let be written is refused as such over both, and nothing changes', async () => {
    const { address, extensions } = controllers()[0]!;
    const icpId = await icpIdOf(address);
    const phones = await tuplesOf(PHONES);
    const fields = ['', icpId, '8888', 'New', 'VOICE_SET_PRIME', '', '', ''];
    const overRest = await session.ask('POST', `/tuples/${PHONES}`, { newTuple: { fields } });
    expect(overRest.body).toMatchObject({ code: 'FEATURE_NOT_ALLOWED' });
    const overSoap = await soap('insertTuple', { deiId: PHONES, newTuple: { fields }, distributionOnly: false });
    expect(overSoap).toMatch(/result="false".*Feature not allowed/);
    await simulator('POST', `/v1/controllers/${address}/faults`, {
      kind: 'refuse-requests',
      result: 'NOT_ALLOWED',
      types: ['DIRECTORY_WRITE'],
    });
    const old = phones.find((tuple) => tuple[2] === extensions[45])!;
    const renamed = { fields: old.map((text, at) => (at === 3 ? 'Nobody' : text)) };
    expect((await put({ oldTuple: { fields: old }, newTuple: renamed }, PHONES)).body).toMatchObject({
      code: 'PRIVILEGE_VIOLATION',
    });
    expect(await tuplesOf(PHONES)).toEqual(phones);
  });
});

describe('R-CLU-08 changes at a controller', () => {
  it('are seen by a later read and told to who registered for them', async () => {
    const { extensions } = controllers()[2]!;
    const dn = extensions[44]!;
    await phoneOnce(dn, () => true);
    await session.ask('POST', '/data-notifications', { deiIds: [PHONES, HOT_DESK_USERS] });
    await simulator('PUT', `/v1/phones/${dn}/name`, { name: 'By hand' });
    const renamed = await phoneOnce(dn, (name) => name === 'By hand');
    const told = await session.get<{ operationPerformed?: string; updatedTuple?: Tuple }>('/data-notifications');
    expect(told).toMatchObject({ operationPerformed: 'OP_UPDATE', updatedTuple: { fields: renamed } });
    await simulator('PUT', `/v1/phones/${dn}/name`, { name: 'Again' });
    await phoneOnce(dn, (name) => name === 'Again');
  });

  it('R-CLU-08 on demand every controller’s directory is read anew, and how far that is can be read', async () => {
    const { slug } = session;
    const { items } = await adminClient().listClusters(slug, {});
    const { id } = items[0]!;
    const { last } = (await simulator<{ last: number }>('GET', '/v1/trace?after=999999999')).body;
    const asked = await adminClient().syncDirectories(slug, id);
    expect(asked.state).not.toBe('done');
    const done = await eventually(
      async () => {
        const now = await adminClient().getDirectorySync(slug, id);
        return now.state === 'done' ? now : undefined;
      },
      { what: 'the sync', deadlineMs: 20_000 },
    );
    const at = done.instances.flatMap((instance) => instance.controllers);
    expect(at.length).toBeGreaterThanOrEqual(controllers().length);
    for (const { syncedAt, entries } of at) {
      expect(Date.parse(syncedAt!)).toBeGreaterThan(Date.parse(asked.askedAt!) - 1000);
      expect(entries).toBeGreaterThan(50);
    }
    const { lines } = (
      await simulator<{ lines: { kind: string; controller: string; detail: { type?: string } }[] }>(
        'GET',
        `/v1/trace?after=${last}&limit=10000`,
      )
    ).body;
    const read = lines.filter(({ kind, detail }) => kind === 'request' && detail.type === 'DIRECTORY_READ');
    expect(new Set(read.map(({ controller }) => controller)).size, 'the witness: read at each').toBe(controllers().length);
  });

  it('R-CLU-05 while the link is away, writes are refused at once; when it is back, what happened meanwhile is read', async () => {
    const { address, extensions } = controllers()[0]!;
    const dn = extensions[46]!;
    const old = await phoneOnce(dn, () => true);
    await simulator('POST', `/v1/controllers/${address}/faults`, { kind: 'refuse-links' });
    await simulator('POST', `/v1/controllers/${address}/faults`, { kind: 'drop-links' });
    const write = () => put({ oldTuple: { fields: old }, newTuple: { fields: old.with(3, 'Over REST') } }, PHONES);
    await eventually(async () => (await write()).body['code'] === 'CONTROLLER_DISCONNECTED', { what: 'the refusal' });
    await simulator('PUT', `/v1/phones/${dn}/name`, { name: 'Meanwhile' });
    await simulator('DELETE', `/v1/controllers/${address}/faults`);
    await phoneOnce(dn, (name) => name === 'Meanwhile');
  });
});
