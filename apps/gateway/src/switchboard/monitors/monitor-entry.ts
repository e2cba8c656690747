/**
 * MONITOR_SET and MONITOR_FAILED_EVENT as the logs keep them. A full instance has said it of 50,000 monitors and keeps that for a while: only what
 * differs is kept, the text is written when it is read, which mostly is once.
 */
import { membersOf, type EventBody, type EventEntry } from '../../event-entry.js';
import { monitorEvent } from '../events/event-mapping.mapper.js';
import type { Instant } from '../switchboard.port.js';

export class MonitorEntry implements EventEntry {
  readonly atMs: number;
  readonly eventTime: number;

  /** @param eventId unique within the instance */
  constructor(
    private readonly type: 'MONITOR_SET' | 'MONITOR_FAILED_EVENT',
    private readonly cause: string,
    private readonly icpId: number,
    private readonly objectId: number,
    private readonly handle: number,
    private readonly eventId: string,
    now: Instant,
  ) {
    this.atMs = now.nowMs;
    this.eventTime = now.wallMs;
  }

  get isGap(): boolean {
    return false;
  }

  get json(): string {
    return membersOf(this.body);
  }

  get body(): EventBody {
    return monitorEvent(
      this.type,
      { icpId: this.icpId, objectId: this.objectId, handle: this.handle },
      this.cause,
      this.eventId,
      this.eventTime,
    );
  }
}
