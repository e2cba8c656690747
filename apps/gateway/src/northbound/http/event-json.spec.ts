import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApplicationEvent, CallEvent } from '#contracts/application-api';
import { eventJson, eventsJson } from './event-json.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const place = { seq: fc.integer({ min: 1 }), epoch: fc.record({ major: fc.nat(), minor: fc.nat() }) };
const call = fc.record({
  ...place,
  category: fc.constant('CALL_EVENT' as const),
  type: fc.constant('CALL_RECEIVED' as const),
  eventId: text,
  eventTime: fc.nat(),
  source: fc.constant('live' as const),
  cause: text,
  callState: fc.constant('RECEIVED' as const),
  icpId: fc.nat(),
  objectId: fc.nat(),
  localCallId: fc.nat(),
  globalCallId: fc.option(text),
  devices: fc.array(fc.record({ role: text, attributes: fc.dictionary(text, text) }), { maxLength: 3 }),
  featuresAllowed: fc.constant<CallEvent['featuresAllowed']>(['ANSWER_CALL']),
});
const gap = fc.record({
  ...place,
  category: fc.constant('GAP' as const),
  type: fc.constant('EVENT_GAP' as const),
  eventId: text,
  eventTime: fc.nat(),
  source: fc.constant('synthetic' as const),
  objectIds: fc.array(fc.nat(), { maxLength: 3 }),
  since: fc.nat(),
  lost: fc.option(fc.nat()),
  reason: fc.constant('overflow' as const),
});

it('another event is never taken for one that shares its list of devices', () => {
  const [one] = fc.sample(call, 1);
  const other = { ...one!, eventId: `${one!.eventId}'` };
  for (const event of [one!, other, one!]) expect(JSON.parse(eventJson(event))).toEqual(JSON.parse(JSON.stringify(event)));
});

it('means what JSON.stringify means, in ASCII; the same event at another place too', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(call, gap), { maxLength: 5 }), fc.nat(), (events, shift) => {
      const moved = events.map((event): ApplicationEvent => ({
        ...(event as ApplicationEvent),
        seq: event.seq + shift,
        epoch: { major: shift, minor: 0 },
      }));
      for (const list of [events as ApplicationEvent[], moved]) {
        const answer = { events: list, cursor: `1.0.${shift}` };
        const json = eventsJson(answer);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(answer)));
        expect(json).toMatch(/^[\x00-\x7f]*$/);
      }
    }),
  );
});
