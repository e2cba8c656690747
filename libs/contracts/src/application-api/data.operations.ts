/**
 * The directory of the controllers (R-DAS-*). Old applications read tuples by the number of an entity (`deiId`); new ones read records by its
 * name, page by page. Both are the same data.
 */
import { z } from 'zod';
import { empty, operation, SESSION, sessionId, text } from './members.js';

export const SEARCH_OPERATORS = [
  'SO_CONTAINS',
  'SO_EQUAL_TO',
  'SO_GREATER',
  'SO_GREATER_EQUAL',
  'SO_LESS',
  'SO_LESS_EQUAL',
  'SO_NOT_EQUAL_TO',
  'SO_STARTS_WITH',
] as const;
export type SearchOperator = (typeof SEARCH_OPERATORS)[number];
export const FIELD_TYPES = ['BOOLEAN_FIELD_TYPE', 'ENUM_FIELD_TYPE', 'INTEGER_FIELD_TYPE', 'STRING_FIELD_TYPE'] as const;
export const DEI_LEVELS = [
  'DEI_LEVEL_COMMON',
  'DEI_LEVEL_ESMAPP',
  'DEI_LEVEL_GDM',
  'DEI_LEVEL_MASAPP',
  'DEI_LEVEL_SDSCC',
  'UDM_INVALID_LEVEL',
] as const;
/** OP_DELETE is `OP_DELTE` over SOAP. */
export const NOTIFICATION_OPERATIONS = ['OP_INSERT', 'OP_UPDATE', 'OP_DELETE'] as const;

/** At most so many fields in a tuple, conditions in a search, tuples in one answer of a search. */
export const DATA_BOUNDS = Object.freeze({
  fieldsMax: 64,
  valueLengthMax: 1000,
  predicatesMax: 16,
  tuplesMax: 1000,
  pageMax: 500,
});

const TUPLES = `${SESSION}/tuples/{deiId}`;
const deiId = z.int().min(0).max(0x7fffffff).describe('Number of the entity, as getDeiMetaData tells it');
const deiIds = z.array(deiId).min(1).max(DATA_BOUNDS.fieldsMax);
const base = z.strictObject({ sessionId, deiId });

/** Values in the order of the entity's fields, all as texts. */
export const TupleSchema = z.strictObject({
  fields: z.array(z.string().max(DATA_BOUNDS.valueLengthMax)).max(DATA_BOUNDS.fieldsMax),
  numberOfFields: z.int().min(0).max(DATA_BOUNDS.fieldsMax).optional(),
  viewId: z.int().min(-0x80000000).max(0x7fffffff).optional(),
  isShared: z.boolean().optional(),
});
export type Tuple = z.infer<typeof TupleSchema>;

const searchCondition = z.strictObject({
  searchPredicates: z
    .array(
      z.strictObject({
        fieldId: z.int().min(0).max(0x7fffffff),
        searchOperator: z.enum(SEARCH_OPERATORS),
        value: text(DATA_BOUNDS.valueLengthMax),
        caseInsensitive: z.boolean(),
      }),
    )
    .max(DATA_BOUNDS.predicatesMax)
    .optional(),
});
const search = base.extend({ searchCondition: searchCondition.optional(), n: z.int().min(1).max(DATA_BOUNDS.tuplesMax) });
const tuples = z.strictObject({ tuples: z.array(TupleSchema) });

const fieldDescriptor = z.strictObject({
  fieldId: z.int(),
  fieldName: z.string(),
  fieldType: z.enum(FIELD_TYPES),
  fieldValidationType: z.string().optional(),
  fieldIsKey: z.boolean(),
  fieldIsMandatory: z.boolean(),
  fieldIsDeprecated: z.boolean(),
  fieldIsNonWritableKeyForChange: z.boolean(),
  fieldSize: z.int(),
  minValue: z.int(),
  maxValue: z.int(),
});
export const DeiDescriptorSchema = z.strictObject({
  deiId: z.int(),
  /** The name new applications use in paths. */
  entity: z.string(),
  deiLevel: z.enum(DEI_LEVELS),
  dbTableName: z.string(),
  fields: z.array(fieldDescriptor),
  numberOfFields: z.int(),
  keyFields: z.array(z.int()),
  viewId: z.strictObject({ viewName: z.string(), dbId: z.int(), viewId: z.int() }),
  dnFieldId: z.int().describe('The field that holds the number; -1: none'),
  deiVersion: z.int(),
  allowDeletes: z.boolean(),
  introducedInVersion: z.string(),
});
export type DeiDescriptor = z.infer<typeof DeiDescriptorSchema>;

