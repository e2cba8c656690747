/** Sessions, look-ups, descriptions, monitors, events, numbers and the directory. */
import type { World } from './world.js';
import { type Cases, follows, granted, refusedAgain, seen, standing, thenGranted, thenRefused } from './case.js';
import { attributeOf, textOf } from '../northbound/clients.js';
import { CREDENTIALS, type Members, PUBLIC_KEY_PEM, signed } from './faces.js';

const AT_CONTROLLER = { icpId: 1 };
const found = /objectId"?[=:] ?"?\d+/;
const lookup = (members: Members) => ({ ready: () => ({ ...AT_CONTROLLER, ...members }), effect: found });
const about = (operation: string, members: Members, effect: RegExp) => ({
  ready: async (w: World) => ({ objectId: await w.id(operation, members) }),
  effect,
});
/** Of a controller; ended again, for the other transport has to begin one too. */
const begin = (end: string, kind: string) => ({
  ready: () => AT_CONTROLLER,
  effect: standing(({ controllerMonitors }) => (controllerMonitors[kind] ?? 0) > 0),
  after: (w: World) => w.ask(end, AT_CONTROLLER),
});
/** What is begun again may still stand at the controller, so no request is waited for. */
const end = (start: string) => ({
  ready: async (w: World) => {
    await w.ask(start, AT_CONTROLLER);
    return AT_CONTROLLER;
  },
  effect: refusedAgain('MONITOR_NOT_SET'),
  refusal: [{ icpId: 99 }, 'MONITOR_NOT_SET'] as const,
});
const ofDevice = (start: string, sort: 'calls' | 'features', stop: string, refusal: string) => ({
  [start]: {
    ready: (w: World) => w.device('2010'),
    effect: standing(({ monitored }) => monitored[sort].includes('2010')),
    after: async (w: World) => w.ask(stop, await w.device('2010')),
  },
  [stop]: {
    ready: async (w: World) => {
      const device = await w.device('2010');
      await w.ask(start, device);
      return device;
    },
    effect: refusedAgain('MONITOR_NOT_SET'),
    refusal: [{ objectId: 12 }, refusal] as const,
  },
});
const logIn = (operation: string) => ({
  ready: () => ({ ...CREDENTIALS, ...(operation === 'loginEx' ? { version: '4.0' } : {}) }),
  effect: /sessionId"?[=:] ?"?\d+/,
  refusal: [{ localPassword: 'wrong' }, 'LOGIN_REFUSED'] as const,
});
export const USER = {
  companyName: 'Acme',
  applicationName: 'crm-of-users',
  applicationPassword: 'app',
  localPassword: 'local',
  userEmail: 'ann@acme.example',
  userPassword: "ann's",
};
/** A session of its own, by the log-in of the face. */
const another = async (w: World): Promise<{ sessionId: number; challenge: string; token: string }> => {
  const text = await w.ask(w.face.name === 'REST' ? 'login' : 'loginEx', {
    sessionId: undefined,
    ...CREDENTIALS,
    ...(w.face.name === 'REST' ? {} : { version: '4.0' }),
    certificate: PUBLIC_KEY_PEM,
  });
  if (w.face.name === 'SOAP')
    return { sessionId: Number(attributeOf(text, 'sessionId')), challenge: textOf(text, 'authenticationData')!, token: '' };
  const { sessionId, authenticationData, token } = JSON.parse(text) as {
    sessionId: number;
    authenticationData: string;
    token: string;
  };
  return { sessionId, challenge: authenticationData, token };
};
const event = { ready: (w: World) => ringing(w), effect: /CALL_/, refusal: [{ sessionId: -2 }, 'SESSION_INVALID'] as const };
const ringing = async (w: World) => {
  await w.ring('2001', '2002');
  return { timeout: 5000 };
};
const dei = (members: Members = {}) => ({ ready: () => ({ deiId: 1, ...members }), effect: /127\./ });
const USERS = 3;
const user = (w: World, objectId: string, department: string) => ({
  fields: [objectId, '1', w.face.name, 'Walker', 'walker@acme.example', department, 'Room 3', ''],
  numberOfFields: 8,
});
const inDepartment = (name: string) =>
  seen(({ users }, face) => users.some(({ department }) => department === `${name} ${face}`));
