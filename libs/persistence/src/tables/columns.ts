import type { EntitySchemaColumnOptions } from 'typeorm';

/** Columns as the migrations make them. Rows keep the column's names, so that one mapper serves every statement. */
export const uuid = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: 'uuid', ...more });
export const text = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: 'text', ...more });
export const integer = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({
  type: 'integer',
  ...more,
});
export const flag = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: 'boolean', ...more });
export const json = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: 'jsonb', ...more });
export const time = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({
  type: 'timestamp with time zone',
  ...more,
});

export const key = (table: string) => ({ primary: true, primaryKeyConstraintName: `pk_${table}` });
export const createdNow = time({ default: () => 'now()' });
export const version = integer({ default: 1 });
export const optional = { nullable: true } as const;
