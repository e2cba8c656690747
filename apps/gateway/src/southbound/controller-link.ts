import { CAPABILITIES, type ControllerRequest } from '#southbound/messages';
import { dialTls, peerNotAfterMs, type TlsIdentity } from '#southbound/transport-tls';
import type { ControllerTarget, LinkListener } from '../southbound-port.js';
import type { BackHello } from './callback-listener.js';
import { LinkConnection } from './link-connection.js';
import {
  type Chance,
  type ConnectionName,
  type InstanceIdentity,
  type LinkEffect,
  LinkMachine,
  type LinkTimings,
} from './link-machine.js';

const HANDSHAKE_MS = 5000;

export interface ControllerLinkOptions {
  readonly target: ControllerTarget;
  readonly identity: InstanceIdentity;
  readonly tls: TlsIdentity;
  readonly timings: LinkTimings;
  readonly chance: Chance;
  readonly listener: LinkListener;
  /** The controller has shown a certificate that holds until then, milliseconds since 1970. */
  readonly sawCertificate?: (notAfterMs: number) => void;
}

/** The sockets and the clock of one {@link LinkMachine}. */
export class ControllerLink {
  /** Back connections refused that came from this controller's address (R-CLU-04). */
  refusedBackConnections = 0;
  private readonly machine: LinkMachine;
  private forward: LinkConnection | undefined;
  private back: LinkConnection | undefined;
  private attempt: AbortController | undefined;
  private timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  /** Sockets and attempts that have not ended yet. */
  private readonly open = new Set<object>();
  private drained: (() => void)[] = [];

  constructor(private readonly options: ControllerLinkOptions) {
    this.machine = new LinkMachine(options.identity, options.timings, options.chance);
  }

  get target(): ControllerTarget {
    return this.options.target;
  }

  get roundTripMs(): number | null {
    return this.machine.roundTripMs;
  }

  get expectsBack(): boolean {
    return this.machine.expectsBack;
  }

  start(): void {
    this.perform(this.machine.start());
  }

  /** Says GOODBYE and closes; resolves when no socket of the link is left. May be called twice. */
  async stop(reason: string): Promise<void> {
    this.perform(this.machine.stop(reason));
    if (this.open.size > 0) await new Promise<void>((resolve) => this.drained.push(resolve));
  }

  /** @param traceparent is left out where the controller has not announced that it takes it */
  send(request: ControllerRequest, traceparent?: string): boolean {
    const trace = (this.machine.capabilities & CAPABILITIES.TRACE) === 0 ? undefined : traceparent;
    if (!this.machine.isUp || this.forward?.sendRequest(request, trace) !== true) return false;
    this.machine.sent(now());
    return true;
  }

  /** False: the connection is not the one waited for, and the caller closes it. */
  takeBack(hello: BackHello, connection: LinkConnection): boolean {
    const { taken, effects } = this.machine.backConnected(now(), hello);
    if (!taken) return false;
    this.back = connection;
    this.watch('back', connection);
    this.perform(effects);
    return true;
  }

  private perform(effects: readonly LinkEffect[]): void {
    for (const effect of effects) this.performOne(effect);
    this.arm();
  }

  private performOne(effect: LinkEffect): void {
    const { listener, target } = this.options;
    switch (effect.kind) {
      case 'dial':
        void this.dial();
        return;
      case 'send':
        // When the buffer is full the frame is lost: a PING or PONG that nobody misses, because the connection is dying of silence then.
        (effect.connection === 'forward' ? this.forward : this.back)?.send(effect.message);
        return;
      case 'close':
        this.close(effect.flush);
        return;
      case 'state':
        listener.linkState(target.icpId, effect.state, effect.up, effect.reason, effect.silentMs);
        return;
      case 'deliver':
        listener.message(target.icpId, effect.message);
    }
  }

  private async dial(): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    this.open.add(attempt);
    const outcome = await this.connect(attempt.signal);
    const isCurrent = this.attempt === attempt;
    if (outcome instanceof LinkConnection) {
      this.watch('forward', outcome);
      if (!isCurrent) outcome.close(false);
    }
    if (isCurrent) {
      this.forward = outcome instanceof LinkConnection ? outcome : undefined;
      this.perform(outcome instanceof LinkConnection ? this.machine.dialled(now()) : this.machine.ended(now(), outcome.message));
    }
    this.release(attempt);
  }

  private async connect(signal: AbortSignal): Promise<LinkConnection | Error> {
    const { target, tls, identity } = this.options;
    try {
      const socket = await dialTls({
        identity: tls,
        address: target.address,
        port: target.port,
        localAddress: identity.address,
        handshakeTimeoutMs: HANDSHAKE_MS,
        signal,
      });
      this.options.sawCertificate?.(peerNotAfterMs(socket));
      return new LinkConnection(socket);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private watch(name: ConnectionName, connection: LinkConnection): void {
    this.open.add(connection);
    connection.onClosed(() => this.release(connection));
    connection.attach({
      message: (message) => this.perform(this.machine.received(now(), name, message)),
      broken: (reason) => this.perform(this.machine.broken(now(), reason)),
      ended: (reason) => this.perform(this.machine.ended(now(), `${name} connection: ${reason}`)),
    });
  }

  private close(flush: boolean): void {
    this.attempt?.abort();
    this.attempt = undefined;
    this.forward?.close(flush);
    this.back?.close(flush);
    this.forward = undefined;
    this.back = undefined;
  }

  private release(what: object): void {
    this.open.delete(what);
    if (this.open.size > 0) return;
    for (const resolve of this.drained.splice(0)) resolve();
  }

  /** One timer for the earliest deadline. Deadlines mostly move away: the timer stays, finds nothing due and is set anew. */
  private arm(): void {
    const at = this.machine.nextDeadline;
    if (this.timer !== undefined) {
      if (at !== undefined && this.timer.at <= at) return;
      clearTimeout(this.timer.handle);
      this.timer = undefined;
    }
    if (at === undefined) return;
    const handle = setTimeout(
      () => {
        this.timer = undefined;
        // After a pause of the whole process what came meanwhile is read first, or every link would seem silent.
        setImmediate(() => this.perform(this.machine.tick(now())));
      },
      Math.max(0, at - now()),
    );
    this.timer = { handle, at };
  }
}

function now(): number {
  return performance.now();
}
