/**
 * One link to one controller as a machine without sockets, clock or chance (docs/design/controller-link.md, section 1): it is told what
 * happened and when, and answers what to do. The link is up only while both connections stand (R-CLU-03); it comes back by itself, after a
 * pause that grows and is never the same for all (R-CLU-05).
 *
 * Times are milliseconds of one monotonic clock. Effects are to be carried out in order, before the machine is told anything else.
 */
import type { ConnectionState } from '#contracts/gateway-admin';
import type { ControllerMessage, ControllerResponse, DirectoryEntries, EventMessage, LinkMessage } from '#southbound/messages';
import type { LinkUp } from '../southbound-port.js';
import { Heartbeat } from './heartbeat.js';

export type ConnectionName = 'forward' | 'back';

export interface LinkTimings {
  /** A PING goes out when nothing else has for so long; the controller may ask for more of them, never for fewer. */
  readonly heartbeatMs: number;
  /** Nothing received for so long on a connection: the link is dead. At most six intervals of the controller. */
  readonly silenceMs: number;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

/** What HELLO says about the instance. */
export interface InstanceIdentity {
  readonly instanceId: string;
  readonly epoch: { readonly major: number; readonly minor: number };
  readonly address: string;
  readonly callbackPort: number;
}

export interface Chance {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** 64 bits nobody can guess. */
  readonly nonce: () => bigint;
}

export type LinkEffect =
  | { readonly kind: 'dial' }
  | { readonly kind: 'send'; readonly connection: ConnectionName; readonly message: LinkMessage }
  /** Ends both connections and an attempt under way; `flush` lets what was sent before go out first. */
  | { readonly kind: 'close'; readonly flush: boolean }
  | {
      readonly kind: 'state';
      readonly state: ConnectionState;
      readonly up: LinkUp | undefined;
      readonly reason: string;
      /** When a link that stood has ended: so long ago the controller was last heard on the back connection, where events come. */
      readonly silentMs?: number;
    }
  | { readonly kind: 'deliver'; readonly message: ControllerResponse | DirectoryEntries | EventMessage };

type Ack = Extract<LinkMessage, { readonly type: 'HELLO_ACK' }>;
type Phase =
  | { readonly name: 'stopped' }
  | { readonly name: 'dialling' }
  /** HELLO is out; `ack` and `backBootId` come in either order, because they come on two connections. */
  | {
      readonly name: 'greeting';
      readonly nonce: bigint;
      readonly deadline: number;
      readonly ack?: Ack;
      readonly backBootId?: number;
    }
  | {
      readonly name: 'up';
      readonly since: number;
      readonly capabilities: number;
      readonly forward: Heartbeat;
      readonly back: Heartbeat;
    }
  | { readonly name: 'pausing'; readonly until: number };

const HELLO_ACK_MS = 5000;
const BACK_CONNECTION_MS = 5000;
const SILENT_INTERVALS = 6;
const GOODBYE_REASONS = ['shutdown', 'replaced', 'protocol error', 'operator'];
const [SHUTDOWN, REPLACED, PROTOCOL_ERROR] = [0, 1, 2];

export class LinkMachine {
  private phase: Phase = { name: 'stopped' };
  private failures = 0;
  private measured: number | null = null;

  constructor(
    private readonly identity: InstanceIdentity,
    private readonly timings: LinkTimings,
    private readonly chance: Chance,
  ) {}

  get isUp(): boolean {
    return this.phase.name === 'up';
  }

  /** What the controller of the link that stands has announced; 0 while none stands. */
  get capabilities(): number {
    return this.phase.name === 'up' ? this.phase.capabilities : 0;
  }

  /** Last measured round trip in milliseconds; null before the first (R-CLU-09). */
  get roundTripMs(): number | null {
    return this.measured;
  }

  /** True while a back connection with the right nonce would be taken (R-CLU-04). */
  get expectsBack(): boolean {
    return this.phase.name === 'greeting' && this.phase.backBootId === undefined;
  }

  /** When {@link tick} has something to do at the earliest; undefined when only an event can change anything. */
  get nextDeadline(): number | undefined {
    switch (this.phase.name) {
      case 'greeting':
        return this.phase.deadline;
      case 'up':
        return Math.min(this.phase.forward.nextDeadline, this.phase.back.nextDeadline);
      case 'pausing':
        return this.phase.until;
      default:
        return undefined;
    }
  }

