/** What an application knows from its events alone: which calls there are, and what was last said to be allowed for each. */
import type { ApplicationEvent, CallEvent } from '#contracts/application-api';

export interface KnownCall {
  readonly objectId: number;
  readonly localCallId: number;
  readonly features: ReadonlySet<string>;
  readonly callState: CallEvent['callState'];
  readonly last: string;
}

export class ApplicationView {
  readonly calls = new Map<string, KnownCall>();
  /** Devices with a work timer, as their last ended call said. */
  readonly working = new Set<number>();
  /** How often each type and cause of event was seen. */
  readonly seen = new Map<string, number>();

  take(events: readonly ApplicationEvent[]): void {
    for (const event of events) {
      if (event.category !== 'CALL_EVENT') continue;
      const { objectId, localCallId, callState, featuresAllowed, type, cause } = event;
      const word = `${type}/${cause}`;
      this.seen.set(word, (this.seen.get(word) ?? 0) + 1);
      if (type === 'WORK_TIMER_EXPIRED') this.working.delete(objectId);
      if (localCallId === 0) continue;
      const key = `${objectId}/${localCallId}`;
      if (featuresAllowed.includes('ALTER_WORK_TIMER')) this.working.add(objectId);
      const known = { objectId, localCallId, features: new Set<string>(featuresAllowed), callState, last: word };
      if (callState === 'IDLE') this.calls.delete(key);
      else this.calls.set(key, known);
    }
  }

  of(objectId: number): KnownCall[] {
    return [...this.calls.values()].filter((call) => call.objectId === objectId);
  }
}
