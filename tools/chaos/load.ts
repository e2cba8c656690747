/** Load of its own for a trial: simulator traffic on all phones, applications that monitor some of them, and the judgement of what they were told. */
import { Application } from './application.js';
import { missingEvents } from './oracle.js';
import type { Site } from './site.js';
import { until } from './until.js';
import { Witness } from './witness.js';

export interface LoadSize {
  readonly applications: number;
  readonly phonesEach: number;
  /** At each controller. */
  readonly callsPerHour: number;
}

export class Load {
  readonly applications: Application[] = [];
  private next = 0;

  private constructor(
    readonly site: Site,
    readonly witness: Witness,
    private readonly size: LoadSize,
  ) {}

  /** Resolves when the applications hold their monitors and the phones are busy. */
  static async begin(site: Site, size: LoadSize, seed = 1): Promise<Load> {
    const load = new Load(site, await Witness.begin(site), size);
    const traffic = { callsPerHour: size.callsPerHour, ringMs: 150, talkMs: 300, seed };
    await site.simulator('PUT', '/v1/traffic', traffic);
    for (let count = 0; count < size.applications; count += 1) await load.addApplication();
    return load;
  }

  /** Logs another application in, gives it monitors on phones of every controller in turn, and lets it read. */
  async addApplication(phones = this.size.phonesEach): Promise<Application> {
    const application = await Application.logIn(this.site);
    this.applications.push(application);
    application.read();
    for (let count = 0; count < phones; count += 1) await application.monitor(...this.phone());
    return application;
  }

  /** Controller and number of the next phone, controller by controller. */
  private phone(): [string, string] {
    const { controllers } = this.site.run.tenant;
    const controller = controllers[this.next % controllers.length]!;
    const { extensions } = controller;
    const dn = extensions[Math.floor(this.next / controllers.length) % extensions.length]!;
    this.next += 1;
    return [controller.address, dn];
  }

  get told(): number {
    return this.applications.reduce((sum, { events }) => sum + events.length, 0);
  }

  /** Until `count` more events were told than at the call. */
  async untilMoreEvents(count: number, deadlineMs = 30_000): Promise<void> {
    const wanted = this.told + count;
    await until(`${count} more events at the applications`, deadlineMs, () => this.told >= wanted);
  }

  /** Ends the traffic and waits until what was sent has been told, or no longer comes. What is still missing is in the history for the oracle. */
  async calm(deadlineMs = 15_000): Promise<void> {
    await this.site.simulator('DELETE', '/v1/traffic');
    await this.witness.look();
    await until('the last events', deadlineMs, () => missingEvents(this.site.history).missing.length === 0).catch(
      () => undefined,
    );
  }

  /** Logs everybody out and stops looking. */
  async end(): Promise<void> {
    await this.site.simulator('DELETE', '/v1/traffic').catch(() => undefined);
    await Promise.all(this.applications.map((application) => application.logOut()));
    await this.witness.end();
  }
}
