/** The whole system as `npm start` brings it up: cold and warm start, an instance through the control API, an operation with and without the router. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { readEnvironment } from '#config/environment';
import { homeLayout } from '#config/home';
import type { OperationResponse } from '#contracts/application-api';
import { ControlApiClient } from '#contracts/control-api-client';
import { INTERNAL_HEADERS } from '#contracts/routing';
import { RunFileSchema, type RunFile } from '#contracts/run-file';
import { median, type Figure } from '../figure.js';

const READY_WITHIN_MS = 180_000;
const ROUND_TRIPS = 800;

async function start(home: string): Promise<{ readonly launcher: ChildProcess; readonly ms: number }> {
  const since = performance.now();
  const launcher = fork(resolve(readEnvironment().cloneRoot, 'tools/start.mjs'), ['--home', home], { stdio: 'ignore' });
  while (!existsSync(join(home, 'run.json'))) {
    if (launcher.exitCode !== null) throw new Error('the launcher ended at its start');
    if (performance.now() - since > READY_WITHIN_MS) throw new Error('the system was not ready in time');
    await delay(10);
  }
  return { launcher, ms: performance.now() - since };
}

async function stop(launcher: ChildProcess): Promise<void> {
  const ended = once(launcher, 'exit');
  launcher.kill('SIGINT');
  await ended;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < ROUND_TRIPS + 100; index++) {
    const since = performance.now();
    await work();
    if (index >= 100) times.push(performance.now() - since);
  }
  return median(times);
}

/** The same look-up through the edge and at the instance itself. */
async function roundTrips(run: RunFile, home: string): Promise<{ readonly routed: number; readonly direct: number }> {
  const layout = homeLayout(home);
  const edge = new Agent({ connections: 1, connect: { ca: readFileSync(run.edge.caFile, 'utf8') } });
  const instance = run.tenant.instances[0]!;
  const files = layout.certificate('router');
  const inside = new Agent({
    connections: 1,
    connect: {
      ca: readFileSync(layout.caFile, 'utf8'),
      cert: readFileSync(files.certFile, 'utf8'),
      key: readFileSync(files.keyFile, 'utf8'),
      servername: `i-${instance.id}.cordboard.internal`,
    },
  });
  const routedBase = `${run.edge.https.replace(/\/$/, '')}/t/${run.tenant.slug}/v1/sessions`;
  const directBase = `https://${instance.address}:9443/v1/sessions`;
  const ask = async <T>(dispatcher: Agent, url: string, headers: Record<string, string>, body?: object): Promise<T> => {
    const answer = await request(url, {
      dispatcher,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${url} was answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text) as T;
  };
  const { name, applicationPassword, localPassword } = run.tenant.application;
  const session = await ask<OperationResponse<'login'>>(
    edge,
    routedBase,
    {},
    { companyName: run.tenant.companyName, applicationName: name, applicationPassword, localPassword },
  );
  const headers = { authorization: `Bearer ${session.token}` };
  const controller = run.tenant.controllers[0]!;
  const { icpId } = await ask<OperationResponse<'getIcpId'>>(
    edge,
    `${routedBase}/${session.sessionId}/controllers?icpIpAddress=${controller.address}`,
    headers,
  );
  const path = `/${session.sessionId}/controllers/${icpId}/phones/${controller.extensions[0]}`;
  const trusted = {
    ...headers,
    [INTERNAL_HEADERS.tenant]: run.tenant.id,
    [INTERNAL_HEADERS.instance]: instance.id,
    [INTERNAL_HEADERS.clientAddress]: '127.0.0.1',
  };
  const direct = await timed(() => ask(inside, directBase + path, trusted));
  const routed = await timed(() => ask(edge, routedBase + path, headers));
  await edge.close();
  await inside.close();
  return { routed, direct };
}

export async function system(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'cordboard-bench-system-'));
  let running: ChildProcess | undefined;
  try {
    const cold = await start(home);
    running = cold.launcher;
    const run = RunFileSchema.parse(JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')));
    const client = new ControlApiClient({ base: run.control.base, key: run.control.adminKey });
    const { slug } = run.tenant;
    const restarts: number[] = [];
    for (let index = 0; index < 3; index++) {
      const since = performance.now();
      const operation = await client.restartInstance(slug, run.tenant.instances[0]!.id);
      const ended = await client.waitOperation(operation.id, { timeoutSeconds: 60 });
      if (ended.state !== 'succeeded') throw new Error(`the restart ended ${ended.state}`);
      restarts.push(performance.now() - since);
    }
    await delay(1000);
    const trips = await roundTrips(run, home);
    await stop(running);
    const warm = await start(home);
    running = warm.launcher;
    return [
      { name: 'system start, cold (built, new folder)', value: cold.ms / 1000, unit: 's' },
      {
        name: 'system start, warm (all state there)',
        value: warm.ms / 1000,
        unit: 's',
        goal: { at: 'most', bound: 10, source: 'R-ORC-01' },
      },
      { name: 'instance restart, asked to operation succeeded', value: median(restarts), unit: 'ms' },
      {
        name: 'operation through the router, p50',
        value: trips.routed,
        unit: 'ms',
        baseline: { name: 'without the router', value: trips.direct },
      },
    ];
  } finally {
    if (running !== undefined && running.exitCode === null) await stop(running);
    rmSync(home, { recursive: true, force: true });
  }
}
