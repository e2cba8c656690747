/**
 * An application as the contract wants it: logs in, keeps its session alive, monitors, reads its events by cursor, calls with idempotency
 * keys and tries again under the same key. It believes what it is told, and complains when that turns out untrue.
 */
import type { ApplicationEvent } from '#contracts/application-api';
import type { CoreOutcome } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import { makeObjectId } from '../../../apps/gateway/src/switchboard/numbering.rules.js';
import type { ApplicationRequest } from '../gateway/gateway.program.js';
import { EventStream } from '../oracle/event-stream.js';
import type { SessionRecord } from '../oracle/session.witness.js';
import type { Site } from '../site.js';
import { Process } from '../world/process.js';

type Operation = Extract<ApplicationRequest, { kind: 'plain' }>['operation'];
type Told = CoreOutcome | 'lost';
interface Command {
  readonly code: string;
  readonly objectId: number;
  readonly number: string;
  tries: number;
}

const READ_MAX = 500;
const DONE_MAX = 6;

export class ApplicationNode {
  /** When it last gave a monitor up. */
  stoppedMs = 0;
  /** `settle`: finds out what is uncertain and asks for nothing new; `rest`: reads, and changes nothing. */
  mode: 'work' | 'settle' | 'rest' = 'work';
  session: SessionRecord | undefined;
  stream: EventStream | undefined;
  /** Monitors the instance says it does not hold though they were acknowledged: an event must tell why. */
  private readonly doubts = new Set<number>();
  /** Monitors whose end an event has told, and no event since that they are set. */
  private readonly failed = new Set<number>();
  /** Monitors asked for just now. */
  private readonly asking = new Set<number>();
  private readonly unsettled = new Map<string, Command>();
  /** The last commands that were carried out: asked for again under their keys, they must be answered as they were. */
  private readonly done: Command[] = [];
  private toldRevokedMs: number | undefined;
  private process: Process;
  private life = 0;

  constructor(
    private readonly site: Site,
    readonly name: string,
    readonly instanceId: string,
    private readonly nextCode: () => string,
  ) {
    this.process = new Process(site.world, name);
    this.begin();
  }

  /** True when it knows for certain what it holds. */
  get isSettled(): boolean {
    if (this.session === undefined || this.site.oracle.sessions.deleted.has(this.instanceId)) return true;
    return this.unsettled.size === 0 && [...this.session.monitors.values()].every(({ state }) => state === 'held');
  }

  /** It dies, and comes again without any memory. */
  vanish(): void {
    this.process.exit('vanished');
    this.end();
    this.unsettled.clear();
    this.done.length = 0;
    this.process = new Process(this.site.world, this.name);
    this.process.after(this.site.world.random.int(2000, 20_000), () => this.begin());
  }

  /** Stops for good: its session runs out. */
  leave(): void {
    this.process.exit('left');
    this.end();
  }

  private begin(): void {
    this.life += 1;
    this.process.after(this.site.world.random.int(0, 2000), () => this.login());
  }

  private end(): void {
    this.session = undefined;
    this.stream = undefined;
    this.doubts.clear();
    this.failed.clear();
  }

  private login(): void {
    const { random } = this.site.world;
    const token = `${this.name}-${this.life}-${random.word()}`;
    const sentMs = this.site.world.nowMs;
    this.site.ask(this.process, this.instanceId, { kind: 'login', applicationName: this.name, token }, undefined, (told) => {
      const { nowMs } = this.site.world;
      if (told === 'lost' || !told.ok) {
        if (told !== 'lost' && told.refusal.code === 'NOT_AUTHORISED') this.toldRevokedMs = nowMs;
        return this.process.after(random.int(200, 3000), () => this.login());
      }
      const { sessionId } = told.value as { sessionId: number };
      const { sessions } = this.site.oracle;
      const { name: application, instanceId, toldRevokedMs: toldMs } = this;
      sessions.loggedInWhileRevoked({ application, instanceId, sentMs, toldMs, nowMs });
      const record: SessionRecord = {
        application: this.name,
        instanceId: this.instanceId,
        id: sessionId,
        token,
        fromMs: nowMs,
        sentMs,
        aliveMs: nowMs,
        pauseMs: 0,
        arrivedMs: nowMs,
        logoutSent: false,
        endedMs: undefined,
        monitors: new Map(),
      };
      sessions.begun(record);
      this.session = record;
      const { faults } = this.site.config;
      this.stream = new EventStream(
        this.site.happenings,
        this.site.config.instances === 1 && !faults.documentChanges && !faults.refusals && !faults.stalls && !faults.mutes,
        (invariant, text) => this.site.oracle.violation(invariant, `${this.name}, session ${sessionId}: ${text}`),
      );
      this.asking.clear();
      this.stream.wanted = (objectId) => record.monitors.has(objectId) || this.asking.has(objectId);
      this.keepAlive(record);
      this.poll(record);
      this.work(record);
    });
  }

