/** A switchboard among virtual controllers, in virtual time: for tests. Controllers count for themselves what stands on them. */
import type { CallEvent, GapEvent, OperationResponse } from '#contracts/application-api';
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS, type InstanceLimits } from '#domain/limits';
import type {
  CallFacts,
  CauseName,
  ControllerRequest,
  ControllerResponse,
  DeviceDatum,
  EventMessage,
  EventTypeName,
  Item,
  LocalStateName,
  ResultName,
} from '#southbound/messages';
import { makeObjectId } from './numbering.rules.js';
import type {
  Caller,
  CoreOperation,
  CoreOutcome,
  Effect,
  Input,
  Instant,
  JournalRecord,
  SwitchboardSettings,
} from './switchboard.port.js';
import { Switchboard } from './switchboard.js';

const HASH = (digit: string) => digit.repeat(64);
export const TENANT_ID = '0b6f9c1e-1111-4111-8111-111111111111';
export const INSTANCE_ID = '0b6f9c1e-2222-4222-8222-222222222222';
export const WALL_START = 1_800_000_000_000;
const BEGIN_MS = 2000;

export const application = (
  name: string,
  more: Partial<AccessDocument['applications'][number]> = {},
): AccessDocument['applications'][number] => ({
  id: `0b6f9c1e-3333-4333-8333-${name
    .padStart(12, '0')
    .slice(-12)
    .replace(/[^0-9a-f]/g, 'a')}`,
  name,
  type: 'generic',
  advanced: false,
  allowed: true,
  applicationPasswordSha256: HASH('a'),
  localPasswordSha256: HASH('b'),
  ...more,
});

export const grantOf = (
  icpId: number,
  more: Partial<AccessDocument['controllers'][number]> = {},
): AccessDocument['controllers'][number] => ({
  icpId,
  name: `controller-${icpId}`,
  address: `127.9.0.${icpId}`,
  port: 5320,
  release: '9.4.0',
  enabled: true,
  monitorsMax: 5000,
  ...more,
});

type Kinds = NonNullable<AccessDocument['controllers'][number]['monitorKinds']>;
/** R-LIM-07: all of what a controller bears, less what is said otherwise. */
export function kindsOf(
  more: { readonly devices?: Partial<Kinds['devices']>; readonly features?: Partial<Kinds['features']> } = {},
): Kinds {
  const counter = (room: number) => ({ granted: room, room, others: 0, full: true });
  const kind = () => ({ total: counter(5600), shared: counter(10_000) });
  return { devices: { ...kind(), ...more.devices }, features: { ...kind(), ...more.features } };
}

export const documentOf = (more: Partial<AccessDocument> = {}): AccessDocument => ({
  schema: 1,
  serial: 1,
  tenantId: TENANT_ID,
  instanceId: INSTANCE_ID,
  issuedAt: new Date(WALL_START).toISOString(),
  expiresAt: new Date(WALL_START + 72 * 3_600_000).toISOString(),
  tenantStatus: 'active',
  companyName: 'Acme',
  limits: INSTANCE_LIMITS,
  applications: [application('crm')],
  controllers: [grantOf(1)],
  ...more,
});

const SIGNING = { publicKeyPem: 'the key', legacy: false };
export const advancedDocument = (): AccessDocument =>
  documentOf({ applications: [application('crm', { advanced: true, signing: SIGNING })] });

export const settingsOf = (more: Partial<SwitchboardSettings> = {}): SwitchboardSettings => ({
  epoch: { major: 1, minor: 0 },
  limits: INSTANCE_LIMITS,
  sessionKeepAliveMs: 30_000,
  commandTimeoutMs: 10_000,
  eventLog: { perSessionMax: 10_000, retentionMs: 15 * 60_000 },
  monitorStartsPerSecond: 20,
  ...more,
});

export const limitsOf = (more: Partial<InstanceLimits>): InstanceLimits => ({ ...INSTANCE_LIMITS, ...more });

type Call = { localCallId: number; globalCallId: bigint; localState: LocalStateName } & Partial<CallFacts>;
const NO_FACTS = { flags: 0, linkedCallId: 0, parties: 0, failureCause: 'UNKNOWN' } as const;

