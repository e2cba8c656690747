/**
 * What happened on the links, as an outside witness sees it: a bounded ring, numbered without holes, oldest dropped first. Writing is cheap
 * (one object, no text); the readable form is made when somebody reads.
 */
import type { Happening } from '../model/happening.js';
import type { Monitor } from '../model/monitors.js';

export interface TraceLink {
  readonly id: number;
  readonly controller: string;
  readonly instanceId: string;
  readonly epochMajor: number;
  readonly epochMinor: number;
}

export type TraceKind =
  'link-opening' | 'link-up' | 'link-closed' | 'link-refused' | 'request' | 'response' | 'event' | 'hand' | 'fault' | 'boot';

export type TraceDetail = Readonly<Record<string, string | number | boolean | null>>;

interface Entry {
  readonly n: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  readonly kind: TraceKind;
  readonly controller: string | null;
  readonly link: TraceLink | null;
  readonly detail: TraceDetail | Happening;
  /** Events only. */
  readonly reference: number;
  readonly sequence: number;
  readonly sent: boolean;
}

export interface TraceLine {
  readonly n: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  readonly kind: TraceKind;
  readonly controller: string | null;
  readonly linkId: number | null;
  readonly instanceId: string | null;
  /** `major.minor` */
  readonly epoch: string | null;
  readonly detail: TraceDetail;
}

export class Trace {
  private readonly ring: (Entry | undefined)[];
  private last = 0;

  /** `clock` gives virtual and wall time in ms. */
  constructor(
    private readonly entriesMax: number,
    private readonly clock: () => { readonly virtualMs: number; readonly wallMs: number },
  ) {
    this.ring = new Array<Entry | undefined>(entriesMax);
  }

  note(kind: TraceKind, controller: string | null, link: TraceLink | null, detail: TraceDetail): void {
    this.put({ ...this.head(), kind, controller, link, detail, reference: 0, sequence: 0, sent: true });
  }

  /** `sent` false: the link's send buffer was full and the event is lost to the instance. */
  event(link: TraceLink, monitor: Monitor, happening: Happening, sent: boolean): void {
    const { n, virtualMs, wallMs } = this.head();
    const { reference, sequence } = monitor;
    this.put({
      n,
      virtualMs,
      wallMs,
      kind: 'event',
      controller: link.controller,
      link,
      detail: happening,
      reference,
      sequence,
      sent,
    });
  }

  /** Lines after number `after`, oldest first; `lost` when some of them are no longer kept. */
  read(after: number, limit: number): { readonly lines: TraceLine[]; readonly last: number; readonly lost: boolean } {
    const oldest = Math.max(1, this.last - this.entriesMax + 1);
    const from = Math.max(after + 1, oldest);
    const lines: TraceLine[] = [];
    for (let n = from; n <= this.last && lines.length < limit; n += 1) {
      const entry = this.ring[n % this.entriesMax];
      if (entry) lines.push(lineOf(entry));
    }
    return { lines, last: this.last, lost: after + 1 < oldest };
  }

  private head(): { readonly n: number; readonly virtualMs: number; readonly wallMs: number } {
    this.last += 1;
    const { virtualMs, wallMs } = this.clock();
    return { n: this.last, virtualMs, wallMs };
  }

  private put(entry: Entry): void {
    this.ring[entry.n % this.entriesMax] = entry;
  }
}

function lineOf(entry: Entry): TraceLine {
  const { n, virtualMs, wallMs, kind, controller, link } = entry;
  return {
    n,
    virtualMs,
    wallMs,
    kind,
    controller,
    linkId: link?.id ?? null,
    instanceId: link?.instanceId ?? null,
    epoch: link ? `${link.epochMajor}.${link.epochMinor}` : null,
    detail: isHappening(entry.detail) ? eventDetail(entry, entry.detail) : entry.detail,
  };
}

function isHappening(detail: TraceDetail | Happening): detail is Happening {
  return typeof detail['phone'] === 'object';
}

function eventDetail(entry: Entry, happening: Happening): TraceDetail {
  const { call, phone } = happening;
  return {
    dn: phone.dn,
    event: happening.event,
    cause: happening.cause,
    state: happening.state,
    serial: happening.serial,
    reference: entry.reference,
    sequence: entry.sequence,
    localCallId: happening.localCallId,
    globalCallId: call ? ((BigInt(call.globalHigh) << 32n) | BigInt(call.globalLow)).toString() : '0',
    atMs: happening.atMs,
    sent: entry.sent,
  };
}
