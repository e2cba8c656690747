/** Operations on calls and devices: how each is brought to a success, and what is then seen at the simulator. */
import { eventually } from '#testkit/eventually';
import { type Cases, granted, seen, stateOf } from './case.js';

const idle = (dn: string) => seen((at) => at.phone(dn).calls.length === 0);
const features = (dn: string, wanted: (features: Readonly<Record<string, unknown>>) => boolean) =>
  seen((at) => wanted(at.phone(dn).features));
const forwarded = (kind: string) =>
  features('2009', ({ forwarding }) => (forwarding as Record<string, string> | undefined)?.[kind] === '2010');
const forward = { ready: async (w) => ({ ...(await w.device('2009')), dn: '2010', cfOn: true }) } satisfies Pick<
  Cases[string],
  'ready'
>;

export const CALL_CASES: Cases = {
  makeCall: {
    ready: async (w) => ({ ...(await w.device('2001')), number: '2002', accountCode: '7711' }),
    effect: seen((at) => at.phone('2002').calls[0]?.state === 'alerting' && at.call('2001')?.accountCode?.digits === '7711'),
  },
  answerCall: {
    ready: async (w) => {
      await w.ring('2001', '2002');
      return w.callAt('2002');
    },
    effect: stateOf('2002', 'connected'),
  },
  clearCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return w.callAt('2002');
    },
    effect: idle('2001'),
  },
  holdCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return w.callAt('2001');
    },
    effect: stateOf('2001', 'hold'),
  },
  retrieveCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      await w.hand('2001', 'hold');
      return w.callAt('2001');
    },
    effect: stateOf('2001', 'connected'),
  },
  consultationCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return { ...(await w.callAt('2001')), number: '2003' };
    },
    effect: stateOf('2003', 'alerting'),
  },
  cancelConsCall: {
    ready: async (w) => {
      await w.consulted();
      return w.callAt('2001');
    },
    effect: idle('2003'),
  },
  alternateCall: {
    ready: async (w) => {
      await w.consulted();
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').calls[0]?.state === 'connected'),
  },
  tradeCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      await w.hand('2001', 'new-call');
      await w.hand('2001', 'call', { number: '2003' });
      await w.hand('2003', 'answer');
      return w.callAt('2001', 2);
    },
    effect: seen((at) => at.phone('2001').calls[0]?.state === 'connected'),
  },
  transferCall: {
    ready: async (w) => {
      await w.consulted();
      return w.callAt('2001');
    },
    effect: seen(
      (at) => at.phone('2001').calls.length === 0 && ['2002', '2003'].every((dn) => at.phone(dn).calls[0]?.state === 'connected'),
    ),
  },
  conferenceCall: {
    ready: async (w) => {
      await w.consulted();
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').calls[0]?.members?.length === 3),
  },
  splitConferenceCall: {
    ready: async (w) => {
      await w.consulted();
      await w.hand('2001', 'conference');
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').calls.length === 2),
  },
  redirectCall: {
    ready: async (w) => {
      await w.ring('2001', '2002');
      return { ...(await w.callAt('2002')), redirectDn: '2003' };
    },
    effect: stateOf('2003', 'alerting'),
  },
  camponCall: {
    ready: async (w) => {
      await w.talk('2002', '2003');
      await w.ring('2001', '2002');
      return w.callAt('2001');
    },
    effect: stateOf('2001', 'queued'),
  },
  newCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').calls.length === 2),
  },
  setAccountCode: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return { ...(await w.callAt('2001')), accountCode: '7711' };
    },
    effect: seen((at) => at.call('2002')?.accountCode?.digits === '7711'),
  },
  outPulseDigits: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return { ...(await w.callAt('2001')), digits: '12#' };
    },
    effect: seen((at) => at.call('2001')?.digitsSent === '12#'),
  },
  setCallMeBack: {
    ready: async (w) => {
      await w.talk('2002', '2003');
      await w.ring('2001', '2002');
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').callsBack?.includes('2002') === true),
  },
  sendCallMeBackMsgForCall: {
    ready: async (w) => {
      await w.ring('2001', '2004');
      return w.callAt('2001');
    },
    effect: features('2004', ({ messageWaiting }) => messageWaiting === true),
    after: (w) => w.hand('2004', 'clear-message', { number: '2001' }),
  },
  sendCallMeBackMsgNoCall: {
    ready: async (w) => ({ ...(await w.device('2001')), dn: '2004' }),
    effect: features('2004', ({ messageWaiting }) => messageWaiting === true),
    after: (w) => w.hand('2004', 'clear-message', { number: '2001' }),
  },
  clearCallMeBackMsg: {
    ready: async (w) => {
      await w.hand('2001', 'message-to', { number: '2004' });
      return { ...(await w.device('2004')), deviceDn: '2001' };
    },
    effect: features('2004', ({ messageWaiting }) => messageWaiting !== true),
  },
  pickupCall: {
    ready: async (w) => {
      await w.ring('2001', '2005');
      return { ...(await w.device('2006')), ringDn: '2005' };
    },
    effect: stateOf('2006', 'connected'),
  },
  remoteRetrieveCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      await w.hand('2002', 'hold');
      return { ...(await w.device('2003')), remoteDn: '2002' };
    },
    effect: stateOf('2003', 'connected'),
  },
  getCallStatus: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return w.device('2001');
    },
    retry: true,
    effect: /ESTABLISHED/,
  },
  advGetCallStatus: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return w.device('2001');
    },
    retry: true,
    effect: /ESTABLISHED/,
  },
  advAssignCallerId: {
    ready: async (w) => {
      await w.ring('2001', '2002');
      return { ...(await w.callAt('2002')), newName: 'The bank' };
    },
    effect: seen((at) => at.call('2002')?.callerName === 'The bank'),
  },
  advIntrudeCall: {
    ready: async (w) => {
      await w.talk('2002', '2003');
      await w.ring('2001', '2002');
      return w.callAt('2001');
    },
    effect: seen((at) => at.phone('2001').calls[0]?.members?.length === 3),
  },
  advTapCall: {
    ready: async (w) => {
      await w.talk('2001', '2002');
      return { ...(await w.callAt('2001')), dn: '2003' };
    },
    effect: seen((at) => at.call('2001')?.taps?.includes('2003') === true),
  },
  advACDSilentMonitor: {
    ready: async (w) => {
      await w.served();
      await w.ring('2015', '2110');
      return { ...(await w.callAt('2015')), agentDn: '2110' };
    },
    effect: seen((at) => at.phone('2015').calls[0]?.listensTo === '2110'),
  },
  advACDSilentMonitorEx: {
    ready: async (w) => {
      await w.served();
      return { ...(await w.device('2015')), agentDn: '2110' };
    },
    effect: seen((at) => at.phone('2015').calls[0]?.listensTo === '2110'),
  },
  advACDRequestHelp: {
    ready: async (w) => {
      await w.served();
      return { ...(await w.callAt('2110')), supervisorDn: '2015' };
    },
    effect: seen((at) => at.phone('2015').calls.length === 1),
  },
  advCoachCall: {
    ready: async (w) => {
      await w.served();
      await w.hand('2015', 'listen-to-agent', { number: '2110' });
      return { ...(await w.callAt('2015')), coachType: 'COACH_ALL' };
    },
    effect: seen((at) => at.call('2015')?.coach === 1),
  },
  advClearCoachCall: {
    ready: async (w) => {
      await w.served();
      await w.hand('2015', 'listen-to-agent', { number: '2110' });
      await w.hand('2015', 'coach', { code: 2 });
      return w.callAt('2015');
    },
    effect: seen((at) => at.call('2015')?.coach === 0),
  },

  setDeviceDND: {
    ready: async (w) => ({ ...(await w.device('2009')), dndState: true }),
    effect: features('2009', ({ doNotDisturb }) => doNotDisturb === true),
    after: (w) => w.hand('2009', 'do-not-disturb', { on: false }),
  },
  setCFAlways: { ...forward, effect: forwarded('always'), after: (w) => w.hand('2009', 'forward-always', { on: false }) },
  setCFBusyInternal: {
    ...forward,
    effect: forwarded('busy-internal'),
    after: (w) => w.hand('2009', 'forward-busy-internal', { on: false }),
  },
  setCFBusyExternal: {
    ...forward,
    effect: forwarded('busy-external'),
    after: (w) => w.hand('2009', 'forward-busy-external', { on: false }),
  },
  setCFNAInternal: {
    ...forward,
    effect: forwarded('no-answer-internal'),
    after: (w) => w.hand('2009', 'forward-no-answer-internal', { on: false }),
  },
  setCFNAExternal: {
    ...forward,
    effect: forwarded('no-answer-external'),
    after: (w) => w.hand('2009', 'forward-no-answer-external', { on: false }),
  },
  advSetMsgWaitingInd: {
    ready: async (w) => ({ ...(await w.device('2009')), state: true }),
    effect: features('2009', ({ messageWaiting }) => messageWaiting === true),
    after: (w) => w.hand('2009', 'message-waiting', { on: false }),
  },
  advSetAutoAnswer: {
    ready: async (w) => ({ ...(await w.device('2009')), autoAnswerMode: true }),
    effect: features('2009', ({ autoAnswer }) => autoAnswer === true),
    after: (w) => w.hand('2009', 'auto-answer', { on: false }),
  },
  loginHotDeskUser: {
    ready: async (w) => ({ ...(await w.device('2012')), hotDeskUserDn: '2101', pin: '4711' }),
    effect: seen((at) => at.phone('2101').loggedInAt === '2012'),
  },
  logoutHotDeskUser: {
    ready: async (w) => {
      await w.hand('2012', 'hot-desk-log-in', { number: '2101', text: '4711' });
      return w.device('2012');
    },
    effect: seen((at) => at.phone('2101').loggedInAt === undefined),
  },
  loginExtHotDeskUser: {
    ready: async (w) => ({ ...(await w.device('2102')), pin: '4713' }),
    effect: seen((at) => at.phone('2102').inService),
    after: (w) => w.hand('2102', 'external-log-out'),
  },
  logoutExtHotDeskUser: {
    ready: async (w) => {
      await w.hand('2102', 'external-log-in', { text: '4713' });
      return w.device('2102');
    },
    effect: seen((at) => !at.phone('2102').inService),
  },
  verifyHotDeskUserPin: {
    ready: async (w) => ({ ...(await w.device('2012')), hotDeskUserDn: '2101', pin: '4711' }),
    effect: granted('DEVICE_COMMAND'),
  },
  getHotDeskUserLoginDevice: {
    ready: async (w) => {
      await w.hand('2012', 'hot-desk-log-in', { number: '2101', text: '4711' });
      return w.device('2101');
    },
    effect: /2012/,
  },
  getHotDeskUserDn: {
    ready: async (w) => {
      await w.hand('2012', 'hot-desk-log-in', { number: '2101', text: '4711' });
      return w.device('2012');
    },
    effect: /2101/,
  },
  setPRGPresence: {
    ready: async (w) => ({ ...(await w.device('2007')), prgDn: '2303', presenceValue: false }),
    effect: seen((at) => !at.group('2303').present.includes('2007')),
    after: (w) => w.hand('2007', 'personal-presence', { number: '2303', on: true }),
  },
  advSetGroupMemberPresence: {
    ready: async (w) => ({ ...(await w.device('2007')), groupDn: '2301', presenceValue: false }),
    effect: seen((at) => !at.group('2301').present.includes('2007')),
    after: (w) => w.hand('2007', 'group-presence', { number: '2301', on: true }),
  },
  advSetACDAgentPresence: {
    ready: async (w) => {
      await w.agentIn();
      return { ...(await w.device('2110')), groupDn: '2401', presenceValue: false };
    },
    effect: seen((at) => !at.group('2401').present.includes('2110')),
    after: (w) => w.hand('2110', 'agent-presence', { number: '2401', on: true }),
  },
  advSetACD2AgentPresenceAllGroups: {
    ready: async (w) => {
      await w.agentIn();
      return { ...(await w.device('2110')), presenceValue: false, invokerDn: '2110' };
    },
    effect: seen((at) => !at.group('2401').present.includes('2110')),
    after: (w) => w.hand('2110', 'agent-presence-all', { on: true }),
  },
  advLoginACDAgent: {
    ready: async (w) => ({ ...(await w.device('2011')), agentDn: '2110', pin: '4714' }),
    effect: seen((at) => at.phone('2110').loggedInAt === '2011'),
  },
  advLogoutACDAgent: {
    ready: async (w) => {
      await w.agentIn();
      return w.device('2011');
    },
    effect: seen((at) => at.phone('2110').loggedInAt === undefined),
  },
  advLoginExternalACDAgent: {
    ready: async (w) => ({ ...(await w.device('2111')), pin: '4715' }),
    effect: seen((at) => at.phone('2111').inService),
    after: (w) => w.hand('2111', 'external-agent-log-out'),
  },
  advLogoutExternalACDAgent: {
    ready: async (w) => {
      await w.hand('2111', 'external-agent-log-in', { text: '4715' });
      return w.device('2111');
    },
    effect: seen((at) => !at.phone('2111').inService),
  },
  advSetACDAgentMakeBusy: {
    ready: async (w) => {
      await w.agentIn();
      return { ...(await w.device('2110')), busyState: true };
    },
    effect: features('2110', ({ makeBusy }) => makeBusy !== undefined),
    after: (w) => w.hand('2110', 'make-busy', { on: false }),
  },
  advSetACDAgentMakeBusyWithCode: {
    ready: async (w) => {
      await w.agentIn();
      return { ...(await w.device('2110')), busyState: true, busyCode: 7 };
    },
    effect: features('2110', ({ makeBusy }) => Number(makeBusy) === 7),
    after: (w) => w.hand('2110', 'make-busy', { on: false }),
  },
  advCancelACDWorkTimer: {
    ready: async (w) => {
      await w.served();
      await w.hand('2001', 'clear');
      await eventually(async () => (await w.phone('2110')).working === true, { what: 'the work timer' });
      return w.device('2110');
    },
    effect: seen((at) => at.phone('2110').working !== true),
  },
  advCancelACDResezeWorkTimer: {
    ready: async (w) => {
      await w.served();
      await w.hand('2001', 'clear');
      return w.device('2110');
    },
    effect: seen((at) => at.phone('2110').working !== true),
  },
  advSetTrunkMakeBusy: {
    ready: async (w) => ({ objectId: await w.id('advGetTdmTrunkId', { trunkNum: 1 }), forced: true }),
    effect: seen((at) => at.trunk('1').features['makeBusy'] !== undefined),
    after: (w) => w.hand('1', 'trunk-make-busy-cancel', {}, 'trunks'),
  },
  advCancelTrunkMakeBusy: {
    ready: async (w) => {
      await w.hand('1', 'trunk-make-busy', { on: true }, 'trunks');
      return { objectId: await w.id('advGetTdmTrunkId', { trunkNum: 1 }) };
    },
    effect: seen((at) => at.trunk('1').features['makeBusy'] === undefined),
  },
};
