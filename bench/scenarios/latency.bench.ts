/**
 * From the write of an event at the controller to its coming out of a WebSocket, at three rates, beside R1. The events carry the time at
 * which they were written. Both processes are asked in turns, so that at the highest rate each has the machine to itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { median, quantile, type Figure } from '../figure.js';
import { openRig, type Peer, type Rig } from '../rig.js';
import { inTurns } from '../rounds.js';
import { clockMicros, STAMP } from '../stamp.js';
import { gatewayClient, linked, rawClient, type PushClient } from './gateway-client.js';

const PHONES = 60;
const RATES = [175, 2000, 10_000];
const ROUNDS = 3;
const WARM_UP_MS = 500;
const WINDOW_MS = 1500;
const SOURCE = 'performance.md';
/** Of the instance at 10,000 a second. */
const PROFILE =
  'half of what kept the process for longer than 1.5 ms was garbage collection, of all objects above all; of all CPU: writes 18 %, collection 16 %, JSON of events 12 % (2026-11-28)';

/** A session that monitors all phones, and the times of what its socket brings. */
async function follow(rig: Rig, client: PushClient) {
  const times: number[] = [];
  const session = await client.session();
  for (const dn of rig.extensions) await client.monitor(session, await client.phone(dn));
  let rest = '';
  await client.socket(session, (piece) => {
    const now = clockMicros();
    const text = rest + piece;
    for (const [, stamp] of text.matchAll(STAMP)) times.push((now - Number(stamp)) / 1000);
    const last = text.lastIndexOf('@');
    rest = last >= 0 && text.length - last < 17 ? text.slice(last) : '';
  });
  return times;
}

const window = (rig: Rig, peer: Peer, times: number[], perSecond: number) => async () => {
  await rig.emit(peer, perSecond);
  await delay(WARM_UP_MS);
  times.length = 0;
  await delay(WINDOW_MS);
  const measured = [...times];
  await rig.emit(peer, null);
  return measured;
};

export async function latency(): Promise<Figure[]> {
  const rig = await openRig({ phones: PHONES, lineSource: true });
  try {
    const [raw, gateway] = [await rig.baseline('raw-push'), await rig.gateway()];
    const [rawSide, gatewaySide] = [rawClient(rig, raw, 2), gatewayClient(rig, gateway, 2)];
    await linked(gatewaySide, rig.extensions[0]!);
    const times = { raw: await follow(rig, rawSide), gateway: await follow(rig, gatewaySide) };
    const figures: Figure[] = [];
    for (const perSecond of RATES) {
      const { baseline, subject } = await inTurns(
        ROUNDS,
        window(rig, raw, times.raw, perSecond),
        window(rig, gateway, times.gateway, perSecond),
      );
      const pair = (of: (times: readonly number[]) => number) => ({
        value: median(subject.map(of)),
        baseline: { name: 'R1', value: median(baseline.map(of)) },
      });
      const came = median(subject.map((one) => (one.length * 1000) / WINDOW_MS));
      figures.push(
        {
          name: `event latency at ${perSecond}/s, p50`,
          unit: 'ms',
          ...pair(median),
          goal: { at: 'most', bound: 1.5, source: SOURCE },
          profile: PROFILE,
          remark: `${came.toFixed(0)} a second came`,
        },
        {
          name: `event latency at ${perSecond}/s, p99`,
          unit: 'ms',
          ...pair((one) => quantile(one, 0.99)),
          goal: { at: 'most', bound: 2, source: SOURCE },
          profile: PROFILE,
        },
      );
    }
    await rawSide.close();
    await gatewaySide.close();
    return figures;
  } finally {
    await rig.close();
  }
}