/** A user of the directory, and the id that the controller gave it. */
async function inserted(w: World, department: string): Promise<string> {
  const text = await w.ask('insertTuple', { deiId: USERS, newTuple: user(w, '', department), distributionOnly: false });
  if (w.face.name === 'SOAP') return textOf(text, 'field')!;
  return (JSON.parse(text) as { retTuple: { fields: string[] } }).retTuple.fields[0]!;
}
const registered = (w: World) => w.ask('registerDeisForNotification', { deiIds: [USERS], numberOfDeis: 1 });
const deregistered = (w: World) => w.ask('deregisterDeisForNotification', { deiIds: [USERS], numberOfDeis: 1 });
/** A poll of a session of its own, which nothing but its end will answer. */
const polling = new Map<World, { isOver: boolean }>();

export const SESSION_CASES: Cases = {
  login: logIn('login'),
  loginEx: logIn('loginEx'),
  loginApp: logIn('loginApp'),
  authenticate: {
    ready: async (w) => {
      const { sessionId, challenge, token } = await another(w);
      return { sessionId, signedAuthenticationData: signed(challenge), token };
    },
    effect: follows(async (w, { sessionId, token }) => {
      const { ok } = await w.face.call('advGetSystemConferences', { sessionId, icpId: 1 }, token as string);
      return ok;
    }),
    refusal: [{ sessionId: -2 }, 'SESSION_INVALID'],
  },
  serviceVersions: { ready: () => ({}), effect: /serviceVersions/ },
  resetSessionTimer: { ready: () => ({}), effect: /keepAliveMs|result="true"/ },
  logout: {
    ready: async (w) => {
      const { sessionId, token } = await another(w);
      return { sessionId, token };
    },
    effect: refusedAgain('SESSION_INVALID'),
    refusal: [{ sessionId: -2 }, 'SESSION_INVALID'],
  },
  registerHAClientCallback: {
    ready: () => ({ callbackUri: 'https://app.example/ha' }),
    effect: /^$|result="true"/,
    refusal: [{ callbackUri: 'ftp://a' }, 'HANDLER_URL_REFUSED'],
  },
  loginUser: { ready: () => USER, effect: /token/, refusal: [{ userPassword: 'wrong' }, 'LOGIN_REFUSED'] },
  validateToken: {
    ready: async (w) => {
      const text = await w.ask('loginUser', { sessionId: undefined, ...USER });
      return { token: w.face.name === 'REST' ? (JSON.parse(text) as { token: string }).token : textOf(text, 'token')! };
    },
    effect: /token/,
    refusal: [{ token: '5.nobody' }, 'SESSION_INVALID'],
  },
};

