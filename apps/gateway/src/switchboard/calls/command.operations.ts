/**
 * Everything an application asks a controller to do, on one path. A command ends in accepted, rejected or unknown (design.md 12): it is never
 * sent twice by us, and with an idempotency key it is not sent twice whatever the application does: the key is kept before the command leaves.
 */
import type { Refusal } from '#contracts/errors';
import type { ControllerResponse } from '#southbound/messages';
import { BEGINS_CALL, type CommandName, COMMANDS, commandRequest, type CommandShape } from './command-shapes.js';
import { granted, refusalOf } from '../controllers/controller-results.mapper.js';
import type { Controller, Pending } from '../controllers/controller-table.js';
import { BUSY, NOT_KEPT, type Core } from '../core.js';
import { servingIcpId } from '../resilience/device-homes.js';
import { OUTCOME_UNKNOWN } from '../sessions/idempotency-table.js';
import { partsOf } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';
import { refused, type CoreOutcome, type OperationOf } from '../switchboard.port.js';

type CommandOperation = OperationOf<CommandName>;
type CommandPending = Extract<Pending, { kind: 'command' }>;
export type CommandResponse = Extract<
  ControllerResponse,
  {
    type:
      | 'MAKE_CALL_RESPONSE'
      | 'ANSWER_CALL_RESPONSE'
      | 'CLEAR_CALL_RESPONSE'
      | 'HOLD_CALL_RESPONSE'
      | 'RETRIEVE_CALL_RESPONSE'
      | 'CALL_COMMAND_RESPONSE'
      | 'DEVICE_COMMAND_RESPONSE';
  }
>;

/** Members that name the thing and the request, or must not be kept; what is left of a request makes it the same one again. */
const NOT_IN_FINGERPRINT: ReadonlySet<string> = new Set(['sessionId', 'idempotencyKey', 'pin']);

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export function command(core: Core, session: Session, requestId: number, operation: CommandOperation): void {
  const { name, request } = operation;
  const idempotencyKey = 'idempotencyKey' in request ? request.idempotencyKey : undefined;
  const key = idempotencyKey === undefined ? undefined : `${session.applicationId}/${idempotencyKey}`;
  const fingerprint = fingerprintOf(operation);
  if (key !== undefined) {
    const state = core.keys.stateOf(key, fingerprint, core.now.nowMs);
    if (state.kind === 'refused') return core.refuse(requestId, state.refusal);
    if (state.kind === 'done') return finish(core, requestId, state.outcome);
    if (state.kind === 'under-way') return core.keys.wait(key, requestId);
    if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  }
  const target = 'objectId' in request ? targetOf(core, request.objectId) : controllerOf(core, request.icpId);
  if ('code' in target) return core.refuse(requestId, target);
  const shape: CommandShape = COMMANDS[name];
  const message = commandRequest(shape, target.handle, request);
  if ('tooLong' in message) return core.refuse(requestId, tooLong(message));
  session.controllers.add(target.controller.icpId);
  if (key !== undefined) {
    core.keys.begin(key, fingerprint, core.now.nowMs);
    core.journal({ t: 'key', key, fingerprint });
  }
  const pending = { kind: 'command', requestId, target: target.handle, key, answersCall: BEGINS_CALL.has(name) } as const;
  core.send(target.controller, pending, message, key !== undefined);
}

/** What a request asks for; of the first five as earlier releases have kept it. */
function fingerprintOf(operation: CommandOperation): string {
  const { name, request } = operation;
  if (operation.name === 'makeCall')
    return `makeCall/${operation.request.objectId}/${operation.request.number}/${operation.request.accountCode ?? ''}`;
  if (COMMANDS[name].message !== 'CALL_COMMAND' && 'localCallId' in request)
    return `${name}/${request.objectId}/${request.localCallId}`;
  const what = Object.entries(request)
    .filter(([member, value]) => !NOT_IN_FINGERPRINT.has(member) && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, value]) => `${member}=${JSON.stringify(value)}`);
  return `${name}/${what.join('/')}`;
}

