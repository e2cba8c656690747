import { describe, expect, it } from 'vitest';
import { makeObjectId } from '../numbering.rules.js';
import type { CoreOperation } from '../switchboard.port.js';
import { documentOf, grantOf, VirtualPlant } from '../virtual-plant.fixture.js';

function plantAt(release: string, multiInstance = false): VirtualPlant {
  return new VirtualPlant(undefined, documentOf({ controllers: [grantOf(1, { release, multiInstance })] })).up();
}
const learn = (plant: VirtualPlant, models: Readonly<Record<number, string>>, handle?: number) =>
  plant.input({
    kind: 'device-models',
    icpId: 1,
    models: new Map(Object.entries(models).map(([device, model]) => [Number(device), model])),
    handle,
  });
const refusalOf = (plant: VirtualPlant, operation: CoreOperation) => {
  const outcome = plant.run(operation);
  return outcome.ok ? undefined : outcome.refusal;
};
const objectId = makeObjectId(1, 1001);
/** What is asked of the device: a monitor of each kind, a command, a question. */
const asking = (sessionId: number): CoreOperation[] => [
  { name: 'monitorObject', request: { sessionId, objectId } },
  { name: 'monitorFeatures', request: { sessionId, objectId } },
  { name: 'makeCall', request: { sessionId, objectId, number: '1002' } },
  { name: 'getDeviceFeatures', request: { sessionId, objectId } },
];

describe('R-SES-02 device families from a release on', () => {
  it('a model that needs a later release is neither monitored nor commanded, and both versions are named', () => {
    const plant = plantAt('9.0 SP2');
    const sessionId = plant.login();
    learn(plant, { 1001: '6905', 1002: '6920', 1003: '5330' });
    const received = plant.controller().received.length;
    for (const operation of asking(sessionId))
      expect(refusalOf(plant, operation), operation.name).toEqual({
        code: 'VERSION_NOT_SUPPORTED',
        detail:
          'a device of model 6905 needs gateway 4.1 SP3 and a controller of release 9.0 SP3, or later; this is gateway 4.1 SP5 with a controller of release 9.0 SP2',
      });
    expect(plant.controller().received, 'the controller was asked nothing').toHaveLength(received);
    plant.monitor(sessionId, 1002);
    plant.monitor(sessionId, 1003);
    plant.monitor(sessionId, 1004);
    expect(
      refusalOf(plantWith('9.0 SP3', '6905'), { name: 'monitorObject', request: { sessionId: 1, objectId } }),
    ).toBeUndefined();
  });

  it.each(['ANALOGUE', 'MICOLLAB_ACD_SOFTPHONE'])('%s is for data access alone', (model) => {
    const plant = plantWith('9.1 SP1', model);
    for (const operation of asking(1))
      expect(refusalOf(plant, operation), operation.name).toEqual({
        code: 'FEATURE_NOT_ALLOWED',
        detail: `a device of model ${model} is for data access alone: this is gateway 4.1 SP5 with a controller of release 9.1 SP1`,
      });
  });

  it('one device of a bulk request is refused by itself; a monitor that stands goes on, and is given back', () => {
    const plant = plantAt('9.1');
    const sessionId = plant.login();
    plant.monitor(sessionId, 1005);
    learn(plant, { 1001: 'ANALOGUE', 1005: 'ANALOGUE' });
    const bulk = { sessionId, objectIds: [objectId, makeObjectId(1, 1002)] };
    const started = plant.run({ name: 'setMonitors', request: bulk });
    expect(started).toMatchObject({ ok: true, value: { done: 0, refused: [{ objectId, code: 'FEATURE_NOT_ALLOWED' }] } });
    expect(plant.run({ name: 'stopMonitor', request: { sessionId, objectId: makeObjectId(1, 1005) } }).ok).toBe(true);
  });

  it('what a controller tells anew counts: of one device, and of all; a model nobody knows restricts nothing', () => {
    const plant = plantWith('9.1', 'ANALOGUE');
    const monitor: CoreOperation = { name: 'monitorObject', request: { sessionId: 1, objectId } };
    learn(plant, { 1002: 'ANALOGUE' }, 1002);
    expect(refusalOf(plant, monitor)?.code).toBe('FEATURE_NOT_ALLOWED');
    learn(plant, { 1001: 'NEWEST' }, 1001);
    expect(refusalOf(plant, monitor)).toBeUndefined();
    learn(plant, { 1003: 'ANALOGUE' });
    plant.monitor(1, 1002);
    expect(refusalOf(plant, { name: 'monitorObject', request: { sessionId: 1, objectId: makeObjectId(1, 1003) } })?.code).toBe(
      'FEATURE_NOT_ALLOWED',
    );
  });

  it('controllers of the multi-instance platform count their releases otherwise: nothing is known against their devices', () => {
    const plant = plantAt('2.0 SP1', true);
    const sessionId = plant.login();
    learn(plant, { 1001: '6920' });
    expect(refusalOf(plant, asking(sessionId)[0]!)).toBeUndefined();
  });
});

/** With session 1 logged in, where 1001 is of this model. */
function plantWith(release: string, model: string): VirtualPlant {
  const plant = plantAt(release);
  plant.login();
  learn(plant, { 1001: model });
  return plant;
}
