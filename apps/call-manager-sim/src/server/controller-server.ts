/**
 * One controller on the network: listens at its own address, checks who calls, calls back, keeps one link per instance, and answers what is
 * asked over it. All state of calls and monitors is in the simulation.
 */
import type { X509Certificate } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Faults, isStanding, type Fault, type StandingFault } from '../faults/faults.js';
import type { Happening } from '../model/happening.js';
import type { Monitor } from '../model/monitors.js';
import type { Phone } from '../model/phone.js';
import { startOf } from '../model/start-of-text.js';
import type { Result } from '../model/words.js';
import type { Simulation } from '../simulation.js';
import type { Trace, TraceDetail } from '../trace/trace.js';
import { encodeEntries, encodeHelloAck, encodeResponse, type Answer } from '../wire/controller.encoder.js';
import type { Capability, Platform } from '../wire/numbers.js';
import type { Hello, Request } from '../wire/request.decoder.js';
import { openBackConnection } from './call-back.js';
import { EpochMemory } from './epoch-memory.js';
import { Figures, type RefusalReason } from './figures.js';
import { LINK_STEP_MS, Link, type LinkOwner } from './link.js';
import { perform } from './request-desk.js';

export interface ControllerServerSpec {
  /** Index of the controller in the simulation. */
  readonly index: number;
  readonly name: string;
  readonly address: string;
  /** 0: a free one. */
  readonly port: number;
  readonly certPem: string;
  readonly keyPem: string;
  /** The authority of instances. */
  readonly instanceCaPem: string;
  readonly platform: Platform;
  readonly release: string;
  readonly heartbeatMs: number;
  readonly oneFramePerRecord: boolean;
  readonly capabilities: readonly Capability[];
  /** UTC ms of virtual time 0. */
  readonly epochMs: number;
}

export const LINKS_MAX = 1_000;
/** Of the items of a write, in the trace. */
const TRACED_ITEMS_BYTES_MAX = 1_000;

let lastLinkId = 0;

export class ControllerServer implements LinkOwner {
  readonly figures = new Figures();
  readonly faults = new Faults();
  private readonly epochs = new EpochMemory();
  private readonly links = new Map<number, Link>();
  private server: Server | null = null;
  private boundPort = 0;
  private rise: NodeJS.Timeout | null = null;
  private closing = false;
  private readonly delayed = new Set<NodeJS.Timeout>();

  constructor(
    readonly spec: ControllerServerSpec,
    private readonly simulation: Simulation,
    private readonly trace: Trace,
    /** Brings virtual time up to the wall clock, before anything is done to the simulation. */
    private readonly catchUp: () => void,
  ) {}

  get heartbeatMs(): number {
    return this.spec.heartbeatMs;
  }
  get oneFramePerRecord(): boolean {
    return this.spec.oneFramePerRecord;
  }
  get capabilities(): readonly Capability[] {
    return this.spec.capabilities;
  }
  get epochMs(): number {
    return this.spec.epochMs;
  }
  /** Stays the same over restarts. */
  get port(): number {
    return this.boundPort;
  }
  get listening(): boolean {
    return this.server !== null;
  }

  standingLinks(): readonly Link[] {
    return [...this.links.values()].filter((link) => link.instanceId !== '');
  }

