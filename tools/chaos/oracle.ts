/** Judges a history: pure, trusts nothing but what was seen from outside (`guides/reliability.md` 2.1). */
import type { ApplicationEvent } from '#contracts/application-api';
import type { Entry, FinalState, SeenProcess, TraceLine } from './history.js';

export interface Verdict {
  readonly invariant: string;
  /** How many facts were looked at; with none nothing is proven, and the report says so. */
  readonly checked: number;
  readonly violations: readonly string[];
}

/** Clocks of one host; life signs of an instance are a quarter of a second apart. */
const TOLERANCE_MS = 600;
const MONITORS_PER_CONTROLLER_MAX = 5000;
const LINKS_PER_CONTROLLER_MAX = 6;
const STARTS_PER_SECOND_MAX = 20;

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>;
const pick = <K extends Entry['kind']>(history: readonly Entry[], kind: K): Of<K>[] =>
  history.filter((entry): entry is Of<K> => entry.kind === kind);
const finalOf = (history: readonly Entry[]): FinalState | undefined => pick(history, 'final').at(-1)?.state;

class Finding {
  checked = 0;
  readonly violations: string[] = [];
  constructor(private readonly invariant: string) {}
  /** Looks at one more fact. */
  expect(holds: boolean, otherwise: () => string): void {
    this.checked += 1;
    if (!holds) this.violations.push(otherwise());
  }
  verdict(): Verdict {
    const { invariant, checked, violations } = this;
    return { invariant, checked, violations };
  }
}

/** Every invariant, in a fixed order. The history is in the order things were noted. */
export function judge(history: readonly Entry[]): Verdict[] {
  return [
    sessionsKept(history),
    monitorsKept(history),
    noSilentGap(history),
    numbering(history),
    noDoubleCommand(history),
    oneOwner(history),
    caps(history),
    converged(history),
    noOrphans(history),
  ];
}

function sessionsKept(history: readonly Entry[]): Verdict {
  const finding = new Finding('every acknowledged session is kept');
  const ended = new Set(pick(history, 'log-out').map(({ session }) => session));
  const lost = new Map(pick(history, 'session-lost').map((entry) => [entry.session, entry.code]));
  const alive = new Map(finalOf(history)?.sessions.map((entry) => [entry.session, entry.alive]));
  for (const { session } of pick(history, 'log-in')) {
    if (ended.has(session)) continue;
    finding.expect(!lost.has(session), () => `session ${session} was refused: ${lost.get(session)}`);
    finding.expect(alive.get(session) === true, () => `session ${session} does not answer in the end`);
  }
  return finding.verdict();
}

function monitorsKept(history: readonly Entry[]): Verdict {
  const finding = new Finding('every acknowledged monitor is kept');
  const ended = new Set(pick(history, 'log-out').map(({ session }) => session));
  const live = new Set(
    finalOf(history)
      ?.monitors.filter((m) => m.live)
      .map((m) => `${m.session}/${m.objectId}`),
  );
  for (const { session, objectId, dn } of pick(history, 'monitor')) {
    if (ended.has(session)) continue;
    finding.expect(
      live.has(`${session}/${objectId}`),
      () => `session ${session} is not told of a call at phone ${dn} in the end`,
    );
  }
  return finding.verdict();
}

/** The same on both sides of the gateway: which phone, which number of its own, which call. */
const keyOf = (objectId: number, serial: string, globalCallId: string | null): string =>
  `${objectId}/${serial}/${globalCallId ?? ''}`;
function keyOfTrace(objectId: number, { detail }: TraceLine): string {
  const id = BigInt(String(detail['globalCallId'] ?? '0'));
  return keyOf(objectId, String(detail['serial']), id === 0n ? null : id.toString(16).padStart(16, '0'));
}
function keyOfEvent(event: ApplicationEvent): string | undefined {
  if (event.category !== 'CALL_EVENT' || event.source !== 'live') return undefined;
  return keyOf(event.objectId, event.eventId.split('-').at(-1)!, event.globalCallId);
}

interface Told {
  readonly keys: Set<string>;
  /** By device. */
  readonly gaps: Map<number, Span[]>;
}
interface Span {
  readonly fromMs: number;
  toMs: number;
  /** Nobody watches the device until its monitor is said to be set again. */
  isOpen: boolean;
}

/** A lost link and a restart: from `since` until MONITOR_SET, because the controller may go on sending to a connection that is gone. */
const OPEN_REASONS: ReadonlySet<string> = new Set(['link-lost', 'restart']);

