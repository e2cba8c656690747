/** What a handler is sent, by its kind. */
import type { EventEntry } from '../event-entry.js';
import type { EventPage } from '../event-page.js';
import { pageMembers } from '../northbound/http/event-json.js';
import type { EventHandler } from '../switchboard/switchboard.port.js';
import { signaturesOf } from './signature.js';

/** One message: the same at every try. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: number;
  readonly oldest: EventEntry;
}

/** `declined`: the receiver has read it and says that it does not take it; `refused`: anything else that is no acknowledgement. */
export type Verdict = 'taken' | 'declined' | 'refused';

export interface MessageForm {
  /** Events in one message. */
  readonly eventsMax: number;
  /** undefined: nothing of the page can be said in this form; it counts as taken. */
  message(page: EventPage, handlerId: string, replays: number): Message | undefined;
  headers(message: Message, handler: EventHandler, wallMs: number): Record<string, string>;
  verdict(status: number, body: string): Verdict;
}

/** The body is fixed for all tries, so its time is that of its first making: when the newest event of it happened. */
const timestampOf = (page: EventPage): string => new Date(page.entries.at(-1)!.eventTime).toISOString();

/** The same at every try, another after a replay. */
export const messageId = ({ epoch, firstSeq, cursorSeq }: EventPage, handlerId: string, replays: number): string =>
  `${handlerId}.${epoch.major}.${epoch.minor}.${firstSeq}-${cursorSeq}${replays === 0 ? '' : `.r${replays}`}`;

/** Standard Webhooks: many events in one signed message. No session id is in it, which over SOAP is all that is asked for. */
export const WEBHOOK_FORM: MessageForm = {
  eventsMax: 100,
  message(page, handlerId, replays) {
    const { firstSeq, cursorSeq, entries } = page;
    const id = messageId(page, handlerId, replays);
    const body = `{"type":"cordboard.events","timestamp":"${timestampOf(page)}","data":{"handlerId":"${handlerId}",${pageMembers(page)}}}`;
    return { id, body, firstSeq, lastSeq: cursorSeq, events: entries.length, oldest: entries[0]! };
  },
  headers: (message, handler, wallMs) => webhookHeaders(message.id, message.body, handler, wallMs),
  verdict: (status) => (status >= 200 && status < 300 ? 'taken' : 'refused'),
};

export function webhookHeaders(
  id: string,
  body: string,
  { secret, previous }: EventHandler,
  wallMs: number,
): Record<string, string> {
  const timestamp = Math.floor(wallMs / 1000);
  const secrets = [secret!, ...(previous !== undefined && previous.untilMs > wallMs ? [previous.secret] : [])];
  return {
    'content-type': 'application/json',
    'user-agent': 'cordboard-webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signaturesOf(secrets, id, timestamp, body),
  };
}