/** Answers at once unless `mute`; keeps its own books. */
export class VirtualController {
  connected = false;
  mute = false;
  bootId = 7;
  startResult: Extract<ControllerResponse, { type: 'MONITOR_START_RESPONSE' }>['result'] = 'OK';
  /** Answered to every other command. */
  commandResult: ResultName = 'OK';
  /** Bits of TRAITS of every device. */
  traits = 0;
  /** Device data of every event. */
  data: readonly DeviceDatum[] = [{ role: 'CALLING_DEVICE', attribute: 'NUMBER', value: '1001' }];
  /** Answered to every query, two at a time. */
  items: readonly Item[] = [];
  readonly monitors = new Map<number, { handle: number; kind: string; sequence: number }>();
  /** Virtual times of all MONITOR_START requests ever. */
  readonly startsAt: number[] = [];
  readonly received: ControllerRequest[] = [];
  readonly calls = new Map<number, Call[]>();
  readonly unanswered: ControllerRequest[] = [];
  mostMonitors = 0;
  private lastReference = 0;
  /** Of the last event; one for all controllers that have a device in common. */
  serials = { last: 0 };

  constructor(readonly icpId: number) {}

  receive(request: ControllerRequest, nowMs: number): ControllerResponse | undefined {
    this.received.push(request);
    if (request.type === 'MONITOR_START') this.startsAt.push(nowMs);
    if (this.mute) {
      this.unanswered.push(request);
      return undefined;
    }
    return this.answer(request);
  }

  answer(request: ControllerRequest): ControllerResponse {
    const { correlation } = request;
    switch (request.type) {
      case 'LOOKUP_DEVICE':
        return {
          type: 'LOOKUP_DEVICE_RESPONSE',
          correlation,
          result: 'OK',
          target: Number(request.directoryNumber),
          deviceType: 1,
          inService: true,
        };
      case 'MONITOR_START': {
        const { target } = request;
        if (this.startResult !== 'OK')
          return { type: 'MONITOR_START_RESPONSE', correlation, result: this.startResult, target: 0, monitorReference: 0 };
        this.lastReference += 1;
        this.monitors.set(this.lastReference, { handle: target, kind: 'DEVICE', sequence: 0 });
        this.mostMonitors = Math.max(this.mostMonitors, this.monitors.size);
        return { type: 'MONITOR_START_RESPONSE', correlation, result: 'OK', target, monitorReference: this.lastReference };
      }
      case 'MONITOR_STOP': {
        const known = this.monitors.delete(request.monitorReference);
        return {
          type: 'MONITOR_STOP_RESPONSE',
          correlation,
          result: known ? 'OK' : 'MONITOR_UNKNOWN',
          target: known ? request.target : 0,
        };
      }
      case 'SNAPSHOT_DEVICE':
        return {
          type: 'SNAPSHOT_DEVICE_RESPONSE',
          correlation,
          result: 'OK',
          target: request.target,
          more: false,
          calls: this.calls.get(request.target) ?? [],
        };
      case 'SNAPSHOT_CALLS': {
        const calls = (this.calls.get(request.target) ?? []).map((call) => ({ ...NO_FACTS, ...call }));
        const page = calls.slice(request.from, request.from + 2);
        const more = calls.length > request.from + 2;
        const { target } = request;
        return { type: 'SNAPSHOT_CALLS_RESPONSE', correlation, result: 'OK', target, traits: this.traits, more, calls: page };
      }
      case 'MONITOR_OBJECT': {
        const { target } = request;
        this.lastReference += 1;
        this.monitors.set(this.lastReference, { handle: target, kind: request.kind, sequence: 0 });
        return { type: 'MONITOR_OBJECT_RESPONSE', correlation, result: 'OK', target, monitorReference: this.lastReference };
      }
      case 'CALL_COMMAND':
      case 'DEVICE_COMMAND': {
        const result = this.commandResult;
        const granted = result === 'OK' || result === 'OK_USER_ACTION';
        return { type: `${request.type}_RESPONSE`, correlation, result, target: request.target, localCallId: granted ? 42 : 0 };
      }
      case 'QUERY': {
        const [items, { from, target }] = [this.items, request];
        const next = items.length > from + 2 ? from + 2 : 0;
        return { type: 'QUERY_RESPONSE', correlation, result: 'OK', target, next, items: items.slice(from, from + 2) };
      }
      case 'LOOKUP':
        return {
          type: 'LOOKUP_RESPONSE',
          correlation,
          result: 'OK',
          target: Number(request.text) + request.number,
          deviceType: 1,
          inService: true,
          traits: 0,
        };
      case 'DIRECTORY_READ':
        return { type: 'DIRECTORY_READ_RESPONSE', correlation, result: 'OK', target: 0, count: 0, next: 0 };
      case 'DIRECTORY_WRITE':
        return { type: 'DIRECTORY_WRITE_RESPONSE', correlation, result: 'NOT_SUPPORTED', target: request.target, handle: 0 };
      case 'MAKE_CALL':
        return { type: 'MAKE_CALL_RESPONSE', correlation, result: 'OK', target: request.target, localCallId: 41 };
      default:
        return { type: `${request.type}_RESPONSE`, correlation, result: 'OK', target: request.target };
    }
  }

