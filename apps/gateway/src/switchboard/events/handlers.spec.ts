/** R-CC-04, R-SES-01: a session whose events are sent cannot be read, and lives as long as its receiver shows that the application is there. */
import { describe, expect, it } from 'vitest';
import { VirtualPlant } from '../virtual-plant.fixture.js';

const HANDLER = 'a-handler';
const SECRET = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const url = 'https://app.example/events';

function withHandler(kind: 'webhook' | 'soap'): { plant: VirtualPlant; sessionId: number; lives: () => boolean } {
  const plant = new VirtualPlant().up();
  const sessionId = plant.login();
  const outcome =
    kind === 'webhook'
      ? plant.run({ name: 'setEventHandler', request: { sessionId, url }, entropy: { handlerId: HANDLER, secret: SECRET } })
      : plant.run({
          name: 'registerEventHandler',
          request: { sessionId, eventHandlerURL: url },
          entropy: { handlerId: HANDLER },
        });
  expect(outcome.ok).toBe(true);
  return { plant, sessionId, lives: () => plant.switchboard.report().sessions.used === 1 };
}
const tell = (plant: VirtualPlant, sessionId: number, disabled: string | undefined) =>
  plant.input({ kind: 'handler-change', sessionId, handlerId: HANDLER, disabled });

describe('sessions with an event handler', () => {
  it('R-CC-04 cannot be read meanwhile, one event or a page', () => {
    const { plant, sessionId } = withHandler('webhook');
    const refusal = { ok: false, refusal: { code: 'EVENT_HANDLER_SET' } };
    expect(plant.run({ name: 'getEvents', request: { sessionId, waitMs: 0, max: 10 } })).toMatchObject(refusal);
    expect(plant.run({ name: 'nextEvent', request: { sessionId } })).toMatchObject(refusal);
  });

  it('R-SES-01 a webhook that has answered its challenge keeps the session, also while it is silent; given up, no longer', () => {
    const { plant, sessionId, lives } = withHandler('webhook');
    tell(plant, sessionId, undefined);
    plant.pass(120_000);
    expect(lives()).toBe(true);
    tell(plant, sessionId, 'the receiver answered 410');
    plant.pass(29_000);
    expect(lives()).toBe(true);
    plant.pass(2000);
    expect(lives()).toBe(false);
  });

  it('R-SES-01 S-49 one that has proven nothing does not: neither a webhook nor a handler over SOAP; what that takes does', () => {
    const unproven = withHandler('webhook');
    unproven.plant.pass(31_000);
    expect(unproven.lives()).toBe(false);

    const { plant, sessionId, lives } = withHandler('soap');
    plant.pass(20_000);
    plant.input({ kind: 'handled', sessionId, handlerId: HANDLER, seq: 0 });
    plant.pass(29_000);
    expect(lives()).toBe(true);
    plant.pass(2000);
    expect(lives()).toBe(false);
  });
});