  private keepAlive(record: SessionRecord): void {
    if (this.session !== record) return;
    this.ask(record, { name: 'resetSessionTimer', request: { sessionId: record.id } }, () => {});
    this.process.after(this.site.world.random.int(1500, 3500), () => this.keepAlive(record));
  }

  private ask(record: SessionRecord, operation: Operation, then: (told: Told) => void, waitMs = 0): void {
    const sentMs = this.site.world.nowMs;
    const { sessions } = this.site.oracle;
    this.site.ask(this.process, this.instanceId, { kind: 'plain', operation, token: record.token, waitMs }, record, (told) => {
      if (told !== 'lost' && told.ok && operation.name !== 'logout') sessions.alive(record, sentMs);
      if (this.session !== record) return;
      if (told !== 'lost' && !told.ok && told.refusal.code === 'SESSION_INVALID') {
        sessions.toldEnded(record, this.site.world.nowMs, told.refusal.detail);
        if (told.refusal.detail.includes('access-control')) this.toldRevokedMs = this.site.world.nowMs;
        this.end();
        return this.begin();
      }
      then(told);
    });
  }

  private poll(record: SessionRecord): void {
    if (this.session !== record) return;
    const { random } = this.site.world;
    const stream = this.stream!;
    const again = random.chance(0.1) && stream.epoch !== undefined && stream.seq > 2;
    const after = again ? `${stream.epoch!.major}.${stream.epoch!.minor}.${random.int(1, stream.seq)}` : stream.cursor;
    const max = random.pick([1, 5, READ_MAX])!;
    const waitMs = random.pick([0, 4000])!;
    const doubtedBefore = [...this.doubts];
    this.ask(
      record,
      { name: 'getEvents', request: { sessionId: record.id, after, waitMs, max } },
      (told) => {
        if (told !== 'lost') this.onEvents(record, after, max, told, doubtedBefore);
        const slow = this.mode === 'work' && this.site.config.faults.slowReaders && random.chance(0.3);
        this.process.after(slow ? random.int(3000, 15_000) : random.int(20, 1200), () => this.poll(record));
      },
      waitMs,
    );
  }

  private onEvents(
    record: SessionRecord,
    after: string | undefined,
    max: number,
    outcome: CoreOutcome,
    doubted: readonly number[],
  ): void {
    const { oracle, config } = this.site;
    if (!outcome.ok) {
      if (outcome.refusal.code === 'EVENT_CURSOR_INVALID')
        oracle.violation(
          'I4-SEQUENCE',
          `${this.name}: the cursor ${after}, which the instance gave, is refused: ${outcome.refusal.detail}`,
        );
      return;
    }
    const { events, cursor } = outcome.value as { events: readonly ApplicationEvent[]; cursor: string };
    // a log has half as much room again to describe what a gap left out, and a gap of a restart and one of its own before that
    if (events.length > Math.min(max, Math.ceil(1.5 * config.eventsPerSessionMax) + 2))
      oracle.violation('I11-BOUNDED', `an answer has ${events.length} events, the log may hold ${config.eventsPerSessionMax}`);
    const stream = this.stream!;
    const certain = new Map([...record.monitors].filter(([, { state }]) => state === 'held'));
    for (const event of stream.take(after, events, certain)) this.onEvent(record, event);
    // going back to an older place is for once only
    if (stream.epoch !== undefined) stream.cursor = `${stream.epoch.major}.${stream.epoch.minor}.${stream.seq}`;
    else stream.cursor = cursor;
    if (events.length > 0) return;
    for (const objectId of doubted)
      if (this.doubts.delete(objectId))
        oracle.violation(
          'I1-ACK-DURABLE',
          `${this.name}: monitor ${objectId} was acknowledged and is not held, and no event says why`,
        );
  }

