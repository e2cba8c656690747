/** Applications of a tenant: credentials as hashes, and the access-control list (R-ACL-01). */
import type { Application } from '#domain/resources';
import * as borderGateway from './border-gateway.js';
import { applicationFrom, type ApplicationRow } from './mappers/application.mapper.js';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';
import { versionRefusal } from './sql/versions.js';

const COLUMNS = `id, tenant_id, name, type, allowed, advanced, application_password_sha256, local_password_sha256,
  integration, remote, legacy_signature, signing_key, version, created_at`;

type Plain = Pick<Application, 'name' | 'type' | 'allowed' | 'advanced' | 'applicationPasswordSha256' | 'localPasswordSha256'>;
type Access = Pick<Application, 'integration' | 'remote' | 'legacySignature' | 'signingKeyPem'>;
/** What of its access is not said is: no integration, not remote, no old signature, no key. */
export type NewApplication = Plain & Partial<Access>;

/** ALREADY_EXISTS for the name; QUOTA_EXCEEDED for the first remote one of a tenant whose instances the border gateway has no room for (R-LIM-10). */
export async function insert(tx: Tx, application: NewApplication): Promise<StoreOutcome<Application>> {
  const noWayIn = application.remote === true ? await borderGateway.remoteRefusal(tx) : undefined;
  if (noWayIn) return noWayIn;
  const row = await rowOf<ApplicationRow>(
    tx,
    `INSERT INTO applications (id, tenant_id, name, type, allowed, advanced, application_password_sha256, local_password_sha256,
       integration, remote, legacy_signature, signing_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [
      newId(),
      tenantOf(tx),
      application.name,
      application.type,
      application.allowed,
      application.advanced,
      application.applicationPasswordSha256,
      application.localPasswordSha256,
      application.integration ?? null,
      application.remote ?? false,
      application.legacySignature ?? false,
      application.signingKeyPem ?? null,
    ],
  );
  return row ? accepted(applicationFrom(row)) : refused('ALREADY_EXISTS', `An application named ${application.name} exists.`);
}

export async function find(tx: Tx, id: string): Promise<Application | undefined> {
  const row = await rowOf<ApplicationRow>(tx, `SELECT ${COLUMNS} FROM applications WHERE id = $1`, [id]);
  return row && applicationFrom(row);
}

export async function list(tx: Tx, page: PageRequest): Promise<Page<Application>> {
  checkPage(page);
  const rows = await rowsOf<ApplicationRow>(
    tx,
    `SELECT ${COLUMNS} FROM applications WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
    [page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, applicationFrom);
}

/** All applications of one tenant, for its access documents. */
export async function listOfTenant(tx: Tx, tenantId: string): Promise<readonly Application[]> {
  return (
    await rowsOf<ApplicationRow>(tx, `SELECT ${COLUMNS} FROM applications WHERE tenant_id = $1 ORDER BY id`, [tenantId])
  ).map(applicationFrom);
}

/** Passwords are replaced, never read back. QUOTA_EXCEEDED as with {@link insert}. */
export async function update(
  tx: Tx,
  id: string,
  expectedVersion: number | undefined,
  changes: Partial<NewApplication>,
): Promise<StoreOutcome<Application>> {
  const current = await rowOf<ApplicationRow>(tx, `SELECT ${COLUMNS} FROM applications WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('application', current?.version, expectedVersion);
  if (refusal) return refusal;
  const noWayIn = changes.remote === true ? await borderGateway.remoteRefusal(tx) : undefined;
  if (noWayIn) return noWayIn;
  if (changes.name !== undefined) {
    const taken = await rowOf(tx, 'SELECT 1 FROM applications WHERE tenant_id = $1 AND name = $2 AND id <> $3', [
      current!.tenant_id,
      changes.name,
      id,
    ]);
    if (taken) return refused('ALREADY_EXISTS', `An application named ${changes.name} exists.`);
  }
  const row = await rowOf<ApplicationRow>(
    tx,
    `UPDATE applications SET name = coalesce($2, name), type = coalesce($3, type), allowed = coalesce($4, allowed),
            advanced = coalesce($5, advanced), application_password_sha256 = coalesce($6, application_password_sha256),
            local_password_sha256 = coalesce($7, local_password_sha256), remote = coalesce($8, remote),
            legacy_signature = coalesce($9, legacy_signature), signing_key = CASE WHEN $10 THEN $11 ELSE signing_key END,
            version = version + 1
      WHERE id = $1 RETURNING ${COLUMNS}`,
    [
      id,
      changes.name ?? null,
      changes.type ?? null,
      changes.allowed ?? null,
      changes.advanced ?? null,
      changes.applicationPasswordSha256 ?? null,
      changes.localPasswordSha256 ?? null,
      changes.remote ?? null,
      changes.legacySignature ?? null,
      changes.signingKeyPem !== undefined,
      changes.signingKeyPem ?? null,
    ],
  );
  return accepted(applicationFrom(row!));
}

export async function remove(tx: Tx, id: string, expectedVersion: number | undefined): Promise<StoreOutcome<void>> {
  const current = await rowOf<ApplicationRow>(tx, `SELECT ${COLUMNS} FROM applications WHERE id = $1 FOR UPDATE`, [id]);
  const refusal = versionRefusal('application', current?.version, expectedVersion);
  if (refusal) return refusal;
  await rowsOf(tx, 'DELETE FROM applications WHERE id = $1', [id]);
  return accepted(undefined);
}
