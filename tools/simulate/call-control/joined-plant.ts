/**
 * A gateway's switchboard and the simulator's cluster, joined by the bytes of the controller link: each side encodes and decodes with its own
 * code, as over a network, in virtual time and without sockets. One application monitors every device.
 */
import type { ApplicationEvent, OperationResponse } from '#contracts/application-api';
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS } from '#domain/limits';
import { decodeMessage, encodeMessage } from '#southbound/codec';
import { FrameDecoder } from '#southbound/framing';
import type { ControllerResponse, EventMessage } from '#southbound/messages';
import type { Monitor } from '../../../apps/call-manager-sim/src/model/monitors.js';
import type { Happening } from '../../../apps/call-manager-sim/src/model/happening.js';
import { type SimulatedControllerSpec, Simulation } from '../../../apps/call-manager-sim/src/simulation.js';
import { perform } from '../../../apps/call-manager-sim/src/server/request-desk.js';
import { encodeResponse } from '../../../apps/call-manager-sim/src/wire/controller.encoder.js';
import { EVENT_BYTES_MAX, writeEvent } from '../../../apps/call-manager-sim/src/wire/event.encoder.js';
import { decodeInstanceMessage } from '../../../apps/call-manager-sim/src/wire/request.decoder.js';
import { Switchboard } from '../../../apps/gateway/src/switchboard/switchboard.js';
import type { CoreOperation, CoreOutcome, Effect, Input } from '../../../apps/gateway/src/switchboard/switchboard.port.js';

const WALL_START = 1_800_000_000_000;
const HASH = (digit: string) => digit.repeat(64);
const LINK_ID = 1;

export class JoinedPlant {
  readonly simulation: Simulation;
  readonly switchboard: Switchboard;
  readonly sessionId: number;
  private readonly replies = new Map<number, CoreOutcome>();
  private readonly queue: Input[] = [];
  private lastRequest = 0;
  private busy = false;
  private cursor: string | undefined;

  constructor(specs: readonly SimulatedControllerSpec[]) {
    this.simulation = new Simulation(specs, (monitor, happening) => this.told(monitor, happening));
    this.switchboard = new Switchboard({
      epoch: { major: 1, minor: 0 },
      limits: INSTANCE_LIMITS,
      sessionKeepAliveMs: 10 ** 9,
      commandTimeoutMs: 10_000,
      eventLog: { perSessionMax: 10_000, retentionMs: 10 ** 9 },
      monitorStartsPerSecond: 20,
    });
    this.simulation.advance(5_000);
    this.input({ kind: 'access-document', document: documentFor(specs.length) });
    specs.forEach(({ bootId }, index) => {
      const up = { bootId, release: '9.4.0', platform: 'x86' } as const;
      this.input({ kind: 'link', icpId: index + 1, state: 'CONNECTED', up, reason: 'test' });
    });
    this.sessionId = 7;
    const entropy = { sessionIds: [this.sessionId], tokenHash: HASH('c'), challenge: 'sign this' };
    this.run({ name: 'login', request: LOGIN, entropy });
    this.run({ name: 'authenticate', request: { sessionId: this.sessionId, verified: true } });
  }

  /** The value of an operation that has to succeed. */
  run(operation: CoreOperation): unknown {
    const outcome = this.try(operation);
    if (!outcome.ok) throw new Error(`${operation.name}: ${outcome.refusal.code}, ${outcome.refusal.detail}`);
    return outcome.value;
  }

  /** The outcome; pacing is waited for in virtual time. */
  try(operation: CoreOperation): CoreOutcome {
    this.lastRequest += 1;
    const requestId = this.lastRequest;
    this.input({ kind: 'operation', requestId, caller: { face: 'soap', clientAddress: '192.0.2.1' }, operation });
    for (let waited = 0; waited < 20_000 && !this.replies.has(requestId); waited += 100) this.pass(100);
    const outcome = this.replies.get(requestId);
    if (outcome === undefined) throw new Error(`${operation.name} was never answered`);
    this.replies.delete(requestId);
    return outcome;
  }

