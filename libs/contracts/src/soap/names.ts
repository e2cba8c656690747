/**
 * Where the contract calls a thing otherwise than everywhere else, or misspells it: the member of the application API for a name of the contract.
 * Over SOAP the contract's spelling stays; our API keeps one noun (design.md, Words). By `type.field` where a name means two things.
 */
const MEMBERS: Readonly<Record<string, string>> = {
  objId: 'objectId',
  objIdOfDeviceWithMsg: 'objectId',
  hotDeskUserObjectId: 'objectId',
  hotDeskDeviceObjectId: 'objectId',
  'request.callId': 'localCallId',
  'advCoachCallRequest.callId': 'localCallId',
  accCode: 'accountCode',
  PRGDn: 'prgDn',
  e164Str: 'number',
  digitStr: 'digits',
  groupPresenceValue: 'presenceValue',
  agentGroupStatu: 'agentGroupStatus',
  line: 'lines',
  'deviceMembersResult.member': 'members',
  incomingNumber: 'incomingNumbers',
  'notificationRequest.deiId': 'deiIds',
  'tuple.field': 'fields',
  'tuples.tuple': 'tuples',
  searchPredicate: 'searchPredicates',
  deiDesctiptor: 'deiDescriptors',
  'deiDescriptor.field': 'fields',
  keyField: 'keyFields',
};

/** @param owner the type the field is in; `request` for the arguments of an operation */
export const memberOf = (owner: string, field: string): string => MEMBERS[`${owner}.${field}`] ?? MEMBERS[field] ?? field;

/** Values of enumerations that our API spells right. */
const WORDS: Readonly<Record<string, string>> = {
  LEAVE_ALL_ACD_GROUPS: 'LEAVE_All_ACD_GROUPS',
  OP_DELETE: 'OP_DELTE',
};

/** A word of the application API as the contract spells it. */
export const contractWord = (word: string): string => WORDS[word] ?? word;
