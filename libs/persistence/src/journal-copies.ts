/**
 * Copies of journals (design.md 7): written by the worker, piece by piece, exactly as the instance has them. Every write shows the token of
 * whoever opened the copy last, and the place where it goes on: a piece that comes twice, late or from an older writer changes nothing.
 */
import type { JournalGeneration } from '#contracts/gateway-admin';
import { rowOf, rowsOf } from './sql/query.js';
import type { Tx } from './sql/transaction.js';

/** A piece row grows until it is this long, so that a journal of many small appends is not as many rows. */
const ROW_BYTES_MIN = 16 * 1024;
const ROWS_AT_ONCE = 32;

/** Up to which byte of which generation is held. */
export interface JournalPlace {
  readonly generation: JournalGeneration;
  readonly bytes: number;
}

export interface JournalCopy {
  readonly instanceId: string;
  /** What is held whole: what a successor begins with. */
  readonly whole: (JournalPlace & { readonly completeAt: Date }) | null;
  /** A later generation that is being gathered. */
  readonly next: JournalPlace | null;
}
export interface OpenedJournalCopy extends JournalCopy {
  /** Fencing token: grows with every opening. */
  readonly token: bigint;
}

/** Where copying goes on; null: with the first byte of whatever there is. */
export const placeOf = ({ whole, next }: JournalCopy): JournalPlace | null => next ?? whole;

interface Row {
  readonly instance_id: string;
  readonly writer_token: string;
  readonly generation: [number, number, number] | null;
  readonly size_bytes: string;
  readonly complete_at: Date | null;
  readonly next_generation: [number, number, number] | null;
  readonly next_bytes: string;
}
const COLUMNS = 'instance_id, writer_token, generation, size_bytes, complete_at, next_generation, next_bytes';
const copyFrom = (row: Row): OpenedJournalCopy => ({
  instanceId: row.instance_id,
  token: BigInt(row.writer_token),
  whole:
    row.generation === null ? null : { generation: row.generation, bytes: Number(row.size_bytes), completeAt: row.complete_at! },
  next: row.next_generation === null ? null : { generation: row.next_generation, bytes: Number(row.next_bytes) },
});

export async function find(tx: Tx, instanceId: string): Promise<JournalCopy | undefined> {
  return (await findMany(tx, [instanceId]))[0];
}

/** Of those instances the transaction may see; in no order. */
export async function findMany(tx: Tx, instanceIds: readonly string[]): Promise<readonly JournalCopy[]> {
  const rows = await rowsOf<Row>(tx, `SELECT ${COLUMNS} FROM journal_copies WHERE instance_id = ANY($1::uuid[])`, [instanceIds]);
  return rows.map(copyFrom);
}

/** Shuts out whoever opened it before. Undefined when there is no such instance. */
export async function open(tx: Tx, instanceId: string): Promise<OpenedJournalCopy | undefined> {
  const row = await rowOf<Row>(
    tx,
    `INSERT INTO journal_copies AS c (instance_id, tenant_id) SELECT i.id, i.tenant_id FROM instances i WHERE i.id = $1
     ON CONFLICT (instance_id) DO UPDATE SET writer_token = c.writer_token + 1 RETURNING ${COLUMNS}`,
    [instanceId],
  );
  return row && copyFrom(row);
}

export interface NewPiece extends JournalPlace {
  /** `bytes` of the place: where the piece begins. */
  readonly content: Uint8Array;
  /** It ends where the journal ended at `takenAt`. */
  readonly isLast: boolean;
  readonly takenAt: Date;
}

/**
 * Keeps the piece where it goes on with what is held, or begins a later generation at byte 0; a generation that is whole takes the place of the
 * one before. Answers what is held then; undefined, and nothing is changed, when the token is not the newest or the piece fits nowhere.
 */