  async listen(): Promise<void> {
    const { address, instanceCaPem } = this.spec;
    const { certPem, keyPem } = this.faults.certificate('forward') ?? this.spec;
    const server = createServer({
      cert: certPem,
      key: keyPem,
      ca: instanceCaPem,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: LINK_STEP_MS,
    });
    server.maxConnections = LINKS_MAX;
    server.on('secureConnection', (socket) => this.accept(socket));
    server.on('tlsClientError', (error, socket) => {
      this.refuse('certificate', { remote: socket.remoteAddress ?? null, why: error.message });
      socket.destroy();
    });
    server.on('drop', () => this.figures.refusal('too-many'));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.boundPort || this.spec.port, address, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.note('fault', { listener: error.message }));
    this.boundPort = (server.address() as AddressInfo).port;
    this.server = server;
    this.note('boot', { bootId: this.simulation.cluster.bootId(this.spec.index), port: this.boundPort });
  }

  async close(): Promise<void> {
    this.closing = true;
    if (this.rise) clearTimeout(this.rise);
    for (const timer of this.delayed) clearTimeout(timer);
    for (const link of [...this.links.values()]) link.close('the simulator stops', 'shutdown');
    await this.stopListening();
  }

  /** False when the fault could not be set: too many stand, or its phone is not at this controller. */
  inject(fault: Fault): boolean {
    this.catchUp();
    const done = isStanding(fault) ? this.faults.add(fault) : this.happen(fault);
    if (done) this.note('fault', { kind: fault.kind, asked: fault.kind === 'certificate' ? '' : JSON.stringify(fault) });
    this.showCertificate();
    this.applyStalls();
    this.catchUp();
    return done;
  }

  clearFaults(): void {
    this.faults.clear();
    this.note('fault', { kind: 'cleared' });
    this.showCertificate();
    this.applyStalls();
  }

  /** From the simulation: an event for one of this controller's monitors. */
  monitored(monitor: Monitor, happening: Happening): void {
    const link = this.links.get(monitor.linkId);
    if (!link) return;
    const sent = link.event(happening, monitor.reference, monitor.sequence);
    if (sent) this.figures.eventsSent += 1;
    else this.figures.eventsLost += 1;
    this.trace.event(link, monitor, happening, sent);
  }

  hello(link: Link, hello: Hello): void {
    const { callbackPort, instanceId } = hello;
    const detail = {
      remote: link.remoteAddress,
      instanceId,
      epoch: `${hello.epochMajor}.${hello.epochMinor}`,
      callback: `${hello.address}:${callbackPort}`,
    };
    const refusal = this.helloRefusal(link, hello);
    if (refusal) {
      this.refuse(refusal.reason, detail);
      if (refusal.result) link.send(this.helloAck(refusal.result));
      link.close(`refused: ${refusal.reason}`, refusal.result ? null : 'protocolError');
      return;
    }
    this.linkOf(instanceId)?.close('replaced by a newer link of the same instance', 'replaced');
    this.epochs.saw(hello);
    link.accept(hello);
    this.trace.note('link-opening', link.controller, link, detail);
    link.send(this.helloAck('OK'));
    this.stall(link);
    this.callBack(link, hello);
  }

  up(link: Link): void {
    this.figures.linksUp += 1;
    this.trace.note('link-up', link.controller, link, {});
  }

  request(link: Link, request: Request, traceparent: string | null): void {
    this.catchUp();
    this.figures.request(request.type, performance.now());
    this.trace.note('request', link.controller, link, requestDetail(request, traceparent));
    const refusal = this.faults.requestRefusal(request.type, link.instanceId);
    const answer: Answer = refusal ? { result: refusal } : perform(this.simulation, this.spec.index, link.id, request);
    const frames = framesOf(request, answer);
    const delayMs = this.faults.answerDelayMs(request.type, link.instanceId);
    if (delayMs === 0) this.respond(link, request, answer, frames);
    else this.respondLater(link, request, answer, frames, delayMs);
    this.catchUp();
  }

  private respondLater(link: Link, request: Request, answer: Answer, frames: readonly Buffer[], delayMs: number): void {
    link.open.add(request.correlation);
    const timer = setTimeout(() => {
      this.delayed.delete(timer);
      link.open.delete(request.correlation);
      this.respond(link, request, answer, frames);
    }, delayMs);
    this.delayed.add(timer);
  }

  closed(link: Link, reason: string): void {
    this.links.delete(link.id);
    const monitors = this.simulation.monitors(this.spec.index).dropLink(link.id);
    if (reason.startsWith('protocol error')) this.figures.protocolErrors += 1;
    this.trace.note('link-closed', link.controller, link.instanceId === '' ? null : link, {
      reason,
      monitors,
      remote: link.remoteAddress,
    });
  }

  private respond(link: Link, request: Request, answer: Answer, frames: readonly Buffer[]): void {
    if (link.state === 'closed') return;
    this.figures.result(answer.result);
    this.trace.note('response', link.controller, link, {
      type: request.type,
      correlation: request.correlation,
      result: answer.result,
    });
    for (const frame of frames) link.send(frame);
  }

  private accept(socket: TLSSocket): void {
    const remote = socket.remoteAddress ?? '';
    const certificate = socket.getPeerX509Certificate() as X509Certificate | undefined;
    if (!certificate?.checkIP(remote)) {
      this.refuse('certificate-address', { remote });
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    lastLinkId += 1;
    const link = new Link(lastLinkId, this.spec.address, remote, commonNameOf(certificate), socket, this);
    this.links.set(link.id, link);
    this.stall(link);
  }

  private helloRefusal(link: Link, hello: Hello): { readonly reason: RefusalReason; readonly result: Result | null } | null {
    if (link.commonName !== `instance:${hello.instanceId}`) return { reason: 'certificate-name', result: null };
    const refusal = this.faults.linkRefusal(hello.instanceId);
    if (refusal) return { reason: 'operator', result: refusal };
    return this.epochs.isStale(hello) ? { reason: 'stale-epoch', result: 'STALE_EPOCH' } : null;
  }

  private linkOf(instanceId: string): Link | undefined {
    return [...this.links.values()].find((link) => link.instanceId === instanceId);
  }

  private helloAck(result: Result): Buffer {
    const { heartbeatMs, platform, release, capabilities, index } = this.spec;
    const bootId = this.simulation.cluster.bootId(index);
    return encodeHelloAck({ result, heartbeatMs, bootId, platform, release, capabilities });
  }

  private callBack(link: Link, hello: Hello): void {
    const { address: localAddress, instanceCaPem: caPem, index } = this.spec;
    const { certPem, keyPem } = this.faults.certificate('back') ?? this.spec;
    openBackConnection(
      { host: hello.address, port: hello.callbackPort, localAddress, certPem, keyPem, caPem, timeoutMs: LINK_STEP_MS },
      (socket) => {
        if (link.state !== 'calling-back') {
          socket.destroy();
          return;
        }
        link.calledBack(socket, hello.nonce, this.simulation.cluster.bootId(index));
        this.stall(link);
      },
      (why) => {
        if (link.state !== 'calling-back') return;
        this.refuse('callback-failed', { instanceId: link.instanceId, why });
        link.close(`the back connection failed: ${why}`);
      },
    );
  }

  private happen(fault: Exclude<Fault, StandingFault>): boolean {
    switch (fault.kind) {
      case 'drop-links':
        for (const link of [...this.links.values()]) {
          if (fault.instanceId !== undefined && link.instanceId !== fault.instanceId) continue;
          if (fault.how === 'goodbye') link.close('dropped by command', 'operator');
          else link.abort('dropped by command');
        }
        return true;
      case 'restart':
        this.restart(fault.downMs);
        return true;
      default: {
        const phone = this.simulation.cluster.phoneByDn(fault.dn);
        if (phone?.primary !== this.spec.index) return false;
        this.happenTo(phone, fault.kind);
        return true;
      }
    }
  }

  private happenTo(phone: Phone, kind: (Fault & { dn: string })['kind']): void {
    const { cluster, nowMs } = this.simulation;
    if (kind === 'phone-fail-over' || kind === 'phone-fail-back')
      cluster.send(phone, kind === 'phone-fail-over' ? 'secondary' : 'primary', nowMs);
    else cluster.setInService(phone, kind === 'phone-in-service', nowMs);
  }

  private restart(downMs: number): void {
    for (const link of [...this.links.values()]) link.abort('the controller restarts');
    this.simulation.restart(this.spec.index, downMs);
    this.epochs.forget();
    if (this.rise) clearTimeout(this.rise);
    void this.stopListening().then(() => {
      if (this.closing) return;
      this.rise = setTimeout(
        () => this.listen().catch((error: Error) => this.note('fault', { listener: error.message })),
        downMs,
      );
    });
  }

  private async stopListening(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** For connections from now on; those that stand go on. */
  private showCertificate(): void {
    const { certPem: cert, keyPem: key } = this.faults.certificate('forward') ?? this.spec;
    this.server?.setSecureContext({ cert, key, ca: this.spec.instanceCaPem });
  }

  private applyStalls(): void {
    for (const link of this.links.values()) this.stall(link);
  }

  private stall(link: Link): void {
    const instanceId = link.instanceId === '' ? null : link.instanceId;
    link.stall(this.faults.stalled('receive', instanceId), this.faults.stalled('send', instanceId));
  }

  private refuse(reason: RefusalReason, detail: TraceDetail): void {
    this.figures.refusal(reason);
    this.note('link-refused', { reason, ...detail });
  }

  private note(kind: 'fault' | 'boot' | 'link-refused', detail: TraceDetail): void {
    this.trace.note(kind, this.spec.address, null, detail);
  }
}

/** Empty when there is none or more than one: nobody is named like that. */
function commonNameOf(certificate: X509Certificate): string {
  const names = certificate.subject.split('\n').filter((line) => line.startsWith('CN='));
  return names.length === 1 ? names[0]!.slice(3) : '';
}

/** The answer, with the entries of a directory that was read before it. */
function framesOf(request: Request, answer: Answer): Buffer[] {
  const end = encodeResponse(request, answer);
  if (request.type !== 'DIRECTORY_READ' || request.entity === null || !answer.entries) return [end];
  return [...encodeEntries(request.correlation, request.entity, answer.entries, request.continued === true), end];
}

function requestDetail(request: Request, traceparent: string | null): TraceDetail {
  const detail =
    request.type === 'DIRECTORY_WRITE'
      ? { ...request, items: startOf(JSON.stringify(request.items), TRACED_ITEMS_BYTES_MAX) }
      : { ...request };
  return traceparent === null ? detail : { ...detail, traceparent };
}
