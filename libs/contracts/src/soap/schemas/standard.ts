/**
 * Arguments and results of standard call control alone.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const STANDARD_SCHEMA = schema('standard', 'http://mitel.com/oig/cc/standard', {
  types: {
    monitorResult: ['errorDescription:string?', '@result:boolean', '@objectId:long', '@icpId:long'],
    getIcpIdRequest: ['icpIpAddress:string', '@sessionId:long'],
    getPhoneNumberIdRequest: ['primeDn:string', '@sessionId:long', '@icpId:long'],
  },
  enums: {},
});
