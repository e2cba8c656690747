/** A cluster of two whose devices are resilient, in virtual time: for tests. */
import type { OperationResponse } from '#contracts/application-api';
import type { AccessDocument } from '#contracts/gateway-admin';
import { TRAITS } from '#southbound/messages';
import { makeObjectId } from '../numbering.rules.js';
import { callEvents, documentOf, grantOf, VirtualPlant } from '../virtual-plant.fixture.js';

export const HANDLE = 1001;
/** The device by its id at its primary controller, and at its secondary one. */
export const OBJECT_ID = makeObjectId(1, HANDLE);
export const OTHER_ID = makeObjectId(2, HANDLE);
export const NO_CALL = { localCallId: 0, globalCallId: 0n };
export const two = (more: Partial<AccessDocument> = {}) => documentOf({ controllers: [grantOf(1), grantOf(2)], ...more });

/** At home at 1, taken over by 2. */
export class ResilientPlant extends VirtualPlant {
  constructor(document = two()) {
    super(undefined, document);
    this.serves(1);
    const serials = { last: 0 };
    for (const controller of this.controllers.values()) Object.assign(controller, { traits: TRAITS.RESILIENT, serials });
  }

  /** From now on controllers answer that their devices are at this one. */
  serves(icpId: number): void {
    for (const controller of this.controllers.values())
      controller.items = [
        { word: 'RESILIENT', value: '1' },
        { word: 'PRIMARY_ADDRESS', value: '127.9.0.1' },
        { word: 'SECONDARY_ADDRESS', value: '127.9.0.2' },
        { word: 'ACTIVE_HERE', value: controller.icpId === icpId ? '1' : '0' },
        { word: 'CALL_STATE', value: controller.icpId === icpId ? 'connected' : 'null' },
      ];
  }

  /** What a controller says when a device leaves it or comes to it. */
  leaves(icpId: number): void {
    this.event(HANDLE, 'RESILIENT_DEVICE', 'RESILIENT_INFO_UPDATE', 'null', NO_CALL, 0, icpId);
    this.event(HANDLE, 'OUT_OF_SERVICE', 'DEVICE_OUT_OF_SERVICE', 'null', NO_CALL, 0, icpId);
  }
  comesTo(icpId: number): void {
    this.serves(icpId);
    this.event(HANDLE, 'RESILIENT_DEVICE', 'RESILIENT_INFO_UPDATE', 'null', NO_CALL, 0, icpId);
    this.event(HANDLE, 'IN_SERVICE', 'DEVICE_IN_SERVICE', 'null', NO_CALL, 0, icpId);
  }
  talks(icpId: number, localCallId: number): void {
    const call = { localCallId, globalCallId: BigInt(100 + localCallId) };
    this.event(HANDLE, 'RECEIVED', 'NEW_CALL', 'alerting', call, 0, icpId);
    this.event(HANDLE, 'ESTABLISHED', 'ANSWERED_INVOKED', 'connected', call, 0, icpId);
  }
  standing(): number[] {
    return [...this.controllers.values()].map(({ monitors }) => monitors.size);
  }
  /** Where a command for the device is sent. */
  commanded(sessionId: number, objectId = OBJECT_ID): number {
    this.ask({ name: 'answerCall', request: { sessionId, objectId, localCallId: 1 } });
    const sent = this.effects.findLast((effect) => effect.kind === 'send' && effect.request.type === 'ANSWER_CALL');
    return sent?.kind === 'send' ? sent.icpId : 0;
  }
}

type Events = OperationResponse<'getEvents'>['events'];
export const handovers = (events: Events) => callEvents(events).filter(({ cause }) => cause === 'RESILIENT_INFO_UPDATE');

/** A session that follows the device, by its id at this controller, and the cursor behind what it was told so far. */
export function ready(
  plant = new ResilientPlant(),
  icpId = 1,
): { plant: ResilientPlant; sessionId: number; events: Events; cursor: string } {
  plant.up(1).up(2);
  const sessionId = plant.login();
  plant.monitor(sessionId, HANDLE, icpId);
  plant.pass(3000, [sessionId]);
  const { events, cursor } = plant.read(sessionId);
  return { plant, sessionId, events, cursor };
}
