/** The newest access document of each instance: signed by the orchestrator, pushed by the worker (design.md 3, 5). */
import type { SignedDocument } from '#contracts/gateway-admin';
import { rowOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

export interface StoredAccessDocument {
  readonly instanceId: string;
  /** Grows with every document of the instance. */
  readonly serial: number;
  readonly digest: string;
  /** Hash of what the document says apart from serial and times: equal contents need no new document. */
  readonly contentSha256: string;
  readonly document: SignedDocument;
  readonly expiresAt: Date;
}

interface Row {
  readonly instance_id: string;
  readonly serial: number;
  readonly digest: string;
  readonly content_sha256: string;
  readonly document: SignedDocument;
  readonly expires_at: Date;
}
const COLUMNS = 'instance_id, serial, digest, content_sha256, document, expires_at';
const documentFrom = (row: Row): StoredAccessDocument => ({
  instanceId: row.instance_id,
  serial: row.serial,
  digest: row.digest,
  contentSha256: row.content_sha256,
  document: row.document,
  expiresAt: row.expires_at,
});

export async function find(tx: Tx, instanceId: string): Promise<StoredAccessDocument | undefined> {
  const row = await rowOf<Row>(tx, `SELECT ${COLUMNS} FROM access_documents WHERE instance_id = $1`, [instanceId]);
  return row && documentFrom(row);
}

/** Keeps other writers of this instance's document out until the transaction ends, and answers what is there. */
export async function lock(tx: Tx, instanceId: string): Promise<StoredAccessDocument | undefined> {
  await rowOf(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cordboard access document ${instanceId}`]);
  return find(tx, instanceId);
}

/** Keeps the document when its serial is higher than the stored one; false otherwise, or when the instance is gone. */
export async function put(tx: Tx, document: StoredAccessDocument): Promise<boolean> {
  const row = await rowOf(
    tx,
    `INSERT INTO access_documents AS d (instance_id, tenant_id, serial, digest, content_sha256, document, expires_at)
     SELECT i.id, i.tenant_id, $2, $3, $4, $5::jsonb, $6 FROM instances i WHERE i.id = $1
     ON CONFLICT (instance_id) DO UPDATE SET serial = excluded.serial, digest = excluded.digest, content_sha256 = excluded.content_sha256,
       document = excluded.document, expires_at = excluded.expires_at WHERE d.serial < excluded.serial
     RETURNING instance_id`,
    [
      document.instanceId,
      document.serial,
      document.digest,
      document.contentSha256,
      JSON.stringify(document.document),
      document.expiresAt,
    ],
  );
  return row !== undefined;
}
