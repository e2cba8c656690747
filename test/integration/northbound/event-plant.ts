/**
 * A real engine behind a real northbound, with a virtual controller whose phones ring when the test says so: for the ways to events. The
 * controller keeps its own list of what it told, which is what every reader has to see.
 */
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS } from '#domain/limits';
import { sha256Hex } from '#pki/api-keys';
import type { ControllerRequest } from '#southbound/messages';
import { GatewayEngine } from '../../../apps/gateway/src/engine.js';
import type { EngineConfig } from '../../../apps/gateway/src/engine-options.js';
import type { Journal } from '../../../apps/gateway/src/journal/journal.port.js';
import type { NorthboundOptions } from '../../../apps/gateway/src/northbound/server.js';
import type { ControllerLinks } from '../../../apps/gateway/src/southbound-port.js';
import { makeObjectId } from '../../../apps/gateway/src/switchboard/numbering.rules.js';
import type { JournalRecord } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import { application, documentOf, VirtualController } from '../../../apps/gateway/src/switchboard/virtual-plant.fixture.js';
import { runNorthbound, type RunningNorthbound } from './running-northbound.js';

export const PHONE = makeObjectId(1, 1);
const CREDENTIALS = { companyName: 'Acme', applicationName: 'crm', applicationPassword: 'one', localPassword: 'two' };

export interface LoggedIn {
  readonly sessionId: number;
  readonly token: string;
}

export interface EventPlant {
  readonly engine: GatewayEngine;
  readonly northbound: RunningNorthbound;
  readonly records: readonly JournalRecord[];
  /** A session that monitors {@link PHONE}, its MONITOR_SET not yet read. */
  session(): Promise<LoggedIn>;
  /** `count` events of one call at the phone, held and retrieved in turn; answers the eventId of each. */
  ring(count: number): string[];
  close(): Promise<void>;
}

class MemoryJournal implements Journal {
  readonly records: JournalRecord[] = [];
  readonly isLarge = false;
  append(records: readonly JournalRecord[]): Promise<void> {
    this.records.push(...records);
    return Promise.resolve();
  }
  rewrite(records: Iterable<JournalRecord>): Promise<void> {
    this.records.splice(0, Infinity, ...records);
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export async function eventPlant(
  more: {
    readonly eventLog?: EngineConfig['eventLog'];
    readonly longPollMaxMs?: number;
    readonly limits?: NorthboundOptions['timeouts'];
    readonly browserOrigins?: readonly string[];
    readonly outbound?: AccessDocument['outbound'];
    readonly receivers?: ConstructorParameters<typeof GatewayEngine>[0]['receivers'];
    /** What an earlier plant kept: this one is the next incarnation. */
    readonly records?: readonly JournalRecord[];
  } = {},
): Promise<EventPlant> {
  const journal = new MemoryJournal();
  const controller = new VirtualController(1);
  let started = false;
  const engine = new GatewayEngine({
    config: {
      slots: [3],
      limits: INSTANCE_LIMITS,
      eventLog: more.eventLog ?? { perSessionMax: 10_000, retentionMs: 900_000 },
      monitorStartsPerSecond: 20,
      timing: { sessionKeepAliveMs: 600_000, commandTimeoutMs: 10_000, longPollMaxMs: 60_000 },
    },
    epoch: { major: 1, minor: more.records === undefined ? 0 : 1 },
    journal,
    ...(more.receivers === undefined ? {} : { receivers: more.receivers }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    // past the first second, in which nothing is started
    clock: () => ({ nowMs: performance.now() + (started ? 2000 : 0), wallMs: Date.now() }),
  });
  const links: ControllerLinks = {
    setControllers: () => {},
    send: (icpId: number, request: ControllerRequest) => {
      const response = controller.receive(request, performance.now());
      if (response !== undefined) queueMicrotask(() => engine.message(icpId, response));
      return true;
    },
    figures: () => ({ roundTripMs: null, refusedBackConnections: 0 }),
    close: () => Promise.resolve(),
  };
  const crm = application('crm', { applicationPasswordSha256: sha256Hex('one'), localPasswordSha256: sha256Hex('two') });
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const document = documentOf({
    applications: [crm],
    expiresAt,
    ...(more.outbound === undefined ? {} : { outbound: more.outbound }),
  });
  engine.start({ records: more.records ?? [], document }, links);
  started = true;
  engine.linkState(1, 'CONNECTED', { bootId: 7, release: '9.4.0', platform: 'x86' }, 'test');
  const northbound = await runNorthbound(engine, more.longPollMaxMs ?? 60_000, more.limits, more.browserOrigins);

  const context = { face: 'soap', clientAddress: '192.0.2.9', requestId: 'plant' } as const;
  let count = 0;
  const tell = (type: 'RECEIVED' | 'ESTABLISHED' | 'HELD' | 'RETRIEVED', state: 'alerting' | 'connected' | 'hold'): string => {
    const messages = controller.event(1, type, 'DELIVERED', state);
    for (const message of messages) engine.message(1, message);
    return `1-7-1-${messages[0]!.serial}`;
  };
  return {
    engine,
    northbound,
    records: journal.records,
    session: async () => {
      const login = await engine.execute('login', CREDENTIALS, context);
      if (!login.ok) throw new Error(login.refusal.detail);
      const { sessionId, token } = login.value;
      const monitor = await engine.execute('monitorObject', { sessionId, objectId: PHONE }, context);
      if (!monitor.ok) throw new Error(monitor.refusal.detail);
      return { sessionId, token };
    },
    ring: (events) =>
      Array.from({ length: events }, () => {
        count += 1;
        if (count === 1) return tell('RECEIVED', 'alerting');
        if (count === 2) return tell('ESTABLISHED', 'connected');
        return count % 2 === 1 ? tell('HELD', 'hold') : tell('RETRIEVED', 'connected');
      }),
    close: async () => {
      await engine.stop();
      await northbound.close();
    },
  };
}
