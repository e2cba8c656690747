/** The seven events of a call between two monitored phones (R-CC-02), and whether what came is them. */

export interface SeenEvent {
  readonly at: 'caller' | 'called';
  /** The contract's event type. */
  readonly type: string;
  readonly cause: string;
  /** Milliseconds since 1970 UTC, as the controller says. */
  readonly time: number;
}

/** In the order each phone tells them; `CLEAR_INVOKED` at the phone that cleared. */
const EXPECTED: Readonly<Record<SeenEvent['at'], readonly (readonly [type: string, label: string, cause?: string])[]>> = {
  caller: [
    ['CALL_ORIGINATED', 'CallOriginated'],
    ['CALL_DELIVERED', 'CallDelivered'],
    ['CALL_ESTABLISHED', 'CallEstablished'],
    ['CALL_CLEAR', 'CallCleared', 'CLEARED'],
  ],
  called: [
    ['CALL_RECEIVED', 'CallReceived'],
    ['CALL_ESTABLISHED', 'CallEstablished'],
    ['CALL_CLEAR', 'CallClearedInvoked', 'CLEAR_INVOKED'],
  ],
};

export const EVENT_COUNT = EXPECTED.caller.length + EXPECTED.called.length;

/** What is wrong with the events that came, in sentences; empty when they are the seven, each phone's in its order. */
export function faultsOf(events: readonly SeenEvent[]): string[] {
  const faults: string[] = [];
  if (events.length !== EVENT_COUNT) faults.push(`${events.length} call events came, not ${EVENT_COUNT}`);
  for (const at of ['caller', 'called'] as const) {
    const here = events.filter((event) => event.at === at);
    EXPECTED[at].forEach(([type, label, cause], index) => {
      const event = here[index];
      if (event === undefined) faults.push(`${at}: ${label} did not come`);
      else if (event.type !== type || (cause !== undefined && event.cause !== cause)) {
        faults.push(`${at}: event ${index + 1} is ${event.type} (${event.cause}), not ${label}`);
      }
    });
  }
  return faults;
}

/** The name the guidelines give the event, for people. */
export function labelOf(event: SeenEvent): string {
  const row = EXPECTED[event.at].find(([type, , cause]) => type === event.type && (cause === undefined || cause === event.cause));
  return row?.[1] ?? `${event.type} (${event.cause})`;
}