function takeGap({ gaps }: Told, event: Extract<ApplicationEvent, { category: 'GAP' }>): void {
  const isOpen = OPEN_REASONS.has(event.reason);
  const [fromMs, toMs] = [event.since - TOLERANCE_MS, isOpen ? Infinity : event.eventTime + TOLERANCE_MS];
  for (const objectId of event.objectIds) gaps.set(objectId, [...(gaps.get(objectId) ?? []), { fromMs, toMs, isOpen }]);
}

function closeGaps({ gaps }: Told, objectId: number, setAtMs: number): void {
  for (const span of gaps.get(objectId) ?? []) {
    if (!span.isOpen) continue;
    span.isOpen = false;
    span.toMs = setAtMs + TOLERANCE_MS;
  }
}

function toldBySession(history: readonly Entry[]): Map<number, Told> {
  const told = new Map<number, Told>();
  for (const { session, event } of pick(history, 'event')) {
    const of = told.get(session) ?? { keys: new Set(), gaps: new Map() };
    told.set(session, of);
    const key = keyOfEvent(event);
    if (key !== undefined) of.keys.add(key);
    if (event.category === 'GAP') takeGap(of, event);
    else if (event.type === 'MONITOR_SET' && event.category === 'CALL_EVENT') closeGaps(of, event.objectId, event.eventTime);
  }
  return told;
}

/** What a controller sent for a monitored phone after the monitor was acknowledged came, or a gap names that phone and that time. */
export function missingEvents(history: readonly Entry[]): { readonly checked: number; readonly missing: readonly string[] } {
  const told = toldBySession(history);
  const ended = new Map(pick(history, 'log-out').map(({ session, atMs }) => [session, atMs]));
  const holders = new Map<string, Of<'monitor'>[]>();
  for (const monitor of pick(history, 'monitor')) {
    const phone = `${monitor.controller}/${monitor.dn}`;
    holders.set(phone, [...(holders.get(phone) ?? []), monitor]);
  }
  const missing: string[] = [];
  let checked = 0;
  for (const { line } of pick(history, 'trace')) {
    if (line.kind !== 'event' || line.detail['sent'] !== true) continue;
    for (const { session, objectId, atMs } of holders.get(`${line.controller}/${line.detail['dn']}`) ?? []) {
      if (line.wallMs <= atMs || line.wallMs > (ended.get(session) ?? Infinity)) continue;
      checked += 1;
      const of = told.get(session);
      if (of?.keys.has(keyOfTrace(objectId, line)) === true) continue;
      const covered = of?.gaps.get(objectId)?.some(({ fromMs, toMs }) => fromMs <= line.wallMs && line.wallMs <= toMs);
      if (covered === true) continue;
      const { event, dn, serial } = line.detail;
      const at = new Date(line.wallMs).toISOString();
      missing.push(`session ${session} was not told ${event} of phone ${dn} (serial ${serial}, ${at}), and no gap says so`);
    }
  }
  return { checked, missing };
}

function noSilentGap(history: readonly Entry[]): Verdict {
  const finding = new Finding('no event is missing without a gap that says so');
  const { checked, missing } = missingEvents(history);
  finding.checked = checked;
  finding.violations.push(...missing);
  if (history.some(({ kind }) => kind === 'trace-lost'))
    finding.violations.push('the simulator’s trace was overwritten before it was read: this cannot be judged');
  return finding.verdict();
}

function numbering(history: readonly Entry[]): Verdict {
  const finding = new Finding('numbers of a session grow without holes and are never used again');
  const last = new Map<number, ApplicationEvent>();
  const used = new Map<string, string>();
  for (const { session, event } of pick(history, 'event')) {
    const { epoch, seq, eventId } = event;
    const before = last.get(session);
    last.set(session, event);
    const place = `session ${session}, ${epoch.major}.${epoch.minor}.${seq}`;
    const other = used.get(place);
    used.set(place, eventId);
    finding.expect(other === undefined || other === eventId, () => `${place} was ${other} and is ${eventId}`);
    if (before === undefined) continue;
    const age = epoch.major - before.epoch.major || epoch.minor - before.epoch.minor;
    const next = age > 0 ? seq === 1 : age === 0 && seq === before.seq + 1;
    finding.expect(next, () => `${place} came after ${before.epoch.major}.${before.epoch.minor}.${before.seq}`);
    if (age > 0) finding.expect(event.category === 'GAP', () => `${place} begins an epoch without a gap`);
  }
  return finding.verdict();
}

