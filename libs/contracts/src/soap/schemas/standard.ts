/**
 * Arguments and results of standard call control alone.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const STANDARD_SCHEMA = schema('standard', 'http://mitel.com/oig/cc/standard', {
  types: {
    resilientStatusResult: [
      'errorDescription:string?',
      'primaryIcpAddress:string?',
      'primaryConnectionState:cc.connectionState?',
      'secondaryIcpAddress:string?',
      'secondaryConnectionState:cc.connectionState?',
      'callStatePrimary:cc.callState?',
      'callStateSecondary:cc.callState?',
      '@result:boolean',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
      '@activeIcpId:long',
    ],
    setCFRequest: ['dn:string', '@sessionId:long', '@objectId:long', '@cfOn:boolean'],
    incomingPhoneNumberResult: ['errorDescription:string?', 'incomingNumber:string[]?', '@result:boolean'],
    hotDeskUserLoginResult: ['errorDescription:string?', 'userDn:string?', '@result:boolean', '@hotDeskDeviceObjectId:long'],
    memberConfig: ['primeDn:string?', '@buttonNum:int', '@objectId:long'],
    monitorResult: ['errorDescription:string?', '@result:boolean', '@objectId:long', '@icpId:long'],
    dialNumberResult: ['errorDescription:string?', 'dialableNumber:string?', '@result:boolean'],
    getIcpIdRequest: ['icpIpAddress:string', '@sessionId:long'],
    deviceMembersResult: ['errorDescription:string?', 'member:memberConfig[]?', '@result:boolean'],
    getLineAppearanceIdRequest: ['primeDn:string', '@sessionId:long', '@icpId:long', '@buttonNum:int'],
    getPhoneNumberIdRequest: ['primeDn:string', '@sessionId:long', '@icpId:long'],
    deviceConfigResult: [
      'errorDescription:string?',
      'line:lineConfig[]?',
      'primaryIcp:string?',
      'secondaryIcp:string?',
      '@result:boolean',
      '@isResilient:boolean',
    ],
    deviceConfigExResult: [
      'errorDescription:string?',
      'line:lineConfig[]?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    getDeviceMembersRequest: ['primeDn:string', '@sessionId:long', '@icpId:long'],
    lineConfig: ['extNumber:string?', '@objectId:long', '@buttonNumber:int'],
    loginExtHotDeskUserRequest: ['pin:string', '@sessionId:long', '@objectId:long'],
    getDeviceConfigurationRequest: ['primeDn:string', '@sessionId:long', '@icpId:long'],
    icpConfigResult: [
      'errorDescription:string?',
      'maxExtLength:string?',
      'trunkPrefix:string?',
      'longDistancePrefix:string?',
      'internationalPrefix:string?',
      'localAreaCodes:string?',
      'outsidePrefix:string?',
      'localCountryCode:string?',
      'neType:networkElementType?',
      'ipAddr:string?',
      '@result:boolean',
    ],
    hotDeskUserLoginDeviceResult: [
      'errorDescription:string?',
      'hotDeskDeviceDn:string?',
      '@result:boolean',
      '@hotDeskUserObjectId:long',
    ],
    loginHotDeskUserRequest: ['pin:string', 'hotDeskUserDn:string', '@sessionId:long', '@objectId:long'],
  },
  enums: {
    networkElementType: `
      MI_VB MI_400 MI_CC MX_ONE
    `,
  },
});
