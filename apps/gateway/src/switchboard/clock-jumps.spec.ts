import { describe, expect, it } from 'vitest';
import { makeObjectId } from './numbering.rules.js';
import { VirtualPlant } from './virtual-plant.fixture.js';

describe('a wall clock that is set', () => {
  it.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])('I12 R-CLU-06 the wall clock is set %s an hour: a command times out after its time and not before', (_name, jump) => {
    const plant = new VirtualPlant();
    plant.up();
    const sessionId = plant.login();
    plant.controller().mute = true;
    const command = plant.ask({ name: 'makeCall', request: { sessionId, objectId: makeObjectId(1, 1), number: '9' } });
    plant.wallMs += jump;
    plant.pass(plant.settings.commandTimeoutMs - 1, [sessionId]);
    expect(plant.replies.has(command)).toBe(false);
    plant.pass(1, [sessionId]);
    expect(plant.replies.get(command)).toMatchObject({ ok: false, refusal: { code: 'CONTROLLER_TIMEOUT' } });
  });
});
