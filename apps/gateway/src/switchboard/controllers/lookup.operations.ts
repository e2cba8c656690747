/** Finding controllers and devices. */
import type { ControllerResponse, LookupKind } from '#southbound/messages';
import { controllerOf } from '../calls/command.operations.js';
import { granted, refusalOf } from './controller-results.mapper.js';
import type { Pending } from './controller-table.js';
import type { Core } from '../core.js';
import { makeObjectId } from '../numbering.rules.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

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

/** What is looked for, by which members of the request. */
const LOOKUPS = {
  getPhoneNumberId: { kind: 'PHONE', text: 'primeDn' },
  getLineAppearanceId: { kind: 'LINE_APPEARANCE', text: 'primeDn', number: 'buttonNum' },
  advGetTdmTrunkId: { kind: 'TDM_TRUNK', number: 'trunkNum' },
  advGetSipPeerId: { kind: 'SIP_PEER', text: 'sipPeerName' },
  advGetACD2PathId: { kind: 'ACD2_PATH', text: 'pathDn' },
  advGetACD2GroupId: { kind: 'ACD2_GROUP', text: 'acd2GroupDn' },
  advGetACDAgentId: { kind: 'ACD_AGENT', text: 'agentDn' },
  advGetACDXGroupId: { kind: 'ACDX_GROUP', text: 'acdXGroupDn' },
  advGetRingGroupId: { kind: 'RING_GROUP', text: 'ringGroupDn' },
  advGetHuntGroupId: { kind: 'HUNT_GROUP', text: 'huntGroupDn' },
} as const satisfies Record<string, { readonly kind: LookupKind; readonly text?: string; readonly number?: string }>;

export type LookupName = keyof typeof LOOKUPS;

export const isLookup = (name: string): name is LookupName => Object.hasOwn(LOOKUPS, name);

/** Names a link can carry, in bytes. */
const TEXT_BYTES_MAX = 46;

export function lookup(core: Core, session: Session, requestId: number, { name, request }: OperationOf<LookupName>): void {
  const { kind, ...members }: { kind: LookupKind; text?: string; number?: string } = LOOKUPS[name];
  const given = request as Readonly<Record<string, unknown>>;
  const text = members.text === undefined ? '' : String(given[members.text]);
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX)
    return core.refuse(requestId, { code: 'OBJECT_NOT_FOUND', detail: `no name is longer than ${TEXT_BYTES_MAX} bytes` });
  const number = members.number === undefined ? 0 : Number(given[members.number]);
  find(core, session, requestId, request.icpId, { kind, text, number }, undefined);
}

interface Wanted {
  readonly kind: LookupKind;
  readonly text: string;
  readonly number: number;
}

/**
 * Looks something up and answers its object id.
 * @param found called with the handle instead, where more is to be asked
 */
export function find(
  core: Core,
  session: Session,
  requestId: number,
  icpId: number,
  wanted: Wanted,
  found: ((handle: number) => void) | undefined,
): void {
  const target = controllerOf(core, icpId);
  if ('code' in target) return core.refuse(requestId, target);
  session.controllers.add(icpId);
  const request =
    wanted.kind === 'PHONE'
      ? ({ type: 'LOOKUP_DEVICE', directoryNumber: wanted.text } as const)
      : ({ type: 'LOOKUP', ...wanted } as const);
  core.send(target.controller, { kind: 'lookup', requestId, ...(found === undefined ? {} : { found }) }, request);
}

export type LookupResponse = Extract<ControllerResponse, { type: 'LOOKUP_DEVICE_RESPONSE' | 'LOOKUP_RESPONSE' }>;
type LookupPending = Extract<Pending, { kind: 'lookup' }>;

export function onLookedUp(core: Core, icpId: number, { requestId, found }: LookupPending, response: LookupResponse): void {
  if (!granted(response.result)) return core.refuse(requestId, refusalOf(response.result));
  if (found !== undefined) return found(response.target);
  core.answer(requestId, { objectId: makeObjectId(icpId, response.target) });
}