export const READ_CASES: Cases = {
  getIcpId: {
    ready: (w) => ({ icpIpAddress: w.plant.controller }),
    effect: /CONNECTED/,
    refusal: [{ icpIpAddress: '127.9.9.9' }, 'CONTROLLER_UNKNOWN'],
  },
  getIcpConfig: { ready: () => AT_CONTROLLER, effect: /neType/ },
  getPhoneNumberId: lookup({ primeDn: '2001' }),
  getLineAppearanceId: lookup({ primeDn: '2001', buttonNum: 2 }),
  getDeviceConfiguration: { ready: () => ({ ...AT_CONTROLLER, primeDn: '2001' }), effect: /2201/ },
  getDeviceConfigurationEx: { ready: () => ({ ...AT_CONTROLLER, primeDn: '2001' }), effect: /2201/ },
  getDeviceMembers: { ready: () => ({ ...AT_CONTROLLER, primeDn: '2001' }), effect: /primeDn/ },
  getDeviceFeatures: { ready: (w) => w.device('2001'), effect: /msgWaitingLamp/ },
  getResilientStatus: { ready: (w) => w.device('2001'), effect: /primaryConnectionState/ },
  getDialableNumber: { ready: () => ({ ...AT_CONTROLLER, number: '2002' }), effect: /2002/ },
  getIncomingPhoneNumber: { ready: () => ({ ...AT_CONTROLLER, digits: '6135551234', incomingCall: true }), effect: /6135551234/ },
  advGetTdmTrunkId: lookup({ trunkNum: 1 }),
  advGetSipPeerId: lookup({ sipPeerName: 'peer-1' }),
  advGetACD2PathId: lookup({ pathDn: '2402' }),
  advGetACD2GroupId: lookup({ acd2GroupDn: '2401' }),
  advGetACDXGroupId: lookup({ acdXGroupDn: '2403' }),
  advGetACDAgentId: lookup({ agentDn: '2110' }),
  advGetRingGroupId: lookup({ ringGroupDn: '2301' }),
  advGetHuntGroupId: lookup({ huntGroupDn: '2302' }),
  advGetSipPeerDescription: about('advGetSipPeerId', { sipPeerName: 'peer-1' }, /PEER_SIP/),
  advGetACD2PathDescription: about('advGetACD2PathId', { pathDn: '2402' }, /numGroups/),
  advGetACD2GroupDescription: about('advGetACD2GroupId', { acd2GroupDn: '2401' }, /2401/),
  advGetACDXGroupDescription: about('advGetACDXGroupId', { acdXGroupDn: '2403' }, /2403/),
  advGetACDAgentDescription: about('advGetACDAgentId', { agentDn: '2110' }, /A1/),
  advGetRingGroupDescription: about('advGetRingGroupId', { ringGroupDn: '2301' }, /RING_ALL/),
  advGetHuntGroupDescription: about('advGetHuntGroupId', { huntGroupDn: '2302' }, /HuntGroupMode/),
  advGetACDGroupStatus: about('advGetACD2GroupId', { acd2GroupDn: '2401' }, /callsWaiting/),
  advGetTdmTrunkStatus: about('advGetTdmTrunkId', { trunkNum: 1 }, /inService/),
  advGetSipPeerStatus: {
    ready: async (w) => {
      await w.hand('2', 'come-in', { from: '0301234', number: '2002' }, 'trunks');
      const { localCallId } = (await w.look()).trunks[1]!.calls[0]!;
      return { objectId: await w.id('advGetSipPeerId', { sipPeerName: 'peer-1' }), localCallId };
    },
    effect: /callState/,
    after: (w) => w.hand('2', 'clear', {}, 'trunks'),
  },
  advGetACDAgentStatus: about('getPhoneNumberId', { primeDn: '2110' }, /2401/),
  advGetACDAgentStatusEx: about('getPhoneNumberId', { primeDn: '2110' }, /makeBusyState/),
  advGetSystemConferences: { ready: () => AT_CONTROLLER, effect: granted('DEVICE_COMMAND') },
};

const CONTROLLER_MONITORS: Readonly<Record<string, readonly [stop: string, kind: string]>> = {
  monitorPRGPresence: ['stopPRGPresenceMonitor', 'PRG_PRESENCE'],
  advMonitorAllTrunkFeatures: ['advStopMonitorAllTrunkFeatures', 'TRUNK_FEATURES'],
  advMonitorACD2AgentFeatures: ['advStopMonitorACD2AgentFeatures', 'ACD2_AGENT_FEATURES'],
  advMonitorACDExpress: ['advStopMonitorACDExpressObjects', 'ACD_EXPRESS'],
  advMonitorConferences: ['advStopMonitorConferences', 'CONFERENCES'],
  advMonitorAllBridges: ['advStopMonitorAllBridges', 'BRIDGES'],
};
export const MONITOR_CASES: Cases = {
  ...ofDevice('monitorObject', 'calls', 'stopMonitor', 'MONITOR_NOT_SET'),
  ...ofDevice('monitorFeatures', 'features', 'stopFeatureMonitor', 'OBJECT_NOT_FOUND'),
  ...Object.fromEntries(
    Object.entries(CONTROLLER_MONITORS).flatMap(([start, [stop, kind]]) => [
      [start, begin(stop, kind)],
      [stop, end(start)],
    ]),
  ),
};

