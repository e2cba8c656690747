/** Everything the gateway sends of its own accord: events to handlers, takeovers to call-backs, changes of the directory; by one set of receivers. */
import type { AccessDocument } from '#contracts/gateway-admin';
import { outboundPolicy } from '../switchboard/handler-url.rules.js';
import type { HACallback } from '../switchboard/switchboard.port.js';
import { ChangePushes } from './change-pushes.js';
import { Deliveries, type DeliveriesParts } from './deliveries.js';
import { HANotices } from './ha-notices.js';
import { Receivers, type ReceiverOptions } from './receivers.js';

export interface OutboundParts extends Omit<DeliveriesParts, 'receivers'> {
  readonly receivers: Omit<ReceiverOptions, 'policy'> | undefined;
  /** What may be connected to is asked at each connection. */
  readonly document: () => AccessDocument | undefined;
  readonly hasSession: (sessionId: number) => boolean;
  readonly haCallbackOf: (sessionId: number) => HACallback | undefined;
  /** A receiver is given up: what it was for, and why. */
  readonly onGivenUp: (what: string, why: string) => void;
}

export class Outbound {
  readonly deliveries: Deliveries;
  readonly haNotices: HANotices;
  readonly changePushes: ChangePushes;
  private readonly receivers: Receivers;

  constructor({ document, hasSession, haCallbackOf, onGivenUp, ...parts }: OutboundParts) {
    const policy = () => outboundPolicy(document());
    const receivers = (this.receivers = new Receivers({ policy, ...parts.receivers }));
    this.deliveries = new Deliveries({ ...parts, receivers });
    this.haNotices = new HANotices({
      receivers,
      callbackOf: haCallbackOf,
      onGivenUp: (_sessionId, why) => onGivenUp('the call-back', why),
    });
    this.changePushes = new ChangePushes({
      receivers,
      policy,
      isLive: hasSession,
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
