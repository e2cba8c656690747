import { describe, expect, it } from 'vitest';
import { makeObjectId } from '../numbering.rules.js';
import { application, documentOf, VirtualPlant } from '../virtual-plant.fixture.js';

const document = () => documentOf({ applications: [application('bulk'), application('one')] });

/** A plant at whose controller one application waits for as many monitors as fit, from ten sessions, and another one logs in. */
function crowded() {
  const plant = new VirtualPlant(undefined, document()).up();
  const login = (applicationName: string): number => {
    const outcome = plant.tryLogin({ applicationName });
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    return (outcome.value as { sessionId: number }).sessionId;
  };
  const sessions = Array.from({ length: 10 }, () => login('bulk'));
  let device = 0;
  for (const sessionId of sessions)
    for (let count = 0; count < 490; count += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, (device += 1)) } });
  return { plant, sessions, one: login('one') };
}

describe('monitors of several applications', () => {
  it('R-MON-03 one that sets thousands does not keep another one waiting that sets one', () => {
    const { plant, sessions, one } = crowded();
    expect(plant.switchboard.report().controllers[0]!.queues.startsWaiting).toBeGreaterThan(4800);
    const requestId = plant.ask({ name: 'monitorObject', request: { sessionId: one, objectId: makeObjectId(1, 4_000_000) } });
    plant.pass(1100, [...sessions, one]);
    expect(plant.replies.get(requestId)).toMatchObject({ ok: true });
    expect(plant.controller().monitors.size).toBeLessThan(50);
  });

  it('R-MON-03 nor one that wants a device for which the other waits already', () => {
    const { plant, sessions, one } = crowded();
    const requestId = plant.ask({ name: 'monitorObject', request: { sessionId: one, objectId: makeObjectId(1, 489) } });
    plant.pass(1100, [...sessions, one]);
    expect(plant.replies.get(requestId)).toMatchObject({ ok: true });
  });

  it('R-MON-03 after a lost link what each application holds is set again in turns', () => {
    const { plant, sessions, one } = crowded();
    const request = { sessionId: one, objectId: makeObjectId(1, 489) };
    plant.ask({ name: 'monitorObject', request });
    plant.pass(60_000, [...sessions, one]);
    expect(plant.controller().monitors.size).toBeGreaterThan(1000);
    plant.down().up();
    plant.pass(1100, [...sessions, one]);
    expect(plant.controller().monitors.size).toBeLessThan(50);
    expect([...plant.controller().monitors.values()].some(({ handle }) => handle === 489)).toBe(true);
  });
});
