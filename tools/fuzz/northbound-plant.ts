/** The gateway's door for applications on a free port, with certificates of an authority of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority, type Authority } from '#pki/authority';
import { createNorthbound, type NorthboundOptions } from '../../apps/gateway/src/northbound/server.js';
import type { Engine } from '../../apps/gateway/src/northbound-port.js';

export const TENANT = '00000000-0000-4000-8000-00000000000a';
export const INSTANCE = '00000000-0000-4000-8000-00000000000b';
export const PUBLIC_BASE = 'https://edge.example:8443/t/acme';
export const CREDENTIALS = {
  companyName: 'Acme',
  applicationName: 'demo',
  applicationPassword: 'application-secret',
  localPassword: 'local-secret',
};
export const CONTROLLER = { address: '127.9.0.1', icpId: 7 };
const ADDRESS = '127.0.0.1';

export interface Logged {
  readonly facts: object;
  readonly message: string;
}
export interface NorthboundPlant {
  readonly port: number;
  readonly address: string;
  readonly authority: Authority;
  /** Warnings and errors, oldest first. */
  readonly logged: readonly Logged[];
  /** The router's credentials. */
  readonly credentials: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Closes the server alone. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startNorthbound(
  engine: Engine,
  options: Pick<NorthboundOptions, 'timeouts' | 'browserOrigins'> & { readonly longPollMaxMs?: number } = {},
): Promise<NorthboundPlant> {
  const { longPollMaxMs = 60_000, ...more } = options;
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-northbound-'));
  const authority = await openAuthority(dir);
  const own = await authority.issue({
    commonName: `instance:${INSTANCE}`,
    dnsNames: [`i-${INSTANCE}.cordboard.internal`],
    ipAddresses: [ADDRESS],
  });
  const router = await authority.issue({ commonName: 'router' });
  const logged: Logged[] = [];
  const log = (facts: object, message: string) => void logged.push({ facts, message });
  const northbound = await createNorthbound({
    engine,
    config: {
      tenant: { id: TENANT, slug: 'acme', companyName: CREDENTIALS.companyName },
      instance: { id: INSTANCE, name: 'one' },
      address: ADDRESS,
      northboundPort: 0,
      peers: { router: 'router', worker: 'worker' },
      timing: { longPollMaxMs },
    },
    tls: { cert: own.certPem, key: own.keyPem, ca: authority.certPem },
    logger: { warn: log, error: log },
    ...more,
  });
  return {
    port: northbound.port,
    address: ADDRESS,
    authority,
    logged,
    credentials: { cert: router.certPem, key: router.keyPem, ca: authority.certPem },
    stop: () => northbound.close(),
    close: async () => {
      await northbound.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
