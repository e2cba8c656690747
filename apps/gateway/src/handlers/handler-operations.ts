/** The shell's part of operations on readers and handlers: what is random goes in, what the sending knows comes out. */
import { hash, randomBytes } from 'node:crypto';
import type { OperationName } from '#contracts/application-api';
import type { CoreOperation, CoreOutcome, HandlerReport } from '../switchboard/switchboard.port.js';
import type { DeliveryFigures } from './deliveries.js';
import { newSecret } from './signature.js';

const NAMES = [
  'issueEventTicket',
  'setEventHandler',
  'registerEventHandler',
  'rotateHandlerSecret',
  'getEventHandler',
  'getDeliveries',
  'getDeadLetters',
];
const names: ReadonlySet<string> = new Set(NAMES);
export const isHandlerOperation = (name: OperationName): boolean => names.has(name);

const newHandlerId = (): string => `hd_${randomBytes(12).toString('hex')}`;

export async function carryOutHandlerOperation(
  { name, request }: { readonly name: string; readonly request: object },
  run: (operation: CoreOperation) => Promise<CoreOutcome>,
  figuresOf: (sessionId: number) => DeliveryFigures,
): Promise<CoreOutcome> {
  const { sessionId } = request as { sessionId: number };
  if (name === 'issueEventTicket') {
    const ticket = randomBytes(32).toString('base64url');
    const entropy = { ticketHash: hash('sha256', ticket, 'hex') };
    const outcome = await run({ name, request: { sessionId }, entropy });
    return outcome.ok ? { ok: true, value: { ticket, ...(outcome.value as object) } } : outcome;
  }
  if (name === 'setEventHandler' || name === 'rotateHandlerSecret') {
    const entropy = { handlerId: newHandlerId(), secret: newSecret() };
    return run({ name, request, entropy } as CoreOperation);
  }
  if (name === 'registerEventHandler') {
    const entropy = { handlerId: newHandlerId() };
    return run({ name, request, entropy } as CoreOperation);
  }
  const outcome = await run({ name: 'handlerReport', request: { sessionId } });
  if (!outcome.ok) return outcome;
  const report = outcome.value as HandlerReport;
  const figures = figuresOf(sessionId);
  if (name === 'getDeliveries') return { ok: true, value: { deliveries: figures.tries } };
  if (name === 'getDeadLetters') return { ok: true, value: { deadLetters: report.deadLetters } };
  return { ok: true, value: standing(report, figures) };
}

function standing({ facts, cursor }: HandlerReport, { failures, nextAttemptAt }: DeliveryFigures): object {
  const { id, kind, url, proven, disabled } = facts;
  const state = disabled !== undefined ? 'disabled' : failures > 0 ? 'retrying' : proven ? 'active' : 'unproven';
  return {
    handlerId: id,
    kind,
    url,
    state,
    ...(disabled === undefined ? {} : { reason: disabled }),
    cursor,
    failures,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt: Math.round(nextAttemptAt) }),
  };
}
