/** One run of a gateway instance, put together from its parts, and its end. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { InstanceConfig, InstanceHealth, InstanceStatusReport } from '#contracts/gateway-admin';
import { parseKeyRing, Sealer } from '#pki/sealing';
import { AccessDocumentStore } from './admin/access-document.store.js';
import { gatewayMetrics } from './admin/gateway-metrics.js';
import { createAdminServer, type AdminServer } from './admin/admin-server.js';
import { CertificateWatch } from './certificates/certificate-watch.js';
import { GatewayEngine } from './engine.js';
import type { EngineLogger } from './engine-options.js';
import { holdEpoch, type HeldEpoch } from './journal/epoch-lock.js';
import { FileJournal } from './journal/file-journal.js';
import { RecordSeal, SealedJournal } from './journal/sealed-journal.js';
import { JournalCopy, restoredJournal, takeUpRestored } from './journal/journal-copy.js';
import { giveLifeSigns, lastAliveMs } from './journal/life-sign.js';
import type { InstanceLog } from './instance-log.js';
import { createNorthbound, type Northbound } from './northbound/server.js';
import { loadNumberPlan, wantsNumberPlan } from './number-plan.js';
import { createControllerLinks, type ControllerLinksAdapter } from './southbound/controller-links.js';

const VERSION = '0.1.0';
const CERTIFICATES_LOOK_MS = 3_600_000;

export interface Incarnation {
  readonly health: () => InstanceHealth;
  readonly ports: { readonly northbound: number; readonly admin: number; readonly callback: number };
  /** Takes nothing new, finishes what is under way, writes the journal out, says GOODBYE to the controllers. May be called twice. */
  stop(): Promise<void>;
}

interface Parts {
  readonly held: HeldEpoch;
  readonly engine: GatewayEngine;
  readonly links: ControllerLinksAdapter;
  readonly documents: AccessDocumentStore;
}

