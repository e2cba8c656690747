/** Numbers by the settings of a controller (R-E164-01 to 03): what applications ask about them, and what becomes of those they call. */
import type { Refusal } from '#contracts/errors';
import { dialling, matchIncoming, type Dialling, type NumberingSettings } from '#domain/numbering';
import { numberingOf } from '../controllers/controller-numbering.js';
import type { Core } from '../core.js';
import { servingIcpId } from '../resilience/device-homes.js';
import { partsOf } from '../numbering.rules.js';
import type { CoreOperation, OperationOf } from '../switchboard.port.js';

const NUMBER_OPERATIONS = ['getIcpConfig', 'getDialableNumber', 'getIncomingPhoneNumber', 'explainDialling'] as const;
export type NumberOperation = OperationOf<(typeof NUMBER_OPERATIONS)[number]>;

/** Members that hold a number to be dialled; a test finds every other that may begin with a plus sign. */
export const DIALLED_MEMBERS = ['number', 'redirectDn'] as const;

export const isNumberOperation = (operation: { readonly name: string }): operation is NumberOperation =>
  (NUMBER_OPERATIONS as readonly string[]).includes(operation.name);

/** Answered from the settings alone, also while the controller is away. */
export function numberOperation(core: Core, requestId: number, operation: NumberOperation): void {
  const { icpId } = operation.request;
  const controller = core.controllers.get(icpId);
  if (controller === undefined)
    return core.refuse(requestId, { code: 'CONTROLLER_UNKNOWN', detail: `no controller has the id ${icpId}` });
  const settings = numberingOf(core, controller);
  switch (operation.name) {
    case 'getIcpConfig':
      return core.answer(requestId, { ...configOf(settings), neType: 'MI_VB', ipAddr: controller.grant.address });
    case 'getIncomingPhoneNumber': {
      const { digits, incomingCall } = operation.request;
      const { candidates } = matchIncoming(digits, settings, { incoming: incomingCall, ...core.numberPlan });
      return core.answer(requestId, { incomingNumbers: candidates.map(({ e164 }) => e164) });
    }
    case 'getDialableNumber':
    case 'explainDialling': {
      const { number } = operation.request;
      const outcome = dialling(number, settings);
      if (!outcome.ok) return core.refuse(requestId, { code: 'INVALID_NUMBER', detail: outcome.reason });
      const dialableNumber = outcome.dialled;
      return core.answer(
        requestId,
        operation.name === 'getDialableNumber' ? { dialableNumber } : { number, dialableNumber, steps: stepsOf(number, outcome) },
      );
    }
  }
}

/** In the contract's texts; without settings there is nothing to tell. */
function configOf(settings: NumberingSettings | undefined): Record<string, string> {
  if (settings === undefined) return {};
  const { maxExtensionLength, longDistancePrefix, internationalPrefix, localAreaCodes, outsidePrefix, localCountryCode } =
    settings;
  return {
    maxExtLength: String(maxExtensionLength),
    longDistancePrefix,
    internationalPrefix,
    localAreaCodes: localAreaCodes.join(','),
    outsidePrefix,
    localCountryCode,
  };
}

/** The rule first, then each part that was taken off or put before, with the number as it was after it. */
function stepsOf(number: string, { rule, reason, stripped, added }: Dialling) {
  const steps = [{ rule, reason, result: number }];
  let result = number;
  for (const { part, digits } of stripped) {
    result = result.slice(digits.length);
    steps.push({ rule: `strip-${part}` as typeof rule, reason: `${part} ${digits} is not dialled`, result });
  }
  for (const { part, digits } of [...added].reverse()) {
    result = `${digits}${result}`;
    steps.push({ rule: `add-${part}` as typeof rule, reason: `${part} ${digits} comes before it`, result });
  }
  return steps;
}

/** The operation with its numbers as the controller dials them (R-E164-02); the refusal where one cannot be dialled. Without `+` nothing changes. */
export function withDialledNumbers<O extends CoreOperation>(core: Core, operation: O): O | Refusal {
  const request = operation.request as Readonly<Record<string, unknown>>;
  const members = DIALLED_MEMBERS.filter((name) => typeof request[name] === 'string' && request[name].startsWith('+'));
  if (members.length === 0) return operation;
  const { objectId } = request;
  const icpId = typeof objectId === 'number' ? (servingIcpId(core, objectId) ?? partsOf(objectId)?.icpId) : request['icpId'];
  const controller = core.controllers.get(icpId as number);
  // the operation itself says what is wrong with a controller that is not there
  if (controller === undefined) return operation;
  const changed: Record<string, unknown> = { ...request };
  for (const name of members) {
    const outcome = dialling(request[name] as string, numberingOf(core, controller));
    if (!outcome.ok) return { code: 'INVALID_NUMBER', detail: outcome.reason, errors: [{ path: name, message: outcome.reason }] };
    changed[name] = outcome.dialled;
  }
  return { ...operation, request: changed } as O;
}
