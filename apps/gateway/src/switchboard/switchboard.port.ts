/**
 * What goes into the switchboard and what comes out. The switchboard is sans-IO: one call, one thread, no clock, no randomness;
 * whoever drives it supplies the time and entropy with each input and carries out the effects in the order given.
 */
import type { DataOperationName, DeadLetter, OperationName, OperationRequest } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { AccessDocument, ConnectionState, Epoch, InstanceStatusReport } from '#contracts/gateway-admin';
import type { GrantedLimits } from '#domain/limits';
import type { ControllerRequest, ControllerResponse, EventMessage } from '#southbound/messages';
import type { Outcome } from '../northbound-port.js';
import type { ControllerTarget, LinkUp } from '../southbound-port.js';
import type { Figures } from './figures.js';
import type { LicenceReport } from './licences/licence-use.js';
import type { RateBook } from './controllers/rate.rules.js';
import type { RecoveryReport } from './recovery.js';

/** `nowMs` is monotonic and rules durations; `wallMs` (since 1970 UTC) only dates events and the expiry of documents. */
export interface Instant {
  readonly nowMs: number;
  readonly wallMs: number;
}

export interface SwitchboardSettings {
  readonly epoch: Epoch;
  /** Slots of session ids that are routed here; undefined: all. */
  readonly slots?: readonly number[];
  readonly limits: GrantedLimits;
  readonly sessionKeepAliveMs: number;
  readonly commandTimeoutMs: number;
  readonly eventLog: { readonly perSessionMax: number; readonly retentionMs: number };
  readonly monitorStartsPerSecond: number;
}

export interface Caller {
  /** `inside`: who carries this out proved the caller before, when its claim on the session's events began. */
  readonly face: 'rest' | 'soap' | 'inside';
  /** SHA-256 (hex) of the bearer token as sent; undefined when none was. */
  readonly tokenHash?: string;
  /** SHA-256 (hex) of a ticket, which stands for the token once (S-37). */
  readonly ticketHash?: string;
  readonly clientAddress: string;
  /** True: by the router's external listener (R-SES-06). */
  readonly external?: boolean;
  /** Address of the gateway as the application used it. */
  readonly publicBase?: string;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
}

/** Log-in with the passwords replaced by their SHA-256 (hex). */
export interface LoginFacts {
  readonly companyName: string;
  readonly applicationName: string;
  readonly applicationPasswordSha256: string;
  readonly localPasswordSha256: string;
  readonly version?: string | undefined;
  /** SPKI (PEM) of the key in the certificate that was shown; null: it shows no key we take. */
  readonly certificateKeyPem?: string | null;
}

/** `soap`: handleEvent of the old contract; `soap-advanced`: advHandleEvent. */
export type HandlerKind = 'webhook' | 'soap' | 'soap-advanced';

/** Where an application is told that its session goes on, and the address that it is told (sessionHAEvent). */
export interface HACallback {
  readonly uri: string;
  /** Of the gateway, as the application used it when it registered. */
  readonly serverAddress: string;
}

/** Where the events of a session are sent. */
export interface EventHandler {
  readonly id: string;
  readonly kind: HandlerKind;
  readonly url: string;
  /** Of a webhook: `whsec_` and base64. */
  readonly secret: string | undefined;
  /** The one before, which signs too until then (ms since 1970). */
  readonly previous: { readonly secret: string; readonly untilMs: number } | undefined;
  /** It has answered the challenge (S-49), or needs none. */
  readonly proven: boolean;
  /** Why nothing is sent any more. */
  readonly disabled: string | undefined;
}

export interface HandlerReport {
  readonly facts: EventHandler;
  readonly cursor: string;
  readonly deadLetters: readonly DeadLetter[];
}

/** What the shell adds to an operation that makes something random. */
interface Entropy {
  issueEventTicket: { readonly ticketHash: string };
  registerEventHandler: { readonly handlerId: string };
  setEventHandler: { readonly handlerId: string; readonly secret: string };
  rotateHandlerSecret: { readonly secret: string };
}
/** Answered with a {@link HandlerReport}, from which the shell makes the contract's answer. */
type Reported = 'getEventHandler' | 'getDeliveries' | 'getDeadLetters';
/** Ids that a new session may have, one per slot of this instance, each with the hash of the token it would have. */
export type SessionCandidates = readonly { readonly sessionId: number; readonly tokenHash: string }[];

