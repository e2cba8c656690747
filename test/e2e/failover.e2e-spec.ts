/** R-RES-05 cold, R-SES-07: an instance dies or falls silent; the same instance goes on in its next epoch, and everybody is told what was missed. */
import { kill } from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile, simulator, type TestSession } from './system.js';
import {
  atEpoch,
  callByHand,
  controllerSeen,
  instanceProcess,
  isAlive,
  isInCall,
  overlapOf,
  sessionBack,
  startsPerSecondMax,
  traceEnd,
  traceSince,
  watching,
} from './witness.js';

type Event = OperationResponse<'getEvents'>['events'][number];
const SEED = 20_261_123;
const PACE = 20;

const sessions: TestSession[] = [];
const phonesUsed: string[] = [];
afterEach(async () => {
  await simulator('DELETE', '/v1/traffic');
  for (const dn of phonesUsed.splice(0)) await simulator('POST', `/v1/phones/${dn}/clear`);
  for (const session of sessions.splice(0)) await session.ask('DELETE');
  await instanceProcess();
});

/** No seq twice, each epoch dense, epochs in order. */
function expectNumbered(events: readonly Event[]): void {
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (before === undefined) continue;
    const isSame = event.epoch.major === before.epoch.major && event.epoch.minor === before.epoch.minor;
    if (isSame) expect(event.seq).toBe(before.seq + 1);
    else expect([event.epoch.major > before.epoch.major, event.seq]).toEqual([true, 1]);
  }
}

const spanOf = (events: readonly Event[]): number => (events.at(-1)?.eventTime ?? 0) - (events[0]?.eventTime ?? 0);
const isLive = (event: Event): boolean => event.category === 'CALL_EVENT' && event.source === 'live';

async function receiptOf(fromEpoch: number, instanceId: string) {
  return eventually(
    async () => {
      const { items } = await adminClient().listFailovers(runFile().tenant.slug);
      const found = items.find((item) => item.instanceId === instanceId && item.fromEpoch === fromEpoch);
      return found?.state === 'restored' ? found : undefined;
    },
    { deadlineMs: 40_000, what: 'the receipt of the failover' },
  );
}

