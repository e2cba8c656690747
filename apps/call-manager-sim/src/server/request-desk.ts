import type { CallOperation } from '../model/cluster.js';
import type { Simulation } from '../simulation.js';
import type { Answer } from '../wire/controller.encoder.js';
import type { CallRequestType, Request } from '../wire/request.decoder.js';

const OPERATION_OF: Readonly<Record<CallRequestType, CallOperation>> = {
  ANSWER_CALL: 'answer',
  CLEAR_CALL: 'clear',
  HOLD_CALL: 'hold',
  RETRIEVE_CALL: 'retrieve',
};

/** Does what a request asks of the controller and says what came of it. A refusal has changed nothing. */
export function perform(simulation: Simulation, controller: number, linkId: number, request: Request): Answer {
  if (request.type === 'LOOKUP_DEVICE') {
    const phone = simulation.cluster.phoneByDn(request.directoryNumber);
    if (phone?.controller !== controller) return { result: 'UNKNOWN_DEVICE' };
    return { result: 'OK', device: { handle: phone.handle, inService: phone.inService } };
  }
  const phone = simulation.cluster.phoneAt(controller, request.target);
  if (!phone) return { result: 'UNKNOWN_DEVICE' };
  switch (request.type) {
    case 'MONITOR_START': {
      const { result, reference } = simulation.monitors(controller).start(linkId, phone);
      return { result, monitorReference: reference };
    }
    case 'MONITOR_STOP':
      return { result: simulation.monitors(controller).stop(linkId, phone, request.monitorReference) };
    case 'SNAPSHOT_DEVICE':
      return { result: 'OK', calls: phone.legs };
    case 'MAKE_CALL':
      return simulation.cluster.makeCall(phone, request.number, simulation.nowMs);
    default:
      return { result: simulation.cluster.operate(OPERATION_OF[request.type], phone, request.localCallId, simulation.nowMs) };
  }
}
