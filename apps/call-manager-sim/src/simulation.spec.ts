import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enterScript, moveHand, type Script } from './scenarios/script.js';
import { Traffic } from './scenarios/traffic.js';
import { Simulation } from './simulation.js';
import { EVENT_BYTES_MAX, writeEvent } from './wire/event.encoder.js';

const HOUR_MS = 3_600_000;
const limits = { total: 1_000, shared: 1_000 };

/** Three controllers of 50 phones as `npm start` has them; every phone is monitored, every event goes into the hash as its bytes. */
function run(seed: number, stopMs: number, stepMs: number) {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(EVENT_BYTES_MAX);
  let events = 0;
  const specs = [2001, 3001, 4001].map((from, index) => ({
    bootId: index + 1,
    monitorLimits: limits,
    phones: Array.from({ length: 50 }, (_, at) => ({ dn: String(from + at), name: `Phone ${from + at}`, monitorable: true })),
  }));
  const simulation = new Simulation(specs, (monitor, happening) => {
    events += 1;
    hash.update(buffer.subarray(0, writeEvent(buffer, 0, happening, monitor.reference, monitor.sequence, 0)));
  });
  for (const phone of simulation.cluster.phones()) simulation.monitors(phone.controller).start(1, phone);
  const traffic = new Traffic(simulation, { callsPerHour: 3_000, ringMs: 4_000, talkMs: 30_000 }, seed, specs.length);
  const script: Script = {
    steps: [
      { do: 'out-of-service', dn: '2001', atMs: 60_000 },
      { do: 'in-service', dn: '2001', atMs: 120_000 },
      { do: 'call', dn: '2002', number: '4001', atMs: 150_000 },
    ],
  };
  enterScript(simulation, 'script', script, (hand, result) => hash.update(`${hand.do} ${hand.dn} ${result}`));
  for (let untilMs = stepMs; untilMs < stopMs; untilMs += stepMs) simulation.advance(untilMs);
  simulation.advance(stopMs);
  const figures = { ...traffic.figures };
  traffic.stop();
  return { digest: hash.digest('hex'), events, figures, simulation };
}

describe('the simulation in virtual time', () => {
  it('the same seed gives the same trace, to the byte, however the time is cut; another seed another', () => {
    const first = run(7, HOUR_MS, HOUR_MS);
    const again = run(7, HOUR_MS, HOUR_MS);
    const chopped = run(7, HOUR_MS, 1_337);
    expect(first.figures.begun).toBeGreaterThan(5_000);
    expect(first.events).toBeGreaterThan(6 * first.figures.begun);
    expect([again.digest, again.events]).toEqual([first.digest, first.events]);
    expect([chopped.digest, chopped.events]).toEqual([first.digest, first.events]);
    expect(run(8, HOUR_MS, HOUR_MS).digest).not.toBe(first.digest);
  });

  it('traffic comes near the rate asked for, and leaves no call of its own behind', () => {
    const { figures, simulation } = run(3, HOUR_MS, HOUR_MS);
    expect(figures.begun + figures.skipped).toBeGreaterThan(0.95 * 9_000);
    expect(figures.begun + figures.skipped).toBeLessThan(1.05 * 9_000);
    const left = simulation.cluster.phones().flatMap((phone) => phone.legs);
    for (const leg of left) expect(leg.call.caller.phone.dn).toBe('2002');
    expect(simulation.agenda.size).toBe(0);
  });

  it('monitor sequences are dense per monitor, serials do not depend on monitors', () => {
    const seen: [number, number, number][] = [];
    const spec = {
      bootId: 1,
      monitorLimits: limits,
      phones: ['1', '2'].map((dn) => ({ dn, name: '', monitorable: true })),
    };
    const simulation = new Simulation([spec], (monitor, happening) =>
      seen.push([monitor.reference, monitor.sequence, happening.serial]),
    );
    const phone = simulation.cluster.phoneByDn('1');
    if (!phone) throw new Error('no phone 1');
    moveHand(simulation, { do: 'out-of-service', dn: '1' });
    const first = simulation.monitors(0).start(1, phone).reference;
    moveHand(simulation, { do: 'in-service', dn: '1' });
    const second = simulation.monitors(0).start(2, phone).reference;
    moveHand(simulation, { do: 'out-of-service', dn: '1' });
    expect(seen).toEqual([
      [first, 1, 2],
      [first, 2, 3],
      [second, 1, 3],
    ]);
  });

  it('a script with more steps than the agenda takes enters none', () => {
    const simulation = new Simulation(
      [{ bootId: 1, monitorLimits: limits, phones: [{ dn: '1', name: '', monitorable: true }] }],
      () => undefined,
    );
    while (simulation.agenda.enter('filler', 1, () => undefined));
    expect(enterScript(simulation, 'script', { steps: [{ do: 'clear', dn: '1', atMs: 0 }] }, () => undefined)).toBe(false);
    expect(simulation.agenda.removeOwner('script')).toBe(0);
    expect(simulation.agenda.removeOwner('filler')).toBe(1_000_000);
  });
});
