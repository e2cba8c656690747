import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallEvent } from '#contracts/application-api';
import { entryOf, type EventBody } from '../../event-entry.js';
import { eventsOf } from '../../event-page.js';
import { pageJson, pageMessages } from './event-json.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const place = fc.record({ seq: fc.integer({ min: 1 }), epoch: fc.record({ major: fc.nat(), minor: fc.nat() }) });
const call = fc.record({
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

it('means what JSON.stringify means, in ASCII; the same event at another place too', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(call, gap), { maxLength: 5 }), place, place, (bodies, ...places) => {
      const entries = bodies.map((body) => entryOf(body as EventBody, 0));
      for (const { epoch, seq: firstSeq } of places) {
        const page = { epoch, firstSeq, entries, cursorSeq: firstSeq + entries.length - 1, atEnd: true };
        const events = bodies.map((body, at) => ({ ...body, seq: firstSeq + at, epoch }));
        const answer = { events, cursor: `${epoch.major}.${epoch.minor}.${page.cursorSeq}` };
        expect(eventsOf(page)).toEqual(events);
        const json = pageJson(page);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(answer)));
        expect(json).toMatch(/^[\x00-\x7f]*$/);
        const messages = pageMessages(page).split('\n\n').slice(0, -1);
        const told = messages.map((message) => /^id: (\S+)\ndata: (.*)$/.exec(message)!);
        expect(told.map(([, id, data]) => ({ id, data: JSON.parse(data!) as unknown }))).toEqual(
          answer.events.map((event) => ({
            id: `${epoch.major}.${epoch.minor}.${event.seq}`,
            data: JSON.parse(JSON.stringify(event)) as unknown,
          })),
        );
      }
    }),
  );
});