function noDoubleCommand(history: readonly Entry[]): Verdict {
  const finding = new Finding('a command with an idempotency key is carried out at most once');
  const arrived = new Map<string, number>();
  const refused = new Set<string>();
  const nameOf = ({ controller, linkId, detail }: TraceLine) => `${controller}/${linkId}/${detail['correlation']}`;
  for (const { line } of pick(history, 'trace'))
    if (line.kind === 'response' && line.detail['result'] !== 'OK') refused.add(nameOf(line));
  for (const { line } of pick(history, 'trace')) {
    const code = line.detail['accountCode'];
    if (line.kind !== 'request' || line.detail['type'] !== 'MAKE_CALL' || typeof code !== 'string' || code === '') continue;
    // what the controller has refused has changed nothing, and the application was told so: it may ask again under its key
    if (refused.has(nameOf(line))) continue;
    arrived.set(code, (arrived.get(code) ?? 0) + 1);
  }
  for (const { key, outcome } of pick(history, 'command')) {
    const times = arrived.get(key) ?? 0;
    finding.expect(times <= 1, () => `the command with key ${key} arrived ${times} times`);
    if (outcome === 'accepted') finding.expect(times > 0, () => `the command with key ${key} was accepted and never arrived`);
  }
  return finding.verdict();
}

const epochOf = (text: string): readonly [number, number] => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
};
const older = (one: string, other: string): boolean => {
  const [a, b] = [epochOf(one), epochOf(other)];
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
};

function oneOwner(history: readonly Entry[]): Verdict {
  const finding = new Finding('an instance has one incarnation at a time, and epochs only grow');
  const highest = new Map<string, string>();
  for (const { line } of pick(history, 'trace')) {
    const { kind, controller, instanceId, epoch } = line;
    if (controller === null || instanceId === null || epoch === null) continue;
    // a controller still sends on a link that it has yet to see closed; what counts is what the instance says
    if (kind !== 'link-opening' && kind !== 'link-up' && kind !== 'request') continue;
    const at = `${controller}/${instanceId}`;
    const known = highest.get(at);
    finding.expect(
      known === undefined || !older(epoch, known),
      () => `${controller} saw ${kind} of epoch ${epoch} after ${known}`,
    );
    if (known === undefined || older(known, epoch)) highest.set(at, epoch);
  }
  const epochs = new Map<string, SeenProcess>();
  for (const { instances } of pick(history, 'processes')) {
    const present = new Map<string, SeenProcess>();
    for (const seen of instances) {
      const twin = present.get(seen.instanceId);
      finding.expect(twin === undefined, () => `processes ${twin?.pid} and ${seen.pid} are instance ${seen.instanceId} at once`);
      present.set(seen.instanceId, seen);
      const name = `${seen.instanceId} epoch ${seen.epochMajor}`;
      const same = epochs.get(name);
      const isSame = same === undefined || (same.pid === seen.pid && same.startTicks === seen.startTicks);
      finding.expect(isSame, () => `processes ${same?.pid} and ${seen.pid} are both instance ${name}`);
      epochs.set(name, seen);
    }
  }
  return finding.verdict();
}

function caps(history: readonly Entry[]): Verdict {
  const finding = new Finding('caps hold as counted at the controllers');
  for (const { counts } of pick(history, 'controllers')) {
    for (const { address, links, monitors, startsPerSecondMax: starts } of counts) {
      finding.expect(monitors <= MONITORS_PER_CONTROLLER_MAX, () => `${address} held ${monitors} monitors`);
      finding.expect(links <= LINKS_PER_CONTROLLER_MAX, () => `${address} had ${links} instances`);
      finding.expect(starts <= STARTS_PER_SECOND_MAX, () => `${address} was asked ${starts} monitor starts in one second`);
    }
  }
  for (const { what, atControllers, told } of finalOf(history)?.counts ?? [])
    finding.expect(atControllers === told, () => `${what}: ${atControllers} at the controllers, ${told} told by the instance`);
  return finding.verdict();
}

function converged(history: readonly Entry[]): Verdict {
  const finding = new Finding('everything is back after healing');
  const state = finalOf(history);
  finding.expect(state !== undefined, () => 'the run did not reach its end');
  for (const sentence of state?.unconverged ?? []) finding.expect(false, () => sentence);
  return finding.verdict();
}

function noOrphans(history: readonly Entry[]): Verdict {
  const finding = new Finding('no process is left over');
  const state = finalOf(history);
  finding.expect(state !== undefined, () => 'the run did not reach its end');
  for (const sentence of state?.orphans ?? []) finding.expect(false, () => sentence);
  return finding.verdict();
}
