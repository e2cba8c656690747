/**
 * Monitors set: the first of each phone, which goes to the controller under the pace (20 a second, always), against that pace; and further
 * sessions on phones that are monitored already, which the gateway settles by itself, beside R1.
 */
import { MONITOR_STARTS_PER_SECOND } from '#domain/limits';
import { type Figure } from '../figure.js';
import { cpuSecondsOf } from '../process-cost.js';
import { openRig } from '../rig.js';
import { gatewayClient, linked, rawClient, type BenchClient } from './gateway-client.js';

const PHONES = 200;
const SESSIONS = 40;
const CONNECTIONS = 16;

async function join(client: BenchClient, pid: number, handles: readonly number[]) {
  const sessions: number[] = [];
  for (let index = 0; index < SESSIONS; index += 1) sessions.push(await client.session());
  const cpu = cpuSecondsOf(pid);
  const since = performance.now();
  const work = sessions.flatMap((session) => handles.map((handle) => ({ session, handle })));
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, lane) => {
      for (let at = lane; at < work.length; at += CONNECTIONS) await client.monitor(work[at]!.session, work[at]!.handle);
    }),
  );
  return {
    perSecond: (work.length * 1000) / (performance.now() - since),
    perCpuSecond: work.length / (cpuSecondsOf(pid) - cpu),
  };
}

async function handlesOf(client: BenchClient, extensions: readonly string[]): Promise<number[]> {
  const handles: number[] = [];
  for (const dn of extensions) handles.push(await client.phone(dn));
  return handles;
}

export async function monitors(): Promise<Figure[]> {
  const rig = await openRig({ phones: PHONES });
  try {
    const [raw, gateway] = [await rig.baseline('raw-gateway'), await rig.gateway()];
    const [rawSide, gatewaySide] = [rawClient(rig, raw, CONNECTIONS), gatewayClient(rig, gateway, PHONES)];
    await linked(gatewaySide, rig.extensions[0]!);
    const [rawHandles, handles] = [await handlesOf(rawSide, rig.extensions), await handlesOf(gatewaySide, rig.extensions)];
    const [rawFirst, first] = [await rawSide.session(), await gatewaySide.session()];
    const since = performance.now();
    await Promise.all(handles.map((handle) => gatewaySide.monitor(first, handle)));
    const seconds = (performance.now() - since) / 1000;
    for (const handle of rawHandles) await rawSide.monitor(rawFirst, handle);
    const [baseline, subject] = [await join(rawSide, raw.pid, rawHandles), await join(gatewaySide, gateway.pid, handles)];
    await rawSide.close();
    await gatewaySide.close();
    return [
      {
        name: `${PHONES} monitors of one controller set`,
        value: seconds,
        unit: 's',
        baseline: { name: 'the pace', value: PHONES / MONITOR_STARTS_PER_SECOND },
        goal: { at: 'most', bound: 1.02, source: 'performance.md' },
      },
      {
        name: `monitors set per second, phones monitored already`,
        value: subject.perSecond,
        unit: '/s',
        baseline: { name: 'R1', value: baseline.perSecond },
        remark: 'each is in the journal before its answer; R1 keeps nothing',
      },
      {
        name: 'the same, per CPU-second of the gateway',
        value: subject.perCpuSecond,
        unit: '/CPU-s',
        baseline: { name: 'R1', value: baseline.perCpuSecond },
      },
    ];
  } finally {
    await rig.close();
  }
}
