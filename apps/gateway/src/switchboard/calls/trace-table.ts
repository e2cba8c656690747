/**
 * Which request caused what a controller reports (W3C trace context). The link has no room for it, so it is matched here: a command to a
 * call marks that call at its device; a command that makes a call marks the first call that begins at its device after it, and the one it
 * is answered with; whatever else happens to the same global call follows. The newest command to a call wins. Bounded; forgotten, not kept
 * in the journal: after a restart events carry none until the next command.
 */
const CALLS_MAX = 10_000;
const REQUESTS_MAX = 2_000;

interface Begun {
  readonly objectId: number;
  readonly traceparent: string;
}

export class TraceTable {
  private readonly calls = new Map<string, string>();
  /** Requests under way that will make a call. */
  private readonly requests = new Map<number, Begun>();
  private readonly begins = new Map<number, number>();

  /** A command with a trace goes to a device, to a call there or not; `makesCall`: the next call that begins there is its. */
  begin(requestId: number, traceparent: string, objectId: number, localCallId: number | undefined, makesCall: boolean): void {
    if (localCallId !== undefined) this.mark(`${objectId}/${localCallId}`, traceparent);
    if (!makesCall) return;
    if (this.requests.size >= REQUESTS_MAX) this.end(this.requests.keys().next().value!);
    this.requests.set(requestId, { objectId, traceparent });
    this.begins.set(objectId, requestId);
  }

  /** The request was answered; with a call, that is the one it made. */
  end(requestId: number, localCallId?: number): void {
    const begun = this.requests.get(requestId);
    if (begun === undefined) return;
    this.requests.delete(requestId);
    if (this.begins.get(begun.objectId) === requestId) this.begins.delete(begun.objectId);
    if (localCallId !== undefined) this.mark(`${begun.objectId}/${localCallId}`, begun.traceparent);
  }

  /** The trace of an event of a call; undefined: none is known. `hasBegun`: the event is the first of a call at its device. */
  of(icpId: number, objectId: number, localCallId: number, globalCallId: string | null, hasBegun: boolean): string | undefined {
    const local = `${objectId}/${localCallId}`;
    const global = globalCallId === null ? undefined : `g/${icpId}/${globalCallId}`;
    let found = this.calls.get(local);
    if (found === undefined && hasBegun) {
      const requestId = this.begins.get(objectId);
      found = requestId === undefined ? undefined : this.requests.get(requestId)?.traceparent;
      if (found !== undefined) this.mark(local, found);
    }
    if (found === undefined) return global === undefined ? undefined : this.calls.get(global);
    if (global !== undefined) this.mark(global, found);
    return found;
  }

  /** The call is over at its device: its local id may be another call's next. */
  ended(objectId: number, localCallId: number): void {
    this.calls.delete(`${objectId}/${localCallId}`);
  }

  private mark(call: string, traceparent: string): void {
    this.calls.delete(call);
    if (this.calls.size >= CALLS_MAX) this.calls.delete(this.calls.keys().next().value!);
    this.calls.set(call, traceparent);
  }
}
