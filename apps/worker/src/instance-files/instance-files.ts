/** What an incarnation finds in `CORDBOARD_HOME/instances/<id>/` when it starts: configuration, certificate and key, access document. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homeLayout } from '#config/home';
import type { WorkerSettings } from '#config/settings';
import { InstanceConfigSchema, type InstanceConfig, type SignedDocument } from '#contracts/gateway-admin';
import { MONITOR_STARTS_PER_SECOND } from '#domain/limits';
import type { InstanceSpec, Tenant } from '#domain/resources';
import { openAuthority, type Authority } from '#pki/authority';
import { parseKeyRing, writeTenantKeys } from '#pki/sealing';
import type { IncarnationHandle } from '#runtime-drivers/runtime-driver';

/** Ports of an instance on its own address, the same for all. */
export const NORTHBOUND_PORT = 9443;
export const ADMIN_PORT = 9444;
const CALLBACK_PORTS = { from: 49_500, to: 49_600 };
/** Certificates are issued anew with every incarnation; they must outlive the longest run of one. */
const CERTIFICATE_DAYS = 398;

/** The name in an instance's certificate that routers and the worker check. */
export const serverNameOf = (instanceId: string): string => `i-${instanceId}.cordboard.internal`;

export interface IncarnationFiles {
  readonly spec: InstanceSpec;
  readonly tenant: Tenant;
  readonly epochMajor: number;
  readonly address: string;
  readonly document: SignedDocument;
}

export class InstanceFiles {
  readonly #settings: WorkerSettings;
  readonly #layout;
  #authority: Promise<Authority> | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#layout = homeLayout(settings.home);
  }

  /** Writes everything anew and answers where the configuration and the logs are. May be called any number of times. */
  async write(files: IncarnationFiles): Promise<{ readonly configFile: string; readonly logDir: string }> {
    const paths = this.#layout.instance(files.spec.id);
    for (const dir of [paths.dir, paths.journal, paths.log]) await mkdir(dir, { recursive: true, mode: 0o700 });
    const certificate = await this.#certificate(files);
    await replace(paths.key, certificate.keyPem);
    await replace(paths.cert, certificate.certPem);
    await replace(paths.accessDocument, JSON.stringify(files.document));
    const ring = parseKeyRing(await readFile(this.#settings.secretsKeyFile, 'utf8'));
    await writeTenantKeys(paths.secrets, ring, files.tenant.id);
    await replace(paths.config, JSON.stringify(this.#config(files), null, 2));
    return { configFile: paths.config, logDir: paths.log };
  }

  /** For people and the launcher; the worker itself goes by the status and the runtime. */
  async writeHandle(handle: IncarnationHandle): Promise<void> {
    await replace(this.#layout.instance(handle.instanceId).handle, JSON.stringify(handle));
  }

  journalOf(instanceId: string): string {
    return this.#layout.instance(instanceId).journal;
  }

  /** Removes all files of an instance, its journal too. May be called twice. */
  async remove(instanceId: string): Promise<void> {
    await rm(this.#layout.instance(instanceId).dir, { recursive: true, force: true });
  }

  #certificate({ spec, epochMajor, address }: IncarnationFiles): Promise<{ readonly certPem: string; readonly keyPem: string }> {
    this.#authority ??= openAuthority(this.#settings.authorityDir);
    return this.#authority.then((authority) =>
      authority.issue({
        commonName: `instance:${spec.id}`,
        dnsNames: [serverNameOf(spec.id)],
        ipAddresses: [address],
        uris: [`urn:cordboard:tenant:${spec.tenantId}:instance:${spec.id}:epoch:${epochMajor}`],
        days: CERTIFICATE_DAYS,
      }),
    );
  }

  #config({ spec, tenant, epochMajor, address }: IncarnationFiles): InstanceConfig {
    const paths = this.#layout.instance(spec.id);
    return InstanceConfigSchema.parse({
      schema: 1,
      tenant: { id: tenant.id, slug: tenant.slug, companyName: tenant.companyName },
      instance: { id: spec.id, name: spec.name },
      epochMajor,
      slots: [...spec.slots],
      limits: spec.limits,
      address,
      northboundPort: NORTHBOUND_PORT,
      adminPort: ADMIN_PORT,
      callbackPorts: CALLBACK_PORTS,
      tls: {
        certFile: paths.cert,
        keyFile: paths.key,
        caFile: this.#settings.tls.caFile,
        controllerCaFile: this.#settings.controllerCaFile,
      },
      peers: { router: 'router', worker: 'worker' },
      documentKeyFile: this.#settings.documentPublicKeyFile,
      accessDocumentFile: paths.accessDocument,
      secretsFile: paths.secrets,
      journalDir: paths.journal,
      logDir: paths.log,
      timing: {
        sessionKeepAliveMs: 30_000,
        commandTimeoutMs: 10_000,
        longPollMaxMs: 60_000,
        linkHeartbeatMs: 1000,
        linkSilenceMs: 6000,
        reconnectMinMs: 250,
        reconnectMaxMs: 10_000,
      },
      eventLog: { perSessionMax: 10_000, retentionMs: 15 * 60_000 },
      monitorStartsPerSecond: MONITOR_STARTS_PER_SECOND,
    } satisfies InstanceConfig);
  }
}

/** A reader sees the old file or the new one, never half of one. */
async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
