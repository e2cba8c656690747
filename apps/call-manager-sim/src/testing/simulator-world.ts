/**
 * A running simulator with instances around it, for integration tests. Certificates and waiting come from the test that uses it, because
 * only tests may import those libraries.
 */
import { randomUUID } from 'node:crypto';
import { callManagerSimSettings } from '#config/settings';
import { startSimulator, type RunningController, type RunningSimulator } from '../simulator.js';
import { RawInstance, eventOf, frameOf, string, type RawEvent, type RawFrame, type RawSocket } from './raw-instance.js';

export interface Issuer {
  readonly certPem: string;
  readonly certFile: string;
  issue(request: { commonName: string; ipAddresses: string[] }): Promise<{ readonly certPem: string; readonly keyPem: string }>;
}

/** What the test brings along. */
export interface Surroundings {
  /** The `number`th address of the test's own loopback block. */
  readonly address: (number: number) => string;
  readonly installation: Issuer;
  readonly controllersCa: Issuer;
  readonly controllerFiles: (address: string) => Promise<{ readonly certFile: string; readonly keyFile: string }>;
  readonly eventually: <T>(
    attempt: () => T | Promise<T>,
    patience?: { readonly what?: string },
  ) => Promise<Exclude<T, false | undefined>>;
}

export interface RawLink {
  readonly forward: RawSocket;
  readonly back: RawSocket;
  ask(type: number, target: number, body?: Uint8Array): Promise<RawFrame>;
  events(): RawEvent[];
}

export interface ControllerView {
  readonly listening: boolean;
  readonly links: readonly { readonly state: string }[];
  readonly monitors: { readonly total: number; readonly shared: number };
  readonly faults: readonly unknown[];
  readonly phones: readonly { readonly inService: boolean; readonly calls: readonly unknown[] }[];
  readonly counters: {
    readonly requests: Readonly<Record<string, number>>;
    readonly refused: Readonly<Record<string, number>>;
    readonly eventsSent: number;
    readonly eventsLost: number;
    readonly startMonitorPerSecondMax: number;
  };
}
export interface TraceLine {
  readonly n: number;
  readonly kind: string;
  readonly instanceId: string | null;
  readonly epoch: string | null;
  readonly controller: string | null;
  readonly detail: { readonly event: string; readonly result: string; readonly traceparent?: string };
}
/** All members of all answers; each has those of its path. */
export interface AdminBody {
  readonly controllers: readonly ControllerView[];
  readonly lines: readonly TraceLine[];
  readonly last: number;
  readonly lost: boolean;
  readonly code: string;
  readonly figures: { readonly ended: number };
  readonly settings: unknown;
}

const KEY = 'simulator-test-key-0123456789';

export class SimulatorWorld {
  readonly instances: RawInstance[] = [];
  private running: RunningSimulator | null = null;

  constructor(private readonly around: Surroundings) {}

  get adminBase(): string {
    return this.running?.adminBase ?? '';
  }

  /** Two controllers of 20 phones, 2001 and 3001 on; `extra` and `controller` add to the settings. */
  async start(extra: Record<string, unknown> = {}, controller: Record<string, unknown> = {}): Promise<void> {
    const { address, controllerFiles, installation } = this.around;
    const controllers = await Promise.all(
      [1, 2].map(async (number) => ({
        name: `controller ${number}`,
        address: address(number),
        ...(await controllerFiles(address(number))),
        extensions: { from: 1001 + 1000 * number, count: 20 },
        ...controller,
      })),
    );
    const settings = {
      instanceCaFile: installation.certFile,
      admin: { port: 0, key: KEY },
      controllers,
      logLevel: 'silent',
      ...extra,
    };
    this.running = await startSimulator(callManagerSimSettings.parse(settings));
  }

  /** May be called when nothing runs. */
  async stop(): Promise<void> {
    for (const instance of this.instances.splice(0)) await instance.close();
    await this.running?.close();
    this.running = null;
  }

  controllerAt(number: number): RunningController {
    const found = this.running?.controllers[number - 1];
    if (!found) throw new Error(`no controller ${number}`);
    return found;
  }

  async instance(
    host = 101,
    certificateAddress = this.around.address(host),
    authority = this.around.installation,
  ): Promise<RawInstance> {
    const id = randomUUID();
    const identity = await authority.issue({ commonName: `instance:${id}`, ipAddresses: [certificateAddress] });
    const made = new RawInstance(id, this.around.address(host), {
      ...identity,
      controllerCaPem: this.around.controllersCa.certPem,
    });
    this.instances.push(made);
    await made.listen();
    return made;
  }

  /** HELLO until BACK_HELLO, as the page tells it; BACK_ACK is sent by the instance unless it is told otherwise. */
  async link(from: RawInstance, controller = 1, epoch: readonly [number, number] = [1, 1]): Promise<RawLink> {
    const { eventually } = this.around;
    const before = from.backs.length;
    const forward = await from.dial(this.controllerAt(controller));
    forward.socket.write(from.hello(epoch));
    const back = await eventually(() => (from.backs[before]?.frames.length === 1 ? from.backs[before] : undefined), {
      what: 'BACK_HELLO',
    });
    return {
      forward,
      back,
      events: () => back.ofType(0x40).map(eventOf),
      ask: async (type, target, body) => {
        const correlation = from.nextCorrelation();
        forward.socket.write(frameOf(type, correlation, target, body));
        return eventually(
          () => forward.frames.find((frame) => frame.correlation === correlation && frame.type === (type | 0x80)),
          {
            what: `the answer to ${type}`,
          },
        );
      },
    };
  }

  /** `body` as it is when a string, else as JSON. */
  async admin(
    method: string,
    path: string,
    body?: unknown,
    key = KEY,
  ): Promise<{ readonly status: number; readonly body: AdminBody }> {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.adminBase}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: raw }),
    });
    const text = await answer.text();
    return { status: answer.status, body: JSON.parse(text === '' ? '{}' : text) as AdminBody };
  }

  async view(number = 1): Promise<ControllerView> {
    const found = (await this.admin('GET', '/v1/controllers')).body.controllers[number - 1];
    if (!found) throw new Error(`no controller ${number}`);
    return found;
  }

  async fault(body: unknown, number = 1): Promise<{ readonly status: number }> {
    return this.admin('POST', `/v1/controllers/${this.controllerAt(number).address}/faults`, body);
  }
}

export async function lookUp(link: RawLink, dn: string): Promise<number> {
  return (await link.ask(0x10, 0, string(dn))).target;
}
