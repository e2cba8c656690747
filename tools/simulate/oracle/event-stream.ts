/** One session's events as its application read them: numbering, continuity, and what they say of each device. */
import type { ApplicationEvent, CallEvent } from '#contracts/application-api';
import type { Epoch } from '#contracts/gateway-admin';

export interface CallSeen {
  readonly globalCallId: string | null;
  readonly state: string;
}
interface DeviceSeen {
  bootId: number;
  /** Serial of the last live event; undefined after a gap. */
  serial: number | undefined;
  /** A gap was told and no live event since. */
  gapped: boolean;
  /** MONITOR_SET was told, and no gap since. */
  isSet: boolean;
  readonly calls: Map<number, CallSeen>;
  /** Calls a snapshot told of: the events before it may be passed over. */
  readonly told: Set<string>;
}
/** A happening a controller had at a device, by serial. */
export type Happenings = (
  icpId: number,
  bootId: number,
  handle: number,
  serial: number,
) => { readonly callKey: string } | undefined;

const HANDLES = 2 ** 32;
const LIVE_ID = /^(\d+)-(\d+)-(\d+)-(\d+)$/;

export class EventStream {
  epoch: Epoch | undefined;
  seq = 0;
  /** What was given up may still be told of by events under way: of no interest. */
  wanted: (objectId: number) => boolean = () => true;
  /** When the last gap was read. */
  gapMs = Number.NEGATIVE_INFINITY;
  /** The cursor to go on from. */
  cursor: string | undefined;
  /** Devices that were given up before: what is read late may be of that time. */
  readonly givenUp = new Set<number>();
  readonly devices = new Map<number, DeviceSeen>();
  private readonly ids = new Map<string, string>();
  private readonly live = new Set<string>();
  private heldBefore: ReadonlyMap<number, object> = new Map();

  constructor(
    private readonly happenings: Happenings,
    /** Nothing but the application itself ends its monitors in this run. */
    private readonly keepsMonitors: boolean,
    private readonly wrong: (invariant: 'I4-SILENT-GAP' | 'I4-SEQUENCE', text: string) => void,
  ) {}

  /**
   * Takes one answer in.
   * @param after the cursor that was sent; undefined for none
   * @param held what the application holds for certain, each by one value for as long as it holds it
   * @returns the events that were not seen before
   */
  take(after: string | undefined, events: readonly ApplicationEvent[], held: ReadonlyMap<number, object>): ApplicationEvent[] {
    this.checkStart(after, events, held);
    this.heldBefore = new Map(held);
    const fresh: ApplicationEvent[] = [];
    let last: ApplicationEvent | undefined;
    for (const event of events) {
      if (last !== undefined && (event.seq !== last.seq + 1 || key(event.epoch) !== key(last.epoch)))
        this.wrong('I4-SEQUENCE', `seq ${event.seq} follows ${last.seq}`);
      last = event;
      this.remember(event);
      if (this.isNew(event)) {
        this.see(event);
        fresh.push(event);
      }
    }
    return fresh;
  }

  device(objectId: number): DeviceSeen {
    const device = this.devices.get(objectId) ?? {
      bootId: 0,
      serial: undefined,
      gapped: false,
      isSet: false,
      calls: new Map(),
      told: new Set(),
    };
    this.devices.set(objectId, device);
    return device;
  }

  forget(objectId: number): void {
    this.givenUp.add(objectId);
    this.devices.delete(objectId);
  }

  private checkStart(after: string | undefined, events: readonly ApplicationEvent[], held: ReadonlyMap<number, object>): void {
    const [first] = events;
    if (first === undefined || after === undefined) return;
    const [major, minor, seq] = after.split('.').map(Number) as [number, number, number];
    const isSame = major === first.epoch.major && minor === first.epoch.minor;
    if (!isSame && first.seq === 1 && this.epoch !== undefined && key(first.epoch) !== key(this.epoch))
      this.checkRestart(first, held);
    if (first.seq === (isSame ? seq : 0) + 1) return;
    if (first.category !== 'GAP')
      this.wrong('I4-SILENT-GAP', `the answer to cursor ${after} begins with seq ${first.seq} and no gap`);
  }

  /** A new epoch begins with a gap over everything the application holds. */
  private checkRestart(first: ApplicationEvent, held: ReadonlyMap<number, object>): void {
    if (first.category !== 'GAP')
      return this.wrong('I4-SILENT-GAP', `epoch ${key(first.epoch)} begins with ${first.type} and no gap`);
    // an overflow may have taken the first gap into its own, which then names what it lost
    // what was held at the last answer of the old epoch, and without a break since
    for (const [objectId, monitor] of this.heldBefore)
      if (
        this.keepsMonitors &&
        held.get(objectId) === monitor &&
        !first.objectIds.includes(objectId) &&
        first.reason === 'restart'
      )
        this.wrong('I4-SILENT-GAP', `the gap of epoch ${key(first.epoch)} does not name ${objectId}`);
  }