/** Operations whose request names no session. */
type SessionlessOperation = {
  [N in OperationName]: 'sessionId' extends keyof OperationRequest<N> ? never : N;
}[OperationName];
/** The directory is read and written beside the switchboard (directory/data-access.ts). */
type Plain = Exclude<OperationName, SessionlessOperation | DataOperationName | 'authenticate' | keyof Entropy | Reported>;
export type CoreOperation =
  | {
      readonly name: 'login';
      readonly request: LoginFacts;
      /**
       * One proposed id per slot of this instance, and the hash of the token the session will have; `challenge` is what an advanced application
       * gets to sign.
       */
      readonly entropy: { readonly sessionIds: readonly number[]; readonly tokenHash: string; readonly challenge?: string };
    }
  | {
      readonly name: 'loginUser';
      readonly request: LoginFacts & { readonly userEmail: string; readonly userPasswordSha256: string };
      readonly entropy: { readonly candidates: SessionCandidates };
    }
  /** The caller's token is the user's; `sessionId` is what it says of itself. */
  | { readonly name: 'validateToken'; readonly request: { readonly sessionId: number } }
  /** `verified`: the signature holds over the challenge that {@link Switchboard.challengeOf} answered in the same turn. */
  | { readonly name: 'authenticate'; readonly request: { readonly sessionId: number; readonly verified: boolean } }
  | { [N in Plain]: { readonly name: N; readonly request: OperationRequest<N> } }[Plain]
  | {
      [N in keyof Entropy]: { readonly name: N; readonly request: OperationRequest<N>; readonly entropy: Entropy[N] };
    }[keyof Entropy]
  | { readonly name: 'handlerReport'; readonly request: { readonly sessionId: number } }
  /** The session has registered so in the data access service, which has checked it: kept before it is answered. */
  | {
      readonly name: 'keepDataRegistration';
      readonly request: { readonly sessionId: number; readonly registration: DataRegistration };
    }
  /** Which session is registered under this number for this caller; answered with its `sessionId`. */
  | { readonly name: 'restSession'; readonly request: { readonly restSessionId: number } }
  /** getEvents, answered with an `EventPage`. */
  | {
      readonly name: 'readEvents';
      readonly request: { readonly sessionId: number; readonly after?: string | undefined; readonly max: number };
    }
  /** The same for a reader `inside`, which knows its place. */
  | { readonly name: 'readOn'; readonly request: { readonly sessionId: number; readonly afterSeq: number; readonly max: number } }
  /** Answered with a `NumberedEvent`, or undefined when there is none yet. */
  | { readonly name: 'nextEvent'; readonly request: { readonly sessionId: number; readonly numberedAfter?: number | undefined } };
export type OperationOf<N extends CoreOperation['name']> = Extract<CoreOperation, { name: N }>;

