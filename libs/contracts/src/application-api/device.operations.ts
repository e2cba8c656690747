/** What is set at a device or a user of one: do not disturb, forwarding, lamp, hot desk, presence in groups. */
import { z } from 'zod';
import {
  accepted,
  DEVICE,
  deviceCommandRequest,
  deviceRequest,
  dn,
  empty,
  operation,
  pin,
  type OperationLevel,
  type RestMethod,
} from './members.js';

type Extra = Record<string, z.ZodType>;
const device = <E extends Extra>(doc: string, method: RestMethod, what: string, extra: E, level: OperationLevel = 'standard') =>
  operation({
    doc,
    level,
    kind: 'command',
    rest: { method, path: `${DEVICE}/${what}` },
    request: deviceCommandRequest.extend(extra),
    response: accepted,
  });
const forward = (doc: string, when: string) =>
  operation({
    doc,
    level: 'standard',
    kind: 'command',
    rest: { method: 'PUT', path: `${DEVICE}/forwarding/${when}` },
    request: deviceCommandRequest.extend({
      dn: z.string().regex(/^[0-9*#]{0,32}$/, 'digits, * and #, at most 32; empty only to switch off'),
      cfOn: z.boolean(),
    }),
    response: accepted,
  });

const presence = { presenceValue: z.boolean(), invokerDn: dn.optional() };

export const DEVICE_OPERATIONS = {
  setDeviceDND: device('Do not disturb, on or off.', 'PUT', 'do-not-disturb', { dndState: z.boolean() }),
  setCFAlways: forward('Forwards every call.', 'always'),
  setCFBusyInternal: forward('Forwards internal calls when busy.', 'busy-internal'),
  setCFBusyExternal: forward('Forwards external calls when busy.', 'busy-external'),
  setCFNAInternal: forward('Forwards internal calls that nobody answers.', 'no-answer-internal'),
  setCFNAExternal: forward('Forwards external calls that nobody answers.', 'no-answer-external'),
  advSetMsgWaitingInd: device('The message lamp, on or off.', 'PUT', 'message-waiting', { state: z.boolean() }, 'advanced'),
  advSetAutoAnswer: device('Answering by itself, on or off.', 'PUT', 'auto-answer', { autoAnswerMode: z.boolean() }, 'advanced'),
  loginHotDeskUser: device('Logs a hot desk user in at a device.', 'POST', 'hot-desk-user', { hotDeskUserDn: dn, pin }),
  logoutHotDeskUser: device('Logs the hot desk user out.', 'DELETE', 'hot-desk-user', {}),
  loginExtHotDeskUser: device('Logs an external hot desk user in (R-CC-07).', 'POST', 'external-hot-desk-user', { pin }),
  logoutExtHotDeskUser: device('Logs an external hot desk user out.', 'DELETE', 'external-hot-desk-user', {}),
  verifyHotDeskUserPin: operation({
    doc: 'Whether the PIN of a hot desk user is right; a wrong one is refused.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'POST', path: `${DEVICE}/hot-desk-user/verify-pin` },
    request: z.strictObject({ ...deviceRequest.shape, hotDeskUserDn: dn, pin }),
    response: empty,
  }),
  getHotDeskUserLoginDevice: operation({
    doc: 'Where a hot desk user is logged in; objectId is the user.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/hot-desk-device` },
    request: deviceRequest,
    response: z.strictObject({ hotDeskDeviceDn: z.string().describe('Empty: nowhere') }),
  }),
  getHotDeskUserDn: operation({
    doc: 'Who is logged in at a hot desk device.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/hot-desk-user` },
    request: deviceRequest,
    response: z.strictObject({ userDn: z.string().describe('Empty: nobody') }),
  }),
  setPRGPresence: device('Presence of a device in its personal ring group.', 'PUT', 'presence/personal-ring-group', {
    prgDn: dn,
    ...presence,
  }),
  advSetGroupMemberPresence: device(
    'Presence of a member in a group.',
    'PUT',
    'presence/group',
    { groupDn: dn, ...presence },
    'advanced',
  ),
  advSetACDAgentPresence: device(
    'Presence of an agent in a group.',
    'PUT',
    'presence/acd-group',
    { groupDn: dn, ...presence },
    'advanced',
  ),
  advSetACD2AgentPresenceAllGroups: device(
    'Presence of an agent in all his groups.',
    'PUT',
    'presence/all-acd-groups',
    { presenceValue: z.boolean(), invokerDn: dn },
    'advanced',
  ),
} as const;