export const EVENT_CASES: Cases = {
  getEvent: event,
  advGetEvent: event,
  getNumberedEvent: { ...event, ready: async (w) => ({ ...(await ringing(w)), eventNumber: 0 }) },
  cancelGetEvent: {
    ready: async (w) => {
      const { sessionId, token } = await another(w);
      const poll = { isOver: false };
      polling.set(w, poll);
      void w.face.call('getEvent', { sessionId, timeout: 30_000 }, token).finally(() => (poll.isOver = true));
      return { sessionId, token };
    },
    retry: true,
    effect: follows((w) => Promise.resolve(polling.get(w)!.isOver)),
    refusal: [{ sessionId: -2 }, 'SESSION_INVALID'],
  },
  registerRestSession: {
    ready: (w) => ({ restSessionId: w.sessionId }),
    effect: follows(async (w) => {
      await w.ring('2001', '2002');
      return (await w.face.call('getRestEvent', { restSessionId: w.sessionId })).ok;
    }),
  },
  getRestEvent: {
    ready: async (w) => {
      await w.ask('registerRestSession', { restSessionId: w.sessionId });
      await w.ring('2001', '2002');
      return { restSessionId: w.sessionId };
    },
    effect: /sessionId"?[=:] ?"?\d+/,
    refusal: [{ restSessionId: 5 }, 'SESSION_INVALID'],
  },
  registerEventHandler: {
    ready: () => ({ eventHandlerURL: 'https://app.example/events' }),
    effect: thenRefused('getEvent', { timeout: 0 }, 'EVENT_HANDLER_SET'),
    refusal: [{ eventHandlerURL: 'ftp://a' }, 'HANDLER_URL_REFUSED'],
    after: (w) => w.ask('registerEventHandler', { eventHandlerURL: '' }),
  },
};

export const DATA_CASES: Cases = {
  insertTuple: {
    ready: (w) => ({ deiId: USERS, newTuple: user(w, '', `Docks ${w.face.name}`), distributionOnly: false }),
    effect: inDepartment('Docks'),
  },
  updateTuple: {
    ready: async (w) => {
      const id = await inserted(w, 'Navy');
      return {
        deiId: USERS,
        oldTuple: user(w, id, 'Navy'),
        newTuple: user(w, id, `Army ${w.face.name}`),
        distributionOnly: false,
      };
    },
    effect: inDepartment('Army'),
  },
  deleteTuple: {
    ready: async (w) => ({ deiId: USERS, tuple: user(w, await inserted(w, 'Fleet'), 'Fleet'), distributionOnly: false }),
    effect: seen(({ users }) => users.every(({ department }) => department !== 'Fleet')),
  },
  getDeiMetaData: { ready: () => ({}), effect: /controllers/ },
  getAllTuples: dei(),
  getFirstTuple: dei(),
  getNextTuple: { ready: () => ({ deiId: 1, currentTuple: { fields: ['0'], numberOfFields: 1 } }), effect: /127\./ },
  searchFirstNTuples: dei({ n: 5 }),
  searchNextNTuples: { ready: () => ({ deiId: 1, n: 5, currentTuple: { fields: ['0'], numberOfFields: 1 } }), effect: /127\./ },
  registerDeisForNotification: {
    ready: () => ({ deiIds: [USERS], numberOfDeis: 1 }),
    effect: thenGranted('getNotification', {}),
    after: deregistered,
  },
  deregisterDeisForNotification: {
    ready: async (w) => {
      await registered(w);
      return { deiIds: [USERS], numberOfDeis: 1 };
    },
    effect: thenRefused('getNotification', {}, 'CONFLICT'),
  },
  getNotification: {
    ready: async (w) => {
      await registered(w);
      await inserted(w, 'News');
      return {};
    },
    effect: /OP_INSERT[^]*News|News[^]*OP_INSERT/,
    after: deregistered,
  },
  registerNotificationHandler: {
    ready: async (w) => {
      await registered(w);
      return { eventHandlerURL: 'https://app.example/changes' };
    },
    effect: thenRefused('getNotification', {}, 'EVENT_HANDLER_SET'),
    refusal: [{ eventHandlerURL: 'ftp://a' }, 'HANDLER_URL_REFUSED'],
    after: (w) => w.ask('registerNotificationHandler', { eventHandlerURL: '' }),
  },
};
