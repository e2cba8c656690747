/** R-E164-01 over the control API: written, shown with its source, carried to the instance in the signed document, explained. */
import type { AccessDocument, SignedDocument } from '#contracts/gateway-admin';
import { ControlApiError } from '#contracts/control-api-client';
import { verifyDocument } from '#pki/documents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
let other: SampleTenant;
beforeAll(async () => {
  bench = await openBench();
  acme = await sampleTenant(bench, 'acme');
  other = await sampleTenant(bench, 'other');
});
afterAll(() => bench.close());

const ottawa = {
  outsidePrefix: '9',
  localCountryCode: '1',
  longDistancePrefix: '1',
  internationalPrefix: '011',
  localAreaCodes: ['613', '343'],
  maxExtensionLength: 5,
};
const berlin = {
  ...ottawa,
  outsidePrefix: '0',
  localCountryCode: '49',
  longDistancePrefix: '0',
  internationalPrefix: '00',
  localAreaCodes: ['30'],
};
const documentOf = async ({ instanceId }: SampleTenant): Promise<AccessDocument> => {
  const [row] = await bench.sql<{ document: SignedDocument }>('SELECT document FROM access_documents WHERE instance_id = $1', [
    instanceId,
  ]);
  return verifyDocument(row!.document, bench.documentPublicKey) as AccessDocument;
};
const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no refusal',
    (error: unknown) => (error as ControlApiError).problem.code,
  );

describe('numbering settings', () => {
  it('R-E164-01 begin as defaults, getTenantSettings shows the source of each', async () => {
    const settings = await bench.client(acme.key).getTenantSettings('acme');
    expect(settings).toMatchObject({ numbering: null, loggedNumbers: 'last-four', sources: { numbering: 'default' } });
    expect(settings.rates.instanceOperations).toBe('warn');
    const document = await documentOf(acme);
    expect(document.numbering).toBeUndefined();
  });

  it('R-E164-01 a tenant sets its default with updateTenantSettings, a controller has its own; both are in the signed document', async () => {
    const mine = bench.client(acme.key);
    const before = await documentOf(acme);
    const changed = await mine.updateTenantSettings('acme', { numbering: ottawa, loggedNumbers: 'none' });
    expect(changed).toMatchObject({
      numbering: ottawa,
      loggedNumbers: 'none',
      sources: { numbering: 'tenant', rates: 'default' },
    });
    await mine.updateController('acme', acme.controllerId, { numbering: berlin });
    const document = await documentOf(acme);
    expect(document.serial).toBeGreaterThan(before.serial);
    expect(document).toMatchObject({ numbering: ottawa, loggedNumbers: 'none' });
    expect(document.controllers[0]).toMatchObject({ numbering: berlin });
    expect((await documentOf(other)).numbering, 'nobody else’s').toBeUndefined();
    // name and release stay when the numbering changes, and the other way round
    expect(await mine.updateController('acme', acme.controllerId, { release: '9.5' })).toMatchObject({ numbering: berlin });
    await mine.updateController('acme', acme.controllerId, { numbering: null });
    expect((await documentOf(acme)).controllers[0]).not.toHaveProperty('numbering');
    expect(await mine.updateTenantSettings('acme', { numbering: null })).toMatchObject({
      numbering: null,
      loggedNumbers: 'none',
      sources: { numbering: 'default' },
    });
    expect((await documentOf(acme)).numbering).toBeUndefined();
  });

  it('R-E164-01 a controller may be created with them', async () => {
    const { clusterId } = acme;
    const created = await bench.admin.createController('acme', {
      clusterId,
      name: 'berlin',
      address: '10.1.2.4',
      platform: 'virtual',
      release: '9.4',
      numbering: berlin,
    });
    expect(created.numbering).toEqual(berlin);
    expect((await bench.admin.getController('acme', created.id)).numbering).toEqual(berlin);
  });

  it('R-E164-01 refuses what is no such setting, and a version that is not the newest; nothing changes', async () => {
    const mine = bench.client(acme.key);
    const before = await bench.fingerprint();
    for (const wrong of [
      { ...ottawa, localCountryCode: '01' },
      { ...ottawa, outsidePrefix: '9a' },
      { ...ottawa, internationalPrefix: '' },
      { ...ottawa, localAreaCodes: Array.from({ length: 51 }, (_, at) => String(100 + at)) },
      { ...ottawa, maxExtensionLength: 0 },
      { ...ottawa, more: 1 } as typeof ottawa,
    ])
      expect(await code(mine.updateTenantSettings('acme', { numbering: wrong })), JSON.stringify(wrong)).toBe('INVALID_ARGUMENT');
    expect(await code(mine.updateTenantSettings('acme', { loggedNumbers: 'full' }, { ifMatch: '"99"' }))).toBe(
      'PRECONDITION_FAILED',
    );
    expect(await bench.fingerprint()).toBe(before);
  });
});