  private onEvent(record: SessionRecord, event: ApplicationEvent): void {
    this.site.world.trace(this.name, summary(event));
    if (event.category === 'GAP') {
      if (this.stream !== undefined) this.stream.gapMs = this.site.world.nowMs;
      // what ended within the gap is not named in it
      if (event.reason === 'restart')
        for (const [objectId, monitor] of record.monitors) if (!event.objectIds.includes(objectId)) monitor.state = 'uncertain';
      for (const objectId of event.objectIds) {
        this.doubts.delete(objectId);
        const monitor = record.monitors.get(objectId);
        // the event that ended it may be among what was lost
        if (event.reason === 'overflow' && monitor !== undefined) monitor.state = 'uncertain';
      }
      // so may what a stop has just found not to be set
      if (event.reason !== 'link-lost' && event.reason !== 'missed') this.doubts.clear();
    }
    if (event.category !== 'CALL_EVENT') return;
    // it was asked for again after the end that has just been read
    if (event.type === 'MONITOR_SET' && this.failed.delete(event.objectId) && !record.monitors.has(event.objectId))
      record.monitors.set(event.objectId, { state: 'uncertain', fromMs: this.site.world.nowMs });
    if (event.type !== 'MONITOR_FAILED_EVENT') return;
    this.failed.add(event.objectId);
    this.doubts.delete(event.objectId);
    record.monitors.delete(event.objectId);
    this.stream?.forget(event.objectId);
  }

  private work(record: SessionRecord): void {
    if (this.session !== record) return;
    const { random } = this.site.world;
    const isBusy = this.site.config.contention;
    const next = () =>
      this.process.after(this.mode === 'settle' || isBusy ? random.int(50, 500) : random.int(100, 2500), () => this.work(record));
    if (this.mode === 'rest') return next();
    if (this.mode === 'settle') return this.settle(record, next);
    // 0.4 stops one of those it has
    const roll = isBusy && random.chance(0.8) ? random.int(0, 2) / 5 : random.next();
    const phone = random.pick(this.site.phones)!;
    const objectId = makeObjectId(phone.controller + 1, phone.handle);
    if (roll < 0.4) return this.monitor(record, objectId, next);
    if (roll < 0.5) return this.stopMonitor(record, random.pick([...record.monitors.keys()]) ?? objectId, next);
    if (roll < 0.75) return this.call(record, this.unsettledOne() ?? this.repeated() ?? this.newCommand(objectId), next);
    if (roll < 0.8) return this.lookUp(record, phone.dn, phone.controller + 1, objectId, next);
    if (roll < 0.9) return this.control(record, next);
    if (roll < 0.93) return this.logout(record);
    next();
  }

  private settle(record: SessionRecord, next: () => void): void {
    const uncertain = [...record.monitors].find(([, { state }]) => state === 'uncertain');
    if (uncertain !== undefined) return this.stopMonitor(record, uncertain[0], next);
    const command = this.unsettledOne();
    if (command !== undefined) return this.call(record, command, next);
    next();
  }

  private monitor(record: SessionRecord, objectId: number, next: () => void): void {
    const before = record.monitors.get(objectId);
    this.asking.add(objectId);
    this.ask(record, { name: 'monitorObject', request: { sessionId: record.id, objectId } }, (told) => {
      this.asking.delete(objectId);
      // what could not be kept may be there all the same
      if (told === 'lost' || (!told.ok && told.refusal.code === 'UNAVAILABLE')) {
        if (before === undefined) record.monitors.set(objectId, { state: 'uncertain', fromMs: this.site.world.nowMs });
      } else if (told.ok && record.monitors.get(objectId)?.state !== 'held') {
        record.monitors.set(objectId, { state: 'held', fromMs: this.site.world.nowMs });
        this.stream?.device(objectId);
      }
      next();
    });
  }

