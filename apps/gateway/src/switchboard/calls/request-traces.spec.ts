import { describe, expect, it } from 'vitest';
import { makeObjectId } from '../numbering.rules.js';
import { RequestTraces } from './request-traces.js';
import { VirtualPlant } from '../virtual-plant.fixture.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OTHER = '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const UNSAMPLED = TRACE.replace(/01$/, '00');
const by = (traceparent?: string) => ({
  face: 'soap' as const,
  clientAddress: '192.0.2.1',
  ...(traceparent === undefined ? {} : { traceparent }),
});

/** What has been sent to controllers: the request's type, its target and the trace it carries. */
const sent = (plant: VirtualPlant) =>
  plant.effects.flatMap((effect) =>
    effect.kind === 'send'
      ? [[effect.request.type, 'target' in effect.request ? effect.request.target : 0, effect.traceparent] as const]
      : [],
  );
const types = (plant: VirtualPlant, traceparent: string | undefined) =>
  sent(plant).flatMap(([type, , trace]) => (trace === traceparent ? [type] : []));

describe('R-LOG-01 the trace of a request goes to the controller', () => {
  it('with a command, and with none of the next application that sends no trace', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1001);
    plant.effects.length = 0;
    plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '1002' } }, by(TRACE));
    plant.run({ name: 'holdCall', request: { sessionId, objectId, localCallId: 41 } }, by());
    plant.run({ name: 'retrieveCall', request: { sessionId, objectId, localCallId: 41 } }, by(UNSAMPLED));
    plant.run({ name: 'makeCall', request: { sessionId, objectId, number: '1003', idempotencyKey: 'k' } }, by(OTHER));
    expect(sent(plant)).toEqual([
      ['MAKE_CALL', 1001, TRACE],
      ['HOLD_CALL', 1001, undefined],
      ['RETRIEVE_CALL', 1001, undefined],
      ['MAKE_CALL', 1001, OTHER],
    ]);
  });

  it('with everything that one request asks for: the look-up, and each page of the query after it', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.controller().items = ['1', '2', '3'].map((value) => ({ word: 'BUTTON', value }));
    plant.effects.length = 0;
    plant.run({ name: 'getDeviceConfiguration', request: { sessionId, icpId: 1, primeDn: '1001' } }, by(TRACE));
    plant.run({ name: 'getDeviceConfiguration', request: { sessionId, icpId: 1, primeDn: '1001' } }, by());
    expect(types(plant, TRACE)).toEqual(['LOOKUP_DEVICE', 'QUERY', 'QUERY']);
    expect(types(plant, undefined)).toEqual(['LOOKUP_DEVICE', 'QUERY', 'QUERY']);
  });

  it('with the start of a monitor that waits for its turn, once: what the gateway asks for itself has none', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    const objectIds = Array.from({ length: 30 }, (_, index) => makeObjectId(1, 2001 + index));
    plant.effects.length = 0;
    plant.ask({ name: 'setMonitors', request: { sessionId, objectIds } }, by(TRACE));
    plant.pass(3000, [sessionId]);
    const starts = () => sent(plant).filter(([type]) => type === 'MONITOR_START');
    expect(starts()).toHaveLength(30);
    expect(starts().every(([, , trace]) => trace === TRACE)).toBe(true);
    expect(sent(plant).filter(([type, , trace]) => type === 'SNAPSHOT_CALLS' && trace !== undefined)).toEqual([]);
    plant.effects.length = 0;
    plant.down().up();
    plant.pass(3000, [sessionId]);
    expect(starts()).toHaveLength(30);
    expect(
      starts().every(([, , trace]) => trace === undefined),
      'set again by the gateway',
    ).toBe(true);
  });

  it('not with the monitor of a later application, when the one that was asked for with a trace was given up', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    for (let each = 0; each < 20; each += 1)
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, 1001 + each) } });
    const objectId = makeObjectId(1, 1100);
    plant.effects.length = 0;
    plant.ask({ name: 'monitorObject', request: { sessionId, objectId } }, by(TRACE));
    plant.ask({ name: 'stopMonitor', request: { sessionId, objectId } }, by());
    plant.pass(60_000, [sessionId]);
    plant.ask({ name: 'monitorObject', request: { sessionId: plant.login(), objectId } }, by());
    plant.pass(1000, [sessionId]);
    expect(
      sent(plant)
        .filter(([type]) => type === 'MONITOR_START')
        .at(-1),
    ).toEqual(['MONITOR_START', 1100, undefined]);
  });

  it('and is forgotten with the answer; of too many under way the oldest are', () => {
    const traces = new RequestTraces();
    traces.begin(1, TRACE);
    traces.end(1);
    expect(traces.of(1)).toBeUndefined();
    for (let requestId = 1; requestId <= 10_001; requestId += 1) traces.begin(requestId, TRACE);
    expect([traces.of(1), traces.of(2)]).toEqual([undefined, TRACE]);
  });
});
