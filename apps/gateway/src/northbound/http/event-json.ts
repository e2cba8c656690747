/**
 * Events as JSON. One event goes to every session that monitors the device: what is the same for all is written once and kept with the
 * event itself, only its place in the session's log is added. ASCII (the rest escaped), so that an answer is one byte a character.
 */
import { cursorText, type EventPage } from '../../event-page.js';

/** What stands between the sequence number of an event of this page and its body. */
const between = ({ epoch }: EventPage): string => `,"epoch":{"major":${epoch.major},"minor":${epoch.minor}},`;

/** The answer of getEvents, as `JSON.stringify` would mean it. */
export const pageJson = (page: EventPage): string => `{${pageMembers(page)}}`;

/** The same without the braces, for who adds members of its own. */
export function pageMembers(page: EventPage): string {
  const { entries, firstSeq, epoch, cursorSeq } = page;
  const middle = between(page);
  let text = '"events":[';
  for (let at = 0; at < entries.length; at += 1)
    text += `${at === 0 ? '' : ','}{"seq":${firstSeq + at}${middle}${entries[at]!.json}`;
  return `${text}],"cursor":"${cursorText(epoch, cursorSeq)}"`;
}

/** Server-sent events: one message each, its cursor as id. */
export function pageMessages(page: EventPage): string {
  const { entries, firstSeq, epoch } = page;
  const middle = between(page);
  const prefix = cursorText(epoch, 0).slice(0, -1);
  let text = '';
  for (let at = 0; at < entries.length; at += 1) {
    const seq = firstSeq + at;
    text += `id: ${prefix}${seq}\ndata: {"seq":${seq}${middle}${entries[at]!.json}\n\n`;
  }
  return text;
}
