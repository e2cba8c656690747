/** Tells applications at their call-backs that their sessions go on here (sessionHAEvent), once for each incarnation. */
import type { HACallback } from '../switchboard/switchboard.port.js';
import { PostQueue, type Post } from './post-queue.js';
import type { Receivers } from './receivers.js';
import { callHeaders, readReturn, requestEnvelope } from './soap-call.js';

const OPERATION = 'sessionHAEvent';

export interface HANoticesParts {
  readonly receivers: Receivers;
  /** Where the session's application wants to be told now. */
  readonly callbackOf: (sessionId: number) => HACallback | undefined;
  readonly onGivenUp: (sessionId: number, why: string) => void;
}

export class HANotices {
  private readonly queues = new Map<number, PostQueue>();

  constructor(private readonly parts: HANoticesParts) {}

  /** Once for each session that was taken over. A new or withdrawn call-back ends what is still tried at the old one. */
  tell(sessionId: number, { uri, serverAddress }: HACallback): void {
    const message: Post = {
      headers: callHeaders(OPERATION),
      body: requestEnvelope('SessionHAEventHandler', OPERATION, { newServerIPAddress: serverAddress }),
      // told is told, whatever the application thinks of it
      isTaken: (status, body) => readReturn(OPERATION, status, body) !== undefined,
    };
    let waiting: Post | undefined = message;
    const queue = new PostQueue({
      receivers: this.parts.receivers,
      url: uri,
      random: Math.random,
      next: () => {
        const post = waiting;
        waiting = undefined;
        if (post === undefined) this.drop(sessionId);
        return post;
      },
      isWanted: () => this.parts.callbackOf(sessionId)?.uri === uri || this.drop(sessionId),
      onGivenUp: (why) => {
        this.drop(sessionId);
        this.parts.onGivenUp(sessionId, why);
      },
    });
    this.queues.set(sessionId, queue);
    queue.flow();
  }

  close(): void {
    for (const queue of this.queues.values()) queue.stop();
    this.queues.clear();
  }

  private drop(sessionId: number): false {
    this.queues.delete(sessionId);
    return false;
  }
}
