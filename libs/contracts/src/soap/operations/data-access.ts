/** The directory of the controllers. */
import { SESSION, type ServiceNotation } from './notation.js';

export const DATA_SERVICE: ServiceNotation = {
  name: 'DataAccessService',
  namespace: 'http://mitel.com/oig/da/DataAccessService',
  prefixes: ['da'],
  operations: {
    getDeiMetaData: [SESSION, 'return:da.getDeiMetaDataResult'],
    getAllTuples: [['sessionId:long', 'deiId:int'], 'return:da.searchResult'],
    getFirstTuple: [['sessionId:long', 'deiId:int'], 'return:da.searchResult'],
    getNextTuple: [['sessionId:long', 'deiId:int', 'currentTuple:da.tuple'], 'return:da.searchResult'],
    searchFirstNTuples: [['searchRequest:da.searchFirstNTuplesRequest'], 'return:da.searchResult'],
    searchNextNTuples: [['searchRequest:da.searchNextNTuplesRequest'], 'return:da.searchResult'],
    updateTuple: [['updateTupleRequest:da.updateTupleRequest'], 'return:da.updateTupleResult'],
    insertTuple: [['insertTupleRequest:da.insertTupleRequest'], 'return:da.updateTupleResult'],
    deleteTuple: [['deleteTupleRequest:da.deleteTupleRequest'], 'return:da.result'],
    registerNotificationHandler: [['sessionId:long', 'eventHandlerURL:string'], 'return:da.result'],
    registerDeisForNotification: [['regNotification:da.notificationRequest'], 'return:da.result'],
    deregisterDeisForNotification: [['deregNotification:da.notificationRequest'], 'return:da.result'],
    getNotification: [SESSION, 'return:da.getNotificationResult'],
  },
};
