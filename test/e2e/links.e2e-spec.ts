/** R-CLU-05: links that are silent, reset or refused. Whoever is concerned is told, the others never notice, and everything comes back by itself. */
import { afterEach, describe, expect, it } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile, simulator, type TestSession } from './system.js';
import { callByHand, controllersSeen, instanceProcess, startsPerSecondMax, traceEnd, traceSince, watching } from './witness.js';

type Events = OperationResponse<'getEvents'>['events'];
const sessions: TestSession[] = [];
const phonesUsed: string[] = [];
const controllers = () => runFile().tenant.controllers;
const fault = async (address: string, body: Readonly<Record<string, unknown>>) => {
  const { status, body: answer } = await simulator('POST', `/v1/controllers/${address}/faults`, body);
  if (status !== 200) throw new Error(`the fault was refused: ${JSON.stringify(answer)}`);
};
const mend = async () => {
  for (const { address } of controllers()) await simulator('DELETE', `/v1/controllers/${address}/faults`);
};
afterEach(async () => {
  await mend();
  for (const dn of phonesUsed.splice(0)) await simulator('POST', `/v1/phones/${dn}/clear`);
  for (const session of sessions.splice(0)) await session.ask('DELETE');
  await instanceProcess();
});

async function watch(index: number, from: number, count: number) {
  const { address, extensions } = controllers()[index]!;
  const dns = extensions.slice(from, from + count);
  const { session, objectIds } = await watching(address, dns);
  sessions.push(session);
  await session.eventsUntil((events) => events.filter((e) => e.type === 'MONITOR_SET').length === count);
  return { session, objectIds, dns, address };
}
const states = (events: Events) =>
  events.flatMap((e) => (e.category === 'SYSTEM_EVENT' && e.connectionState !== null ? [e.connectionState] : []));
const isBack = (count: number) => (events: Events) =>
  states(events).at(-1) === 'CONNECTED' && events.filter((e) => e.type === 'MONITOR_SET').length === count;

describe('links to controllers', () => {
  it('R-CLU-09 the round trip of each link is measured and shown over the control API', async () => {
    const { slug, instances } = runFile().tenant;
    const links = await eventually(
      async () => {
        const { status } = await adminClient().getInstance(slug, instances[0]!.id);
        return status.links.every(({ roundTripMs }) => roundTripMs !== null) ? status.links : undefined;
      },
      { deadlineMs: 30_000, what: 'a measured round trip of each link' },
    );
    expect(links).toHaveLength(controllers().length);
    for (const { roundTripMs } of links) {
      expect(roundTripMs).toBeGreaterThan(0);
      expect(roundTripMs).toBeLessThan(5000);
    }
  });

  it('R-CLU-05 half-open: the silence is noticed and said, commands are refused at once, a call meanwhile is told by snapshot, others go on', async () => {
    const here = await watch(0, 0, 4);
    const there = await watch(1, 0, 2);
    await fault(here.address, { kind: 'stall', direction: 'both' });
    await callByHand(here.dns[0]!, here.dns[1]!);
    phonesUsed.push(here.dns[0]!);
    const during = await here.session.eventsUntil((events) => states(events).some((state) => state !== 'CONNECTED'));
    expect(during.find((e) => e.category === 'GAP')).toMatchObject({ reason: 'link-lost', lost: null });
    expect(during.some((e) => e.category === 'CALL_EVENT' && e.callState === 'ESTABLISHED')).toBe(false);
    const refused = await here.session.ask('POST', `/devices/${here.objectIds[2]}/calls`, { number: here.dns[3] });
    expect(refused).toMatchObject({ status: 503, body: { code: 'CONTROLLER_DISCONNECTED' } });
    const other = await there.session.ask<{ localCallId: number }>('POST', `/devices/${there.objectIds[0]}/calls`, {
      number: there.dns[1],
    });
    expect(other.status).toBe(200);
    await there.session.eventsUntil((events) => events.some((e) => e.type === 'CALL_RECEIVED' && e.source === 'live'));
    await there.session.ask('POST', `/devices/${there.objectIds[0]}/calls/${other.body.localCallId}/clear`, {});
    await mend();
    const after = await here.session.eventsUntil(
      (events) =>
        isBack(4)(events) && events.filter((e) => e.category === 'CALL_EVENT' && e.callState === 'ESTABLISHED').length === 2,
    );
    for (const event of after)
      if (event.category === 'CALL_EVENT' && event.callState === 'ESTABLISHED') expect(event.source).toBe('snapshot');
    // Nothing of the other link's trouble has come here.
    expect(states(await there.session.eventsUntil((events) => events.some((e) => e.type === 'CALL_CLEAR')))).toEqual([]);
  });

  it('R-CLU-05 all controllers reset at once, refusing for a while: tries back off with jitter, then all monitors are back within the pace', async () => {
    const all = await Promise.all([0, 1, 2].map((index) => watch(index, 0, 15)));
    const { id } = runFile().tenant.instances[0]!;
    // others may hold monitors too: the instance watches directories, and phones have secondary controllers
    const monitorsAt = async () =>
      (await controllersSeen()).map(({ address, links }) => {
        const link = links.find(({ instanceId, state }) => instanceId === id && state === 'up');
        return { address, monitors: link?.monitors };
      });
    const before = await monitorsAt();
    const start = await traceEnd();
    for (const { address } of all) await fault(address, { kind: 'refuse-links' });
    await Promise.all(all.map(({ address }) => fault(address, { kind: 'drop-links' })));
    const triesAt = async (address: string): Promise<number[]> =>
      (await traceSince(start))
        .filter((line) => line.kind === 'link-refused' && line.controller === address)
        .map((line) => line.wallMs);
    await eventually(
      async () => (await Promise.all(all.map(({ address }) => triesAt(address)))).every((tries) => tries.length >= 4),
      {
        deadlineMs: 40_000,
        what: 'four refused tries at each controller',
      },
    );
    const gaps = await Promise.all(
      all.map(async ({ address }) => {
        const tries = await triesAt(address);
        return tries.slice(1, 4).map((at, index) => at - tries[index]!);
      }),
    );
    // Longer and longer; and no two controllers are tried in the same rhythm.
    for (const own of gaps) expect(own[2]!, JSON.stringify(gaps)).toBeGreaterThan(own[0]!);
    expect(new Set(gaps.map((own) => own.join())).size).toBe(3);
    await mend();
    await Promise.all(
      all.map(({ session }) => session.eventsUntil((events) => isBack(15)(events) && events.some((e) => e.category === 'GAP'))),
    );
    expect(startsPerSecondMax(await traceSince(start), id)).toBeLessThanOrEqual(20);
    await expect.poll(monitorsAt, { timeout: 10_000 }).toEqual(before);
    for (const { monitors } of before) expect(monitors).toBeGreaterThanOrEqual(15);
  });
});
