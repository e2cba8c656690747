import type { InstanceStatusReport } from '#contracts/gateway-admin';
import type { InstanceObservation } from '#domain/instance-lifecycle';
import type { InstanceStatus } from '#domain/resources';
import type { IncarnationHandle, RuntimeDriver } from '#runtime-drivers/runtime-driver';
import type { GatewayAdminClient } from '../../gateway-admin/gateway-admin.client.js';
import type { InstanceBeats } from './instance-beats.js';

export interface ObservedInstance {
  readonly observation: InstanceObservation;
  readonly report: InstanceStatusReport | undefined;
  readonly strays: readonly IncarnationHandle[];
}

const LIST_AGE_MAX_MS = 1000;
/** One that has missed a beat is not asked for its whole report: waiting for the answer would delay what has to be done about it. */
const QUIET_MS = 2000;

/** Looks at runtime and incarnation, changes nothing. Times on the monotonic clock (I12). */
export class InstanceObserver {
  readonly #driver: RuntimeDriver;
  readonly #admin: GatewayAdminClient;
  readonly #beats: InstanceBeats;
  /** Epoch major of the incarnation that was last seen to run, by instance. */
  readonly #running = new Map<string, number>();
  #listed: { readonly at: number; readonly handles: Promise<readonly IncarnationHandle[]> } | undefined;

  constructor(driver: RuntimeDriver, admin: GatewayAdminClient, beats: InstanceBeats) {
    this.#driver = driver;
    this.#admin = admin;
    this.#beats = beats;
  }

  async observe(status: InstanceStatus): Promise<ObservedInstance> {
    const handle = status.handle as IncarnationHandle | null;
    const incarnation = handle ? await this.#driver.inspect(handle) : 'none';
    const strays = (await this.#list()).filter(
      (found) => found.instanceId === status.instanceId && found.epochMajor !== handle?.epochMajor,
    );
    const isQuiet = this.#beats.silentMs(status.instanceId) > QUIET_MS;
    const report = incarnation === 'running' && !isQuiet ? await this.ask(status) : undefined;
    return {
      report,
      strays,
      observation: {
        incarnation,
        strays: strays.map((found) => found.epochMajor),
        report: report ? { serving: isServing(report), accessDigest: report.accessDocument?.digest ?? null } : null,
        silentMs: this.#beats.silentMs(status.instanceId),
        seenRunning: this.#seen(status.instanceId, handle, incarnation),
      },
    };
  }

  #seen(instanceId: string, handle: IncarnationHandle | null, incarnation: InstanceObservation['incarnation']): boolean {
    if (handle === null) {
      this.#running.delete(instanceId);
      return false;
    }
    if (incarnation === 'running') this.#running.set(instanceId, handle.epochMajor);
    return this.#running.get(instanceId) === handle.epochMajor;
  }

  /** What the recorded incarnation answers now; undefined when it is silent or an older one answers. */
  async ask(status: InstanceStatus): Promise<InstanceStatusReport | undefined> {
    const handle = status.handle as IncarnationHandle | null;
    if (!handle || status.address === null) return undefined;
    const report = await this.#admin.status({ instanceId: status.instanceId, address: status.address });
    return report?.epoch.major === handle.epochMajor ? report : undefined;
  }

  /** What the runtime listed is old now: something was started or stopped. */
  changed(): void {
    this.#listed = undefined;
  }

  /** One listing serves all instances of a sweep. */
  #list(): Promise<readonly IncarnationHandle[]> {
    const now = performance.now();
    if (!this.#listed || now - this.#listed.at > LIST_AGE_MAX_MS) this.#listed = { at: now, handles: this.#driver.list() };
    return this.#listed.handles;
  }
}

export function isServing(report: InstanceStatusReport): boolean {
  return report.state === 'serving' || report.state === 'draining';
}