export type Input =
  | { readonly kind: 'operation'; readonly requestId: number; readonly caller: Caller; readonly operation: CoreOperation }
  | { readonly kind: 'message'; readonly icpId: number; readonly message: ControllerResponse | EventMessage }
  | {
      readonly kind: 'link';
      readonly icpId: number;
      readonly state: ConnectionState;
      readonly up?: LinkUp | undefined;
      readonly reason: string;
      /** Where a link that stood has ended: for so long nothing had been heard of the controller. */
      readonly silentMs?: number | undefined;
    }
  /** The link would not take the request (buffer full, gone meanwhile): nothing was sent. */
  | { readonly kind: 'send-failed'; readonly icpId: number; readonly correlation: number }
  | { readonly kind: 'tick' }
  /** Only what the pace allows by now; cheaper than a tick, for the many times in between. */
  | { readonly kind: 'pace' }
  /** Verified by the caller; may be the same again. */
  | { readonly kind: 'access-document'; readonly document: AccessDocument }
  | { readonly kind: 'drain'; readonly on: boolean }
  /** A controller has told which models its phones are, by handle: all of them, or (`handle`) one. */
  | {
      readonly kind: 'device-models';
      readonly icpId: number;
      readonly models: ReadonlyMap<number, string>;
      readonly handle: number | undefined;
    }
  /** Somebody reads the directory: changes of it are to be told (effect `directory`) from now on. */
  | { readonly kind: 'watch-directories' }
  /** This incarnation ends: every session is told (OIG_SHUTDOWN). Once. */
  | { readonly kind: 'shutdown' }
  /** False: records are not being kept, so nothing may be acknowledged that has to be. */
  | { readonly kind: 'journal'; readonly healthy: boolean }
  /** A log-in that could not be kept: the session ends, its application never heard of it. */
  | { readonly kind: 'log-in-unkept'; readonly sessionId: number }
  /** From who sends events to a handler: everything up to `seq` has been taken. */
  | { readonly kind: 'handled'; readonly sessionId: number; readonly handlerId: string; readonly seq: number }
  /** The receiver has proved itself (`disabled` undefined), or is given up. */
  | {
      readonly kind: 'handler-change';
      readonly sessionId: number;
      readonly handlerId: string;
      readonly disabled: string | undefined;
    }
  | { readonly kind: 'dead-letter'; readonly sessionId: number; readonly handlerId: string; readonly letter: DeadLetter }
  /** A long poll of this session is waiting: a sign of life. */
  | { readonly kind: 'polling'; readonly sessionId: number };

export type CoreOutcome = Outcome<unknown>;

export type Effect =
  /** `kept`: only after every journal effect up to here is synced; if that fails, the answer is UNAVAILABLE instead. */
  | { readonly kind: 'reply'; readonly requestId: number; readonly outcome: CoreOutcome; readonly kept: boolean }
  /** `kept`: as for a reply; if it fails, nothing is sent (`send-failed`). `traceparent`: of the application's request that caused it. */
  | {
      readonly kind: 'send';
      readonly icpId: number;
      readonly request: ControllerRequest;
      readonly kept: boolean;
      readonly traceparent: string | undefined;
    }
  | { readonly kind: 'journal'; readonly record: JournalRecord }
  /** The session has something to fetch, or has ended; only for sessions whose last read was empty. */
  | { readonly kind: 'wake'; readonly sessionId: number }
  /** The session's handler is new, changed or (undefined) gone. `from`: send from after this event on; undefined: go on. */
  | {
      readonly kind: 'handler';
      readonly sessionId: number;
      readonly handler: EventHandler | undefined;
      readonly from: number | undefined;
      /** Its session has ended: what is left of the log is sent first. */
      readonly retires?: true;
    }
  /** The session has been taken over by this incarnation: its application is to be told at its call-back. */
  | { readonly kind: 'ha-callback'; readonly sessionId: number; readonly callback: HACallback }
  | { readonly kind: 'controllers'; readonly targets: readonly ControllerTarget[] }
  /** An entry of a controller's directory has changed; undefined: anything may have. */
  | {
      readonly kind: 'directory';
      readonly icpId: number;
      readonly entry: { readonly deiId: number; readonly handle: number } | undefined;
    }
  /** Something an operator may want to know; never on the way of an ordinary event. */
  | {
      readonly kind: 'note';
      readonly level: 'info' | 'warn';
      readonly text: string;
      readonly facts: Readonly<Record<string, unknown>>;
    };

/** What a session has registered for in the data access service (R-DAS-03). */
export interface DataRegistration {
  readonly deiIds: readonly number[];
  /** Where changes are sent; '': they are fetched. */
  readonly url: string;
}

