/**
 * Handlers (R-CC-04): a session whose events are sent instead of read. The session's log is the queue; what is kept in the journal is the
 * handler itself, how far it has acknowledged, and what could not be delivered. Who sends is outside: it is told of every change.
 */
import type { DeadLetter } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import { cursorText } from '../../event-page.js';
import { NOT_KEPT, type Core } from '../core.js';
import { positionOf } from './event.operations.js';
import { checkHandlerUrl, outboundPolicy } from './handler-url.rules.js';
import { isAdvanced } from '../sessions/session-access.js';
import type { Session } from '../sessions/session-table.js';
import type { EventHandler, HandlerKind, HandlerReport } from '../switchboard.port.js';

/** For so long both secrets sign after a rotation. */
const BOTH_SECRETS_MS = 24 * 3_600_000;
const DEAD_LETTERS_MAX = 100;

const NOT_SET: Refusal = { code: 'EVENT_HANDLER_NOT_SET', detail: 'the session has no event handler' };

export interface NewHandler {
  readonly id: string;
  readonly kind: HandlerKind;
  readonly url: string;
  readonly secret: string | undefined;
}

/**
 * Replaces the session's handler; the log begins again where reading has come to, unread events included.
 * @param answer beside the address in its one form; undefined: nothing is answered
 */
export function setHandler(core: Core, session: Session, requestId: number, asked: NewHandler, answer: object | undefined): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const checked = checkHandlerUrl(asked.url, outboundPolicy(core.document));
  if ('code' in checked) return core.refuse(requestId, checked);
  const seq = session.handler?.ackedSeq ?? session.log.handedSeq;
  // the old contract knows no challenge
  const handler: EventHandler = {
    ...asked,
    url: checked.url,
    previous: undefined,
    proven: asked.kind !== 'webhook',
    disabled: undefined,
  };
  session.handler = { facts: handler, ackedSeq: seq, keptSeq: seq, deadLetters: session.handler?.deadLetters ?? [] };
  keepHandler(core, session, true);
  core.answer(requestId, answer === undefined ? {} : { ...answer, url: handler.url }, true);
}

/**
 * Events by SOAP, one in each message: handleEvent, or advHandleEvent for a session that is advanced when it registers. An empty address
 * ends it; where no events are sent by SOAP that has been reached already.
 */
export function registerSoapHandler(core: Core, session: Session, requestId: number, id: string, url: string): void {
  if (url === '') {
    const isSoap = session.handler !== undefined && session.handler.facts.kind !== 'webhook';
    return isSoap ? removeHandler(core, session, requestId) : core.answer(requestId, {});
  }
  const kind = isAdvanced(core, session) ? 'soap-advanced' : 'soap';
  setHandler(core, session, requestId, { id, kind, url, secret: undefined }, undefined);
}

export function removeHandler(core: Core, session: Session, requestId: number): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  if (session.handler === undefined) return core.refuse(requestId, NOT_SET);
  session.handler = undefined;
  core.journal({ t: 'handler-end', sessionId: session.id });
  core.tellHandler(session);
  core.answer(requestId, {}, true);
}

export function rotateSecret(core: Core, session: Session, requestId: number, secret: string, answer: object): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const held = session.handler;
  if (held === undefined || held.facts.kind !== 'webhook') return core.refuse(requestId, NOT_SET);
  const bothUntil = core.now.wallMs + BOTH_SECRETS_MS;
  const previous = { secret: held.facts.secret!, untilMs: bothUntil };
  held.facts = { ...held.facts, secret, previous };
  keepHandler(core, session, false);
  core.answer(requestId, { ...answer, bothUntil }, true);
}

export function replay(core: Core, session: Session, requestId: number, after: string): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const held = session.handler;
  if (held === undefined) return core.refuse(requestId, NOT_SET);
  const position = positionOf(core, session, after);
  if (position === 'invalid')
    return core.refuse(requestId, { code: 'EVENT_CURSOR_INVALID', detail: `the cursor is ahead of this session: ${after}` });
  held.ackedSeq = position;
  held.facts = { ...held.facts, disabled: undefined };
  keepHandler(core, session, true);
  core.answer(requestId, {}, true);
}

/** What the log and the journal know of it; how the sending goes is added by who sends. */
export function handlerReport(core: Core, session: Session, requestId: number): void {
  const held = session.handler;
  if (held === undefined) return core.refuse(requestId, NOT_SET);
  const { facts, ackedSeq, deadLetters } = held;
  const cursor = cursorText(core.settings.epoch, ackedSeq);
  core.answer(requestId, { facts, cursor, deadLetters } satisfies HandlerReport);
}

/** From who sends: everything up to `seq` has been taken. A sign of life of the application. */
export function onHandled(core: Core, session: Session, handlerId: string, seq: number): void {
  const held = session.handler;
  if (held === undefined || held.facts.id !== handlerId || seq > session.log.handedSeq) return;
  held.ackedSeq = Math.max(held.ackedSeq, seq);
  session.lastSeenMs = core.now.nowMs;
}

/** From who sends: the receiver has proved itself, or is given up (`disabled`: why). */
export function onHandlerChange(core: Core, session: Session, handlerId: string, disabled: string | undefined): void {
  const held = session.handler;
  if (held === undefined || held.facts.id !== handlerId) return;
  held.facts = { ...held.facts, proven: held.facts.proven || disabled === undefined, disabled };
  // the time of silence begins now, not when it was last heard of
  session.lastSeenMs = core.now.nowMs;
  if (disabled !== undefined) core.note('warn', 'an event handler is disabled', { handlerId, disabled });
  keepHandler(core, session, false);
}

export function onDeadLetter(core: Core, session: Session, handlerId: string, letter: DeadLetter): void {
  const held = session.handler;
  if (held === undefined || held.facts.id !== handlerId) return;
  held.deadLetters = [...held.deadLetters, letter].slice(-DEAD_LETTERS_MAX);
  core.note('warn', 'events could not be delivered', { handlerId, lost: letter.lost, reason: letter.reason });
  core.journal({ t: 'dead-letter', sessionId: session.id, letter });
}

/** With every tick: how far handlers have acknowledged, in one record for all that moved. */
export function keepPositions(core: Core): void {
  if (!core.keeping) return;
  const moved: (readonly [number, number])[] = [];
  for (const session of core.sessions.all()) {
    const held = session.handler;
    if (held === undefined || held.keptSeq === held.ackedSeq) continue;
    held.keptSeq = held.ackedSeq;
    moved.push([session.id, held.ackedSeq]);
  }
  for (let at = 0; at < moved.length; at += 1000) core.journal({ t: 'handled', positions: moved.slice(at, at + 1000) });
}

function keepHandler(core: Core, session: Session, begins: boolean): void {
  core.journal({ t: 'handler', sessionId: session.id, handler: session.handler!.facts });
  core.tellHandler(session, begins);
}
