/** What the switchboard knows of one controller: its grant, its link, what is under way, what stands on it. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument, ConnectionState } from '#contracts/gateway-admin';
import type { CallFacts, Item, QueryKind } from '#southbound/messages';
import type { LinkUp } from '../../southbound-port.js';
import { CommandTable } from '../calls/command-table.js';
import { deviceUseRefusal } from './device-use.rules.js';
import { FairQueue, Fifo } from '../monitors/fair-queue.js';
import { LineAppearances } from '../monitors/line-appearances.rules.js';
import type { CountedBy, CountedKind } from '../monitors/monitor-counts.js';
import { Pacer } from '../monitors/pacing.js';
import { SharedRoom } from '../monitors/shared-room.js';
import type { SwitchboardSettings } from '../switchboard.port.js';

export type ControllerGrant = AccessDocument['controllers'][number];

/** A request to the controller that is under way. */
export type Pending =
  /** `found` is called instead of an answer, with the handle. */
  | { readonly kind: 'lookup'; readonly requestId: number; readonly found?: (handle: number) => void }
  | {
      readonly kind: 'command';
      readonly requestId: number;
      readonly target: number;
      readonly key: string | undefined;
      /** The application is told which call it began. */
      readonly answersCall: boolean;
    }
  /** `items`: what earlier pages held. */
  | {
      readonly kind: 'query';
      readonly requestId: number;
      readonly target: number;
      readonly query: QueryKind;
      readonly items: readonly Item[];
      readonly pages: number;
      readonly done: (items: readonly Item[]) => void;
      /** Called instead of an answer to an application, where we ask ourselves; final: asking again changes nothing. */
      readonly failed?: (isFinal: boolean) => void;
    }
  /** An application asks how the calls of a device stand. */
  | {
      readonly kind: 'calls';
      readonly requestId: number;
      readonly target: number;
      readonly calls: readonly CallFacts[];
      readonly done: (calls: readonly CallFacts[], traits: number) => void;
    }
  | { readonly kind: 'start'; readonly objectId: number; readonly target: number }
  | { readonly kind: 'stop'; readonly objectId: number; readonly target: number; readonly reference: number }
  /** `calls`: what earlier pages held. */
  | { readonly kind: 'snapshot'; readonly objectId: number; readonly target: number; readonly calls: readonly CallFacts[] }
  /** Asked only for the answer's sake: it shows that everything sent before was read. */
  | { readonly kind: 'probe'; readonly target: number };

export class Controller {
  state: ConnectionState = 'NOT_CONNECTED';
  /** Of the link that stands, or stood last. */
  up: LinkUp | undefined;
  readonly commands: CommandTable<Pending>;
  readonly pacer: Pacer;
  /** Object ids waiting for their turn to be monitored. */
  readonly starts: FairQueue<number>;
  /** Stops that wait for room among the open requests. */
  readonly stops = new Fifo<{ readonly objectId: number; readonly target: number; readonly reference: number }>();
  /** Object ids whose snapshot waits for room among the open requests. */
  readonly snapshots = new Set<number>();
  /** Monitors of which the controller is to be asked more: where a resilient device is, which number a line appearance shows. */
  readonly devicesToAsk = new Set<number>();
  /** Counters of R-LIM-07 that somebody was refused for, though others may have some to spare, and when (monotonic ms). */
  readonly kindsWanted = new Map<`${CountedKind}.${CountedBy}`, number>();
  /** Models of devices that the table restricts at this release, by handle (R-SES-02); what is not told is not restricted. */
  readonly restrictedModels = new Map<number, string>();
  /** Monitored line appearances (R-LIM-12). */
  readonly lines = new LineAppearances();
  /** When to try again, by object id, where the controller could not take a monitor. */
  readonly retries = new Map<number, number>();
  /** Asks for monitors that our part has no room for. */
  readonly room = new SharedRoom();
  /** Monitors that were held when the newest document was taken in: a lower grant takes none of them away. */
  carried = 0;
  /** More starts wait than our part of the pace lets go soon, since then (monotonic ms); undefined: not so. */
  startsWantedSinceMs: number | undefined;
  /** Monitors that stand though nobody holds them, and until when (R-MON-03). */
  readonly lingering = new Map<number, number>();
  /** Of those, what is being taken off the controller to make room. */
  readonly givingWay = new Set<number>();
  /** Monitors of this controller, of any state: each holds a place on it (R-LIM-04). */
  readonly objectIds = new Set<number>();
  /** The object id a monitor reference stands for; references belong to one link. */
  readonly references = new Map<number, number>();
  /** Starts that are sent and not answered. */
  starting = 0;
  /** Starts that were never answered: they may stand on the controller. */
  unanswered = 0;

  /** @param onPaceChange when its next start may go has changed (pace-order.ts) */
  constructor(
    public grant: ControllerGrant,
    settings: SwitchboardSettings,
    onPaceChange: (controller: Controller) => void,
  ) {
    const changed = (): void => onPaceChange(this);
    this.commands = new CommandTable(settings.commandTimeoutMs);
    this.pacer = new Pacer(settings.monitorStartsPerSecond, changed);
    this.starts = new FairQueue(changed);
  }

  get icpId(): number {
    return this.grant.icpId;
  }

  get connected(): boolean {
    return this.state === 'CONNECTED';
  }

  /** What stands, or may stand, on the controller now. */
  get standing(): number {
    return this.references.size + this.starting + this.unanswered;
  }

  /** {@link standing} and what is to be set: each has its place, but for what lingers and gives way. */
  get places(): number {
    return this.objectIds.size + this.unanswered - this.lingering.size;
  }

  /** Models of phones as the controller tells them: of all there are, or (`handle`) of one. */
  learnModels(models: ReadonlyMap<number, string>, handle: number | undefined): void {
    if (handle === undefined) this.restrictedModels.clear();
    else this.restrictedModels.delete(handle);
    const told = handle === undefined ? models : [[handle, models.get(handle) ?? ''] as const];
    for (const [device, model] of told)
      if (deviceUseRefusal(model, this.grant) !== undefined) this.restrictedModels.set(device, model);
  }

  /** Why the device is neither monitored nor commanded (R-SES-02); undefined: nothing is known against it. */
  deviceRefusal(handle: number): Refusal | undefined {
    const model = this.restrictedModels.size === 0 ? undefined : this.restrictedModels.get(handle);
    return model === undefined ? undefined : deviceUseRefusal(model, this.grant);
  }

  /** What belonged to the link that is gone. The pacer stays: what it has sent may still be read. */
  forgetLink(): void {
    this.starts.clear();
    this.snapshots.clear();
    this.devicesToAsk.clear();
    this.retries.clear();
    this.lingering.clear();
    this.givingWay.clear();
    this.references.clear();
    while (this.stops.size > 0) this.stops.shift();
    this.starting = 0;
    this.unanswered = 0;
  }
}
