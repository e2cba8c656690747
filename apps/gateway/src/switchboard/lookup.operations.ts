/** Finding controllers and devices. */
import type { ControllerResponse } from '#southbound/messages';
import { BUSY, type Core } from './core.js';
import { refusalOf } from './event-mapping.mapper.js';
import { makeObjectId } from './numbering.rules.js';
import type { Session } from './session-table.js';

/** Known from the access document alone; also for controllers that are not connected. */
export function getIcpId(core: Core, session: Session, requestId: number, address: string): void {
  for (const controller of core.controllers.values()) {
    if (controller.grant.address !== address) continue;
    session.controllers.add(controller.icpId);
    const icpVersion = controller.up?.release ?? controller.grant.release;
    return core.answer(requestId, { icpId: controller.icpId, connectionState: controller.state, icpVersion });
  }
  core.refuse(requestId, { code: 'CONTROLLER_UNKNOWN', detail: 'no controller of this instance has this address' });
}

export function getPhoneNumberId(core: Core, session: Session, requestId: number, icpId: number, primeDn: string): void {
  const usable = core.usableController(icpId);
  if ('refusal' in usable) return core.refuse(requestId, usable.refusal);
  session.controllers.add(icpId);
  const request = { type: 'LOOKUP_DEVICE', directoryNumber: primeDn } as const;
  if (!core.send(usable.controller, { kind: 'lookup', requestId }, request)) core.refuse(requestId, BUSY);
}

type LookupResponse = Extract<ControllerResponse, { type: 'LOOKUP_DEVICE_RESPONSE' }>;

export function onLookedUp(core: Core, icpId: number, requestId: number, response: LookupResponse): void {
  if (response.result !== 'OK') return core.refuse(requestId, refusalOf(response.result));
  core.answer(requestId, { objectId: makeObjectId(icpId, response.target) });
}