describe('failover of an instance', () => {
  it('R-RES-05 R-SES-07 kill -9 in the middle of calls: the old cursor goes on, the gap is named and true, the call is told by snapshot', async () => {
    const controller = runFile().tenant.controllers[0]!;
    const watched = controller.extensions.slice(0, 20);
    const { session, objectIds } = await watching(controller.address, watched);
    sessions.push(session);
    const [caller, called] = [watched[0]!, watched[1]!];
    const read = await session.eventsUntil((events) => events.filter((e) => e.type === 'MONITOR_SET').length === 20);
    const old = await instanceProcess();
    const start = await traceEnd();
    await callByHand(caller, called);
    phonesUsed.push(caller);
    await simulator('PUT', '/v1/traffic', { callsPerHour: 20_000, ringMs: 150, talkMs: 400, seed: SEED });
    // Longer than the margin by which a gap may begin too early, so that much of it lies before every gap there can be.
    read.push(
      ...(await session.eventsUntil((events) => events.filter(isLive).length >= 40 && spanOf(events.filter(isLive)) >= 4000)),
    );

    const killedAt = Date.now();
    kill(old.pid, 'SIGKILL');
    const hit = await controllerSeen(controller.address);
    expect(isInCall(hit, caller) && isInCall(hit, called), 'the call was up when the kill hit').toBe(true);
    await sessionBack(session);
    const after = await session.eventsUntil(
      (events) => events.filter((e) => e.type === 'MONITOR_SET').length >= 20 && events.filter(isLive).length >= 20,
    );
    read.push(...after);
    await simulator('DELETE', '/v1/traffic');

    expectNumbered(read);
    const gap = after[0]!;
    expect(gap).toMatchObject({ category: 'GAP', reason: 'restart', lost: null, source: 'synthetic' });
    if (gap.category !== 'GAP') throw new Error('the first event of the epoch is no gap');
    expect([...gap.objectIds].sort()).toEqual([...objectIds].sort());
    expect(gap.since).toBeLessThanOrEqual(killedAt);
    for (const handle of objectIds.slice(0, 2))
      expect(after.find((e) => e.source === 'snapshot' && e.category === 'CALL_EVENT' && e.objectId === handle)).toMatchObject({
        callState: 'ESTABLISHED',
      });

    // What the controller sent to the old epoch before the named gap has all been received; nothing was received that it did not send.
    const lines = await traceSince(start);
    const sent = lines.filter(
      (line) =>
        line.kind === 'event' &&
        atEpoch(old.epochMajor)(line) &&
        line.controller === controller.address &&
        line.detail['sent'] === true,
    );
    const received = read.filter((e) => isLive(e) && e.epoch.major === old.epochMajor).length;
    const certain = sent.filter((line) => line.wallMs < gap.since).length;
    expect(certain).toBeGreaterThanOrEqual(10);
    expect(received).toBeGreaterThanOrEqual(certain);
    expect(received).toBeLessThanOrEqual(sent.length);
    expect(overlapOf(lines, old.id, old.epochMajor)).toEqual([]);
    expect(startsPerSecondMax(lines, old.id)).toBeLessThanOrEqual(PACE);

    const receipt = await receiptOf(old.epochMajor, old.id);
    expect(receipt).toMatchObject({ cause: 'exited', toEpoch: old.epochMajor + 1, monitorsRestored: receipt.gap!.monitors });
    expect(receipt.gap!.monitors).toBeGreaterThanOrEqual(20);
    expect(Date.parse(receipt.gap!.since)).toBeLessThanOrEqual(killedAt);
    expect(receipt.durations).toMatchObject({
      fenceMs: expect.any(Number),
      startMs: expect.any(Number),
      restoreMs: expect.any(Number),
    });
  });

  it('R-RES-05 SIGSTOP: known within 8 s, dead before the next epoch speaks, live calls set first, nothing of the old epoch after', async () => {
    const controller = runFile().tenant.controllers[1]!;
    const watched = controller.extensions.slice(0, 40);
    const { session, objectIds } = await watching(controller.address, watched);
    sessions.push(session);
    await session.eventsUntil((events) => events.filter((e) => e.type === 'MONITOR_SET').length === 40);
    // The last ones in every order there is, but for the one that counts.
    const inCall = watched.slice(34);
    for (const at of [0, 2, 4]) {
      await callByHand(inCall[at]!, inCall[at + 1]!);
      phonesUsed.push(inCall[at]!);
    }
    await session.eventsUntil((events) => events.filter((e) => e.type === 'CALL_ESTABLISHED').length >= 6);
    // The journal learns of calls with the next tick of the instance, four a second: two waits in vain at the instance are longer than that.
    for (let wait = 0; wait < 2; wait += 1) await session.get(`/events?wait=1&after=${session.cursor!}`);
    const old = await instanceProcess();
    const start = await traceEnd();

    const stoppedAt = Date.now();
    kill(old.pid, 'SIGSTOP');
    // From here on a witness that does nothing else: when did the stopped process end?
    const endedAt = await eventually(async () => (isAlive(old.pid) ? undefined : Date.now()), {
      deadlineMs: 30_000,
      what: 'the end of the silent one',
    });
    const hit = await controllerSeen(controller.address);
    expect(
      inCall.every((dn) => isInCall(hit, dn)),
      'the calls were up when it was ended',
    ).toBe(true);
    await sessionBack(session);
    const after = await session.eventsUntil((events) => events.filter((e) => e.type === 'MONITOR_SET').length >= 40);

    const receipt = await receiptOf(old.epochMajor, old.id);
    const detectedMs = Date.parse(receipt.detectedAt) - stoppedAt;
    console.log(`silent instance: detected ${detectedMs} ms after SIGSTOP, ended after ${endedAt - stoppedAt} ms`);
    expect(receipt).toMatchObject({ cause: 'silent', toEpoch: old.epochMajor + 1 });
    expect(detectedMs).toBeLessThanOrEqual(8000);
    expect(receipt.durations.detectMs).toBeGreaterThanOrEqual(6000);

    const lines = await traceSince(start);
    const own = lines.filter((line) => line.instanceId === old.id);
    const firstNew = own.find(atEpoch(old.epochMajor + 1))!;
    expect(firstNew.wallMs).toBeGreaterThanOrEqual(Date.parse(receipt.fencedAt!) - 1);
    expect(Date.parse(receipt.fencedAt!)).toBeGreaterThanOrEqual(Date.parse(receipt.detectedAt));
    expect(overlapOf(lines, old.id, old.epochMajor)).toEqual([]);

    // R-RES-05 live calls first: of all starts at this controller those of the phones in a call come before every other.
    const handles = new Map(hit.phones.map((phone) => [phone.handle, phone.dn]));
    const starts = own
      .filter(
        (line) => line.kind === 'request' && line.controller === controller.address && line.detail['type'] === 'MONITOR_START',
      )
      .map((line) => String(line.detail['dn'] ?? handles.get(Number(line.detail['target']))));
    expect(starts.slice(0, 6).sort()).toEqual([...inCall].sort());
    expect(starts.length).toBeGreaterThanOrEqual(40);
    expect(startsPerSecondMax(lines, old.id)).toBeLessThanOrEqual(PACE);
    expect(after[0]).toMatchObject({ category: 'GAP', reason: 'restart' });
    for (const handle of objectIds.slice(34))
      expect(after.some((e) => e.source === 'snapshot' && e.category === 'CALL_EVENT' && e.objectId === handle)).toBe(true);
    expectNumbered(after);
  });

  it('R-RES-05 a pause shorter than the silence, and a worker that was away, are nobody’s death', async () => {
    const before = await instanceProcess();
    const worker = runFile().pids['worker']!;
    kill(worker, 'SIGSTOP');
    kill(before.pid, 'SIGSTOP');
    // The worker's own clock stands still meanwhile for longer than the silence it would count.
    const until = performance.now() + 7000;
    await eventually(() => Promise.resolve(performance.now() > until || undefined), {
      deadlineMs: 20_000,
      what: 'a pause of both',
    });
    kill(before.pid, 'SIGCONT');
    kill(worker, 'SIGCONT');
    const { address, extensions } = runFile().tenant.controllers[2]!;
    const { session } = await eventually(() => watching(address, extensions.slice(0, 1)), {
      deadlineMs: 40_000,
      what: 'work as before at every link',
    });
    sessions.push(session);
    await session.eventsUntil((events) => events.some((e) => e.type === 'MONITOR_SET'));
    // Two long polls in vain are more beats than one: whatever the worker had counted would have had its consequence.
    for (let wait = 0; wait < 2; wait += 1) await session.get(`/events?wait=1&after=${session.cursor!}`);
    expect(isAlive(before.pid)).toBe(true);
    expect(await instanceProcess()).toEqual(before);
  });
});
