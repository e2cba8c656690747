import { EntitySchema } from 'typeorm';
import { key, optional, time, uuid } from './columns.js';

const ofInstance = (table: string) => ({
  name: `fk_${table}_instance`,
  target: 'instances',
  columnNames: ['tenant_id', 'instance_id'],
  referencedColumnNames: ['tenant_id', 'id'],
  onDelete: 'CASCADE' as const,
});
const generation = { type: 'integer', array: true } as const;

export const JournalCopyTable = new EntitySchema<Record<string, unknown>>({
  name: 'journal_copies',
  columns: {
    instance_id: uuid(key('journal_copies')),
    tenant_id: uuid(),
    writer_token: { type: 'bigint', default: 1 },
    generation: { ...generation, ...optional },
    size_bytes: { type: 'bigint', default: 0 },
    complete_at: time(optional),
    next_generation: { ...generation, ...optional },
    next_bytes: { type: 'bigint', default: 0 },
  },
  checks: [{ name: 'ck_journal_copies_whole', expression: '(generation IS NULL) = (complete_at IS NULL)' }],
  foreignKeys: [ofInstance('journal_copies')],
});

const pieceKey = { primary: true, primaryKeyConstraintName: 'pk_journal_copy_pieces' };
export const JournalCopyPieceTable = new EntitySchema<Record<string, unknown>>({
  name: 'journal_copy_pieces',
  columns: {
    instance_id: uuid(pieceKey),
    generation: { ...generation, ...pieceKey },
    at_byte: { type: 'bigint', ...pieceKey },
    tenant_id: uuid(),
    bytes: { type: 'bytea' },
  },
  foreignKeys: [ofInstance('journal_copy_pieces')],
});
