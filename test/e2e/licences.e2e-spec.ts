/** Licences and access in the running system: set over the control API, carried to the instance by the worker, met by an application at the edge. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { envelope, requestElement } from '../integration/northbound/clients.js';
import { adminClient, atEdge, runFile, TestSession, type Credentials } from './system.js';

const admin = adminClient();
const { slug, companyName, controllers } = runFile().tenant;
let applicationId: string;
let credentials: Credentials;
const setLicences = (licences: number | null) => admin.updateLicences(slug, { applications: [{ applicationId, licences }] });
/** The pool of this test's own application: other tests of the same tenant are not concerned. */
const pool = async () => (await admin.getLicences(slug)).pools.find((one) => one.applicationId === applicationId);

beforeAll(async () => {
  const made = await admin.createApplication(slug, { name: `licensed ${Date.now()}` });
  applicationId = made.id;
  credentials = {
    companyName,
    applicationName: made.name,
    applicationPassword: made.applicationPassword!,
    localPassword: made.localPassword!,
  };
});
afterAll(() => admin.deleteApplication(slug, applicationId));

const openSession = () =>
  eventually(() => TestSession.open(slug, credentials), { deadlineMs: 30_000, what: 'a log-in of the new application' });
const overSoap = async (operation: string, members: Record<string, unknown>): Promise<string> => {
  const answer = await atEdge<string>(slug, 'POST', '/axis2/services/StandardCCService', {
    headers: { 'content-type': 'text/xml', soapaction: `"urn:${operation}"` },
    body: envelope(requestElement(operation, members)),
  });
  return String(answer.body);
};

describe('licences at the edge', () => {
  it('R-LIC-01 R-LIC-03 one licence is two monitors; the third is refused over both faces, until there are more', async () => {
    await setLicences(1);
    const session = await openSession();
    const { address, extensions } = controllers[0]!;
    const phones: number[] = [];
    for (const extension of extensions.slice(40, 43)) phones.push(await session.phone(address, extension));
    const monitor = (objectId: number) => session.ask('POST', '/monitors', { objectId });
    // the document of the first log-in may be older than the licences; a new session meets those in force
    await eventually(async () => (await pool())?.instances.some(({ granted, used }) => granted === 2 && used !== null), {
      deadlineMs: 30_000,
      what: 'the grant at the instance',
    });
    expect([(await monitor(phones[0]!)).status, (await monitor(phones[1]!)).status]).toEqual([200, 200]);
    const refused = await monitor(phones[2]!);
    expect(refused).toMatchObject({ status: 409, body: { code: 'NO_LICENSE', used: 2, cap: 2 } });
    const soap = await overSoap('monitorObject', { sessionId: session.id, objectId: phones[2]! });
    expect(soap).toContain('result="false"');
    expect(soap).toMatch(/>No license available\.</);
    await eventually(async () => (await pool())?.used === 2, { deadlineMs: 30_000, what: 'the use at the control API' });

    await setLicences(2);
    await eventually(async () => (await monitor(phones[2]!)).status === 200, { deadlineMs: 30_000, what: 'the third monitor' });
    const [read] = (await admin.getLicences(slug)).syncs;
    expect(read).toMatchObject({ state: 'current' });
    await session.ask('DELETE');
    await setLicences(null);
  });

  it('R-ACL-01 R-LIC-02 what is taken off the list is closed in a moment, and a sync reaches the instance on demand', async () => {
    const session = await openSession();
    const serialOf = async () => (await admin.getLicences(slug)).syncs.map(({ syncedAt }) => syncedAt);
    const before = await serialOf();
    expect((await admin.syncTenant(slug)).documents).toBe(before.length);
    await eventually(async () => (await serialOf()).every((syncedAt, index) => syncedAt !== before[index]), {
      deadlineMs: 40_000,
      what: 'a newer document at every instance',
    });
    expect((await session.ask('GET', '/versions')).status).toBe(200);
    await admin.updateApplication(slug, applicationId, { allowed: false });
    const closed = await eventually(
      async () => {
        const answer = await session.ask('GET', '/versions');
        return answer.status === 401 ? answer : undefined;
      },
      { deadlineMs: 30_000, what: 'the end of the session' },
    );
    expect(closed.body).toMatchObject({
      code: 'SESSION_INVALID',
      detail: expect.stringMatching(/access-control list/) as string,
    });
    const barred = await atEdge(slug, 'POST', '/v1/sessions', { body: credentials });
    expect(barred).toMatchObject({ status: 403, body: { code: 'NOT_AUTHORISED' } });
  });

  it('R-SES-06 a remote application comes by the external listener of the running system alone', async () => {
    const { external } = runFile().edge;
    await admin.updateApplication(slug, applicationId, { allowed: true, remote: true });
    const at = (base?: string) =>
      atEdge(slug, 'POST', '/v1/sessions', { body: credentials, ...(base === undefined ? {} : { base }) });
    await eventually(async () => (await at(external)).status === 201, { deadlineMs: 30_000, what: 'the log-in from outside' });
    expect(await at()).toMatchObject({ status: 403, body: { code: 'NOT_AUTHORISED' } });
  });
});