describe('monitors at a controller', () => {
  it('R-LIM-07 device licence and what other systems monitor are set, shown and granted; what is none of them is refused', async () => {
    const mine = bench.client(acme.key);
    const kinds = async () => (await documentOf(acme)).controllers.find(({ address }) => address === '10.1.2.3')?.monitorKinds;
    const before = await mine.getController('acme', acme.controllerId);
    expect(before).toMatchObject({ deviceLicence: 700, otherMonitors: { devices: { total: 0, shared: 0 } } });
    expect(before).toMatchObject({ monitorLimits: { total: 5600, shared: 10_000 }, monitorUse: null });
    const otherMonitors = { devices: { total: 600, shared: 100 }, features: { total: 0, shared: 0 } };
    const after = await mine.updateController('acme', acme.controllerId, { deviceLicence: 5600, otherMonitors });
    expect(after).toMatchObject({ deviceLicence: 5600, otherMonitors, monitorLimits: { total: 17_000, shared: 30_000 } });
    expect(await mine.getController('acme', acme.controllerId)).toMatchObject({ otherMonitors });
    expect((await kinds())?.devices).toMatchObject({
      total: { granted: 16_400, room: 16_400, others: 600 },
      shared: { granted: 29_900, room: 29_900, others: 100 },
    });
    const fingerprint = await bench.fingerprint();
    for (const wrong of [
      { deviceLicence: 701 as 700 },
      { otherMonitors: { ...otherMonitors, devices: { total: -1, shared: 0 } } },
    ])
      expect(await code(mine.updateController('acme', acme.controllerId, wrong))).toBe('INVALID_ARGUMENT');
    expect(await bench.fingerprint()).toBe(fingerprint);
  });
});

describe('where events may go, and which pages may read them', () => {
  it('S-37 a tenant sets the origins of its pages; they are in the signed document, each once', async () => {
    const mine = bench.client(acme.key);
    const before = await mine.getTenantSettings('acme');
    expect(before).toMatchObject({ browserOrigins: [], sources: { browserOrigins: 'default', outbound: 'default' } });
    const origins = ['https://crm.example', 'http://localhost:5173', 'https://crm.example'];
    const changed = await mine.updateTenantSettings('acme', { browserOrigins: origins });
    expect(changed).toMatchObject({ browserOrigins: origins.slice(0, 2), sources: { browserOrigins: 'tenant' } });
    expect((await documentOf(acme)).browserOrigins).toEqual(origins.slice(0, 2));
    const kept = await bench.fingerprint();
    for (const wrong of ['*', 'null', 'https://crm.example/', 'https://CRM.example', 'ftp://crm.example', 'https://a.example:0'])
      expect(await code(mine.updateTenantSettings('acme', { browserOrigins: [wrong] })), wrong).toBe('INVALID_ARGUMENT');
    expect(await bench.fingerprint()).toBe(kept);
  });

  it('S-41 updateTenantOutbound is the operator’s alone; the tenant sees it, its instances have it in the signed document', async () => {
    const { admin } = bench;
    const mine = bench.client(acme.key);
    expect(await code(mine.updateTenantOutbound('acme', { http: true }))).toBe('FORBIDDEN');
    const { version } = await mine.getTenantSettings('acme');
    const changed = await admin.updateTenantOutbound('acme', { ranges: ['10.20.0.0/16', 'fd12::/16'] }, { ifMatch: version });
    expect(changed.outbound).toEqual({ http: false, ranges: ['10.20.0.0/16', 'fd12::/16'] });
    expect(await code(admin.updateTenantOutbound('acme', { http: true }, { ifMatch: version }))).toBe('PRECONDITION_FAILED');
    const both = await admin.updateTenantOutbound('acme', { http: true });
    expect(both.outbound).toEqual({ http: true, ranges: ['10.20.0.0/16', 'fd12::/16'] });
    expect(await mine.getTenantSettings('acme')).toMatchObject({ outbound: both.outbound, sources: { outbound: 'operator' } });
    expect((await documentOf(acme)).outbound).toEqual(both.outbound);
    expect((await documentOf(other)).outbound, 'nobody else’s').toBeUndefined();
  });

  it('S-42 updateTenantOutbound refuses what is no range and what is never connected to; nothing changes', async () => {
    const before = await bench.fingerprint();
    for (const wrong of [
      '10.0.0.1/8',
      '10.0.0.0/33',
      '169.254.0.0/16',
      '169.254.169.254/32',
      '::ffff:10.0.0.0/104',
      'fe80::/64',
      '10.0.0.0',
    ])
      expect(await code(bench.admin.updateTenantOutbound('acme', { ranges: [wrong] })), wrong).toBe('INVALID_ARGUMENT');
    expect(await code(bench.admin.updateTenantOutbound('acme', {}))).toBe('INVALID_ARGUMENT');
    expect(await bench.fingerprint()).toBe(before);
  });
});

describe('explainNumber', () => {
  it('R-E164-02 R-E164-03 says what would be dialled, who may be calling, by whose settings, and why', async () => {
    const mine = bench.client(acme.key);
    const explain = (number: string) => mine.explainNumber('acme', acme.controllerId, { number });
    expect(await explain('+16135550123')).toMatchObject({
      source: 'none',
      dialling: { dialled: null, reason: expect.stringMatching(/set them/) },
    });
    await mine.updateTenantSettings('acme', { numbering: ottawa });
    expect(await explain('+1 613 555 0123')).toMatchObject({
      source: 'tenant',
      dialling: { dialled: '95550123', rule: 'local', isNumber: true, added: [{ part: 'outsidePrefix', digits: '9' }] },
      caller: { candidates: [{ e164: '+16135550123', country: 'CA', rule: 'e164' }] },
    });
    await mine.updateController('acme', acme.controllerId, { numbering: berlin });
    expect(await explain('+493012345678')).toMatchObject({
      source: 'controller',
      dialling: { dialled: '012345678', rule: 'local' },
    });
    expect(await explain('08912345678')).toMatchObject({
      dialling: { dialled: '08912345678', rule: 'as-given', isNumber: null },
      caller: {
        isExtension: false,
        candidates: expect.arrayContaining([expect.objectContaining({ e164: '+498912345678', country: 'DE' })]),
      },
    });
    expect(await explain('1001')).toMatchObject({ caller: { isExtension: true, candidates: [] } });
    expect(await code(explain('hello'))).toBe('INVALID_ARGUMENT');
  });
});
