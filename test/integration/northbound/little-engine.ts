/**
 * An engine with little, but real, state: sessions, monitors, calls and an event log, all in memory. It stands in for the gateway's core, so that
 * the faces are tested apart from it; what it refuses, it refuses for a reason in its state.
 */
import { randomBytes } from 'node:crypto';
import type { ApplicationEvent, CallEvent, OperationName, OperationRequest, OperationResponse } from '#contracts/application-api';
import type { ErrorCode, Refusal } from '#contracts/errors';
import { CONTROLLER, CREDENTIALS } from '../../../tools/fuzz/northbound-plant.js';
import { entryOf } from '../../../apps/gateway/src/event-entry.js';
import type { EventPage } from '../../../apps/gateway/src/event-page.js';
import type { CallContext, Engine, EventReader, Outcome, ReaderListener } from '../../../apps/gateway/src/northbound-port.js';

export { CONTROLLER, CREDENTIALS } from '../../../tools/fuzz/northbound-plant.js';
/** Extensions; monitoring 1009 is forbidden, 1008 never answers. */
export const PHONES = ['1001', '1002', '1008', '1009'];
const epoch = { major: 3, minor: 1 };
const MONITORS_MAX = 3;

interface Session {
  readonly token: string;
  readonly monitors: Set<number>;
  readonly events: ApplicationEvent[];
  handedOver: number;
  waiting: (() => void)[];
  handler?: string;
}
interface Call {
  readonly objectId: number;
  state: 'RECEIVED' | 'ESTABLISHED' | 'HELD';
}

const no = (code: ErrorCode, detail: string, more: Partial<Refusal> = {}): Outcome<never> => ({
  ok: false,
  refusal: { code, detail, ...more },
});
const yes = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** What it does not carry out it refuses, as the core does. */
type Handlers = {
  [N in OperationName]?: (
    request: OperationRequest<N>,
    context: CallContext,
  ) => Outcome<OperationResponse<N>> | Promise<Outcome<OperationResponse<N>>>;
};

export class LittleEngine implements Engine {
  readonly #sessions = new Map<number, Session>();
  readonly #calls = new Map<number, Call>();
  #nextCall = 100;
  /** Contexts seen, newest last. */
  readonly contexts: CallContext[] = [];