function tooLong({ tooLong: members, bytesMax }: { readonly tooLong: readonly string[]; readonly bytesMax: number }): Refusal {
  const message = `controllers take at most ${bytesMax} bytes${members.length > 1 ? ' of these together' : ''}`;
  return { code: 'INVALID_ARGUMENT', detail: message, errors: members.map((path) => ({ path, message })) };
}

type Target = { readonly controller: Controller; readonly handle: number } | Refusal;

/** The device an application names, when the controller that serves it may be asked now; else why not (R-RES-03: it may be its secondary). */
export function targetOf(core: Core, objectId: number): Target {
  const parts = partsOf(objectId);
  if (parts === undefined) return { code: 'OBJECT_NOT_FOUND', detail: `${objectId} is not the id of a device` };
  const restricted = core.controllers.get(parts.icpId)?.deviceRefusal(parts.handle);
  if (restricted !== undefined) return restricted;
  const found = controllerOf(core, servingIcpId(core, objectId) ?? parts.icpId);
  return 'code' in found ? found : { ...found, handle: parts.handle };
}

/** The same for what is about a whole controller: handle 0. */
export function controllerOf(core: Core, icpId: number): Target {
  const usable = core.usableController(icpId);
  if ('refusal' in usable) return usable.refusal;
  return usable.controller.commands.isFull ? BUSY : { controller: usable.controller, handle: 0 };
}

/** @param late the application has been told "unknown" before; the key learns the truth for its next try */
export function onCommandAnswered(core: Core, pending: CommandPending, response: CommandResponse, late: boolean): void {
  const { result } = response;
  const outcome: CoreOutcome = granted(result) ? { ok: true, value: valueOf(pending, response) } : refused(refusalOf(result));
  const repeats = repeatsOf(core, pending);
  // what certainly was not carried out may be tried again under its key
  if (pending.key !== undefined)
    core.journal(
      result === 'OVERLOADED' || result === 'REFUSED' ? core.keys.forget(pending.key) : core.keys.finish(pending.key, outcome),
    );
  for (const requestId of late ? repeats : [pending.requestId, ...repeats]) finish(core, requestId, outcome);
}

/** Equal requests under the same key that wait for this one's outcome. */
const repeatsOf = (core: Core, { key }: CommandPending): readonly number[] =>
  key === undefined ? [] : core.keys.takeWaiting(key);

/** R-CC-06: granted, and still in the user's hand. */
function valueOf({ answersCall }: CommandPending, response: CommandResponse) {
  // none where the call was begun at another line of the set (R-CC-06)
  const begun =
    answersCall && 'localCallId' in response && response.localCallId !== 0 ? { localCallId: response.localCallId } : {};
  return response.result === 'OK_USER_ACTION' ? { ...begun, requiresUserAction: true } : begun;
}

/** No answer came, or can come any more (R-CLU-06). */
export function onCommandUnknown(core: Core, pending: CommandPending): void {
  const repeats = repeatsOf(core, pending);
  if (pending.key !== undefined) core.journal(core.keys.finish(pending.key, OUTCOME_UNKNOWN));
  for (const requestId of [pending.requestId, ...repeats]) finish(core, requestId, OUTCOME_UNKNOWN);
}

/** It never left. */
export function onCommandNotSent(core: Core, pending: CommandPending, refusal: Refusal): void {
  const repeats = repeatsOf(core, pending);
  if (pending.key !== undefined) core.journal(core.keys.forget(pending.key));
  for (const requestId of [pending.requestId, ...repeats]) core.refuse(requestId, refusal);
}

function finish(core: Core, requestId: number, outcome: CoreOutcome): void {
  if (outcome.ok) core.answer(requestId, outcome.value);
  else core.refuse(requestId, outcome.refusal);
}
