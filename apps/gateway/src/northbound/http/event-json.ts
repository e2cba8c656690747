/**
 * Events as JSON. One event goes to every session that monitors the device: what is the same for all is written once and kept as long as
 * the event itself, only its place in the session's log is added. ASCII (the rest escaped), so that an answer is one byte a character.
 */
import type { ApplicationEvent, OperationResponse } from '#contracts/application-api';

interface Tail {
  readonly eventId: string;
  readonly text: string;
}
/** By the event's list of devices, which all placed copies of one event have in common; the id is compared too, so that nothing rests on that. */
const tails = new WeakMap<object, Tail>();
const ABOVE_ASCII = /[\u0080-\uffff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The members but `seq` and `epoch`, without the opening brace. */
function tailOf(event: ApplicationEvent): string {
  const { seq: _seq, epoch: _epoch, ...rest } = event;
  return JSON.stringify(rest).replace(ABOVE_ASCII, escaped).slice(1);
}

export function eventJson(event: ApplicationEvent): string {
  let tail: string;
  if (event.category === 'CALL_EVENT') {
    const known = tails.get(event.devices);
    tail = known?.eventId === event.eventId ? known.text : tailOf(event);
    if (known?.text !== tail) tails.set(event.devices, { eventId: event.eventId, text: tail });
  } else tail = tailOf(event);
  return `{"seq":${event.seq},"epoch":{"major":${event.epoch.major},"minor":${event.epoch.minor}},${tail}`;
}

/** The answer of getEvents, as `JSON.stringify` would mean it. */
export function eventsJson({ events, cursor }: OperationResponse<'getEvents'>): string {
  let text = '{"events":[';
  for (let at = 0; at < events.length; at += 1) text += at === 0 ? eventJson(events[at]!) : `,${eventJson(events[at]!)}`;
  return `${text}],"cursor":"${cursor}"}`;
}
