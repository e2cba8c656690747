import { describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile, simulator, TestSession } from './system.js';

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the system when parts of it die', () => {
  it('R-CLU-05 a dropped link: status events, commands refused at once, monitors back by themselves, other controllers untouched', async () => {
    const [first, second] = runFile().tenant.controllers;
    const session = await TestSession.open();
    const here = await session.phone(first!.address, first!.extensions[30]!);
    const there = await session.phone(second!.address, second!.extensions[30]!);
    for (const objectId of [here, there]) await session.ask('POST', '/monitors', { objectId });
    await session.eventsUntil((read) => read.filter((e) => e.type === 'MONITOR_SET').length === 2);
    const fault = await simulator('POST', `/v1/controllers/${first!.address}/faults`, { kind: 'refuse-links' });
    expect(fault.status, JSON.stringify(fault.body)).toBeLessThan(300);
    const drop = await simulator('POST', `/v1/controllers/${first!.address}/faults`, { kind: 'drop-links' });
    expect(drop.status, JSON.stringify(drop.body)).toBeLessThan(300);
    await session.eventsUntil((read) => read.some((e) => e.category === 'SYSTEM_EVENT' && e.connectionState !== 'CONNECTED'));
    expect(await session.ask('POST', `/devices/${here}/calls`, { number: first!.extensions[31] })).toMatchObject({
      status: 503,
      body: { code: 'CONTROLLER_DISCONNECTED' },
    });
    const other = await session.ask<{ localCallId: number }>('POST', `/devices/${there}/calls`, {
      number: second!.extensions[31],
    });
    expect(other.status).toBe(200);
    await session.ask('POST', `/devices/${there}/calls/${other.body.localCallId}/clear`, {});
    expect((await simulator('DELETE', `/v1/controllers/${first!.address}/faults`)).status).toBeLessThan(300);
    await session.eventsUntil((read) => read.some((e) => e.category === 'SYSTEM_EVENT' && e.connectionState === 'CONNECTED'));
    const call = await eventually(
      async () => {
        const answer = await session.ask<{ localCallId: number }>('POST', `/devices/${here}/calls`, {
          number: first!.extensions[31],
        });
        return answer.status === 200 ? answer.body : undefined;
      },
      { deadlineMs: 20_000, what: 'calls at the recovered controller' },
    );
    await session.eventsUntil((read) =>
      read.some((e) => e.category === 'CALL_EVENT' && e.objectId === here && e.type === 'CALL_ORIGINATED' && e.source === 'live'),
    );
    await session.ask('POST', `/devices/${here}/calls/${call.localCallId}/clear`, {});
    await session.ask('DELETE');
  });

  it('R-ORC-04 the worker dies: instances go on, the next worker adopts them', async () => {
    const { pids, tenant } = runFile();
    const instance = runFile().tenant.instances[0]!;
    const session = await TestSession.open();
    process.kill(pids['worker']!, 'SIGKILL');
    await eventually(() => Promise.resolve(!alive(pids['worker']!) || undefined), {
      deadlineMs: 10_000,
      what: 'the end of the worker',
    });
    expect((await session.ask('POST', '/keepalive', {})).status).toBe(200);
    await eventually(() => Promise.resolve(runFile().pids['worker'] !== pids['worker'] || undefined), {
      deadlineMs: 30_000,
      what: 'another worker',
    });
    const client = adminClient();
    const operation = await client.restartInstance(tenant.slug, instance.id);
    const ended = await client.waitOperation(operation.id, { timeoutSeconds: 60 });
    expect(ended).toMatchObject({ state: 'succeeded' });
    // acknowledged means kept: the same session at the next incarnation
    await eventually(async () => ((await session.ask('POST', '/keepalive', {})).status === 200 ? true : undefined), {
      deadlineMs: 20_000,
      what: 'the session at the next incarnation',
    });
    await session.ask('DELETE');
  });

  it('R-SES-07 R-RES-05 kill -9 of the instance: same session id, monitors again, the gap named, no seq twice', async () => {
    const controller = runFile().tenant.controllers[1]!;
    const session = await TestSession.open();
    const objectId = await session.phone(controller.address, controller.extensions[40]!);
    await session.ask('POST', '/monitors', { objectId });
    const before = await session.eventsUntil((read) => read.some((e) => e.type === 'MONITOR_SET'));
    const client = adminClient();
    const epochsSeen = async () => {
      const page = await simulator<{ controllers: { links: { epoch: string }[] }[] }>('GET', '/v1/controllers');
      return page.body.controllers.flatMap((c) => c.links.map((l) => l.epoch)).join();
    };
    const epochs = await epochsSeen();
    const instance = await client.getInstance(runFile().tenant.slug, runFile().tenant.instances[0]!.id);
    const running = Number(instance.status.pid);
    expect(running).toBeGreaterThan(1);
    process.kill(running, 'SIGKILL');
    await eventually(async () => ((await session.ask('POST', '/keepalive', {})).status === 200 ? true : undefined), {
      deadlineMs: 30_000,
      what: 'the session after the crash',
    });
    const after = await session.eventsUntil(
      (read) => read.some((e) => e.category === 'GAP') && read.some((e) => e.type === 'MONITOR_SET'),
    );
    expect(after.find((e) => e.category === 'GAP')).toMatchObject({ reason: 'restart', objectIds: [objectId] });
    const keys = [...before, ...after].map((e) => `${e.epoch.major}.${e.epoch.minor}.${e.seq}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await epochsSeen()).not.toBe(epochs);
    // the monitor is back: a call is told live
    const call = await eventually(
      async () => {
        const answer = await session.ask<{ localCallId: number }>('POST', `/devices/${objectId}/calls`, {
          number: controller.extensions[41],
        });
        return answer.status === 200 ? answer.body : undefined;
      },
      { deadlineMs: 20_000, what: 'calls after the crash' },
    );
    await session.eventsUntil((read) => read.some((e) => e.type === 'CALL_ORIGINATED' && e.source === 'live'));
    await session.ask('POST', `/devices/${objectId}/calls/${call.localCallId}/clear`, {});
    await session.ask('DELETE');
  });

  it('R-ORC-06 the orchestrator dies: sessions, calls and new log-ins go on', async () => {
    const { pids } = runFile();
    process.kill(pids['orchestrator']!, 'SIGKILL');
    const session = await TestSession.open();
    expect((await session.ask('POST', '/keepalive', {})).status).toBe(200);
    await session.ask('DELETE');
    await eventually(() => Promise.resolve(runFile().pids['orchestrator'] !== pids['orchestrator'] || undefined), {
      deadlineMs: 30_000,
      what: 'another orchestrator',
    });
    await eventually(
      () =>
        adminClient()
          .listTenants()
          .then(
            () => true,
            () => undefined,
          ),
      { deadlineMs: 30_000, what: 'the control API' },
    );
  });
});
