/** What passed between instances and controllers. */
import type { Epoch } from '#contracts/gateway-admin';
import type { SwarmConfig } from '../swarm.js';
import type { Oracle } from './oracle.js';

export interface Sent {
  readonly instanceId: string;
  readonly epoch: Epoch;
  readonly icpId: number;
  readonly type: string;
  readonly atMs: number;
}

const SECOND_MS = 1000;
const text = ({ major, minor }: Epoch) => `${major}.${minor}`;
const isOlder = (a: Epoch, b: Epoch) => a.major < b.major || (a.major === b.major && a.minor < b.minor);

export class WireWitness {
  private readonly newestSent = new Map<string, Epoch>();
  private readonly newestArrived = new Map<string, Epoch>();
  private readonly starts = new Map<number, number[]>();

  constructor(
    private readonly oracle: Oracle,
    private readonly config: SwarmConfig,
  ) {}

  /** A frame left an instance. I2: once a later incarnation has spoken to a controller, an earlier one never does again. */
  sent({ instanceId, epoch, icpId, type }: Sent): void {
    const pair = `${instanceId}/${icpId}`;
    const newest = this.newestSent.get(pair);
    if (newest !== undefined && isOlder(epoch, newest))
      this.oracle.violation(
        'I2-ONE-OWNER',
        `${instanceId} sent ${type} to ${icpId} in epoch ${text(epoch)} after ${text(newest)}`,
      );
    else this.newestSent.set(pair, epoch);
  }

  /** A link came to stand, as the controller has it. */
  up(instanceId: string, icpId: number, epoch: Epoch): void {
    this.arrived(instanceId, icpId, epoch, 'a link');
  }

  /** A controller took a request. */
  arrived(instanceId: string, icpId: number, epoch: Epoch, type: string, atMs?: number): void {
    const pair = `${instanceId}/${icpId}`;
    if (type === 'MONITOR_START' && atMs !== undefined) this.pace(icpId, atMs);
    const newest = this.newestArrived.get(pair);
    if (newest !== undefined && isOlder(epoch, newest))
      this.oracle.violation(
        'I2-ONE-OWNER',
        `controller ${icpId} took ${type} of ${instanceId} in epoch ${text(epoch)} after ${text(newest)}`,
      );
    else this.newestArrived.set(pair, epoch);
  }

  /** After a start: monitors of that link, and all monitors of the controller. */
  standing(icpId: number, instanceId: string, ofLink: number, ofController: number, _atMs: number): void {
    const { limits, controllerMonitors } = this.config;
    if (ofLink > limits.monitorsPerController)
      this.oracle.violation(
        'I3-CAPS',
        `${instanceId} holds ${ofLink} monitors on controller ${icpId}, ${limits.monitorsPerController} are allowed`,
      );
    if (ofController > controllerMonitors)
      this.oracle.violation('I3-CAPS', `controller ${icpId} has ${ofController} monitors, ${controllerMonitors} are allowed`);
  }

  /** R-LIM-11: of all instances together, as the controller reads them. */
  private pace(icpId: number, atMs: number): void {
    const times = (this.starts.get(icpId) ?? []).filter((time) => atMs - time < SECOND_MS);
    times.push(atMs);
    this.starts.set(icpId, times);
    if (times.length > this.config.startsPerSecond)
      this.oracle.violation('PACING', `${times.length} monitor starts within a second at controller ${icpId}`);
  }
}
