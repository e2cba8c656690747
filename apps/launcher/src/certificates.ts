/** The certificates and keys of an installation: two authorities, so that a controller can never pass for a program of ours. */
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { HomeLayout } from '#config/home';
import { ensureCertificate, openAuthority } from '#pki/authority';
import { ensureDocumentKey } from '#pki/documents';
import { ensureSecretsKey } from '#pki/sealing';

export interface CertificateNames {
  readonly edgeDomain: string;
  /** Where the router's admin interface listens. */
  readonly serviceAddress: string;
  readonly controllerAddresses: readonly string[];
}

/** Makes what is missing or near its end; may run at every start. */
export async function ensureCertificates(layout: HomeLayout, names: CertificateNames): Promise<void> {
  mkdirSync(layout.controllerCertificates, { recursive: true, mode: 0o700 });
  const [installation, controllers] = await Promise.all([
    openAuthority(layout.pki, basename(layout.caFile, '.crt'), 'Cordboard installation'),
    openAuthority(layout.pki, basename(layout.controllersCaFile, '.crt'), 'Cordboard simulated controllers'),
    ensureDocumentKey(layout.pki),
    ensureSecretsKey(layout.pki),
  ]);
  const internal = (name: string, server: boolean) =>
    ensureCertificate(installation, layout.pki, name, {
      commonName: name,
      dnsNames: [name, `${name}.cordboard.internal`],
      ipAddresses: server ? [names.serviceAddress] : [],
      client: true,
      server,
    });
  await Promise.all([
    internal('orchestrator', false),
    internal('worker', false),
    internal('router', true),
    ensureCertificate(installation, layout.pki, 'edge', {
      commonName: 'edge',
      dnsNames: ['localhost', names.edgeDomain, `*.${names.edgeDomain}`],
      ipAddresses: ['127.0.0.1'],
      client: false,
      server: true,
    }),
    ...names.controllerAddresses.map((address) =>
      // Both purposes: a controller is the server of one half of its link and the client of the other (R-CLU-03).
      ensureCertificate(controllers, layout.controllerCertificates, address, {
        commonName: `controller:${address}`,
        ipAddresses: [address],
        client: true,
        server: true,
      }),
    ),
  ]);
}