  /** All state, to be compared before and after. */
  snapshot(): string {
    const sessions = [...this.#sessions].map(([id, { monitors, events, handedOver }]) => ({
      id,
      monitors: [...monitors],
      events: events.length,
      handedOver,
    }));
    return JSON.stringify({ sessions, calls: [...this.#calls] });
  }

  /** Appends an event to the log of every session. */
  emit(event: Partial<CallEvent> | Extract<ApplicationEvent, { category: 'GAP' | 'SYSTEM_EVENT' }>): void {
    for (const session of this.#sessions.values()) {
      const seq = session.events.length + 1;
      const complete =
        event.category === 'GAP' || event.category === 'SYSTEM_EVENT'
          ? { ...event, seq }
          : { ...callEvent, ...event, seq, eventId: `e${seq}` };
      session.events.push(complete);
      for (const wake of session.waiting.splice(0)) wake();
    }
  }

  ringAt(objectId: number): number {
    const id = this.#nextCall++;
    this.#calls.set(id, { objectId, state: 'RECEIVED' });
    return id;
  }

  async execute<N extends OperationName>(
    name: N,
    request: OperationRequest<N>,
    context: CallContext,
  ): Promise<Outcome<OperationResponse<N>>> {
    this.contexts.push(context);
    if ('sessionId' in request) {
      const refusal = this.#check(request.sessionId as number, context);
      if (refusal !== undefined) return refusal;
    }
    const handler = this.#handlers[name];
    if (handler === undefined) return no('FEATURE_NOT_ALLOWED', `this engine does not carry out ${name}`);
    return (handler as unknown as (request: OperationRequest<N>, context: CallContext) => Promise<Outcome<OperationResponse<N>>>)(
      request,
      context,
    );
  }

  async readEvents(request: OperationRequest<'getEvents'>, context: CallContext): Promise<Outcome<EventPage>> {
    const outcome = await this.execute('getEvents', request, context);
    return outcome.ok ? yes(pageOf(outcome.value)) : outcome;
  }

  openReader(
    { sessionId, after }: { sessionId: number; after?: string | undefined },
    context: CallContext,
    listener: ReaderListener,
  ): Outcome<EventReader> {
    this.contexts.push(context);
    const refusal = this.#check(sessionId, context);
    if (refusal !== undefined) return refusal;
    const { events, waiting } = this.#session(sessionId);
    let seq = after === undefined ? 0 : Number(after.split('.')[2]);
    const reader: EventReader = {
      epoch,
      get seq() {
        return seq;
      },
      read: (max) => {
        if (!this.#sessions.has(sessionId)) return no('SESSION_INVALID', 'the session has ended');
        const read = events.slice(seq, seq + max);
        seq += read.length;
        if (read.length === 0) waiting.push(() => setImmediate(() => listener.onNews()));
        return yes(pageOf({ events: read, cursor: `${epoch.major}.${epoch.minor}.${seq}` }));
      },
      close: () => {},
    };
    return yes(reader);
  }

  async nextEvent(
    { sessionId, waitMs, numberedAfter }: { sessionId: number; waitMs: number; numberedAfter?: number },
    context: CallContext,
  ): Promise<Outcome<{ event: ApplicationEvent; eventNumber: number; advanced: boolean } | undefined>> {
    this.contexts.push(context);
    const refusal = this.#check(sessionId, context);
    if (refusal !== undefined) return refusal;
    const session = this.#session(sessionId);
    const after = numberedAfter ?? session.handedOver;
    if (session.events.length <= after) await this.#wait(session, waitMs, context.signal);
    const event = session.events[after];
    if (event === undefined) return yes(undefined);
    session.handedOver = event.seq;
    return yes({ event, eventNumber: event.seq % 2 ** 31, advanced: false });
  }

  nextRestEvent(): Promise<Outcome<never>> {
    return Promise.resolve(no('FEATURE_NOT_ALLOWED', 'this engine does not carry out getRestEvent'));
  }

  #session(id: number): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new Error(`no session ${id}`);
    return session;
  }

  #check(id: number, context: CallContext): Outcome<never> | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return no('SESSION_INVALID', 'the session is unknown or has ended');
    if (context.face === 'rest' && context.token === undefined)
      return no('UNAUTHENTICATED', 'the token of the session is missing');
    if (context.face === 'rest' && context.token !== session.token)
      return no('SESSION_INVALID', 'the session is unknown or has ended');
    return undefined;
  }

  #onHandler<T>(sessionId: number, answer: T): Outcome<T> {
    return this.#session(sessionId).handler === undefined
      ? no('EVENT_HANDLER_NOT_SET', 'the session has no handler')
      : yes(answer);
  }

  #wait(session: Session, waitMs: number, signal?: CallContext['signal']): Promise<void> {
    if (waitMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      session.waiting.push(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  #phone(objectId: number): Outcome<string> {
    const phone = PHONES.find((dn) => Number(dn) === objectId);
    if (phone === undefined) return no('OBJECT_NOT_FOUND', `there is no device ${objectId}`);
    if (phone === '1009') return no('PRIVILEGE_VIOLATION', 'the class of service forbids it');
    if (phone === '1008') return no('CONTROLLER_TIMEOUT', 'the controller did not answer in time');
    return yes(phone);
  }

  #onCall(
    { objectId, localCallId }: { objectId: number; localCallId: number },
    from: Call['state'][],
    to: Call['state'] | undefined,
  ): Outcome<Record<string, never>> {
    const phone = this.#phone(objectId);
    if (!phone.ok) return phone;
    const call = this.#calls.get(localCallId);
    if (call?.objectId !== objectId) return no('INVALID_CONNECTION', 'the device is not in that call');
    if (!from.includes(call.state)) return no('INVALID_STATE', `the call is ${call.state}`);
    if (to === undefined) this.#calls.delete(localCallId);
    else call.state = to;
    return yes({});
  }

  readonly #handlers: Handlers = {
    login: ({ version: _version, userId: _userId, ...credentials }) => {
      if (Object.entries(CREDENTIALS).some(([name, value]) => credentials[name as keyof typeof CREDENTIALS] !== value)) {
        return no('LOGIN_REFUSED', 'company, application or password is wrong');
      }
      const id = 5 * 2 ** 43 + randomBytes(5).readUIntBE(0, 5);
      const token = randomBytes(32).toString('base64url');
      this.#sessions.set(id, { token, monitors: new Set(), events: [], handedOver: 0, waiting: [] });
      return yes({ sessionId: id, token, keepAliveMs: 30_000, epoch, durability: 'local' as const });
    },
    logout: ({ sessionId }) => (this.#sessions.delete(sessionId), yes({})),
    resetSessionTimer: () => yes({ keepAliveMs: 30_000 }),
    serviceVersions: () => yes({ serviceVersions: 'SessionService 4.0, StandardCCService 4.0' }),
    getIcpId: ({ icpIpAddress }) =>
      icpIpAddress === CONTROLLER.address
        ? yes({ icpId: CONTROLLER.icpId, connectionState: 'CONNECTED' as const, icpVersion: '9.4' })
        : no('CONTROLLER_UNKNOWN', 'no controller has this address'),
    getPhoneNumberId: ({ icpId, primeDn }) => {
      if (icpId !== CONTROLLER.icpId) return no('CONTROLLER_UNKNOWN', 'no controller has this id');
      return PHONES.includes(primeDn) ? yes({ objectId: Number(primeDn) }) : no('OBJECT_NOT_FOUND', 'no phone has this number');
    },
    monitorObject: ({ sessionId, objectId }) => {
      const phone = this.#phone(objectId);
      if (!phone.ok) return phone;
      const used = [...this.#sessions.values()].reduce((sum, { monitors }) => sum + monitors.size, 0);
      if (used >= MONITORS_MAX)
        return no('MONITOR_LIMIT', 'all monitors are in use', { limit: 'monitors', used, cap: MONITORS_MAX, retryAfterMs: 1500 });
      this.#session(sessionId).monitors.add(objectId);
      return yes({ objectId, icpId: CONTROLLER.icpId });
    },
    stopMonitor: ({ sessionId, objectId }) =>
      this.#session(sessionId).monitors.delete(objectId) ? yes({}) : no('MONITOR_NOT_SET', 'the session holds no such monitor'),
    makeCall: ({ objectId, number }) => {
      const phone = this.#phone(objectId);
      if (!phone.ok) return phone;
      if (!PHONES.includes(number)) return no('INVALID_NUMBER', 'the number cannot be dialled');
      const localCallId = this.#nextCall++;
      this.#calls.set(localCallId, { objectId, state: 'ESTABLISHED' });
      return yes({ localCallId });
    },
    answerCall: (request) => this.#onCall(request, ['RECEIVED'], 'ESTABLISHED'),
    clearCall: (request) => this.#onCall(request, ['RECEIVED', 'ESTABLISHED', 'HELD'], undefined),
    holdCall: (request) => this.#onCall(request, ['ESTABLISHED'], 'HELD'),
    retrieveCall: (request) => this.#onCall(request, ['HELD'], 'ESTABLISHED'),
    getEvents: async ({ sessionId, after, waitMs, max }, context) => {
      const session = this.#session(sessionId);
      const from = after === undefined ? 0 : Number(after.split('.')[2]);
      if (session.events.length <= from) await this.#wait(session, waitMs, context.signal);
      const events = session.events.slice(from, from + max);
      return yes({ events, cursor: `${epoch.major}.${epoch.minor}.${from + events.length}` });
    },
    issueEventTicket: () => yes({ ticket: randomBytes(32).toString('base64url'), expiresInMs: 30_000 }),
    setEventHandler: ({ sessionId, url }) =>
      url.startsWith('https:')
        ? ((this.#session(sessionId).handler = url), yes({ handlerId: 'hd_1', url, secret: 'whsec_' }))
        : no('HANDLER_URL_REFUSED', 'use https'),
    getEventHandler: ({ sessionId }) =>
      this.#onHandler(sessionId, {
        handlerId: 'hd_1',
        kind: 'webhook' as const,
        url: '',
        state: 'active' as const,
        cursor: '3.1.0',
        failures: 0,
      }),
    removeEventHandler: ({ sessionId }) => this.#onHandler(sessionId, {}),
    rotateHandlerSecret: ({ sessionId }) => this.#onHandler(sessionId, { secret: 'whsec_', bothUntil: 1 }),
    getDeliveries: ({ sessionId }) => this.#onHandler(sessionId, { deliveries: [] }),
    getDeadLetters: ({ sessionId }) => this.#onHandler(sessionId, { deadLetters: [] }),
    replayEvents: ({ sessionId }) => this.#onHandler(sessionId, {}),
    cancelGetEvents: ({ sessionId }) => {
      for (const wake of this.#session(sessionId).waiting.splice(0)) wake();
      return yes({});
    },
  };
}

export function pageOf({ events, cursor }: OperationResponse<'getEvents'>): EventPage {
  const cursorSeq = Number(cursor.split('.')[2]);
  const entries = events.map(({ seq: _seq, epoch: _epoch, ...body }) => entryOf(body, 0));
  return { epoch, entries, cursorSeq, firstSeq: cursorSeq - events.length + 1, atEnd: events.length === 0 };
}

export const callEvent: CallEvent = {
  seq: 1,
  epoch,
  eventId: 'e1',
  eventTime: 1_700_000_000_123,
  source: 'live',
  category: 'CALL_EVENT',
  type: 'CALL_RECEIVED',
  cause: 'WAITING_CALL_RINGING',
  callState: 'RECEIVED',
  icpId: CONTROLLER.icpId,
  objectId: 1002,
  localCallId: 77,
  globalCallId: 'G-1',
  devices: [{ role: 'CALLING_DEVICE', attributes: { NUMBER: '1001', NAME: 'Ann & <Bob>' } }],
  featuresAllowed: ['ANSWER_CALL', 'CLEAR_CALL'],
};
export const systemEvent = {
  seq: 1,
  epoch,
  eventId: 's1',
  eventTime: 1_700_000_000_500,
  source: 'live',
  category: 'SYSTEM_EVENT',
  type: 'ICP_COMMUNICATION_EVENT',
  icpId: CONTROLLER.icpId,
  connectionState: 'CONNECTION_FAILURE',
} as const;
export const gapEvent = {
  seq: 1,
  epoch,
  eventId: 'g1',
  eventTime: 1_700_000_000_600,
  source: 'synthetic',
  category: 'GAP',
  type: 'EVENT_GAP',
  objectIds: [1001],
  since: 1_700_000_000_000,
  lost: null,
  reason: 'restart',
} as const satisfies ApplicationEvent;
