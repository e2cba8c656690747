/** Faults the simulation must find: each breaks one promise, as somebody might by mistake. */
import type { Core } from '../../../apps/gateway/src/switchboard/core.js';
import type { EventLog } from '../../../apps/gateway/src/switchboard/events/event-log.js';
import type { Session } from '../../../apps/gateway/src/switchboard/sessions/session-table.js';
import type { Effect, JournalRecord } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import { CONTROL_FAULTS } from './control-faults.js';
import type { Plant } from './plant.js';

/** The record never gets to the journal. */
const unwritten =
  (isIt: (record: JournalRecord) => boolean) =>
  (effects: readonly Effect[]): readonly Effect[] =>
    effects.filter((effect) => effect.kind !== 'journal' || !isIt(effect.record));

/** Events that never get to a session's log. */
const unsaid =
  (isIt: (body: Parameters<Core['post']>[1]) => boolean) =>
  (core: Core): void => {
    const post = core.postEntry.bind(core);
    core.postEntry = (session, entry, describes) => (isIt(entry.body) ? undefined : post(session, entry, describes));
  };

const gapOf = (reason: string) => unsaid((body) => body.category === 'GAP' && body.reason === reason);

/** Something done to every session's log, as it begins. */
const everyLog =
  (change: (log: EventLog, core: Core) => void) =>
  (core: Core): void => {
    const add = core.sessions.add.bind(core.sessions);
    core.sessions.add = (facts, nowMs): Session => {
      const session = add(facts, nowMs);
      change(session.log, core);
      return session;
    };
  };

/** The caps are not what the document says. */
const capped =
  (name: 'sessions' | 'monitors' | 'monitorsPerController', by: number) =>
  (core: Core): void => {
    let limits = core.limits;
    Object.defineProperty(core, 'limits', {
      get: () => ({ ...limits, [name]: limits[name] + by }),
      set: (value: Core['limits']) => (limits = value),
    });
  };