  /** The event as each monitor of the device reports it. `skip` loses so many before it. */
  event(
    handle: number,
    eventType: EventTypeName,
    cause: CauseName,
    localState: LocalStateName,
    call: { localCallId: number; globalCallId: bigint; flags?: number; linkedCallId?: number; parties?: number } = {
      localCallId: 41,
      globalCallId: 99n,
    },
    skip = 0,
    kind = 'DEVICE',
  ): EventMessage[] {
    this.serials.last += 1;
    const messages: EventMessage[] = [];
    for (const [monitorReference, monitor] of this.monitors) {
      if ((monitor.handle !== handle && monitor.handle !== 0) || monitor.kind !== kind) continue;
      monitor.sequence += 1 + skip;
      messages.push({
        type: 'EVENT',
        monitorReference,
        target: handle,
        serial: this.serials.last,
        time: WALL_START,
        monitorSequence: monitor.sequence,
        ...call,
        eventType,
        cause,
        localState,
        devices: this.data,
      });
    }
    return messages;
  }
}

export class VirtualPlant {
  nowMs = 0;
  wallMs = WALL_START;
  switchboard: Switchboard;
  readonly records: JournalRecord[] = [];
  readonly replies = new Map<number, CoreOutcome>();
  readonly controllers = new Map<number, VirtualController>();
  readonly effects: Effect[] = [];
  /** Called after every input. */
  onStep: () => void = () => {};
  private lastRequest = 0;
  private lastSession = 0;
  private queue: Input[] = [];
  private busy = false;

  constructor(
    public settings: SwitchboardSettings = settingsOf(),
    document: AccessDocument | null = documentOf(),
  ) {
    this.switchboard = new Switchboard(settings);
    if (document !== null) this.document(document);
    this.nowMs = BEGIN_MS;
  }

  get instant(): Instant {
    return { nowMs: this.nowMs, wallMs: this.wallMs + this.nowMs };
  }

  document(document: AccessDocument): void {
    for (const { icpId } of document.controllers)
      if (!this.controllers.has(icpId)) this.controllers.set(icpId, new VirtualController(icpId));
    this.input({ kind: 'access-document', document });
  }

  controller(icpId = 1): VirtualController {
    return this.controllers.get(icpId)!;
  }

  up(icpId = 1): this {
    const controller = this.controller(icpId);
    controller.connected = true;
    controller.monitors.clear();
    // nothing has happened yet: as if the link had come up long enough ago for the pace to have begun
    const nowMs = this.nowMs;
    if (nowMs === BEGIN_MS) this.nowMs = BEGIN_MS - 1500;
    this.input({
      kind: 'link',
      icpId,
      state: 'CONNECTED',
      up: { bootId: controller.bootId, release: '9.4.0', platform: 'x86' },
      reason: 'test',
    });
    this.nowMs = nowMs;
    return this;
  }

  down(icpId = 1): this {
    const controller = this.controller(icpId);
    controller.connected = false;
    controller.monitors.clear();
    controller.unanswered.length = 0;
    this.input({ kind: 'link', icpId, state: 'CONNECTION_FAILURE', reason: 'test' });
    return this;
  }