const entity = z.string().regex(/^[a-z][a-z-]{0,39}$/, 'the name of an entity, as GET …/data tells it');
/** Repeating a write is harmless without a key: what was changed is not as given any more, and a number exists once. */
const write = { distributionOnly: z.boolean().default(false) };

export const DATA_OPERATIONS = {
  getDeiMetaData: operation({
    doc: 'The entities of the directory and their fields.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: `${SESSION}/data` },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ deiDescriptors: z.array(DeiDescriptorSchema) }),
  }),
  getDataSchema: operation({
    doc: 'One entity of the directory and its fields.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: `${SESSION}/data/{entity}/schema` },
    request: z.strictObject({ sessionId, entity }),
    response: DeiDescriptorSchema,
  }),
  readData: operation({
    doc: 'Records of an entity, page by page; a filter is `field operator value` terms joined by `and`.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: `${SESSION}/data/{entity}` },
    request: z.strictObject({
      sessionId,
      entity,
      filter: text(2000).optional(),
      /** Of the answer before; absent: from the beginning. */
      after: text(2000).optional(),
      limit: z.int().min(1).max(DATA_BOUNDS.pageMax).default(100),
    }),
    response: z.strictObject({
      records: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
      /** Where the next page begins; null: this was the last. */
      after: z.string().nullable(),
    }),
  }),
  getAllTuples: operation({
    doc: 'Every tuple of an entity.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: TUPLES },
    request: base,
    response: tuples,
  }),
  getFirstTuple: operation({
    doc: 'The first tuple of an entity.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: `${TUPLES}/first` },
    request: base,
    response: tuples,
  }),
  getNextTuple: operation({
    doc: 'The tuple after a given one.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${TUPLES}/next` },
    request: base.extend({ currentTuple: TupleSchema }),
    response: tuples,
  }),
  searchFirstNTuples: operation({
    doc: 'The first tuples that fit every condition.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${TUPLES}/search` },
    request: search,
    response: tuples,
  }),
  searchNextNTuples: operation({
    doc: 'The next tuples that fit every condition, after a given one.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${TUPLES}/search-next` },
    request: search.extend({ currentTuple: TupleSchema }),
    response: tuples,
  }),
  insertTuple: operation({
    doc: 'Adds a tuple.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: TUPLES },
    request: base.extend({ newTuple: TupleSchema, ...write }),
    response: z.strictObject({ retTuple: TupleSchema }),
  }),
  updateTuple: operation({
    doc: 'Changes a tuple that still is as given (optimistic lock).',
    level: 'standard',
    kind: 'data',
    rest: { method: 'PUT', path: TUPLES },
    request: base.extend({ oldTuple: TupleSchema, newTuple: TupleSchema, ...write }),
    response: z.strictObject({ retTuple: TupleSchema }),
  }),
  deleteTuple: operation({
    doc: 'Removes a tuple that still is as given.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${TUPLES}/delete` },
    request: base.extend({ tuple: TupleSchema, ...write }),
    response: empty,
  }),
  registerNotificationHandler: operation({
    doc: 'Where the application wants to be told of changes of the directory; an empty address ends it.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'PUT', path: `${SESSION}/data-notification-handler` },
    request: z.strictObject({ sessionId, eventHandlerURL: text(2048) }),
    response: empty,
  }),
  registerDeisForNotification: operation({
    doc: 'Begins to tell of changes of these entities.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${SESSION}/data-notifications` },
    request: z.strictObject({ sessionId, deiIds, numberOfDeis: z.int().min(0).max(DATA_BOUNDS.fieldsMax).optional() }),
    response: empty,
  }),
  deregisterDeisForNotification: operation({
    doc: 'Ends telling of changes of these entities.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'POST', path: `${SESSION}/data-notifications/end` },
    request: z.strictObject({ sessionId, deiIds, numberOfDeis: z.int().min(0).max(DATA_BOUNDS.fieldsMax).optional() }),
    response: empty,
  }),
  getNotification: operation({
    doc: 'The next change of the entities registered for; nothing when there is none.',
    level: 'standard',
    kind: 'data',
    rest: { method: 'GET', path: `${SESSION}/data-notifications` },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({
      deiId: z.int().optional(),
      operationPerformed: z.enum(NOTIFICATION_OPERATIONS).optional(),
      originalTuple: TupleSchema.optional(),
      updatedTuple: TupleSchema.optional(),
    }),
  }),
} as const;
export type DataOperationName = keyof typeof DATA_OPERATIONS;