  private remember(event: ApplicationEvent): void {
    const place = `${key(event.epoch)}.${event.seq}`;
    const before = this.ids.get(place);
    if (before !== undefined && before !== event.eventId)
      this.wrong('I4-SEQUENCE', `seq ${place} was ${before} and is ${event.eventId} now`);
    this.ids.set(place, event.eventId);
  }

  private isNew({ epoch, seq }: ApplicationEvent): boolean {
    if (this.epoch === undefined || key(epoch) !== key(this.epoch)) {
      const age = this.epoch === undefined ? 1 : epoch.major - this.epoch.major || epoch.minor - this.epoch.minor;
      if (age < 0) this.wrong('I4-SEQUENCE', `epoch ${key(epoch)} after ${key(this.epoch!)}`);
      this.epoch = epoch;
      this.seq = 0;
    }
    if (seq <= this.seq) return false;
    this.seq = seq;
    return true;
  }

  private see(event: ApplicationEvent): void {
    if (event.category === 'GAP') {
      for (const objectId of event.objectIds)
        Object.assign(this.device(objectId), { serial: undefined, gapped: true, isSet: false });
      // a new incarnation does not know what was told before: the snapshot that follows is all there is
      if (event.reason === 'restart') for (const device of this.devices.values()) forgotten(device);
      return;
    }
    if (event.category !== 'CALL_EVENT') return;
    if (event.type === 'MONITOR_FAILED_EVENT') return void (this.device(event.objectId).isSet = false);
    if (event.type === 'MONITOR_SET') {
      const device = this.device(event.objectId);
      // one that was given up some time may have been set anew more often than events of it were read
      if (this.givenUp.has(event.objectId)) device.serial = undefined;
      // what takes a monitor away and sets it again leaves a time in which nobody watched
      else if (device.isSet)
        this.wrong('I4-SILENT-GAP', `the monitor of ${event.objectId} was set again, and no gap says that it was not`);
      device.isSet = true;
      return;
    }
    if (event.source === 'live') this.seeLive(event);
    else this.device(event.objectId).told.add(`${event.localCallId}/${event.globalCallId}`);
    this.seeCall(event);
  }

  private seeLive(event: CallEvent): void {
    const match = LIVE_ID.exec(event.eventId);
    if (match === null) return this.wrong('I4-SEQUENCE', `${event.eventId} is no id of a live event`);
    const [icpId, bootId, handle, serial] = match.slice(1).map(Number) as [number, number, number, number];
    if (icpId * HANDLES + handle !== event.objectId)
      this.wrong('I4-SEQUENCE', `${event.eventId} stands at object ${event.objectId}`);
    const place = `${key(event.epoch)} ${event.eventId}`;
    if (this.live.has(place)) this.wrong('I4-SEQUENCE', `${event.eventId} came twice in epoch ${key(event.epoch)}`);
    this.live.add(place);
    const device = this.device(event.objectId);
    if (device.serial !== undefined && device.bootId === bootId) this.checkDense(device, icpId, handle, serial);
    device.bootId = bootId;
    device.serial = serial;
    device.gapped = false;
  }

  /** What is missing must have been overtaken by a snapshot. */
  checkDense(device: DeviceSeen, icpId: number, handle: number, upTo: number): void {
    for (let serial = device.serial! + 1; serial < upTo; serial += 1) {
      const missing = this.happenings(icpId, device.bootId, handle, serial);
      if (missing !== undefined && !device.told.has(missing.callKey))
        this.wrong('I4-SILENT-GAP', `event ${icpId}-${device.bootId}-${handle}-${serial} never came, and no gap says so`);
    }
    if (upTo <= device.serial!) this.wrong('I4-SEQUENCE', `event ${handle}-${upTo} came after ${handle}-${device.serial}`);
  }

  private seeCall({ objectId, localCallId, globalCallId, callState, source }: CallEvent): void {
    if (localCallId === 0 || !this.wanted(objectId)) return;
    const { calls } = this.device(objectId);
    if (callState !== 'IDLE') calls.set(localCallId, { globalCallId, state: callState });
    // a call goes by its local id; only what is told of before may mean an earlier one under the same
    else if (source === 'live' || calls.get(localCallId)?.globalCallId === globalCallId) calls.delete(localCallId);
  }
}

/** A monitor whose being set was told and could not be kept is not among those that the gap names. */
function forgotten(device: DeviceSeen): void {
  device.calls.clear();
  device.isSet = false;
}

const key = ({ major, minor }: Epoch) => `${major}.${minor}`;