const GATEWAY_FAULTS: readonly Plant[] = [
  {
    name: 'acknowledge-before-write',
    what: 'answers leave before the journal is synced',
    effects: (effects) => effects.map((effect) => (effect.kind === 'reply' ? { ...effect, kept: false } : effect)),
  },
  { name: 'session-not-journaled', what: 'a log-in is not in the journal', effects: unwritten(({ t }) => t === 'session') },
  { name: 'monitors-not-restored', what: 'a monitor is not in the journal', effects: unwritten(({ t }) => t === 'monitor') },
  {
    name: 'monitor-end-not-journaled',
    what: 'a stopped monitor comes back with the next incarnation',
    effects: unwritten(({ t }) => t === 'monitor-end'),
  },
  { name: 'key-not-journaled', what: 'an idempotency key is not in the journal', effects: unwritten(({ t }) => t === 'key') },
  {
    name: 'key-forgotten-when-unknown',
    what: 'a command without an answer may be tried again under its key',
    core: ({ keys }) => {
      const finish = keys.finish.bind(keys);
      keys.finish = (key, outcome) => (outcome.ok ? finish(key, outcome) : keys.forget(key));
    },
  },
  {
    name: 'key-ignores-body',
    what: 'a key with another request is answered as if it were the first',
    core: ({ keys }) => {
      const [stateOf, begin] = [keys.stateOf.bind(keys), keys.begin.bind(keys)];
      keys.stateOf = (key, _fingerprint, nowMs) => stateOf(key, '', nowMs);
      keys.begin = (key, _fingerprint, nowMs) => begin(key, '', nowMs);
    },
  },
  { name: 'retry-make-call', what: 'makeCall is sent once more when no answer came soon', drops: 'make-call-once' },
  {
    name: 'slot-not-freed',
    what: 'a session that ran out keeps its place',
    core: ({ sessions }) => {
      let leaked = 0;
      const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(sessions), 'size')!;
      Object.defineProperty(sessions, 'size', { get: () => (own.get!.call(sessions) as number) + leaked });
      const remove = sessions.remove.bind(sessions);
      sessions.remove = (id, reason) => {
        if (reason.startsWith('silent')) leaked += 1;
        remove(id, reason);
      };
    },
  },
  {
    name: 'monitor-place-not-freed',
    what: 'a released monitor keeps its place in the count',
    core: ({ monitors }) => {
      const release = monitors.release.bind(monitors);
      monitors.release = (monitor, sessionId) => {
        const released = release(monitor, sessionId);
        if (released) monitors.places += 1;
        return released;
      };
    },
  },
  { name: 'session-cap-too-high', what: '`<=` for `<`: one session too many', core: capped('sessions', 1) },
  { name: 'session-cap-too-low', what: '`>=` for `>`: the last place is never given', core: capped('sessions', -1) },
  { name: 'monitor-cap-too-high', what: '`<=` for `<`: one monitor too many', core: capped('monitors', 1) },
  {
    name: 'controller-cap-not-checked',
    what: 'monitors on one controller are not counted',
    core: (core) => (core.monitorCap = () => Number.MAX_SAFE_INTEGER),
  },
  { name: 'keep-alive-never-expires', what: 'a silent session stays', core: ({ sessions }) => (sessions.silent = () => []) },
  {
    name: 'keep-alive-too-short',
    what: 'a session ends after half of its keep-alive',
    settings: (settings) => ({ ...settings, sessionKeepAliveMs: settings.sessionKeepAliveMs / 4 }),
  },
  {
    name: 'wall-clock-for-time-outs',
    what: 'the wall clock rules keep-alives and time-outs',
    instant: ({ wallMs }) => ({ nowMs: wallMs, wallMs }),
  },
  {
    name: 'epoch-not-advanced',
    what: 'the next incarnation has the epoch of the last, and gives out its numbers again',
    epoch: (right, last) => (last === undefined ? right : { ...right, major: last.major, minor: last.minor }),
  },
  {
    name: 'cursor-off-by-one',
    what: 'a read begins one behind the cursor',
    core: everyLog((log) => {
      const read = log.read.bind(log);
      log.read = (after, max, now, all) =>
        read(after !== undefined && after > 0 && after < log.handedSeq ? after + 1 : after, max, now, all);
    }),
  },
  {
    name: 'cursor-reads-again',
    what: 'a read begins with the event of the cursor',
    core: everyLog((log) => {
      const read = log.read.bind(log);
      log.read = (after, max, now, all) => read(after !== undefined && after > 0 ? after - 1 : after, max, now, all);
    }),
  },
  {
    name: 'unbounded-log',
    what: 'the event log of a session has no bound',
    core: everyLog(
      (log) =>
        ((log as unknown as { bounds: unknown }).bounds = {
          perSessionMax: Number.MAX_SAFE_INTEGER,
          retentionMs: Number.MAX_SAFE_INTEGER,
        }),
    ),
  },
  {
    name: 'overflow-not-told',
    what: 'events that did not fit are dropped without a gap',
    core: everyLog((log) => ((log as unknown as { loseEvent: () => void }).loseEvent = () => {})),
  },
  { name: 'link-gap-not-told', what: 'no gap after a link was lost', core: gapOf('link-lost') },
  { name: 'restart-gap-not-told', what: 'no gap after a restart', core: gapOf('restart') },
  { name: 'missed-gap-not-told', what: 'no gap where events were lost on the way', core: gapOf('missed') },
  {
    name: 'no-snapshot',
    what: 'how things stand is not asked after a gap',
    input: (input) => (input.kind === 'message' && input.message.type === 'SNAPSHOT_CALLS_RESPONSE' ? undefined : input),
  },
  {
    name: 'stale-snapshot-wins',
    what: 'a snapshot overrules events that are newer',
    core: ({ monitors }) => {
      const add = monitors.add.bind(monitors);
      monitors.add = (monitor) => {
        Object.defineProperty(monitor, 'touched', { get: () => new Set(), set: () => {} });
        add(monitor);
      };
    },
  },
  {
    name: 'pacing-forgotten-with-link',
    what: 'the pace begins anew with every link',
    input: (input, core) => {
      const controller = input.kind === 'link' ? core.controllers.get(input.icpId) : undefined;
      if (controller !== undefined) Object.assign(controller.pacer, { open: [], readAt: [], hasBegun: true, evenAtMs: -1e9 });
      return input;
    },
  },
  {
    name: 'pace-counted-from-sending',
    what: 'a place in the pace is given back a second after the sending, whenever the controller may have read it',
    core: (core) => {
      const set = core.controllers.set.bind(core.controllers);
      core.controllers.set = (icpId, controller) => {
        const take = controller.pacer.take.bind(controller.pacer);
        controller.pacer.take = (nowMs, order) => {
          const taken = take(nowMs, order);
          if (taken) controller.pacer.wasRead(nowMs, order);
          return taken;
        };
        return set(icpId, controller);
      };
    },
  },
  {
    name: 'pace-off-by-one',
    what: 'one start too many in a second',
    settings: (settings) => ({ ...settings, monitorStartsPerSecond: settings.monitorStartsPerSecond + 1 }),
  },
  {
    name: 'not-set-again-after-link',
    what: 'monitors are not set again when a link comes back',
    input: (input, core) => {
      if (input.kind === 'tick') for (const { starts } of core.controllers.values()) starts.clear();
      return input;
    },
  },
  { name: 'last-one-out-does-not-stop', what: 'the last one out leaves the monitor on the controller', drops: 'stop-sent' },
  {
    name: 'correlation-reused',
    what: 'a number of an open request is used again',
    core: (core) => {
      const set = core.controllers.set.bind(core.controllers);
      core.controllers.set = (icpId, controller) => {
        const table = controller.commands as unknown as { last: number; open: Map<number, unknown> };
        const add = controller.commands.add.bind(controller.commands);
        controller.commands.add = (pending, nowMs) => {
          table.last %= 2;
          table.open.delete(table.last + 1);
          return add(pending, nowMs);
        };
        return set(icpId, controller);
      };
    },
  },
  {
    name: 'answer-to-the-wrong-request',
    what: 'any answer is taken for the oldest open request of its kind',
    input: (input, core) => {
      if (input.kind !== 'message' || !('correlation' in input.message)) return input;
      const { open } = core.controllers.get(input.icpId)?.commands as unknown as {
        open: Map<number, { pending: { kind: string } }>;
      };
      const kind = open.get(input.message.correlation)?.pending.kind;
      const first = [...open].find(([, { pending }]) => pending.kind === kind);
      return first === undefined ? input : { ...input, message: { ...input.message, correlation: first[0] } };
    },
  },
  { name: 'torn-tail-kept', what: 'the journal goes on behind a torn tail', drops: 'torn-tail-cut' },
  {
    name: 'compaction-loses-keys',
    what: 'idempotency keys are left out when the journal is rewritten',
    compacted: (records) => records.filter(({ t }) => t !== 'key'),
  },
  {
    name: 'compaction-loses-monitors',
    what: 'monitors are left out when the journal is rewritten',
    compacted: (records) => records.filter(({ t }) => t !== 'monitor'),
  },
  {
    name: 'unlisted-may-log-in',
    what: 'the access-control list is not looked at',
    document: (document) => ({
      ...document,
      applications: document.applications.map((application) => ({ ...application, allowed: true })),
    }),
  },
  { name: 'stale-document-accepted', what: 'an older access document replaces a newer one', drops: 'document-serial' },
  {
    name: 'document-not-synced',
    what: 'an access document counts before it is on disk, and is gone with the incarnation',
    drops: 'document-synced',
  },
];

export const PLANTED_FAULTS: readonly Plant[] = [...GATEWAY_FAULTS, ...CONTROL_FAULTS];
