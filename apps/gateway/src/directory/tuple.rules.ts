/** Tuples of applications against the fields of their entity. Pure. */
import type { Tuple } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Entry } from './directory.port.js';
import { ICP_ID_FIELD, OBJECT_ID_FIELD, type Entity } from './entities.js';

export const tupleOf = (entity: Entity, { values }: Entry): Tuple => ({
  fields: [...values],
  numberOfFields: values.length,
  viewId: entity.deiId,
  isShared: true,
});

/** A record of new applications: numbers as numbers, what has no value left out. */
export function recordOf(entity: Entity, { values }: Entry): Record<string, string | number> {
  const record: Record<string, string | number> = {};
  entity.fields.forEach(({ name, type }, at) => {
    const value = values[at] ?? '';
    if (value !== '') record[name] = type === 'integer' ? Number(value) : value;
  });
  return record;
}

/** The id a tuple names, or a refusal. */
export function objectIdOf(entity: Entity, { fields }: Tuple): number | Refusal {
  const text = fields[OBJECT_ID_FIELD] ?? '';
  if (!/^\d{1,16}$/.test(text))
    return { code: 'INVALID_ARGUMENT', detail: `the first field of a tuple of ${entity.name} must be its objectId` };
  return Number(text);
}

/** Why a tuple cannot be written as it is. */
export function tupleRefusal(entity: Entity, { fields }: Tuple, isNew: boolean): Refusal | undefined {
  const errors = entity.fields.flatMap((field, at) => {
    const value = fields[at] ?? '';
    const path = `newTuple.fields.${at}`;
    if (field.mandatory && value === '') return [{ path, message: `${field.name} must have a value` }];
    if (value.length > field.size) return [{ path, message: `${field.name} has at most ${field.size} characters` }];
    if (field.type === 'integer' && value !== '' && !/^\d{1,16}$/.test(value))
      return [{ path, message: `${field.name} is a whole number` }];
    return [];
  });
  if (fields.length !== entity.fields.length)
    errors.unshift({
      path: 'newTuple.fields',
      message: `${entity.name} has ${entity.fields.length} fields, not ${fields.length}`,
    });
  if (isNew && (fields[OBJECT_ID_FIELD] ?? '') !== '')
    errors.push({ path: 'newTuple.fields.0', message: 'objectId is given by the controller: leave it empty' });
  const first = errors[0];
  return first === undefined ? undefined : { code: 'INVALID_ARGUMENT', detail: `${first.path}: ${first.message}`, errors };
}

export const icpIdOf = ({ fields }: Tuple): number => Number(fields[ICP_ID_FIELD]);
