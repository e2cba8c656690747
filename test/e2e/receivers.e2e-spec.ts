/**
 * Where events go, through the whole system: what the control API approves takes effect at the gateway, and a receiver's secret is neither on the
 * disk of the instance nor in the database, and is still known to a successor on another disk (S-37, S-41, S-71, S-72).
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { workerSettings } from '#config/settings';
import { JOURNAL_FILES } from '#contracts/journal-files';
import { openDatabase } from '#persistence/database';
import * as journalCopies from '#persistence/journal-copies';
import { eventually } from '#testkit/eventually';
import { freeze, settled } from '../../tools/chaos/away.js';
import { instancesOf, isAlive, signal } from '../../tools/chaos/process-table.js';
import { Site } from '../../tools/chaos/site.js';
import { until } from '../../tools/chaos/until.js';
import { startReceiver, verifies, type Receiver } from '../integration/northbound/receiver.js';
import { adminClient, atEdge, runFile, systemHome, TestSession } from './system.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ORIGIN = 'https://crm.example';
/** 32 bytes that can be recognised, as a receiver would have chosen them. */
const CANARY = Buffer.from('canary-canary-canary-canary-3171');
const SECRET = `whsec_${CANARY.toString('base64')}`;

let site: Site;
let receiver: Receiver;
let session: TestSession;
beforeAll(async () => {
  site = new Site(systemHome());
  await settled(site);
  receiver = await startReceiver('/hook-of-receivers');
  session = await TestSession.open();
});
afterAll(async () => {
  await session?.ask('DELETE');
  await receiver?.close();
  const { slug } = site.run.tenant;
  await adminClient().updateTenantOutbound(slug, { http: false, ranges: [] });
  await adminClient().updateTenantSettings(slug, { browserOrigins: [] });
  await settled(site);
  await site.close();
});

const setHandler = () =>
  atEdge(session.slug, 'PUT', `/v1/sessions/${session.id}/handler`, {
    token: session.token,
    body: { url: receiver.url, secret: SECRET },
  });

/** The status with which a socket of a page at `origin` is opened. */
const socketStatus = (origin: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = `${runFile().edge.http.replace(/^http/, 'ws').replace(/\/$/, '')}/t/${session.slug}/v1/sessions/${session.id}/events/socket`;
    const socket = new WebSocket(url, { origin, headers: { authorization: `Bearer ${session.token}` } });
    socket.on('open', () => (resolve(101), socket.terminate()));
    socket.on('unexpected-response', (_request, response) => (resolve(response.statusCode ?? 0), response.resume()));
    socket.on('error', reject);
  });

/** What who has the instance's disk, or the database, can read of its journal. */
async function journalBytes(): Promise<{ readonly disk: Buffer; readonly store: Buffer }> {
  const { id } = site.run.tenant.instances[0]!;
  const disk = readFileSync(join(site.layout.instance(id).journal, JOURNAL_FILES.log));
  const { databaseUrl } = workerSettings.parse(JSON.parse(readFileSync(site.layout.settingsFile('worker'), 'utf8')));
  const database = await openDatabase({ url: databaseUrl, poolMax: 1 });
  try {
    const store = await database.asPlatform(async (tx) => {
      const pieces: Uint8Array[] = [];
      for await (const bytes of journalCopies.read(tx, (await journalCopies.find(tx, id))!)) pieces.push(bytes);
      return Buffer.concat(pieces);
    });
    return { disk, store };
  } finally {
    await database.close();
  }
}

describe('receivers of events', () => {
  it('S-37 a page may open a socket as soon as updateTenantSettings has named its origin, and no other may', async () => {
    expect(await socketStatus(ORIGIN)).toBe(403);
    await adminClient().updateTenantSettings(session.slug, { browserOrigins: [ORIGIN] });
    await eventually(async () => (await socketStatus(ORIGIN)) === 101, { what: 'the origin', deadlineMs: 20_000 });
    expect(await socketStatus('https://other.example')).toBe(403);
  });

  it('S-41 events go to a private address as soon as updateTenantOutbound has approved it', async () => {
    expect((await setHandler()).body).toMatchObject({ code: 'HANDLER_URL_REFUSED' });
    await adminClient().updateTenantOutbound(session.slug, { http: true, ranges: ['127.0.0.0/8'] });
    await eventually(async () => (await setHandler()).status === 200, { what: 'the approval', deadlineMs: 20_000 });
    const { address, extensions } = site.run.tenant.controllers[0]!;
    const objectId = await session.phone(address, extensions[40]!);
    expect((await session.ask('POST', '/monitors', { objectId })).status).toBe(200);
    await eventually(() => receiver.events.some(({ type }) => type === 'MONITOR_SET'), { what: 'an event', deadlineMs: 20_000 });
    expect(verifies(receiver.hits.at(-1)!, SECRET)).toBe(true);
  });

  it('S-42 an instance never sends to its own address, whatever network is approved', async () => {
    const own = await TestSession.open();
    const { address } = (await adminClient().getInstance(own.slug, site.run.tenant.instances[0]!.id)).status;
    const ask = (method: 'GET' | 'PUT', path: string, body?: object) =>
      atEdge(own.slug, method, `/v1/sessions/${own.id}/handler${path}`, {
        token: own.token,
        ...(body === undefined ? {} : { body }),
      });
    expect((await ask('PUT', '', { url: `http://${address}:9444/`, secret: SECRET })).status).toBe(200);
    const outcomes = async () =>
      ((await ask('GET', '/deliveries')).body['deliveries'] as { outcome: string }[]).map(({ outcome }) => outcome);
    await eventually(async () => (await outcomes()).length > 0, { what: 'a try', deadlineMs: 20_000 });
    expect(new Set(await outcomes())).toEqual(new Set(['address-not-allowed']));
    await own.ask('DELETE');
  });

  it('S-71 S-72 R-SES-07 who reads the journal or its copy finds no secret; a successor on another disk signs with it', async () => {
    const { id } = site.run.tenant.instances[0]!;
    const since = Date.now();
    await until('a copy of now', 60_000, async () => {
      const { copiedAt } = (await adminClient().getInstance(session.slug, id)).status.journal;
      return copiedAt !== null && Date.parse(copiedAt) > since;
    });
    const { disk, store } = await journalBytes();
    for (const [where, bytes] of Object.entries({ disk, store })) {
      // the search finds what is there: the session of the handler stands in the clear
      expect(bytes.includes(`"sealed-handler","sessionId":${session.id}`), where).toBe(true);
      for (const secret of [SECRET, SECRET.slice(6), CANARY, CANARY.toString('hex'), '/hook-of-receivers'])
        expect(bytes.includes(secret), `${where}: ${String(secret)}`).toBe(false);
    }
    const victim = instancesOf(site.layout).find(({ instanceId }) => instanceId === id)!;
    const goOn = await freeze(site, ['worker']);
    try {
      signal([victim.pid], 'SIGKILL');
      await until('its end', 10_000, () => !isAlive(victim.pid));
      rmSync(site.layout.instance(id).dir, { recursive: true });
    } finally {
      goOn();
    }
    const gap = () => receiver.events.find(({ category, epoch }) => category === 'GAP' && epoch.major > victim.epochMajor);
    await until('the gap of the successor', 60_000, () => gap() !== undefined);
    expect(verifies(receiver.hits.at(-1)!, SECRET)).toBe(true);
  });
});
