/** That the peer of a request went away before its answer was written. */
import type { ServerResponse } from 'node:http';
import type { Departure } from '../northbound-port.js';

export class ResponseDeparture implements Departure {
  aborted = false;
  private readonly listeners = new Set<() => void>();

  constructor(response: ServerResponse) {
    this.aborted = response.destroyed && !response.writableFinished;
    response.once('close', () => {
      if (!response.writableFinished) this.abort();
    });
  }

  /** Each listener is told once at most. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  private abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }
}
