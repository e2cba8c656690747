/** The sockets and the clock of one real {@link LinkMachine}, in virtual time: what `controller-link.ts` is outside. */
import type { Epoch } from '#contracts/gateway-admin';
import type { ControllerMessage, ControllerRequest } from '#southbound/messages';
import { LinkMachine, type LinkEffect, type LinkTimings } from '../../../apps/gateway/src/southbound/link-machine.js';
import type { ControllerTarget, LinkListener } from '../../../apps/gateway/src/southbound-port.js';
import type { Site } from '../site.js';
import type { Connection } from '../world/network.js';
import type { Process } from '../world/process.js';

export interface LinkHostOptions {
  readonly site: Site;
  readonly process: Process;
  readonly instanceId: string;
  readonly epoch: Epoch;
  readonly callbackPort: number;
  readonly target: ControllerTarget;
  readonly timings: LinkTimings;
  readonly listener: LinkListener;
}

export class LinkHost {
  private readonly machine: LinkMachine;
  private forward: Connection<ControllerMessage> | undefined;
  private back: Connection<ControllerMessage> | undefined;
  private attempt = 0;
  private timerAt: number | undefined;

  constructor(private readonly options: LinkHostOptions) {
    const { instanceId, epoch, callbackPort, site, timings } = options;
    const identity = { instanceId, epoch, address: `10.0.0.${callbackPort % 250}`, callbackPort };
    const { random } = site.world;
    this.machine = new LinkMachine(identity, timings, {
      random: () => random.next(),
      nonce: () => (BigInt(random.word()) << 32n) | BigInt(random.word()),
    });
  }

  get target(): ControllerTarget {
    return this.options.target;
  }

  start(): void {
    this.perform(this.machine.start());
  }

  stop(): void {
    this.perform(this.machine.stop('controller removed'));
  }

  send(request: ControllerRequest): boolean {
    if (!this.machine.isUp || this.forward?.isOpen !== true) return false;
    this.put('forward', request);
    this.machine.sent(this.now);
    return true;
  }

  /** A connection of a controller that said BACK_HELLO; false: it is not the one waited for. */
  takeBack(hello: { readonly nonce: bigint; readonly bootId: number }, connection: Connection<ControllerMessage>): boolean {
    const { taken, effects } = this.machine.backConnected(this.now, hello);
    if (!taken) return false;
    this.back = connection;
    this.watch('back', connection);
    this.perform(effects);
    return true;
  }

  /** The process is gone: its sockets are reset. */
  dead(): void {
    this.attempt += 1;
    this.forward?.reset();
    this.back?.reset();
  }

  private get now(): number {
    return this.options.site.world.nowMs;
  }

  private put(name: 'forward' | 'back', message: ControllerMessage): void {
    const { site, instanceId, epoch, target } = this.options;
    const connection = name === 'forward' ? this.forward : this.back;
    if (connection?.isOpen !== true) return;
    site.oracle.wire.sent({ instanceId, epoch, icpId: target.icpId, type: message.type, atMs: this.now });
    connection.send(0, message);
  }

  private perform(effects: readonly LinkEffect[]): void {
    for (const effect of effects) this.performOne(effect);
    this.arm();
  }

  private performOne(effect: LinkEffect): void {
    const { listener, target } = this.options;
    switch (effect.kind) {
      case 'dial':
        return this.dial();
      case 'send':
        return this.put(effect.connection, effect.message);
      case 'close':
        return this.close();
      case 'state':
        return listener.linkState(target.icpId, effect.state, effect.up, effect.reason, effect.silentMs);
      case 'deliver':
        return listener.message(target.icpId, effect.message);
    }
  }

  private dial(): void {
    const { site, process, target, instanceId } = this.options;
    this.attempt += 1;
    const attempt = this.attempt;
    site.dialController(instanceId, target.icpId, (connection) =>
      process.run(() => {
        if (attempt !== this.attempt) return connection?.close(0);
        this.forward = connection;
        if (connection !== undefined) this.watch('forward', connection);
        this.perform(connection !== undefined ? this.machine.dialled(this.now) : this.machine.ended(this.now, 'refused'));
      }),
    );
  }

  private watch(name: 'forward' | 'back', connection: Connection<ControllerMessage>): void {
    const { process } = this.options;
    const isCurrent = () => (name === 'forward' ? this.forward : this.back) === connection;
    connection.attach(0, {
      message: (message) =>
        process.run(() => {
          if (isCurrent()) this.perform(this.machine.received(this.now, name, message));
        }),
      ended: (reason) =>
        process.run(() => {
          if (isCurrent()) this.perform(this.machine.ended(this.now, `${name} connection: ${reason}`));
        }),
    });
  }

  private close(): void {
    this.attempt += 1;
    this.forward?.close(0);
    this.back?.close(0);
    this.forward = undefined;
    this.back = undefined;
  }

  private arm(): void {
    const at = this.machine.nextDeadline;
    if (at === undefined || (this.timerAt !== undefined && this.timerAt <= at)) return;
    this.timerAt = at;
    this.options.process.after(at - this.now, () => {
      if (this.timerAt !== at) return;
      this.timerAt = undefined;
      // what came while the process was stopped is read first
      this.options.process.after(0, () => this.perform(this.machine.tick(this.now)));
    });
  }
}
