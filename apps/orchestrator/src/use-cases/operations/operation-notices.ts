/** Who waits for an operation is woken by the database's notice; a timer covers notices that were missed. */
import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';

export interface NextNotice {
  /** Resolves at the next notice, after `ms`, or when aborted. */
  orAfter(ms: number, signal: AbortSignal): Promise<void>;
  cancel(): void;
}

@Injectable()
export class OperationNotices {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  /** True when we are going: whoever waits answers with what there is. */
  isClosed = false;

  close(): void {
    this.isClosed = true;
    this.publish('');
  }

  /** An empty id wakes all: the connection was new, so any notice may have been missed. */
  publish(operationId: string): void {
    if (operationId === '') for (const name of this.emitter.eventNames()) this.emitter.emit(name);
    else this.emitter.emit(operationId);
  }

  /** Listens from now on, so that a change between reading and waiting is not missed. */
  next(operationId: string): NextNotice {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.emitter.once(operationId, wake);
    const cancel = (): void => void this.emitter.off(operationId, wake);
    return {
      cancel,
      orAfter: async (ms, signal) => {
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake, { once: true });
        await woken;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
      },
    };
  }
}
