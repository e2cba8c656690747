/**
 * Changes of the directory sent to where the application wants them (registerNotificationHandler). The contract has no service for this; it
 * is sent what getNotification would have answered, as that operation's response element, and any 2xx takes it.
 */
import type { OperationResponse } from '#contracts/application-api';
import { soapServices } from '#contracts/soap';
import type { Refusal } from '#contracts/errors';
import type { ChangeReader, ChangeSender } from '../directory/change-sender.port.js';
import type { Outcome } from '../northbound-port.js';
import { encodeResponse } from '../northbound/soap/encode.js';
import { wrapEnvelope } from '../northbound/soap/envelope.js';
import { refusalText } from '../northbound/soap/refusal-text.js';
import { resultForm } from '../northbound/soap/result-form.js';
import { checkHandlerUrl, type OutboundPolicy } from '../switchboard/events/handler-url.rules.js';
import { PostQueue, type Post } from './post-queue.js';
import type { Receivers } from './receivers.js';
import { callHeaders } from './soap-call.js';

const OPERATION = 'getNotification';

export interface ChangePushesParts {
  readonly receivers: Receivers;
  readonly policy: () => OutboundPolicy;
  readonly isLive: (sessionId: number) => boolean;
  readonly onGivenUp: (sessionId: number, why: string) => void;
}

export class ChangePushes implements ChangeSender {
  private readonly queues = new Map<number, PostQueue>();
  /** Also of those that were given up; of sessions that have ended until another receiver is set. */
  private readonly urls = new Map<number, string>();

  constructor(private readonly parts: ChangePushesParts) {}

  set(sessionId: number, url: string, read: ChangeReader): Refusal | undefined {
    const checked = checkHandlerUrl(url, this.parts.policy());
    if ('code' in checked) return checked;
    this.remove(sessionId);
    for (const known of this.urls.keys()) if (!this.parts.isLive(known)) this.urls.delete(known);
    const queue = new PostQueue({
      receivers: this.parts.receivers,
      url: checked.url,
      random: Math.random,
      next: () => {
        const change = read();
        return change === undefined ? undefined : message(change);
      },
      isWanted: () => this.parts.isLive(sessionId) || this.drop(sessionId),
      onGivenUp: (why) => {
        this.drop(sessionId);
        this.parts.onGivenUp(sessionId, why);
      },
    });
    this.queues.set(sessionId, queue);
    this.urls.set(sessionId, checked.url);
    queue.flow();
    return undefined;
  }

  remove(sessionId: number): void {
    this.queues.get(sessionId)?.stop();
    this.queues.delete(sessionId);
    this.urls.delete(sessionId);
  }

  urlOf(sessionId: number): string {
    return this.urls.get(sessionId) ?? '';
  }

  isSet(sessionId: number): boolean {
    return this.queues.has(sessionId);
  }

  news(): void {
    for (const queue of this.queues.values()) queue.flow();
  }

  close(): void {
    for (const sessionId of [...this.queues.keys()]) this.remove(sessionId);
  }

  private drop(sessionId: number): false {
    this.queues.delete(sessionId);
    return false;
  }
}

function message(change: Outcome<OperationResponse<'getNotification'>>): Post {
  const service = soapServices().get('DataAccessService')!;
  const operation = service.operations.get(OPERATION)!;
  const value = change.ok
    ? { ...resultForm(OPERATION, change.value), result: true }
    : { result: false, [operation.errorMember]: refusalText(change.refusal) };
  return {
    headers: callHeaders(OPERATION),
    body: wrapEnvelope('1.1', encodeResponse(service, operation, value)),
    isTaken: (status) => status >= 200 && status < 300,
  };
}