  /** Begins to keep the link up. Of no effect when it has begun. */
  start(): LinkEffect[] {
    return this.phase.name === 'stopped' ? this.dial() : [];
  }

  /** Says GOODBYE and ends; {@link start} may follow. Of no effect when ended. */
  stop(reason: string): LinkEffect[] {
    if (this.phase.name === 'stopped') return [];
    const goodbye = this.goodbyes(SHUTDOWN);
    this.phase = { name: 'stopped' };
    this.measured = null;
    return [...goodbye, { kind: 'close', flush: true }, { kind: 'state', state: 'NOT_CONNECTED', up: undefined, reason }];
  }

  /** The forward connection stands and the controller's certificate is good. */
  dialled(now: number): LinkEffect[] {
    if (this.phase.name !== 'dialling') return [];
    const { instanceId, epoch, address, callbackPort } = this.identity;
    const nonce = this.chance.nonce();
    this.phase = { name: 'greeting', nonce, deadline: now + HELLO_ACK_MS };
    return [
      { kind: 'state', state: 'CONNECTION_INITIALIZING', up: undefined, reason: 'forward connection stands' },
      {
        kind: 'send',
        connection: 'forward',
        message: { type: 'HELLO', nonce, epochMajor: epoch.major, epochMinor: epoch.minor, instanceId, address, callbackPort },
      },
    ];
  }

  /** The attempt failed, or a connection ended or broke without a word of ours. */
  ended(now: number, reason: string): LinkEffect[] {
    if (this.phase.name === 'stopped' || this.phase.name === 'pausing') return [];
    return this.fail(now, reason, { flush: false });
  }

  /** The bytes of the controller are not the protocol. */
  broken(now: number, reason: string): LinkEffect[] {
    if (this.phase.name === 'stopped' || this.phase.name === 'pausing') return [];
    return [...this.goodbyes(PROTOCOL_ERROR), ...this.fail(now, `protocol error: ${reason}`, { flush: true })];
  }

  /**
   * A connection from the controller's address has said BACK_HELLO. False: it is not the one waited for; it is to be closed and counted
   * (R-CLU-04), and the link does not change. True: it is the link's back connection from now on; carry out the effects.
   */
  backConnected(
    now: number,
    hello: { readonly nonce: bigint; readonly bootId: number },
  ): { readonly taken: boolean; readonly effects: LinkEffect[] } {
    const { phase } = this;
    if (phase.name !== 'greeting' || phase.backBootId !== undefined || phase.nonce !== hello.nonce)
      return { taken: false, effects: [] };
    if (phase.ack === undefined) {
      this.phase = { ...phase, backBootId: hello.bootId };
      return { taken: true, effects: [] };
    }
    return { taken: true, effects: this.bothStand(now, phase.ack, hello.bootId) };
  }

  /** A message came on one of the link's connections. */
  received(now: number, connection: ConnectionName, message: ControllerMessage): LinkEffect[] {
    const { phase } = this;
    if (phase.name !== 'up' && phase.name !== 'greeting') return [];
    const beat = phase.name === 'up' ? phase[connection] : undefined;
    beat?.received(now);
    switch (message.type) {
      case 'PING':
        beat?.sent(now);
        return [{ kind: 'send', connection, message: { type: 'PONG', opaque: message.opaque } }];
      case 'PONG':
        this.measured = beat?.answered(now, message.opaque) ?? this.measured;
        return [];
      case 'GOODBYE':
        return this.dismissed(now, message.reason);
      case 'HELLO_ACK':
        return phase.name === 'greeting' && connection === 'forward' && phase.ack === undefined
          ? this.acknowledged(now, phase, message)
          : this.broken(now, 'HELLO_ACK out of turn');
      case 'EVENT':
        if (beat !== undefined && connection === 'back') return [{ kind: 'deliver', message }];
        break;
      default:
        if (beat !== undefined && connection === 'forward' && isAnswer(message)) return [{ kind: 'deliver', message }];
    }
    return this.broken(now, `${message.type} out of turn on the ${connection} connection`);
  }

  /** The engine's request went out on the forward connection. */
  sent(now: number): void {
    if (this.phase.name === 'up') this.phase.forward.sent(now);
  }

