/**
 * Make, answer, clear, hold, retrieve. A command ends in accepted, rejected or unknown (design.md 12): it is never sent twice by us,
 * and with an idempotency key it is not sent twice whatever the application does: the key is kept before the command leaves.
 */
import type { Refusal } from '#contracts/errors';
import type { ControllerResponse } from '#southbound/messages';
import type { CallOperationName, Controller, Pending } from './controller-table.js';
import { BUSY, NOT_KEPT, type Core } from './core.js';
import { refusalOf } from './event-mapping.mapper.js';
import { OUTCOME_UNKNOWN } from './idempotency-table.js';
import { partsOf } from './numbering.rules.js';
import type { Session } from './session-table.js';
import { refused, type CoreOutcome, type OperationOf } from './switchboard.port.js';

type CallOperation = OperationOf<CallOperationName>;
type CallPending = Extract<Pending, { kind: 'call' }>;
export type CallResponse = Exclude<
  ControllerResponse,
  { type: 'LOOKUP_DEVICE_RESPONSE' | 'MONITOR_START_RESPONSE' | 'MONITOR_STOP_RESPONSE' | 'SNAPSHOT_DEVICE_RESPONSE' }
>;

const REQUEST_TYPE = {
  answerCall: 'ANSWER_CALL',
  clearCall: 'CLEAR_CALL',
  holdCall: 'HOLD_CALL',
  retrieveCall: 'RETRIEVE_CALL',
} as const;

export function callCommand(core: Core, session: Session, requestId: number, operation: CallOperation): void {
  const { objectId, idempotencyKey } = operation.request;
  const key = idempotencyKey === undefined ? undefined : `${session.applicationId}/${idempotencyKey}`;
  const fingerprint = fingerprintOf(operation);
  if (key !== undefined) {
    const state = core.keys.stateOf(key, fingerprint, core.now.nowMs);
    if (state.kind === 'refused') return core.refuse(requestId, state.refusal);
    if (state.kind === 'done') return finish(core, requestId, state.outcome);
    if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  }
  const target = targetOf(core, objectId);
  if ('code' in target) return core.refuse(requestId, target);
  session.controllers.add(target.controller.icpId);
  if (key !== undefined) {
    core.keys.begin(key, fingerprint, core.now.nowMs);
    core.journal({ t: 'key', key, fingerprint });
  }
  core.send(
    target.controller,
    { kind: 'call', requestId, target: target.handle, key },
    requestOf(operation, target.handle),
    key !== undefined,
  );
}

function fingerprintOf({ name, request }: CallOperation): string {
  const what = 'localCallId' in request ? `${request.localCallId}` : `${request.number}/${request.accountCode ?? ''}`;
  return `${name}/${request.objectId}/${what}`;
}

function targetOf(core: Core, objectId: number): { readonly controller: Controller; readonly handle: number } | Refusal {
  const parts = partsOf(objectId);
  if (parts === undefined) return { code: 'OBJECT_NOT_FOUND', detail: `${objectId} is not the id of a device` };
  const usable = core.usableController(parts.icpId);
  if ('refusal' in usable) return usable.refusal;
  return usable.controller.commands.isFull ? BUSY : { controller: usable.controller, handle: parts.handle };
}

function requestOf(operation: CallOperation, target: number) {
  if (operation.name === 'makeCall') {
    const { number, accountCode = '' } = operation.request;
    return { type: 'MAKE_CALL', target, number, accountCode } as const;
  }
  return { type: REQUEST_TYPE[operation.name], target, localCallId: operation.request.localCallId } as const;
}

/** @param late the application has been told "unknown" before; the key learns the truth for its next try */
export function onCallAnswered(core: Core, pending: CallPending, response: CallResponse, late: boolean): void {
  const { result } = response;
  const value = response.type === 'MAKE_CALL_RESPONSE' ? { localCallId: response.localCallId } : {};
  const outcome: CoreOutcome = result === 'OK' ? { ok: true, value } : refused(refusalOf(result));
  // what certainly was not carried out may be tried again under its key
  if (pending.key !== undefined)
    core.journal(
      result === 'OVERLOADED' || result === 'REFUSED' ? core.keys.forget(pending.key) : core.keys.finish(pending.key, outcome),
    );
  if (!late) finish(core, pending.requestId, outcome);
}

/** No answer came, or can come any more (R-CLU-06). */
export function onCallUnknown(core: Core, pending: CallPending): void {
  if (pending.key !== undefined) core.journal(core.keys.finish(pending.key, OUTCOME_UNKNOWN));
  finish(core, pending.requestId, OUTCOME_UNKNOWN);
}

/** It never left. */
export function onCallNotSent(core: Core, pending: CallPending, refusal: Refusal): void {
  if (pending.key !== undefined) core.journal(core.keys.forget(pending.key));
  core.refuse(pending.requestId, refusal);
}

function finish(core: Core, requestId: number, outcome: CoreOutcome): void {
  if (outcome.ok) core.answer(requestId, outcome.value);
  else core.refuse(requestId, outcome.refusal);
}