/** Rejects with one clear error when something is missing, taken or not ours; nothing runs then. */
export async function startIncarnation(
  config: InstanceConfig,
  logger: EngineLogger,
  log?: Pick<InstanceLog, 'setLoggedNumbers' | 'dropped'>,
): Promise<Incarnation> {
  const held = await holdEpoch(config.journalDir, config.epochMajor);
  const undo: (() => Promise<void>)[] = [() => held.release()];
  try {
    return await assemble(config, logger, log, held, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

async function assemble(
  config: InstanceConfig,
  logger: EngineLogger,
  log: Pick<InstanceLog, 'setLoggedNumbers' | 'dropped'> | undefined,
  held: HeldEpoch,
  undo: (() => Promise<void>)[],
): Promise<Incarnation> {
  const startedAt = new Date().toISOString();
  let state: InstanceHealth['state'] = 'starting';
  const tls = readTls(config);
  const seal = sealOf(config);
  const { journal, records, tornBytes } = await FileJournal.open(config.journalDir);
  const opened = { records: records.map((record) => seal.open(record)), isStale: records.some((record) => seal.isStale(record)) };
  if (tornBytes > 0) logger.warn({ tornBytes }, 'the journal had a torn tail, which was never acknowledged');
  const restored = await restoredJournal(config.journalDir);
  if (restored !== null)
    logger.warn({ restored }, 'the journal was gone: this is its copy, what was acknowledged later may be missing');
  const copy = new JournalCopy({ instanceId: config.instance.id, epoch: held.epoch, journal, restored });
  const certificates = new CertificateWatch({ wallMs: () => Date.now(), warn: (facts, text) => logger.warn(facts, text) });
  const certificateTimer = setInterval(() => certificates.look(), CERTIFICATES_LOOK_MS).unref();
  undo.push(async () => clearInterval(certificateTimer));
  const engine = new GatewayEngine({
    config,
    epoch: held.epoch,
    journal: new SealedJournal(journal, seal),
    logger,
    // its own interfaces trust who comes from here; an approved network may hold this address (S-42)
    receivers: { ownAddresses: new Set([config.address]) },
  });
  undo.push(() => engine.stop());
  const documents = new AccessDocumentStore(config, readFileSync(config.documentKeyFile, 'utf8'), (document) => {
    log?.setLoggedNumbers(document.loggedNumbers);
    engine.applyDocument(document);
    if (wantsNumberPlan(document)) void useNumberPlan(engine, logger);
  });
  const passedOver = await documents.load();
  const stored = documents.current?.document;
  log?.setLoggedNumbers(stored?.loggedNumbers);
  if (stored !== undefined && wantsNumberPlan(stored)) void useNumberPlan(engine, logger);
  if (passedOver !== undefined)
    logger.error({ refusal: passedOver }, 'the stored access document does not hold: no log-ins until another is pushed');
  const links = await openLinks(config, held, tls, engine, certificates);
  undo.push(() => links.close());
  const parts: Parts = { held, engine, links, documents };
  const health = (): InstanceHealth => ({
    instanceId: config.instance.id,
    epoch: held.epoch,
    state: state === 'serving' && engine.report().draining ? 'draining' : state,
    journal: copy.state,
  });
  const admin = await createAdminServer({
    address: config.address,
    port: config.adminPort,
    peer: config.peers.worker,
    tls: { cert: tls.certPem, key: tls.keyPem, ca: tls.caPem },
    logger,
    actions: {
      health: () => ({ ...health(), ...(engine.wants ? { wants: true as const } : {}) }),
      status: () => statusOf(parts, health(), startedAt),
      metrics: () =>
        gatewayMetrics({
          report: engine.report(),
          links: (icpId) => links.figures(icpId),
          logLinesDropped: log?.dropped ?? 0,
          certificates: certificates.notAfter(),
        }),
      acceptDocument: (signed) => documents.accept(signed),
      drain: (on) => engine.drain(on),
      journal: (held) => copy.piece(held),
    },
  });
  undo.push(() => admin.close());
  engine.start({ ...opened, lastAliveMs: lastAliveMs(config.journalDir), document: documents.current?.document }, links);
  const endLifeSigns = giveLifeSigns(config.journalDir);
  undo.push(async () => endLifeSigns());
  const northbound = await createNorthbound({
    engine,
    config,
    tls: { cert: tls.certPem, key: tls.keyPem, ca: tls.caPem },
    logger,
    browserOrigins: () => engine.browserOrigins(),
    sawRouterCertificate: (notAfterMs) => certificates.saw('router', notAfterMs),
  });
  await takeUpRestored(config.journalDir);
  state = 'serving';
  // a warning is no reason to be there later
  certificates.saw('own', Date.parse(new X509Certificate(tls.certPem).validTo));
  const end = () => {
    state = 'stopping';
    clearInterval(certificateTimer);
    endLifeSigns();
    return stopParts(parts, northbound, admin);
  };
  let ended: Promise<void> | undefined;
  return {
    health,
    ports: { northbound: northbound.port, admin: admin.port, callback: links.callbackPort },
    stop: () => (ended ??= end()),
  };
}

/** Until it is there, every number of a possible length is taken. */
async function useNumberPlan(engine: GatewayEngine, logger: EngineLogger): Promise<void> {
  await loadNumberPlan().then(
    (isNumber) => engine.useNumberPlan(isNumber),
    (error: unknown) => logger.error({ err: error }, 'numbering plans could not be loaded'),
  );
}

function sealOf({ tenant, instance, secretsFile }: InstanceConfig): RecordSeal {
  const ring = parseKeyRing(readFileSync(secretsFile, 'utf8'));
  return new RecordSeal(new Sealer(ring), { tenantId: tenant.id, instanceId: instance.id });
}

function readTls({ tls }: InstanceConfig) {
  const read = (file: string): string => readFileSync(file, 'utf8');
  return {
    certPem: read(tls.certFile),
    keyPem: read(tls.keyFile),
    caPem: read(tls.caFile),
    controllerCaPem: read(tls.controllerCaFile),
  };
}

function openLinks(
  config: InstanceConfig,
  held: HeldEpoch,
  tls: ReturnType<typeof readTls>,
  engine: GatewayEngine,
  certificates: CertificateWatch,
): Promise<ControllerLinksAdapter> {
  const { linkHeartbeatMs, linkSilenceMs, reconnectMinMs, reconnectMaxMs } = config.timing;
  return createControllerLinks(
    {
      instanceId: config.instance.id,
      epoch: held.epoch,
      address: config.address,
      callbackPorts: config.callbackPorts,
      tls: { certPem: tls.certPem, keyPem: tls.keyPem, caPem: tls.controllerCaPem },
      timings: { heartbeatMs: linkHeartbeatMs, silenceMs: linkSilenceMs, reconnectMinMs, reconnectMaxMs },
      sawCertificate: (icpId, notAfterMs) => certificates.saw(`controller ${icpId}`, notAfterMs),
    },
    engine,
  );
}

function statusOf({ engine, links, documents }: Parts, health: InstanceHealth, startedAt: string): InstanceStatusReport {
  const { sessions, monitors, hotDeskUsers, devices, licences, recovery, controllers, rates } = engine.report();
  const held = documents.current;
  engine.desk.sync.tell();
  return {
    ...health,
    version: VERSION,
    pid: process.pid,
    startedAt,
    accessDocument:
      held === undefined ? null : { serial: held.document.serial, digest: held.digest, expiresAt: held.document.expiresAt },
    sessions,
    monitors,
    devices,
    licences: { ...licences, pools: [...licences.pools] },
    callsPerHour: rates.callsPerHour,
    hotDeskUsers,
    recovery:
      recovery === undefined
        ? null
        : {
            sessions: recovery.sessions,
            monitors: recovery.monitors,
            waiting: recovery.waiting,
            gapSince: new Date(recovery.gapSinceMs).toISOString(),
            gapNamedAt: new Date(recovery.gapNamedMs).toISOString(),
            restoredAt: recovery.restoredMs === undefined ? null : new Date(recovery.restoredMs).toISOString(),
          },
    controllers: controllers.map(({ rates: { callsPerHour }, queues: _queues, ...controller }) => ({
      ...controller,
      callsPerHour,
      directory: engine.desk.sync.state(controller.icpId),
      ...links.figures(controller.icpId),
    })),
  };
}

async function stopParts({ held, engine, links }: Parts, northbound: Northbound, admin: AdminServer): Promise<void> {
  const taken = northbound.close();
  await engine.stop();
  await Promise.all([taken, links.close()]);
  await admin.close();
  await held.release();
}
