/**
 * R-CLU-03, R-CLU-05: a controller shows a certificate that has expired, is of another name, or of another authority. Its link is not taken up again,
 * whoever is concerned is told, commands are refused at once, and nobody at other controllers sees anything of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { homeLayout } from '#config/home';
import type { OperationResponse } from '#contracts/application-api';
import { openAuthority, type Authority } from '#pki/authority';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile, simulator, systemHome, type TestSession } from './system.js';
import { callByHand, controllerSeen, instanceProcess, traceEnd, traceSince, watching } from './witness.js';

type Events = OperationResponse<'getEvents'>['events'];
const DAY_MS = 86_400_000;
const controllers = () => runFile().tenant.controllers;
const sessions: TestSession[] = [];
const phonesUsed: string[] = [];
let folder: string;
let ours: Authority;
let past: Authority;
let strangers: Authority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-strangers-'));
  const { pki } = homeLayout(systemHome());
  ours = await openAuthority(pki, 'controllers-ca');
  past = await openAuthority(pki, 'controllers-ca', undefined, () => Date.now() - 30 * DAY_MS);
  strangers = await openAuthority(folder, 'controllers-ca');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const { address } of controllers()) await simulator('DELETE', `/v1/controllers/${address}/faults`);
  for (const dn of phonesUsed.splice(0)) await simulator('POST', `/v1/phones/${dn}/clear`);
  for (const session of sessions.splice(0)) await session.ask('DELETE');
  await instanceProcess();
});

const fault = async (address: string, body: Readonly<Record<string, unknown>>) => {
  const { status, body: answer } = await simulator('POST', `/v1/controllers/${address}/faults`, body);
  if (status !== 200) throw new Error(`the fault was refused: ${JSON.stringify(answer)}`);
};
const states = (events: Events) =>
  events.flatMap((e) => (e.category === 'SYSTEM_EVENT' && e.connectionState !== null ? [e.connectionState] : []));

async function watch(index: number, from: number, count: number) {
  const { address, extensions } = controllers()[index]!;
  const dns = extensions.slice(from, from + count);
  const { session, objectIds } = await watching(address, dns);
  sessions.push(session);
  await session.eventsUntil((events) => events.filter((e) => e.type === 'MONITOR_SET').length === count);
  return { session, objectIds, dns, address };
}

/** A call between the two phones, made and cleared over the instance; every event of it came live. */
async function callElsewhere({ session, objectIds, dns }: Awaited<ReturnType<typeof watch>>): Promise<Events> {
  const made = await session.ask<{ localCallId: number }>('POST', `/devices/${objectIds[0]}/calls`, { number: dns[1] });
  expect(made.status).toBe(200);
  const rung = await session.eventsUntil((events) => events.some((e) => e.type === 'CALL_RECEIVED'));
  await session.ask('POST', `/devices/${objectIds[0]}/calls/${made.body.localCallId}/clear`, {});
  return [...rung, ...(await session.eventsUntil((events) => events.some((e) => e.type === 'CALL_CLEAR')))];
}

const refusedBack = async (instanceId: string, address: string): Promise<number> => {
  const { links } = (await adminClient().getInstance(runFile().tenant.slug, instanceId)).status;
  return links.find((link) => link.address === address)?.refusedBackConnections ?? 0;
};

describe('certificates of controllers', () => {
  const cases: readonly [string, 'forward' | 'back', (address: string) => Promise<{ certPem: string; keyPem: string }>][] = [
    ['expired', 'forward', (address) => past.issue({ commonName: `controller:${address}`, ipAddresses: [address], days: 3 })],
    ['of another name', 'forward', () => ours.issue({ commonName: 'controller', ipAddresses: ['127.0.0.9'] })],
    ['of another authority', 'forward', (address) => strangers.issue({ commonName: 'controller', ipAddresses: [address] })],
    ['expired, calling back', 'back', (address) => past.issue({ commonName: 'controller', ipAddresses: [address], days: 3 })],
    ['of another authority, calling back', 'back', (address) => strangers.issue({ commonName: 'c', ipAddresses: [address] })],
  ];
  it.each(cases)(
    'R-CLU-05 %s: no link, status, commands refused at once, others go on; then all is back by snapshot',
    async (_what, connection, issue) => {
      const { id } = await instanceProcess();
      const [here, there] = [await watch(0, 0, 4), await watch(1, 0, 2)];
      const refusedBefore = await refusedBack(id, here.address);
      await fault(here.address, { kind: 'certificate', connection, ...(await issue(here.address)) });
      const start = await traceEnd();
      await fault(here.address, { kind: 'drop-links' });
      const during = await here.session.eventsUntil((events) => states(events).some((state) => state !== 'CONNECTED'));
      expect(during.find((e) => e.category === 'GAP')).toMatchObject({ reason: 'link-lost', lost: null });
      await callByHand(here.dns[0]!, here.dns[1]!);
      phonesUsed.push(here.dns[0]!);
      for (let turn = 0; turn < 3; turn += 1) {
        const refused = await here.session.ask('POST', `/devices/${here.objectIds[2]}/calls`, { number: here.dns[3] });
        expect(refused).toMatchObject({ status: 503, body: { code: 'CONTROLLER_DISCONNECTED' } });
        for (const event of await callElsewhere(there)) expect(event).toMatchObject({ category: 'CALL_EVENT', source: 'live' });
      }
      // It was tried, and no frame of the instance has reached that controller.
      const own = (await traceSince(start)).filter((line) => line.controller === here.address && line.instanceId === id);
      expect(own.filter(({ kind }) => kind === 'link-up' || kind === 'request')).toEqual([]);
      if (connection === 'back')
        await eventually(async () => (await refusedBack(id, here.address)) > refusedBefore || undefined, {
          deadlineMs: 60_000,
          what: 'the refused back connection in the status of the instance',
        });

      await simulator('DELETE', `/v1/controllers/${here.address}/faults`);
      const after = await here.session.eventsUntil(
        (events) =>
          states(events).at(-1) === 'CONNECTED' &&
          events.filter((e) => e.type === 'MONITOR_SET').length === 4 &&
          events.filter((e) => e.category === 'CALL_EVENT' && e.callState === 'ESTABLISHED').length === 2,
      );
      for (const event of after)
        if (event.category === 'CALL_EVENT' && event.callState === 'ESTABLISHED') expect(event.source).toBe('snapshot');
      const { links } = await controllerSeen(here.address);
      const link = links.find((each) => each.instanceId === id);
      expect(link?.state).toBe('up');
      // what other sessions held lingers for a while
      expect(link?.monitors).toBeGreaterThanOrEqual(4);
      for (const event of await callElsewhere(there)) expect(event).toMatchObject({ category: 'CALL_EVENT', source: 'live' });
    },
  );
});
