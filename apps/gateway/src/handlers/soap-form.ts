/**
 * Events by SOAP, as applications written for the original take them: the application hosts EventHandlerCCService or AdvEventHandlerCCService
 * and is called with one event at a time. It answers whether it took it; only true is an acknowledgement.
 */
import { placeEvent, type EventPage } from '../event-page.js';
import { type EventFamily, soapEvent } from '../northbound/soap/event-form.js';
import { messageId, type Message, type MessageForm } from './message-form.js';
import { callHeaders, readReturn, requestEnvelope } from './soap-call.js';

function soapForm(service: string, operation: string, family: EventFamily): MessageForm {
  return {
    eventsMax: 1,
    message(page: EventPage, handlerId: string, replays: number): Message | undefined {
      const { epoch, firstSeq, cursorSeq, entries } = page;
      const oldest = entries[0]!;
      // a gap has no form there, as in getEvent (design.md 10); it is among the dead letters
      const event = soapEvent(placeEvent(oldest.body, epoch, firstSeq), family);
      if (event === undefined) return undefined;
      const body = requestEnvelope(service, operation, { ...event, result: true });
      return { id: messageId(page, handlerId, replays), body, firstSeq, lastSeq: cursorSeq, events: 1, oldest };
    },
    headers: () => callHeaders(operation),
    verdict(status, body) {
      const returned = readReturn(operation, status, body);
      if (returned === undefined) return 'refused';
      return returned ? 'taken' : 'declined';
    },
  };
}

export const SOAP_FORM = soapForm('EventHandlerCCService', 'handleEvent', 'standard');
export const SOAP_ADVANCED_FORM = soapForm('AdvEventHandlerCCService', 'advHandleEvent', 'advanced');
