/**
 * Entities, tuples and searches of the data access service.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const DATA_SCHEMA = schema('da', 'http://mitel.com/oig/da', {
  types: {
    getNotificationResult: [
      'errorDescription:string?',
      'originalTuple:tuple?',
      'updatedTuple:tuple?',
      'operationPerformed:notificationOperation?',
      '@result:boolean',
      '@deiId:int',
    ],
    insertTupleRequest: ['newTuple:tuple?', '@sessionId:long', '@deiId:int', '@distributionOnly:boolean'],
    result: ['errorDescription:string?', '@result:boolean', '@errorCode:int'],
    searchCondition: ['searchPredicate:searchPredicate[]?'],
    viewId: ['viewName:string?', '@dbId:int', '@viewId:int'],
    updateTupleResult: ['errorDescription:string?', 'retTuple:tuple?', '@result:boolean'],
    searchNextNTuplesRequest: [
      'searchCondition:searchCondition?',
      'currentTuple:tuple?',
      '@sessionId:long',
      '@deiId:int',
      '@n:int',
    ],
    tuple: ['field:string[]?', '@numberOfFields:int', '@viewId:int', '@isShared:boolean'],
    searchFirstNTuplesRequest: ['searchCondition:searchCondition?', '@sessionId:long', '@deiId:int', '@n:int'],
    tuples: ['tuple:tuple[]?', '@numberOfTuples:int'],
    searchResult: ['errorDescription:string?', 'tuples:tuples?', '@result:boolean'],
    deleteTupleRequest: ['tuple:tuple?', '@sessionId:long', '@deiId:int', '@distributionOnly:boolean'],
    deiDescriptor: [
      'field:fieldDescriptor[]?',
      'viewId:viewId?',
      'dbTableName:string?',
      'deiLevel:deiLevel?',
      'keyField:int[]?',
      'introducedInVersion:string?',
      '@deiId:int',
      '@numberOfFields:int',
      '@dnFieldId:int',
      '@deiVersion:int',
      '@allowDeletes:boolean',
    ],
    fieldDescriptor: [
      'fieldName:string?',
      'fieldValidationType:string?',
      'fieldType:fieldType?',
      '@fieldId:int',
      '@fieldIsDeprecated:boolean',
      '@fieldIsKey:boolean',
      '@fieldIsNonWritableKeyForChange:boolean',
      '@fieldIsMandatory:boolean',
      '@fieldSize:int',
      '@maxValue:long',
      '@minValue:int',
    ],
    notificationRequest: ['deiId:int[]?', '@sessionId:long', '@numberOfDeis:int'],
    updateTupleRequest: ['oldTuple:tuple?', 'newTuple:tuple?', '@sessionId:long', '@deiId:int', '@distributionOnly:boolean'],
    searchPredicate: ['value:string?', 'searchOperator:searchOperator?', '@fieldId:int', '@caseInsensitive:boolean'],
    getDeiMetaDataResult: ['errorDescription:string?', 'deiMetadata:deiMetaData?', '@result:boolean'],
    deiMetaData: ['deiDesctiptor:deiDescriptor[]?'],
  },
  enums: {
    searchOperator: `
      SO_CONTAINS SO_EQUAL_TO SO_GREATER SO_GREATER_EQUAL SO_LESS SO_LESS_EQUAL SO_NOT_EQUAL_TO SO_STARTS_WITH
    `,
    fieldType: `
      BOOLEAN_FIELD_TYPE ENUM_FIELD_TYPE INTEGER_FIELD_TYPE STRING_FIELD_TYPE
    `,
    deiLevel: `
      DEI_LEVEL_COMMON DEI_LEVEL_ESMAPP DEI_LEVEL_GDM DEI_LEVEL_MASAPP DEI_LEVEL_SDSCC UDM_INVALID_LEVEL
    `,
    notificationOperation: `
      OP_INSERT OP_UPDATE OP_DELTE
    `,
  },
});
