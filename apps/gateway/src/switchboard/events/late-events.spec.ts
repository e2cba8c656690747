/** R-CC-08: events that come twice, or after what they tell of is over, change nothing and are told to nobody. */
import { describe, expect, it } from 'vitest';
import { typesOf, VirtualPlant } from '../virtual-plant.fixture.js';

const CALL = { localCallId: 5, globalCallId: 77n };

describe('events of a controller', () => {
  it('R-CC-08 one that comes twice is told once', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', CALL);
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected', CALL);
    // holding a held call again is nothing that the states of a call forbid
    const [message] = plant.controller().event(1, 'HELD', 'UNKNOWN', 'hold', CALL);
    for (let times = 0; times < 3; times += 1) plant.input({ kind: 'message', icpId: 1, message: message! });
    expect(typesOf(plant.read(sessionId).events)).toEqual(['MONITOR_SET', 'CALL_RECEIVED', 'CALL_ESTABLISHED', 'CALL_HELD']);
  });

  it('R-CC-08 one that comes after the end of its call does not bring it back; a new call under its number is another one', () => {
    const plant = new VirtualPlant().up();
    const sessionId = plant.login();
    plant.monitor(sessionId, 1);
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', CALL);
    plant.event(1, 'CLEARED', 'CLEARED', 'null', CALL);
    const { cursor } = plant.read(sessionId);
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', CALL);
    plant.event(1, 'ESTABLISHED', 'ANSWERED', 'connected', CALL);
    expect(plant.read(sessionId, cursor).events).toEqual([]);
    expect(plant.effects).toContainEqual(
      expect.objectContaining({ kind: 'note', text: 'a late event was dropped: the later state stands' }),
    );
    plant.event(1, 'RECEIVED', 'NEW_CALL', 'alerting', { ...CALL, globalCallId: 78n });
    expect(typesOf(plant.read(sessionId, cursor).events)).toEqual(['CALL_RECEIVED']);
  });
});
