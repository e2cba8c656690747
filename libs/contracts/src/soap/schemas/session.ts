/**
 * Log-in and session operations.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const SESSION_SCHEMA = schema('session', 'http://mitel.com/oig/session', {
  types: {
    loginExResponse: ['errorDesc:string?', 'authenticationData:string?', '@result:boolean', '@sessionId:long'],
    loginRequest: [
      'applicationName:string',
      'companyName:string',
      'localPassword:string',
      'applicationPassword:string?',
      'certificate:string?',
    ],
    loginAppResp: ['errorDesc:string?', 'authenticationData:string?', '@result:boolean', '@sessionId:long'],
    loginAppReq: [
      'applicationName:string?',
      'companyName:string?',
      'applicationPassword:string?',
      'localPassword:string?',
      'certificate:string?',
      'version:string?',
      'userId:string?',
    ],
    versionResponse: ['errorDesc:string?', 'serviceVersions:string?', '@result:boolean', '@sessionId:long'],
    loginExRequest: [
      'applicationName:string',
      'companyName:string',
      'applicationPassword:string',
      'localPassword:string',
      'version:string',
      'certificate:string?',
    ],
    loginResponse: ['errorDesc:string?', 'authenticationData:string?', '@result:boolean', '@sessionId:long'],
    resetSessionTimerResponse: ['errorDesc:string?', '@result:boolean'],
    logoutResponse: ['errorDesc:string?', '@result:boolean'],
  },
  enums: {},
});
