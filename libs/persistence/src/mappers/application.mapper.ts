import type { Application } from '#domain/resources';

export interface ApplicationRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly type: Application['type'];
  readonly allowed: boolean;
  readonly advanced: boolean;
  readonly application_password_sha256: string;
  readonly local_password_sha256: string;
  readonly integration: Application['integration'];
  readonly remote: boolean;
  readonly legacy_signature: boolean;
  readonly signing_key: string | null;
  readonly version: number;
  readonly created_at: Date;
}

export const applicationFrom = (row: ApplicationRow): Application => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  type: row.type,
  allowed: row.allowed,
  advanced: row.advanced,
  applicationPasswordSha256: row.application_password_sha256,
  localPasswordSha256: row.local_password_sha256,
  integration: row.integration,
  remote: row.remote,
  legacySignature: row.legacy_signature,
  signingKeyPem: row.signing_key,
  version: row.version,
  createdAt: row.created_at,
});
