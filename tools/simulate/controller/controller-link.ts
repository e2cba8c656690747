/** The controller's side of one link: greeting, call-back, heartbeat, requests. */
import type { ControllerMessage, ControllerRequest, EventMessage } from '#southbound/messages';
import type { Connection } from '../world/network.js';
import type { ControllerNode } from './controller.node.js';

const HEARTBEAT_MS = 2500;
const SILENT_INTERVALS = 6;
const STEP_MS = 5000;
const HELLO_ACK = { type: 'HELLO_ACK', heartbeatMs: HEARTBEAT_MS, platform: 'x86', release: '9.4.0' } as const;

export class ControllerLink {
  instanceId = '';
  epochMajor = 0;
  epochMinor = 0;
  private state: 'hello' | 'calling-back' | 'waiting-ack' | 'up' | 'closed' = 'hello';
  private back: Connection<ControllerMessage> | undefined;
  private held: ControllerRequest[] = [];
  private readonly open = new Set<number>();
  private readonly heard = { forward: 0, back: 0 };

  constructor(
    private readonly node: ControllerNode,
    readonly id: number,
    private readonly forward: Connection<ControllerMessage>,
  ) {
    forward.attach(1, { message: (message) => this.onForward(message), ended: (reason) => this.close(reason) });
    this.after(STEP_MS, () => {
      if (this.state !== 'up') this.close('the link did not come to stand in time');
    });
  }

  event(message: EventMessage): void {
    if (this.state === 'up') this.back?.send(1, message);
  }

  replaced(): void {
    this.forward.send(1, { type: 'GOODBYE', reason: 1 });
    this.close('replaced');
  }

  abort(): void {
    this.forward.reset();
    this.back?.reset();
    this.finish('aborted');
  }

  private close(reason: string): void {
    if (this.state === 'closed') return;
    this.forward.close(1);
    this.back?.close(1);
    this.finish(reason);
  }

  private finish(reason: string): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.node.site.world.trace(this.node.name, `link ${this.id} of ${this.instanceId} ended: ${reason}`);
    this.node.ended(this);
  }

  private after(delayMs: number, what: () => void): void {
    this.node.site.world.after(delayMs, () => {
      if (this.state !== 'closed') what();
    });
  }

  private onForward(message: ControllerMessage): void {
    if (this.state === 'closed') return;
    this.heard.forward = this.node.site.world.nowMs;
    switch (message.type) {
      case 'HELLO':
        return this.state === 'hello' ? this.greeted(message) : this.outOfTurn(message);
      case 'GOODBYE':
        return this.close('the instance said GOODBYE');
      case 'PING':
        return this.forward.send(1, { type: 'PONG', opaque: message.opaque });
      case 'PONG':
        return;
      default:
        if (!('correlation' in message) || message.type.endsWith('_RESPONSE')) return this.outOfTurn(message);
        return this.take(message as ControllerRequest);
    }
  }

  private outOfTurn(message: ControllerMessage): void {
    this.node.site.oracle.violation('PROTOCOL', `${message.type} out of turn (${this.state}) from ${this.instanceId}`);
    this.forward.send(1, { type: 'GOODBYE', reason: 2 });
    this.close('protocol error');
  }

  private greeted(hello: Extract<ControllerMessage, { type: 'HELLO' }>): void {
    this.instanceId = hello.instanceId;
    this.epochMajor = hello.epochMajor;
    this.epochMinor = hello.epochMinor;
    const { bootId, icpId, site } = this.node;
    if (!this.node.hello(this)) {
      this.forward.send(1, { ...HELLO_ACK, result: 'STALE_EPOCH', bootId });
      return this.close('stale epoch');
    }
    this.state = 'calling-back';
    this.forward.send(1, { ...HELLO_ACK, result: 'OK', bootId });
    site.dialBack(hello.callbackPort, icpId, (connection) => {
      if (connection === undefined) return this.close('nobody takes the back connection');
      if (this.state === 'closed') return connection.close(1);
      this.back = connection;
      this.state = 'waiting-ack';
      connection.attach(1, { message: (message) => this.onBack(message), ended: (reason) => this.close(reason) });
      connection.send(1, { type: 'BACK_HELLO', nonce: hello.nonce, bootId: this.node.bootId });
    });
  }

  private onBack(message: ControllerMessage): void {
    if (this.state === 'closed') return;
    this.heard.back = this.node.site.world.nowMs;
    if (message.type === 'BACK_ACK' && this.state === 'waiting-ack') return this.comeUp();
    if (message.type === 'PING') return this.back?.send(1, { type: 'PONG', opaque: message.opaque });
    if (message.type === 'GOODBYE') return this.close('the instance said GOODBYE');
    if (message.type !== 'PONG') this.outOfTurn(message);
  }

  private comeUp(): void {
    this.state = 'up';
    const { nowMs } = this.node.site.world;
    this.heard.forward = nowMs;
    this.heard.back = nowMs;
    this.node.site.oracle.wire.up(this.instanceId, this.node.icpId, { major: this.epochMajor, minor: this.epochMinor });
    this.beat();
    for (const request of this.held.splice(0)) this.take(request);
  }

  private beat(): void {
    this.after(HEARTBEAT_MS, () => {
      const oldest = this.node.site.world.nowMs - SILENT_INTERVALS * HEARTBEAT_MS;
      if (this.heard.forward < oldest || this.heard.back < oldest) return this.close('silence');
      this.beat();
    });
  }

  private take(request: ControllerRequest): void {
    if (this.state === 'waiting-ack') return void this.held.push(request);
    if (this.state !== 'up') return this.outOfTurn(request);
    if (this.open.has(request.correlation)) {
      this.node.site.oracle.violation('CORRELATION', `request ${request.correlation} of ${this.instanceId} is open already`);
      return this.close('protocol error');
    }
    this.open.add(request.correlation);
    const epoch = { major: this.epochMajor, minor: this.epochMinor };
    this.node.site.oracle.wire.arrived(this.instanceId, this.node.icpId, epoch, request.type, this.node.site.world.nowMs);
    const { random } = this.node.site.world;
    this.node.take(this, request, (response) =>
      this.after(random.int(0, this.node.site.config.serviceMaxMs), () => {
        this.open.delete(request.correlation);
        this.forward.send(1, response);
      }),
    );
  }
}
