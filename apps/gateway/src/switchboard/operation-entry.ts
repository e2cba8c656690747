/** What every operation of a session passes on its way in: rates, numbers, traces. */
import type { Core } from './core.js';
import { servingIcpId } from './resilience/device-homes.js';
import { monitorNamed } from './resilience/device-names.js';
import { isNumberOperation, numberOperation, withDialledNumbers, type NumberOperation } from './calls/number.operations.js';
import { ASKS_CONTROLLER } from './operation-kinds.js';
import { partsOf } from './numbering.rules.js';
import { typeOf } from './sessions/session-access.js';
import type { Session } from './sessions/session-table.js';
import type { Caller, CoreOperation } from './switchboard.port.js';

/** A call begins at the device while these are under way. */
const MAKES_CALL: ReadonlySet<string> = new Set(['makeCall', 'consultationCall', 'newCall', 'pickupCall', 'remoteRetrieveCall']);

/** The operation as it is carried out; undefined when it has been answered or refused here. */
export function enterOperation<O extends CoreOperation>(
  core: Core,
  session: Session,
  requestId: number,
  caller: Caller,
  operation: O,
): Exclude<O, NumberOperation> | undefined {
  if (isNumberOperation(operation)) {
    numberOperation(core, requestId, operation);
    return undefined;
  }
  const icpId = controllerOf(core, operation);
  if (icpId !== undefined) {
    const limited = core.rates.admit(session.applicationId, icpId, core.now.nowMs, core.document?.rates);
    if (limited !== undefined) {
      core.refuse(requestId, limited);
      return undefined;
    }
  }
  const dialled = withDialledNumbers(core, operation);
  if ('code' in dialled) {
    core.refuse(requestId, dialled);
    return undefined;
  }
  core.requestTraces.begin(requestId, caller.traceparent);
  if (icpId !== undefined) core.figures.begin(requestId, icpId, typeOf(core, session), core.now.nowMs);
  const { objectId, localCallId } = dialled.request as { readonly objectId?: number; readonly localCallId?: number };
  if (caller.traceparent !== undefined && objectId !== undefined && icpId !== undefined)
    core.traces.begin(
      requestId,
      caller.traceparent,
      monitorNamed(core, objectId)?.objectId ?? objectId,
      localCallId,
      MAKES_CALL.has(operation.name),
    );
  return dialled as Exclude<O, NumberOperation>;
}

/** The controller it asks; undefined: none, or none that is there. */
function controllerOf(core: Core, { name, request }: CoreOperation): number | undefined {
  if (!ASKS_CONTROLLER.has(name)) return undefined;
  const { objectId, icpId } = request as { readonly objectId?: unknown; readonly icpId?: unknown };
  const found = typeof objectId === 'number' ? (servingIcpId(core, objectId) ?? partsOf(objectId)?.icpId) : icpId;
  return typeof found === 'number' && core.controllers.has(found) ? found : undefined;
}
