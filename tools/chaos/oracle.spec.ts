import { describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import type { Entry, FinalState, TraceLine } from './history.js';
import { judge } from './oracle.js';

const CONTROLLER = '127.1.1.201';
const INSTANCE = '00000000-0000-4000-8000-000000000001';
const OBJECT = 2 ** 32 + 7;
const SESSION = 11;
let n = 0;

const line = (kind: string, wallMs: number, detail: TraceLine['detail'] = {}, epoch = '1.1'): Entry => ({
  kind: 'trace',
  line: { n: (n += 1), wallMs, kind, controller: CONTROLLER, linkId: 1, instanceId: INSTANCE, epoch, detail },
});
const sent = (serial: number, wallMs: number, more: TraceLine['detail'] = {}, epoch?: string): Entry =>
  line('event', wallMs, { dn: '1001', event: 'ORIGINATED', serial, globalCallId: '255', sent: true, ...more }, epoch);
const told = (
  seq: number,
  change: Partial<Record<keyof ApplicationEvent | 'globalCallId' | 'objectIds' | 'since' | 'reason', unknown>> = {},
) =>
  ({
    kind: 'event',
    atMs: 10_000,
    session: SESSION,
    event: {
      category: 'CALL_EVENT',
      type: 'CALL_ORIGINATED',
      source: 'live',
      seq,
      epoch: { major: 1, minor: 1 },
      eventId: `1-99-7-${seq}`,
      eventTime: 5000 + seq,
      objectId: OBJECT,
      globalCallId: '00000000000000ff',
      ...change,
    },
  }) as unknown as Entry;
const GAP_FACTS = { category: 'GAP', type: 'EVENT_GAP', source: 'synthetic' } as const;
const gap = (seq: number, since: number, eventTime: number, epoch = { major: 1, minor: 1 }, objectIds = [OBJECT]): Entry =>
  told(seq, {
    ...GAP_FACTS,
    eventId: `gap-${seq}`,
    since,
    eventTime,
    epoch,
    objectIds,
  });
const ANEW = { major: 2, minor: 1 };
/** Told when the link was found to be lost; over when the monitor is set again. */
const lostLink = (seq: number, since: number, eventTime: number): Entry =>
  told(seq, { ...GAP_FACTS, eventId: `gap-${seq}`, since, eventTime, epoch: ANEW, objectIds: [OBJECT], reason: 'link-lost' });
const monitorSet = (seq: number, eventTime: number): Entry =>
  told(seq, { type: 'MONITOR_SET', source: 'synthetic', eventId: `s-${seq}`, eventTime, epoch: ANEW, globalCallId: null });
let correlation = 100;
const request = (accountCode: string, epoch?: string): Entry =>
  line('request', 6000, { type: 'MAKE_CALL', accountCode, correlation: (correlation += 1) }, epoch);
const answered = (asked: Entry, result: string): Entry =>
  line('response', 6001, {
    type: 'MAKE_CALL',
    correlation: asked.kind === 'trace' ? asked.line.detail['correlation']! : 0,
    result,
  });
const ASKED = request('80', '2.1');
const command = (key: string, outcome: 'accepted' | 'rejected' | 'unknown' = 'accepted'): Entry => ({
  kind: 'command',
  atMs: 6000,
  session: SESSION,
  key,
  outcome,
});
const processes = (...seen: [pid: number, epochMajor: number, startTicks?: string][]): Entry => ({
  kind: 'processes',
  atMs: 6000,
  instances: seen.map(([pid, epochMajor, startTicks = `t${pid}`]) => ({ pid, epochMajor, startTicks, instanceId: INSTANCE })),
});
const controllers = (links: number, monitors: number, startsPerSecondMax: number): Entry => ({
  kind: 'controllers',
  atMs: 6000,
  counts: [{ address: CONTROLLER, links, monitors, startsPerSecondMax }],
});
const END: FinalState = {
  sessions: [{ session: SESSION, alive: true }],
  monitors: [{ session: SESSION, objectId: OBJECT, live: true }],
  counts: [{ what: 'monitors', atControllers: 1, told: 1 }],
  unconverged: [],
  orphans: [],
};
const final = (change: Partial<FinalState> = {}): Entry => ({ kind: 'final', state: { ...END, ...change } });
const BEGIN: Entry[] = [
  { kind: 'log-in', atMs: 1000, session: SESSION },
  { kind: 'monitor', atMs: 2000, session: SESSION, objectId: OBJECT, controller: CONTROLLER, dn: '1001' },
];
const GOOD: Entry[] = [
  ...BEGIN,
  line('link-up', 900),
  controllers(1, 1, 20),
  processes([501, 1]),
  sent(1, 5001),
  told(1),
  sent(2, 5002),
  told(2),
  request('77'),
  command('77'),
  // the instance dies: what is sent until it is noticed is named by a gap, and another epoch begins
  sent(3, 8000),
  processes([777, 2]),
  line('link-up', 9000, {}, '2.1'),
  sent(4, 9500, {}, '2.1'),
  gap(1, 7900, 8800, { major: 2, minor: 1 }),
  told(2, { eventId: '1-99-7-4', epoch: { major: 2, minor: 1 } }),
  final(),
];
const violated = (history: readonly Entry[]): string[] =>
  judge(history)
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant }) => invariant);

