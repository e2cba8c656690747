/** What a session asks for around its events: reading them, tickets for sockets, and who they are sent to. */
import type { Core } from '../core.js';
import { getEvents, readEvents, readOn } from './event.operations.js';
import { issueTicket } from './event-tickets.js';
import { handlerReport, registerSoapHandler, removeHandler, replay, rotateSecret, setHandler } from './handler.operations.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

const READER_NAMES = [
  'getEvents',
  'readEvents',
  'readOn',
  'issueEventTicket',
  'setEventHandler',
  'registerEventHandler',
  'rotateHandlerSecret',
  'removeEventHandler',
  'replayEvents',
  'handlerReport',
] as const;
export type ReaderName = (typeof READER_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(READER_NAMES);
export const isReader = (name: string): name is ReaderName => NAMES.has(name);

export function readerOperation(core: Core, session: Session, requestId: number, operation: OperationOf<ReaderName>): void {
  switch (operation.name) {
    case 'getEvents':
      return core.reply(requestId, getEvents(core, session, operation.request.after, operation.request.max));
    case 'readEvents':
      return core.reply(requestId, readEvents(core, session, operation.request.after, operation.request.max));
    case 'readOn':
      return core.reply(requestId, readOn(core, session, operation.request.afterSeq, operation.request.max));
    case 'issueEventTicket':
      return issueTicket(core, session, requestId, operation.entropy.ticketHash);
    case 'setEventHandler': {
      const { url, secret } = operation.request;
      const { handlerId: id, secret: made } = operation.entropy;
      const handler = { id, kind: 'webhook', url, secret: secret ?? made } as const;
      const answer = { handlerId: id, ...(secret === undefined ? { secret: made } : {}) };
      return setHandler(core, session, requestId, handler, answer);
    }
    case 'registerEventHandler':
      return registerSoapHandler(core, session, requestId, operation.entropy.handlerId, operation.request.eventHandlerURL);
    case 'rotateHandlerSecret': {
      const { secret } = operation.request;
      const made = operation.entropy.secret;
      return rotateSecret(core, session, requestId, secret ?? made, secret === undefined ? { secret: made } : {});
    }
    case 'removeEventHandler':
      return removeHandler(core, session, requestId);
    case 'replayEvents':
      return replay(core, session, requestId, operation.request.after);
    case 'handlerReport':
      return handlerReport(core, session, requestId);
  }
}
