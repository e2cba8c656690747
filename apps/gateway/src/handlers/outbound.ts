/** Everything the gateway sends of its own accord: events to handlers, takeovers to call-backs, changes of the directory; by one set of receivers. */
import { outboundPolicy } from '../switchboard/events/handler-url.rules.js';
import type { Switchboard } from '../switchboard/switchboard.js';
import { ChangePushes } from './change-pushes.js';
import { Deliveries, type DeliveriesParts } from './deliveries.js';
import { HANotices } from './ha-notices.js';
import { Receivers, type ReceiverOptions } from './receivers.js';

export interface OutboundParts extends Omit<DeliveriesParts, 'receivers'> {
  readonly receivers: Omit<ReceiverOptions, 'policy'> | undefined;
  /** Asked at each connection what may be connected to, and before each try whether it is still wanted. */
  readonly switchboard: Pick<Switchboard, 'document' | 'hasSession' | 'haCallbackOf'>;
  /** A receiver is given up: what it was for, and why. */
  readonly onGivenUp: (what: string, why: string) => void;
}

export class Outbound {
  readonly deliveries: Deliveries;
  readonly haNotices: HANotices;
  readonly changePushes: ChangePushes;
  private readonly receivers: Receivers;

  constructor({ switchboard, onGivenUp, ...parts }: OutboundParts) {
    const policy = () => outboundPolicy(switchboard.document);
    const receivers = (this.receivers = new Receivers({ policy, ...parts.receivers }));
    this.deliveries = new Deliveries({ ...parts, receivers });
    this.haNotices = new HANotices({
      receivers,
      callbackOf: (sessionId) => switchboard.haCallbackOf(sessionId),
      onGivenUp: (_sessionId, why) => onGivenUp('the call-back', why),
    });
    this.changePushes = new ChangePushes({
      receivers,
      policy,
      isLive: (sessionId) => switchboard.hasSession(sessionId),
      onGivenUp: (_sessionId, why) => onGivenUp('the notification handler', why),
    });
  }

  /** What is under way may be answered for a moment; then nothing is sent any more. */
  async close(): Promise<void> {
    await this.deliveries.close();
    this.haNotices.close();
    this.changePushes.close();
    await this.receivers.close();
  }
}
