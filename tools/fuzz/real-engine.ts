/** The gateway's own engine behind the faces, without links. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessDocument } from '#contracts/gateway-admin';
import { ensureSecretsKey, Sealer } from '#pki/sealing';
import { GatewayEngine } from '../../apps/gateway/src/engine.js';
import { FileJournal } from '../../apps/gateway/src/journal/file-journal.js';
import { RecordSeal, SealedJournal } from '../../apps/gateway/src/journal/sealed-journal.js';
import type { Engine } from '../../apps/gateway/src/northbound-port.js';
import { CONTROLLER, CREDENTIALS, INSTANCE, TENANT } from './northbound-plant.js';

export interface Tried {
  readonly engine: Engine;
  /** Everything an application could have changed. */
  state(): Promise<string>;
  stop(): Promise<void>;
}

/** The gateway's own engine with its journal; its controllers are out of reach, which no bad request may get as far as to notice. */
export async function realEngine(): Promise<Tried & { readonly engine: GatewayEngine }> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-input-'));
  const { ring } = await ensureSecretsKey(dir);
  const seal = new RecordSeal(new Sealer(ring), { tenantId: TENANT, instanceId: INSTANCE });
  const { journal, records } = await FileJournal.open(dir);
  const timing = { sessionKeepAliveMs: 600_000, commandTimeoutMs: 1000, longPollMaxMs: 1000 };
  const limits = { sessions: 20, controllers: 2, monitors: 10, monitorsPerController: 10, hotDeskUsers: 10 };
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const config = {
    slots: [5],
    limits,
    timing,
    eventLog: { perSessionMax: 100, retentionMs: 60_000 },
    monitorStartsPerSecond: 20,
  };
  const engine = new GatewayEngine({ config, epoch: { major: 1, minor: 0 }, journal: new SealedJournal(journal, seal), logger });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const application = { id: TENANT, name: CREDENTIALS.applicationName, type: 'generic' as const, advanced: false, allowed: true };
  const controller = {
    icpId: CONTROLLER.icpId,
    name: 'one',
    address: CONTROLLER.address,
    port: 5320,
    release: '9.4',
    enabled: true,
    monitorsMax: 10,
  };
  const document: AccessDocument = {
    schema: 1,
    serial: 1,
    tenantId: TENANT,
    instanceId: INSTANCE,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
    tenantStatus: 'active',
    companyName: CREDENTIALS.companyName,
    limits,
    applications: [
      {
        ...application,
        applicationPasswordSha256: sha256(CREDENTIALS.applicationPassword),
        localPasswordSha256: sha256(CREDENTIALS.localPassword),
      },
    ],
    controllers: [controller],
  };
  const links = {
    setControllers: () => {},
    send: () => false,
    figures: () => ({ roundTripMs: null, refusedBackConnections: 0 }),
    close: async () => {},
  };
  engine.start({ records: records.map((record) => seal.open(record)), document }, links);
  return {
    engine,
    state: async () => {
      const files = (await readdir(dir)).sort();
      const contents = await Promise.all(files.map(async (file) => sha256((await readFile(join(dir, file))).toString('latin1'))));
      return JSON.stringify({ report: engine.report(), files, contents });
    },
    stop: async () => {
      await engine.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
