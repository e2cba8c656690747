/** That the peer of a request went away before its answer was written. */
import type { ServerResponse } from 'node:http';
import type { Departure } from '../northbound-port.js';

export class PeerDeparture implements Departure {
  private readonly listeners = new Set<() => void>();

  constructor(public aborted = false) {}

  /** Each listener is told once at most. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }
}

/** The same of a request that node's server reads. */
export function departureOf(response: ServerResponse): Departure {
  const departure = new PeerDeparture(response.destroyed && !response.writableFinished);
  response.once('close', () => {
    if (!response.writableFinished) departure.abort();
  });
  return departure;
}
