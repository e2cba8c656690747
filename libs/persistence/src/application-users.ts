/** Users of integrations (R-SES-04): e-mail address, and the hash of a password that was issued and told once. */
import { APPLICATION_USERS_PER_TENANT } from '#domain/limits';
import type { ApplicationUser } from '#domain/resources';
import { newId } from './new-id.js';
import { accepted, refused, type Page, type PageRequest, type StoreOutcome } from './outcome.js';
import { checkPage, pageOf, rowOf, rowsOf } from './sql/query.js';
import { tenantOf, type Tx } from './sql/transaction.js';

interface Row {
  readonly id: string;
  readonly tenant_id: string;
  readonly application_id: string;
  readonly user_number: number;
  readonly email: string;
  readonly password_sha256: string;
  readonly version: number;
  readonly created_at: Date;
}
const COLUMNS = 'id, tenant_id, application_id, user_number, email, password_sha256, version, created_at';
const userFrom = (row: Row): ApplicationUser => ({
  id: row.id,
  tenantId: row.tenant_id,
  applicationId: row.application_id,
  userNumber: row.user_number,
  email: row.email,
  passwordSha256: row.password_sha256,
  version: row.version,
  createdAt: row.created_at,
});

/** NOT_FOUND, ALREADY_EXISTS (e-mail), QUOTA_EXCEEDED; numbers only grow. Counted under the lock on the application and the tenant's own. */
export async function insert(
  tx: Tx,
  user: Pick<ApplicationUser, 'applicationId' | 'email' | 'passwordSha256'>,
): Promise<StoreOutcome<ApplicationUser>> {
  const application = await rowOf<{ last_user_number: number }>(
    tx,
    'UPDATE applications SET last_user_number = last_user_number + 1 WHERE id = $1 AND tenant_id = $2 RETURNING last_user_number',
    [user.applicationId, tenantOf(tx)],
  );
  if (application === undefined) return refused('NOT_FOUND', 'There is no such application.');
  const counted = await rowOf<{ used: number }>(tx, 'SELECT count(*)::int AS used FROM application_users WHERE tenant_id = $1', [
    tenantOf(tx),
  ]);
  const [used, cap] = [counted!.used, APPLICATION_USERS_PER_TENANT];
  if (used >= cap)
    return refused('QUOTA_EXCEEDED', `The tenant has ${used} of ${cap} users.`, { limit: 'applicationUsers', used, cap });
  const row = await rowOf<Row>(
    tx,
    `INSERT INTO application_users (id, tenant_id, application_id, user_number, email, password_sha256)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [newId(), tenantOf(tx), user.applicationId, application.last_user_number, user.email, user.passwordSha256],
  );
  return row ? accepted(userFrom(row)) : refused('ALREADY_EXISTS', `The application has a user ${user.email}.`);
}

export async function list(tx: Tx, applicationId: string, page: PageRequest): Promise<Page<ApplicationUser>> {
  checkPage(page);
  const rows = await rowsOf<Row>(
    tx,
    `SELECT ${COLUMNS} FROM application_users WHERE application_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    [applicationId, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page, userFrom);
}

/** All users of one tenant, for its access documents. */
export async function listOfTenant(tx: Tx, tenantId: string): Promise<readonly ApplicationUser[]> {
  return (
    await rowsOf<Row>(tx, `SELECT ${COLUMNS} FROM application_users WHERE tenant_id = $1 ORDER BY user_number, id`, [tenantId])
  ).map(userFrom);
}

/** Answers what was removed; undefined when it is not there. */
export async function remove(tx: Tx, applicationId: string, id: string): Promise<ApplicationUser | undefined> {
  const row = await rowOf<Row>(tx, `DELETE FROM application_users WHERE id = $1 AND application_id = $2 RETURNING ${COLUMNS}`, [
    id,
    applicationId,
  ]);
  return row && userFrom(row);
}