export async function append(tx: Tx, instanceId: string, token: bigint, piece: NewPiece): Promise<OpenedJournalCopy | undefined> {
  const row = await rowOf<Row>(
    tx,
    `SELECT ${COLUMNS} FROM journal_copies WHERE instance_id = $1 AND writer_token = $2 FOR UPDATE`,
    [instanceId, token],
  );
  const copy = row && copyFrom(row);
  if (copy === undefined || !goesOn(copy, piece)) return undefined;
  await keep(tx, instanceId, piece);
  const bytes = piece.bytes + piece.content.length;
  const completeAt = piece.isLast ? piece.takenAt : null;
  const isWhole = copy.whole !== null && compareGenerations(copy.whole.generation, piece.generation) === 0;
  const held: OpenedJournalCopy = isWhole
    ? { ...copy, whole: { ...copy.whole!, bytes, completeAt: completeAt ?? copy.whole!.completeAt } }
    : completeAt === null
      ? { ...copy, next: { generation: piece.generation, bytes } }
      : { ...copy, whole: { generation: piece.generation, bytes, completeAt }, next: null };
  await rowOf(
    tx,
    `UPDATE journal_copies SET generation = $2::integer[], size_bytes = $3, complete_at = $4, next_generation = $5::integer[], next_bytes = $6
      WHERE instance_id = $1 RETURNING instance_id`,
    [
      instanceId,
      held.whole?.generation ?? null,
      held.whole?.bytes ?? 0,
      held.whole?.completeAt ?? null,
      held.next?.generation ?? null,
      held.next?.bytes ?? 0,
    ],
  );
  if (!isWhole) await dropOthers(tx, held);
  return held;
}

/** All bytes of what is held whole, in order, a few rows at a time. Throws when a piece is missing. */
export async function* read(tx: Tx, { instanceId, whole }: JournalCopy): AsyncGenerator<Uint8Array> {
  if (whole === null) return;
  let at = 0;
  while (at < whole.bytes) {
    const rows = await rowsOf<{ at_byte: string; bytes: Buffer }>(
      tx,
      `SELECT at_byte, bytes FROM journal_copy_pieces WHERE instance_id = $1 AND generation = $2 AND at_byte >= $3
        ORDER BY at_byte LIMIT ${ROWS_AT_ONCE}`,
      [instanceId, whole.generation, at],
    );
    for (const { at_byte, bytes } of rows) {
      if (Number(at_byte) !== at || bytes.length === 0) throw new Error(`the copy of ${instanceId} has a hole at byte ${at}`);
      at += bytes.length;
      yield bytes;
    }
    if (rows.length === 0) throw new Error(`the copy of ${instanceId} ends at byte ${at} of ${whole.bytes}`);
  }
}

export function compareGenerations(one: JournalGeneration, other: JournalGeneration): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

function goesOn({ whole, next }: JournalCopy, { generation, bytes }: JournalPlace): boolean {
  for (const held of [whole, next])
    if (held !== null && compareGenerations(held.generation, generation) === 0) return held.bytes === bytes;
  return bytes === 0 && [whole, next].every((held) => held === null || compareGenerations(held.generation, generation) < 0);
}

async function keep(tx: Tx, instanceId: string, { generation, bytes, content }: NewPiece): Promise<void> {
  if (content.length === 0) return;
  const grown = await rowOf(
    tx,
    `UPDATE journal_copy_pieces SET bytes = bytes || $3::bytea WHERE instance_id = $1 AND generation = $2 AND length(bytes) < ${ROW_BYTES_MIN}
        AND at_byte = (SELECT max(at_byte) FROM journal_copy_pieces WHERE instance_id = $1 AND generation = $2) RETURNING at_byte`,
    [instanceId, generation, content],
  );
  if (grown !== undefined) return;
  await rowOf(
    tx,
    `INSERT INTO journal_copy_pieces (instance_id, generation, at_byte, tenant_id, bytes)
     SELECT instance_id, $2, $3, tenant_id, $4 FROM journal_copies WHERE instance_id = $1 RETURNING at_byte`,
    [instanceId, generation, bytes, content],
  );
}

/** Pieces of generations that are neither held nor being gathered any more. */
async function dropOthers(tx: Tx, { instanceId, whole, next }: JournalCopy): Promise<void> {
  await rowsOf(
    tx,
    `DELETE FROM journal_copy_pieces WHERE instance_id = $1 AND generation IS DISTINCT FROM $2::integer[]
        AND generation IS DISTINCT FROM $3::integer[] RETURNING at_byte`,
    [instanceId, whole?.generation ?? null, next?.generation ?? null],
  );
}