  private stopMonitor(record: SessionRecord, objectId: number, next: () => void): void {
    const believed = record.monitors.get(objectId);
    const wasHeld = believed?.state === 'held';
    const sentMs = this.site.world.nowMs;
    this.stoppedMs = sentMs;
    this.stream?.givenUp.add(objectId);
    if (believed !== undefined) record.monitors.set(objectId, { state: 'uncertain', fromMs: believed.fromMs });
    this.ask(record, { name: 'stopMonitor', request: { sessionId: record.id, objectId } }, (told) => {
      if (told === 'lost') return next();
      if (told.ok || told.refusal.code === 'MONITOR_NOT_SET') {
        // unless an event that was read meanwhile has said it
        if (!told.ok && wasHeld && record.monitors.has(objectId)) this.doubts.add(objectId);
        if (told.ok && wasHeld) this.site.oracle.sessions.held(record, believed.fromMs, sentMs);
        record.monitors.delete(objectId);
        this.stream?.forget(objectId);
      }
      next();
    });
  }

  private newCommand(objectId: number): Command {
    const code = this.nextCode();
    const command = { code, objectId, number: this.site.world.random.pick(this.site.phones)!.dn, tries: 0 };
    this.unsettled.set(code, command);
    return command;
  }

  private repeated(): Command | undefined {
    const { random } = this.site.world;
    return random.chance(0.3) ? random.pick(this.done) : undefined;
  }

  private unsettledOne(): Command | undefined {
    return [...this.unsettled.values()].find(({ tries }) => tries > 0);
  }

  /** Under its key until the outcome is known, or known to stay unknown. */
  private call(record: SessionRecord, command: Command, next: () => void): void {
    const { code, objectId, number } = command;
    const { random } = this.site.world;
    const { commands } = this.site.oracle;
    const isMixed = command.tries > 0 && random.chance(0.1);
    const other = isMixed ? `${number}9` : number;
    command.tries += 1;
    const wasDone = commands.isDoneOtherwise(code, other);
    const request = { sessionId: record.id, objectId, number: other, accountCode: code, idempotencyKey: `key-${code}` };
    this.ask(record, { name: 'makeCall', request }, (told) => {
      if (told !== 'lost') {
        if (isMixed) {
          if (wasDone) commands.mixedUp(code, told);
        } else {
          commands.answered(code, told);
          const isUnknown = !told.ok && ['CONTROLLER_TIMEOUT', 'IDEMPOTENCY_KEY_IN_USE'].includes(told.refusal.code);
          if (!isUnknown || command.tries > 4) this.unsettled.delete(code);
          if (told.ok && !this.done.includes(command)) this.done.push(command);
          if (this.done.length > DONE_MAX) this.done.shift();
        }
      }
      if (command.tries > 12) this.unsettled.delete(code);
      next();
    });
  }

  private lookUp(record: SessionRecord, primeDn: string, icpId: number, objectId: number, next: () => void): void {
    this.ask(record, { name: 'getPhoneNumberId', request: { sessionId: record.id, icpId, primeDn } }, (told) => {
      if (told !== 'lost' && told.ok && (told.value as { objectId: number }).objectId !== objectId)
        this.site.oracle.violation('ANSWER', `phone ${primeDn} is ${objectId}, the answer was ${JSON.stringify(told.value)}`);
      next();
    });
  }

  /** Something with a call it knows of from its events. */
  private control(record: SessionRecord, next: () => void): void {
    const { random } = this.site.world;
    const calls = [...this.stream!.devices].flatMap(([objectId, { calls: seen }]) =>
      [...seen.keys()].map((localCallId) => ({ objectId, localCallId })),
    );
    const call = random.pick(calls);
    if (call === undefined) return next();
    const name = random.pick(['answerCall', 'clearCall', 'holdCall', 'retrieveCall'] as const)!;
    this.ask(record, { name, request: { sessionId: record.id, ...call } }, next);
  }

  private logout(record: SessionRecord): void {
    record.logoutSent = true;
    record.endedMs = this.site.world.nowMs;
    this.ask(record, { name: 'logout', request: { sessionId: record.id } }, () => {});
    this.end();
    this.process.after(this.site.world.random.int(500, 8000), () => this.login());
  }
}

function summary(event: ApplicationEvent): string {
  const place = `event ${event.epoch.major}.${event.epoch.minor}.${event.seq} ${event.type}`;
  if (event.category === 'GAP') return `${place} ${event.reason} ${event.objectIds.join()} ${event.lost}`;
  return event.category === 'CALL_EVENT'
    ? `${place} ${event.source} ${event.objectId} ${event.localCallId} ${event.callState} ${event.eventId}`
    : place;
}