/** The good history with entries left out and others put before its end. */
const forged = (put: readonly Entry[], leave: (entry: Entry) => boolean = () => false): Entry[] => [
  ...GOOD.slice(0, -1).filter((entry) => !leave(entry)),
  ...put,
  ...GOOD.slice(-1).filter((entry) => !leave(entry)),
];
const isEvent = (seq: number) => (entry: Entry) =>
  entry.kind === 'event' && entry.event.seq === seq && entry.event.epoch.major === 1;

describe('the oracle of the chaos command', () => {
  it('finds nothing in a good history, and has looked at something for every invariant', () => {
    expect(judge(GOOD).filter(({ violations }) => violations.length > 0)).toEqual([]);
    expect(judge(GOOD).every(({ checked }) => checked > 0)).toBe(true);
  });

  it('I4 what is sent to a connection that is lost is covered by its gap until the monitor is set again', () => {
    const lost = [lostLink(3, 9500, 9700), sent(9, 10_350), monitorSet(4, 10_400)];
    expect(violated(forged(lost))).toEqual([]);
  });

  const second: Entry = { kind: 'log-in', atMs: 1500, session: 12 };
  const noFinal = (entry: Entry) => entry.kind === 'final';
  it.each<[string, string, Entry[]]>([
    [
      'a session refused',
      'session is kept',
      forged([{ kind: 'session-lost', atMs: 1, session: SESSION, code: 'SESSION_INVALID' }]),
    ],
    [
      'a session silent in the end',
      'session is kept',
      forged([final({ sessions: [{ session: SESSION, alive: false }] })], noFinal),
    ],
    ['a session nobody asked in the end', 'session is kept', forged([second])],
    [
      'a monitor silent in the end',
      'monitor is kept',
      forged([final({ monitors: [{ session: SESSION, objectId: OBJECT, live: false }] })], noFinal),
    ],
    ['a monitor nobody tried in the end', 'monitor is kept', forged([final({ monitors: [] })], noFinal)],
    ['an event that never came', 'no event is missing', forged([sent(9, 9600)])],
    [
      'an event that came only to another session',
      'no event is missing',
      forged([
        second,
        { ...BEGIN[1]!, session: 12 } as Entry,
        sent(9, 9600),
        told(3, { eventId: '1-99-7-9', epoch: { major: 2, minor: 1 } }),
      ]),
    ],
    [
      'an event of another call under its number',
      'no event is missing',
      forged([sent(9, 9600, { globalCallId: '256' }), told(3, { eventId: '1-99-7-9', epoch: { major: 2, minor: 1 } })]),
    ],
    ['a gap that begins too late', 'no event is missing', forged([sent(9, 6000)])],
    [
      'an event after the monitor that a lost link had taken was set again',
      'no event is missing',
      forged([lostLink(3, 9500, 9700), monitorSet(4, 9900), sent(9, 10_600)]),
    ],
    ['a gap that ends too early', 'no event is missing', forged([sent(9, 9600)])],
    [
      'a gap about another phone',
      'no event is missing',
      forged([gap(3, 9500, 9700, { major: 2, minor: 1 }, [OBJECT + 1]), sent(9, 9600)]),
    ],
    [
      'a snapshot instead of the event',
      'no event is missing',
      forged([sent(9, 9600), told(3, { eventId: '1-99-7-9', source: 'snapshot', epoch: { major: 2, minor: 1 } })]),
    ],
    ['a trace that was overwritten', 'no event is missing', forged([{ kind: 'trace-lost' }])],
    ['a hole in the numbers', 'numbers of a session', forged([told(4, { epoch: { major: 2, minor: 1 } })])],
    [
      'a number used again for another event',
      'numbers of a session',
      forged([told(2, { eventId: 'other', epoch: { major: 2, minor: 1 } })]),
    ],
    ['an event told twice', 'numbers of a session', forged([told(2, { eventId: '1-99-7-4', epoch: { major: 2, minor: 1 } })])],
    ['an older epoch after a newer', 'numbers of a session', forged([told(3)])],
    [
      'an epoch that does not begin at one',
      'numbers of a session',
      forged([told(5, { category: 'GAP', objectIds: [], epoch: { major: 3, minor: 1 } })]),
    ],
    ['an epoch without a gap', 'numbers of a session', forged([told(1, { epoch: { major: 3, minor: 1 } })])],
    ['a first event lost on the way', 'numbers of a session', forged([], isEvent(2)).toSpliced(6, 0, told(3, { eventId: 'x' }))],
    ['a command that arrived twice', 'at most once', forged([request('77', '2.1')])],
    [
      'an unknown command that arrived twice',
      'at most once',
      forged([request('78', '2.1'), request('78', '2.1'), command('78', 'unknown')]),
    ],
    [
      'a command carried out and asked again',
      'at most once',
      forged([ASKED, answered(ASKED, 'OK'), request('80', '2.1'), command('80')]),
    ],
    ['a command accepted and never made', 'at most once', forged([command('79')])],
    ['a request of an old epoch', 'one incarnation at a time', forged([line('request', 9900, { type: 'MONITOR_START' }, '1.1')])],
    ['a link of an old epoch', 'one incarnation at a time', forged([line('link-up', 9900, {}, '1.9')])],
    ['two processes of one instance at once', 'one incarnation at a time', forged([processes([777, 2], [778, 3])])],
    ['two processes of one epoch', 'one incarnation at a time', forged([processes([900, 2])])],
    ['a pid used again within an epoch', 'one incarnation at a time', forged([processes([777, 2, 'later'])])],
    ['too many monitors at a controller', 'caps hold', forged([controllers(1, 5001, 1)])],
    ['too many instances at a controller', 'caps hold', forged([controllers(7, 1, 1)])],
    ['too many monitor starts in a second', 'caps hold', forged([controllers(1, 1, 21)])],
    [
      'a place that was not given back',
      'caps hold',
      forged([final({ counts: [{ what: 'monitors', atControllers: 1, told: 2 }] })], noFinal),
    ],
    ['a program that did not come back', 'back after healing', forged([final({ unconverged: ['worker'] })], noFinal)],
    ['a run without an end', 'back after healing', forged([], noFinal)],
    ['a process left over', 'left over', forged([final({ orphans: ['pid 4'] })], noFinal)],
  ])('flags %s', (_name, invariant, history) => {
    expect(
      violated(history).some((name) => name.includes(invariant)),
      violated(history).join(', '),
    ).toBe(true);
  });

  it('lets a command be asked again when the controller has refused it', () => {
    expect(violated(forged([ASKED, answered(ASKED, 'OVERLOADED'), request('80', '2.1'), command('80')]))).toEqual([]);
  });

  it('does not ask for what came before the monitor was acknowledged or after the log-out', () => {
    expect(violated(forged([sent(9, 1500), { kind: 'log-out', atMs: 9700, session: SESSION }, sent(10, 9800)]))).toEqual([]);
  });
});
