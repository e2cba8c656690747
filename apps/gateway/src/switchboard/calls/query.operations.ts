/** Questions about a device, answered by its controller in pages of items (docs/design/controller-link.md, QUERY). */
import type { Refusal } from '#contracts/errors';
import type { ControllerResponse, QueryKind } from '#southbound/messages';
import { targetOf } from './command.operations.js';
import { granted, refusalOf } from '../controllers/controller-results.mapper.js';
import type { Controller, Pending } from '../controllers/controller-table.js';
import { BUSY, type Core } from '../core.js';
import { find } from '../controllers/lookup.operations.js';
import type { Items } from './query-answers.mapper.js';
import * as answers from './query-answers.mapper.js';
import { sendQuery } from './query-request.js';
import type { Session } from '../sessions/session-table.js';
import type { OperationOf } from '../switchboard.port.js';

/** Pages of one answer; what a controller says beyond is not read. */
const PAGES_MAX = 64;

type Answer = (items: Items, core: Core, icpId: number) => object;

/** About the device an application names by its object id. */
const ABOUT_OBJECT = {
  getDeviceFeatures: ['FEATURES', answers.deviceFeatures],
  getHotDeskUserLoginDevice: ['HOT_DESK', (items) => ({ hotDeskDeviceDn: items.text('HOT_DESK_DEVICE_DN') })],
  getHotDeskUserDn: ['HOT_DESK', (items) => ({ userDn: items.text('HOT_DESK_USER_DN') })],
  advGetSipPeerDescription: ['DESCRIPTION', answers.sipPeer],
  advGetACD2PathDescription: ['DESCRIPTION', answers.acdPath],
  advGetACD2GroupDescription: ['DESCRIPTION', answers.acdGroup],
  advGetACDXGroupDescription: ['DESCRIPTION', answers.acdGroup],
  advGetACDAgentDescription: ['DESCRIPTION', answers.acdAgent],
  advGetRingGroupDescription: ['DESCRIPTION', answers.ringGroup],
  advGetHuntGroupDescription: ['DESCRIPTION', answers.huntGroup],
  advGetACDGroupStatus: ['STATUS', answers.acdGroupStatus],
  advGetTdmTrunkStatus: ['STATUS', (items) => ({ inService: items.flag('IN_SERVICE') })],
  advGetSipPeerStatus: ['STATUS', answers.sipPeerStatus],
  advGetACDAgentStatus: ['STATUS', answers.agentStatus],
  advGetACDAgentStatusEx: ['STATUS', answers.agentStatusEx],
} as const satisfies Record<string, readonly [QueryKind, Answer]>;

/** About the phone with a number. */
const ABOUT_NUMBER = {
  getDeviceConfiguration: ['CONFIGURATION', answers.configuration],
  getDeviceConfigurationEx: ['CONFIGURATION', answers.configurationEx],
  getDeviceMembers: ['MEMBERS', answers.members],
} as const satisfies Record<string, readonly [QueryKind, Answer]>;

export type QueryName = keyof typeof ABOUT_OBJECT | keyof typeof ABOUT_NUMBER;

export const isQuery = (name: string): name is QueryName =>
  Object.hasOwn(ABOUT_OBJECT, name) || Object.hasOwn(ABOUT_NUMBER, name);

export function query(core: Core, session: Session, requestId: number, operation: OperationOf<QueryName>): void {
  const { name, request } = operation;
  if ('objectId' in request) {
    const [kind, answer] = ABOUT_OBJECT[name as keyof typeof ABOUT_OBJECT] as readonly [QueryKind, Answer];
    const target = targetOf(core, request.objectId);
    if ('code' in target) return core.refuse(requestId, target);
    session.controllers.add(target.controller.icpId);
    return ask(core, target.controller, requestId, target.handle, kind, answer);
  }
  const [kind, answer] = ABOUT_NUMBER[name as keyof typeof ABOUT_NUMBER] as readonly [QueryKind, Answer];
  const { icpId, primeDn } = request;
  find(core, session, requestId, icpId, { kind: 'PHONE', text: primeDn, number: 0 }, (handle) => {
    const controller = core.controllers.get(icpId);
    if (controller !== undefined) ask(core, controller, requestId, handle, kind, answer);
  });
}

/** Asks for all items, page by page, and answers what they make together. */
function ask(core: Core, controller: Controller, requestId: number, target: number, kind: QueryKind, answer: Answer): void {
  const done = (items: Items) => core.answer(requestId, answer(items, core, controller.icpId));
  if (!sendQuery(core, controller, { requestId, target, kind, done })) core.refuse(requestId, BUSY);
}

type QueryPending = Extract<Pending, { kind: 'query' }>;
export type QueryResponse = Extract<ControllerResponse, { type: 'QUERY_RESPONSE' }>;

export function onQueryAnswered(core: Core, controller: Controller, pending: QueryPending, response: QueryResponse): void {
  if (!granted(response.result)) return failQuery(core, pending, refusalOf(response.result));
  const items = [...pending.items, ...response.items];
  if (response.next === 0 || pending.pages >= PAGES_MAX) return pending.done(items);
  const { target, query: kind } = pending;
  const next = { type: 'QUERY', target, kind, from: response.next } as const;
  if (!core.send(controller, { ...pending, items, pages: pending.pages + 1 }, next)) failQuery(core, pending, BUSY);
}

/** There is no answer: whoever asked is told so. */
export function failQuery(core: Core, { requestId, failed }: QueryPending, refusal: Refusal): void {
  if (failed === undefined) core.refuse(requestId, refusal);
  else failed(refusal.retryAfterMs === undefined && refusal.code !== 'CONTROLLER_TIMEOUT');
}
