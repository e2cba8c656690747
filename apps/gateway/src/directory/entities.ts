/**
 * The entities of the directory (R-DAS-01) and their fields. An entity's number is `deiId` for old applications and the number of the page of the
 * controller link; its name stands in the paths of new ones. Every tuple begins with what names it: `objectId` and `icpId`.
 */
import type { DeiDescriptor } from '#contracts/application-api';

export type FieldType = 'integer' | 'string' | 'boolean';
export interface EntityField {
  readonly name: string;
  readonly type: FieldType;
  readonly mandatory: boolean;
  /** Greatest length of a value in characters. */
  readonly size: number;
}
export interface Entity {
  readonly deiId: number;
  readonly name: string;
  readonly fields: readonly EntityField[];
  /** Index of the field that holds the number of it; -1: none. */
  readonly dnField: number;
  /** Whether applications may insert, change and delete. */
  readonly writable: boolean;
}

const NUMBER_SIZE = 51;
const TEXT_SIZE = 255;
const field = (name: string, size = TEXT_SIZE, mandatory = false, type: FieldType = 'string'): EntityField => ({
  name,
  type,
  mandatory,
  size,
});
const number = (name: string, mandatory = false) => field(name, NUMBER_SIZE, mandatory);
const integer = (name: string, mandatory = false) => field(name, 16, mandatory, 'integer');

/** `objectId` is given by us, so an insert leaves it empty; `icpId` says at which controller. */
const identity = [integer('objectId'), integer('icpId', true)];

function entity(deiId: number, name: string, dn: string | undefined, own: readonly EntityField[], writable = true): Entity {
  const fields = [...identity, ...own];
  return { deiId, name, fields, dnField: fields.findIndex((each) => each.name === dn), writable };
}

export const ENTITIES: readonly Entity[] = [
  entity(1, 'controllers', undefined, [field('address', 45, true), field('name'), field('release', 32)], false),
  entity(2, 'phones', 'dn', [
    number('dn', true),
    field('name'),
    field('deviceType', 32),
    field('traits'),
    field('primaryAddress', 45),
    field('secondaryAddress', 45),
  ]),
  entity(3, 'users', 'primeDn', [
    field('firstName'),
    field('lastName', TEXT_SIZE, true),
    field('email', 254),
    field('department'),
    field('location'),
    number('primeDn'),
  ]),
  entity(4, 'hot-desk-users', 'dn', [number('dn', true), field('name'), number('hotDeskDeviceDn')]),
  entity(5, 'acd-agents', 'agentDn', [number('agentId', true), number('agentDn'), field('name'), field('agentType', 32)]),
  entity(6, 'line-appearances', 'dn', [number('dn', true), integer('button', true), number('primeDn', true)]),
  entity(7, 'groups', 'dn', [number('dn', true), field('name'), field('deviceType', 32)]),
  entity(8, 'trunks', undefined, [integer('trunkNumber', true), field('name'), field('deviceType', 32)]),
];

const BY_ID = new Map(ENTITIES.map((each) => [each.deiId, each]));
const BY_NAME = new Map(ENTITIES.map((each) => [each.name, each]));
export const entityById = (deiId: number): Entity | undefined => BY_ID.get(deiId);
export const entityByName = (name: string): Entity | undefined => BY_NAME.get(name);

export const OBJECT_ID_FIELD = 0;
export const ICP_ID_FIELD = 1;

const FIELD_TYPES = { integer: 'INTEGER_FIELD_TYPE', string: 'STRING_FIELD_TYPE', boolean: 'BOOLEAN_FIELD_TYPE' } as const;

/** An entity as the contract describes it. */
export const descriptorOf = ({ deiId, name, fields, dnField, writable }: Entity): DeiDescriptor => ({
  deiId,
  entity: name,
  deiLevel: 'DEI_LEVEL_COMMON',
  dbTableName: name,
  fields: fields.map((each, fieldId) => ({
    fieldId,
    fieldName: each.name,
    fieldType: FIELD_TYPES[each.type],
    fieldIsKey: fieldId === OBJECT_ID_FIELD,
    fieldIsMandatory: each.mandatory,
    fieldIsDeprecated: false,
    fieldIsNonWritableKeyForChange: fieldId <= ICP_ID_FIELD,
    fieldSize: each.size,
    minValue: 0,
    maxValue: each.type === 'integer' ? Number.MAX_SAFE_INTEGER : 0,
  })),
  numberOfFields: fields.length,
  keyFields: [OBJECT_ID_FIELD],
  viewId: { viewName: name, dbId: 1, viewId: deiId },
  dnFieldId: dnField,
  deiVersion: 1,
  allowDeletes: writable,
  introducedInVersion: '4.0',
});
