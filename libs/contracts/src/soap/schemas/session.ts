/**
 * Arguments and results of the session service, and what its call-back carries.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const SESSION_SCHEMA = schema('session', 'http://mitel.com/oig/session', {
  types: {
    authenticateSessionRequest: ['signedAuthenticationData:string', '@sessionId:long'],
    loginUser: [
      'applicationName:string?',
      'applicationPassword:string?',
      'certificate:string?',
      'companyName:string?',
      'localPassword:string?',
      'userEmail:string?',
      'userPassword:string?',
    ],
    loginExResponse: ['errorDesc:string?', 'authenticationData:string?', '@result:boolean', '@sessionId:long'],
    loginRequest: [
      'applicationName:string',
      'companyName:string',
      'localPassword:string',
      'applicationPassword:string?',
      'certificate:string?',
    ],
    loginAppResp: ['errorDesc:string?', 'authenticationData:string?', '@result:boolean', '@sessionId:long'],
    loginUserResult: ['errorDescription:string?', 'token:string?', '@result:boolean', '@sessionId:long', '@userId:int'],
    validateTokenResult: ['errorDescription:string?', 'token:string?', '@result:boolean', '@sessionId:long', '@userId:int'],
    authenticateSessionResponse: ['errorDescription:string?', '@sessionId:long', '@result:boolean'],
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
    result: ['errorDescription:string?', '@result:boolean'],
    resetSessionTimerResponse: ['errorDesc:string?', '@result:boolean'],
    logoutResponse: ['errorDesc:string?', '@result:boolean'],
    sessionHAEventMsg: ['newServerIPAddress:string?'],
  },
  enums: {},
});