  /** Does what is due at `now`; may be called at any time. */
  tick(now: number): LinkEffect[] {
    const { phase } = this;
    switch (phase.name) {
      case 'greeting':
        if (now < phase.deadline) return [];
        return this.fail(now, phase.ack === undefined ? 'HELLO was not acknowledged in time' : 'no back connection in time', {
          flush: false,
        });
      case 'up': {
        const dead = phase.forward.isDead(now) ? 'forward' : phase.back.isDead(now) ? 'back' : undefined;
        if (dead !== undefined)
          return this.fail(now, `nothing received on the ${dead} connection for too long`, { flush: false });
        return [...this.ping(now, 'forward', phase.forward), ...this.ping(now, 'back', phase.back)];
      }
      case 'pausing':
        return now < phase.until ? [] : this.dial();
      default:
        return [];
    }
  }

  private dial(): LinkEffect[] {
    this.phase = { name: 'dialling' };
    return [{ kind: 'state', state: 'CONNECTION_ATTEMPT', up: undefined, reason: 'dialling' }, { kind: 'dial' }];
  }

  private acknowledged(now: number, phase: Extract<Phase, { name: 'greeting' }>, ack: Ack): LinkEffect[] {
    if (ack.result !== 'OK')
      return this.fail(now, `refused: ${ack.result}`, { flush: false, patiently: ack.result === 'STALE_EPOCH' });
    if (phase.backBootId !== undefined) return this.bothStand(now, ack, phase.backBootId);
    this.phase = { ...phase, ack, deadline: now + BACK_CONNECTION_MS };
    return [];
  }

  private bothStand(now: number, ack: Ack, backBootId: number): LinkEffect[] {
    if (ack.bootId !== backBootId) return this.broken(now, 'the back connection is of another boot');
    const intervalMs = Math.min(this.timings.heartbeatMs, ack.heartbeatMs);
    const silenceMs = Math.min(this.timings.silenceMs, SILENT_INTERVALS * ack.heartbeatMs);
    const forward = new Heartbeat(intervalMs, silenceMs, now);
    const back = new Heartbeat(intervalMs, silenceMs, now);
    const { bootId, release, platform, capabilities = 0 } = ack;
    this.phase = { name: 'up', since: now, capabilities, forward, back };
    const up: LinkUp = { bootId, release, platform, capabilities };
    return [
      { kind: 'send', connection: 'back', message: { type: 'BACK_ACK', result: 'OK' } },
      { kind: 'send', connection: 'forward', message: { type: 'PING', opaque: forward.ping(now) } },
      { kind: 'state', state: 'CONNECTED', up, reason: 'both connections stand' },
    ];
  }

  private ping(now: number, connection: ConnectionName, beat: Heartbeat): LinkEffect[] {
    return beat.isDue(now) ? [{ kind: 'send', connection, message: { type: 'PING', opaque: beat.ping(now) } }] : [];
  }

  private dismissed(now: number, reason: number): LinkEffect[] {
    const text = `controller said goodbye: ${GOODBYE_REASONS[reason] ?? `reason ${reason}`}`;
    // Who was replaced by its own successor must not throw that one out again at once.
    return this.fail(now, text, { flush: false, patiently: reason === REPLACED });
  }

  private goodbyes(reason: number): LinkEffect[] {
    const { phase } = this;
    const connections: ConnectionName[] =
      phase.name === 'up' ? ['forward', 'back'] : phase.name === 'greeting' ? ['forward'] : [];
    return connections.map((connection) => ({ kind: 'send', connection, message: { type: 'GOODBYE', reason } }));
  }

  /** @param how patiently: with the longest pause, because trying sooner makes nothing better */
  private fail(now: number, reason: string, how: { readonly flush: boolean; readonly patiently?: boolean }): LinkEffect[] {
    if (this.phase.name === 'up' && now - this.phase.since >= this.timings.reconnectMaxMs) this.failures = 0;
    const { reconnectMinMs, reconnectMaxMs } = this.timings;
    const grown =
      how.patiently === true ? reconnectMaxMs : Math.min(reconnectMaxMs, reconnectMinMs * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    this.measured = null;
    const silent = this.phase.name === 'up' ? { silentMs: now - this.phase.back.heardAt } : {};
    this.phase = { name: 'pausing', until: now + grown * (0.5 + 0.5 * this.chance.random()) };
    return [
      { kind: 'close', flush: how.flush },
      { kind: 'state', state: 'CONNECTION_FAILURE', up: undefined, reason, ...silent },
    ];
  }
}

/** What the controller says to a request of ours: its response, and pages before it. */
function isAnswer(message: ControllerMessage): message is ControllerResponse | DirectoryEntries {
  return message.type === 'DIRECTORY_ENTRIES' || message.type.endsWith('_RESPONSE');
}