  input(input: Input): void {
    this.queue.push(input);
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      for (const effect of this.switchboard.handle(next, this.instant)) this.carry(effect);
      this.onStep();
    }
    this.busy = false;
  }

  private carry(effect: Effect): void {
    this.effects.push(effect);
    if (effect.kind === 'reply') {
      if (this.replies.has(effect.requestId)) throw new Error(`request ${effect.requestId} was answered twice`);
      this.replies.set(effect.requestId, effect.outcome);
    }
    if (effect.kind === 'journal') this.records.push(effect.record);
    if (effect.kind !== 'send') return;
    const controller = this.controller(effect.icpId);
    if (!controller.connected)
      return void this.queue.push({ kind: 'send-failed', icpId: effect.icpId, correlation: effect.request.correlation });
    const response = controller.receive(effect.request, this.nowMs);
    if (response !== undefined) this.queue.push({ kind: 'message', icpId: effect.icpId, message: response });
  }

  /** Lets the mute controller answer everything it was asked. */
  unmute(icpId = 1): void {
    const controller = this.controller(icpId);
    controller.mute = false;
    for (const request of controller.unanswered.splice(0))
      this.input({ kind: 'message', icpId, message: controller.answer(request) });
  }

  ask(operation: CoreOperation, caller: Caller = { face: 'soap', clientAddress: '192.0.2.1' }): number {
    this.lastRequest += 1;
    this.input({ kind: 'operation', requestId: this.lastRequest, caller, operation });
    return this.lastRequest;
  }

  /** The outcome, when the operation was answered at once (or the controller did). */
  run(operation: CoreOperation, caller?: Caller): CoreOutcome {
    const outcome = this.replies.get(this.ask(operation, caller));
    if (outcome === undefined) throw new Error(`${operation.name} is not answered yet`);
    return outcome;
  }

  tryLogin(more: Partial<Extract<CoreOperation, { name: 'login' }>['request']> = {}): CoreOutcome {
    this.lastSession += 1;
    const request = {
      companyName: 'Acme',
      applicationName: 'crm',
      applicationPasswordSha256: HASH('a'),
      localPasswordSha256: HASH('b'),
      ...more,
    };
    return this.run({ name: 'login', request, entropy: { sessionIds: [this.lastSession], tokenHash: HASH('c') } });
  }

  login(): number {
    const outcome = this.tryLogin();
    if (!outcome.ok) throw new Error(`log-in refused: ${outcome.refusal.code}`);
    return (outcome.value as { sessionId: number }).sessionId;
  }

  /** A session of an advanced application that has signed its challenge; the document has to be {@link advancedDocument}. */
  loginAdvanced(): number {
    this.lastSession += 1;
    const request = {
      companyName: 'Acme',
      applicationName: 'crm',
      applicationPasswordSha256: HASH('a'),
      localPasswordSha256: HASH('b'),
      certificateKeyPem: SIGNING.publicKeyPem,
    };
    const entropy = { sessionIds: [this.lastSession], tokenHash: HASH('c'), challenge: 'sign this' };
    const [login, sessionId] = [this.run({ name: 'login', request, entropy }), this.lastSession];
    const proven = this.run({ name: 'authenticate', request: { sessionId, verified: true } });
    if (!login.ok || !proven.ok) throw new Error('the log-in of an advanced application was refused');
    return sessionId;
  }

  /** Sets a monitor and answers the object id; throws when it is refused. */
  monitor(sessionId: number, handle: number, icpId = 1): number {
    const objectId = makeObjectId(icpId, handle);
    const outcome = this.run({ name: 'monitorObject', request: { sessionId, objectId } });
    if (!outcome.ok) throw new Error(`monitor refused: ${outcome.refusal.code}`);
    return objectId;
  }

  event(
    handle: number,
    eventType: EventTypeName,
    cause: CauseName,
    localState: LocalStateName,
    call?: Parameters<VirtualController['event']>[4],
    skip = 0,
    icpId = 1,
    kind = 'DEVICE',
  ): void {
    for (const message of this.controller(icpId).event(handle, eventType, cause, localState, call, skip, kind))
      this.input({ kind: 'message', icpId, message });
  }

  /** All events after the cursor; moves it. */
  read(sessionId: number, after?: string, max = 500): OperationResponse<'getEvents'> {
    const outcome = this.run({ name: 'getEvents', request: { sessionId, after, waitMs: 0, max } });
    if (!outcome.ok) throw new Error(`events refused: ${outcome.refusal.code}`);
    return outcome.value as OperationResponse<'getEvents'>;
  }

  /** Virtual time passes, with a tick whenever the switchboard wants one. */
  pass(ms: number, keepAlive: readonly number[] = []): void {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      const pace = this.switchboard.nextPaceAtMs() ?? Number.POSITIVE_INFINITY;
      this.nowMs = Math.min(end, Math.max(this.nowMs + 1, Math.min(this.nowMs + 250, pace)));
      for (const sessionId of keepAlive) this.input({ kind: 'polling', sessionId });
      this.input({ kind: 'tick' });
    }
  }

  /** This incarnation dies; the next one has what was journaled. */
  restart(document: AccessDocument = documentOf()): void {
    this.settings = { ...this.settings, epoch: { ...this.settings.epoch, minor: this.settings.epoch.minor + 1 } };
    this.switchboard = new Switchboard(this.settings);
    this.switchboard.restore(this.records, this.instant);
    for (const controller of this.controllers.values()) {
      controller.connected = false;
      controller.monitors.clear();
    }
    this.document(document);
  }
}

export const typesOf = (events: OperationResponse<'getEvents'>['events']): string[] => events.map(({ type }) => type);
export const callEvents = (events: OperationResponse<'getEvents'>['events']): CallEvent[] =>
  events.filter((event) => event.category === 'CALL_EVENT');
export const gaps = (events: OperationResponse<'getEvents'>['events']): GapEvent[] =>
  events.filter((event) => event.category === 'GAP');