  /** Lets virtual time go on, on both sides. */
  pass(ms: number): void {
    this.simulation.advance(this.simulation.nowMs + ms);
    this.input({ kind: 'tick' });
  }

  /** Events the application has not read yet. */
  read(): ApplicationEvent[] {
    const all: ApplicationEvent[] = [];
    for (;;) {
      const { sessionId, cursor: after } = this;
      const value = this.run({ name: 'getEvents', request: { sessionId, after, waitMs: 0, max: 500 } });
      const { events, cursor } = value as OperationResponse<'getEvents'>;
      this.cursor = cursor;
      all.push(...events);
      if (events.length === 0) return all;
    }
  }

  private told(monitor: Monitor, happening: Happening): void {
    const buffer = Buffer.alloc(EVENT_BYTES_MAX);
    const end = writeEvent(buffer, 0, happening, monitor.reference, monitor.sequence, WALL_START);
    this.queue.push({ kind: 'message', icpId: happening.phone.controller + 1, message: decoded(buffer.subarray(0, end)) });
    this.drain();
  }

  private input(input: Input): void {
    this.queue.push(input);
    this.drain();
  }

  private drain(): void {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      const nowMs = this.simulation.nowMs;
      for (const effect of this.switchboard.handle(next, { nowMs, wallMs: WALL_START + nowMs })) this.carry(effect);
    }
    this.busy = false;
  }

  private carry(effect: Effect): void {
    if (effect.kind === 'reply') this.replies.set(effect.requestId, effect.outcome);
    if (effect.kind !== 'send') return;
    const { icpId, request } = effect;
    for (const frame of new FrameDecoder().push(encodeMessage(request))) {
      const message = decodeInstanceMessage(frame);
      if (message.type !== 'REQUEST') throw new Error(`the simulator reads ${request.type} as ${message.type}`);
      const answer = encodeResponse(message.request, perform(this.simulation, icpId - 1, LINK_ID, message.request));
      this.queue.push({ kind: 'message', icpId, message: decoded(answer) });
    }
  }
}

function decoded(bytes: Buffer): ControllerResponse | EventMessage {
  const [frame] = new FrameDecoder().push(bytes);
  if (frame === undefined) throw new Error('the simulator wrote no whole frame');
  return decodeMessage(frame) as ControllerResponse | EventMessage;
}

const SIGNING = { publicKeyPem: 'the key', legacy: false };
const LOGIN = {
  companyName: 'Acme',
  applicationName: 'crm',
  applicationPasswordSha256: HASH('a'),
  localPasswordSha256: HASH('b'),
  certificateKeyPem: SIGNING.publicKeyPem,
};

function documentFor(controllers: number): AccessDocument {
  return {
    schema: 1,
    serial: 1,
    tenantId: '0b6f9c1e-1111-4111-8111-111111111111',
    instanceId: '0b6f9c1e-2222-4222-8222-222222222222',
    issuedAt: new Date(WALL_START).toISOString(),
    expiresAt: new Date(WALL_START + 10 ** 10).toISOString(),
    tenantStatus: 'active',
    companyName: 'Acme',
    limits: INSTANCE_LIMITS,
    applications: [
      {
        id: '0b6f9c1e-3333-4333-8333-000000000001',
        name: 'crm',
        type: 'generic',
        advanced: true,
        signing: SIGNING,
        allowed: true,
        applicationPasswordSha256: HASH('a'),
        localPasswordSha256: HASH('b'),
      },
    ],
    controllers: Array.from({ length: controllers }, (_, index) => ({
      icpId: index + 1,
      name: `controller-${index + 1}`,
      address: `127.9.0.${index + 1}`,
      port: 5320,
      release: '9.4.0',
      enabled: true,
      monitorsMax: 5000,
    })),
  };
}