/** What a later incarnation needs (design.md 7). Applying the records in order gives the state; each may be applied twice. */
export type JournalRecord =
  | {
      readonly t: 'session';
      readonly id: number;
      readonly tokenHash: string;
      readonly applicationId: string;
      readonly applicationName: string;
    }
  /** What the session may do and where it came in; the last one counts. */
  | {
      readonly t: 'access';
      readonly sessionId: number;
      readonly external: boolean;
      readonly standardOnly: boolean;
      readonly authenticated: boolean;
      readonly userId?: number;
      readonly haCallback?: HACallback;
    }
  /** The other number under which the session's events may be fetched, and by whom; the last one counts. */
  | { readonly t: 'rest-session'; readonly sessionId: number; readonly restSessionId: number; readonly clientAddress: string }
  /** What the session is told of the directory, all of it; the last one counts. */
  | { readonly t: 'data-registration'; readonly sessionId: number; readonly registration: DataRegistration }
  | { readonly t: 'session-end'; readonly id: number }
  /** `as`: the session knows the device by this other id of its. */
  | { readonly t: 'monitor'; readonly sessionId: number; readonly objectId: number; readonly as?: number }
  | { readonly t: 'monitor-end'; readonly sessionId: number; readonly objectId: number }
  /** Devices whose calls have begun, and those whose last call has ended: a hint for the order in which monitors are set again. */
  | { readonly t: 'calls'; readonly begun: readonly number[]; readonly ended: readonly number[] }
  /** R-RES-02: the address of the secondary controller of these devices; '': they are not resilient any more. */
  | { readonly t: 'homes'; readonly secondary: string; readonly objectIds: readonly number[] }
  /** Pairs of session and since when it has unread events (ms since 1970, 0: it has none any more): the gap of a restart begins there. */
  | { readonly t: 'unread'; readonly sessions: readonly (readonly [number, number])[] }
  | { readonly t: 'handler'; readonly sessionId: number; readonly handler: EventHandler }
  | { readonly t: 'handler-end'; readonly sessionId: number }
  /** Pairs of session and how far its handler has acknowledged, in the epoch of the incarnation that wrote it. */
  | { readonly t: 'handled'; readonly positions: readonly (readonly [number, number])[] }
  | { readonly t: 'dead-letter'; readonly sessionId: number; readonly letter: DeadLetter }
  /** `outcome` absent: the request is (or was) under way, what became of it is unknown. */
  | { readonly t: 'key'; readonly key: string; readonly fingerprint: string; readonly outcome?: CoreOutcome }
  | { readonly t: 'key-end'; readonly key: string };

export interface Use {
  readonly used: number;
  readonly cap: number;
}

export interface ControllerReport {
  readonly icpId: number;
  readonly address: string;
  readonly state: ConnectionState;
  readonly monitors: { readonly used: number; readonly cap: number };
  readonly shared?: NonNullable<InstanceStatusReport['controllers'][number]['shared']>;
  readonly rates: ReturnType<RateBook['ofController']>;
  /** R-LIM-07; absent where the document knows no such limits. */
  readonly monitorKinds?: NonNullable<InstanceStatusReport['controllers'][number]['monitorKinds']>;
  /** R-LIM-12: numbers of which more line appearances are monitored than is recommended. */
  readonly crowdedNumbers: number;
  readonly queues: { readonly commandsOpen: number; readonly startsWaiting: number; readonly monitorStartsPerSecond: Use };
}

/** Use against cap, as shown by the admin interface. */
export interface SwitchboardReport {
  readonly draining: boolean;
  readonly sessions: { readonly used: number; readonly cap: number };
  readonly monitors: { readonly used: number; readonly cap: number };
  /** R-LIM-09 */
  readonly hotDeskUsers: Use;
  /** Devices whose monitors are wanted, and those of them that stand at their controller. */
  readonly devices: { readonly wanted: number; readonly standing: number };
  readonly licences: LicenceReport;
  readonly recovery: RecoveryReport | undefined;
  /** R-LIM-08, R-LIM-11 */
  readonly rates: ReturnType<RateBook['report']>;
  readonly figures: Pick<Figures, 'refused' | 'operations' | 'lags'> & {
    readonly controllers: Use;
    readonly applications: Use;
    /** By application type: events not handed out yet, and how long the oldest unread one has waited, ms. */
    readonly eventsWaiting: ReadonlyMap<string, { readonly count: number; readonly oldestMs: number }>;
    /** Before their application had read them, ever. */
    readonly eventsDropped: number;
    readonly journalWritable: boolean;
  };
  readonly controllers: readonly ControllerReport[];
}

export const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal });
