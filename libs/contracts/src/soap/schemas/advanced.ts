/**
 * Descriptions, states and events of advanced call control.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const ADVANCED_SCHEMA = schema('advanced', 'http://mitel.com/oig/cc/advanced', {
  types: {
    advEventMsg: [
      'errorDescription:string?',
      'eventType:=advEventType?',
      {
        'callEvent?': [
          'type:=advCallEventType?',
          'cause:=cc.eventCauseType?',
          'callState:=cc.callState?',
          {
            'callEventAttribute[]?': [
              'attributeName:=advCallEventAttributeNames?',
              'attributeValue:string?',
              'attributeType:cc.attributeType?',
            ],
          },
          'featuresAllowed:cc.featuresAllowed[]?',
          {
            'device[]?': [
              'deviceName:=cc.deviceName?',
              {
                'deviceAttribute[]?': [
                  'attributeName:=cc.deviceAttributeNames?',
                  'attributeValue:string?',
                  'attributeType:cc.attributeType?',
                ],
              },
            ],
          },
          {
            'party[]?': [
              'memberNum:string?',
              'memberName:string?',
              'deviceType:=cc.deviceType?',
              'remoteMemberExt:string?',
              'remoteMemberName:string?',
              'memberNetworkExt:string?',
              'peerId:string?',
              'peerName:string?',
              '@callId:long',
              '@numberPrivacy:boolean',
              '@namePrivacy:boolean',
            ],
          },
          'accountCode:string?',
          'accountCodeType:=cc.accountCodeType?',
          '@localCallId:long',
          '@callEventTime:long',
          '@objectId:long',
        ],
      },
      {
        'featureEvent?': [
          'eventType:=cc.featureEventType?',
          {
            'featureEventAttribute[]?': [
              'attributeName:=advFeatureEventAttributeNames?',
              'attributeValue:string?',
              'attributeType:cc.attributeType?',
            ],
          },
          '@objectId:long',
          '@time:long',
        ],
      },
      { 'systemEvent?': ['eventType:=cc.systemEventType?', 'connectionState:=cc.connectionState?', '@icpId:long', '@time:long'] },
      '@result:boolean',
    ],
    acdGroupDescriptionResult: [
      'errorDescription:string?',
      'groupNumber:string?',
      'groupName:string?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@numberOfMembers:int',
      '@usesSkills:int',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    advFeatureEventAttributeValue: [
      'attributeName:advFeatureEventAttributeNames?',
      'attributeValue:string?',
      'attributeType:cc.attributeType?',
    ],
    advCallEventMsg: [
      'type:advCallEventType?',
      'cause:cc.eventCauseType?',
      'callState:cc.callState?',
      'callEventAttribute:advCallEventAttributeValue[]?',
      'featuresAllowed:cc.featuresAllowed[]?',
      'device:advDevice[]?',
      'party:advPartyMember[]?',
      'accountCode:string?',
      'accountCodeType:cc.accountCodeType?',
      '@localCallId:long',
      '@callEventTime:long',
      '@objectId:long',
    ],
    advSystemEventMsg: ['eventType:cc.systemEventType?', 'connectionState:cc.connectionState?', '@icpId:long', '@time:long'],
    sipPeerDescriptionResult: [
      'errorDescription:string?',
      'peerType:peerType?',
      'peerTrunkType:peerTrunkType?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    huntGroupDescriptionResult: [
      'errorDescription:string?',
      'groupNumber:string?',
      'groupName:string?',
      'firstRad:string?',
      'secondRad:string?',
      'nightRad:string?',
      'huntMode:huntGroupMode?',
      'huntType:huntGroupType?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@numberOfMembers:int',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    acdAgentGroupPresence: ['groupDn:string?', '@present:boolean'],
    acdStatusResult: [
      'errorDescription:string?',
      '@result:boolean',
      '@numOfMembers:int',
      '@membersLoggedIn:int',
      '@membersBusy:int',
      '@callsWaiting:int',
      '@membersInDND:int',
      '@membersIdle:int',
      '@membersLoggedInPresent:int',
    ],
    acdPathDescriptionResult: [
      'errorDescription:string?',
      'pathName:string?',
      'firstRad:string?',
      'secondRad:string?',
      'thirdRad:string?',
      'fourthRad:string?',
      'interflowDn:string?',
      'pathUnavailableDn:string?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@numGroups:int',
      '@interflowEnabled:boolean',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    advCallStatusResult: ['errorDescription:string?', 'callEvent:advCallEventMsg?', '@result:boolean'],
    advCoachCallRequest: ['coachType:bridgeCoachType?', '@sessionId:long', '@objectId:long', '@callId:long'],
    acdAgentDescriptionResult: [
      'errorDescription:string?',
      'agentId:string?',
      'agentName:string?',
      'agentDn:string?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      'agentType:acdAgentType?',
      '@result:boolean',
      '@agentSkill:int',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    advFeatureEventMsg: [
      'eventType:cc.featureEventType?',
      'featureEventAttribute:advFeatureEventAttributeValue[]?',
      '@objectId:long',
      '@time:long',
    ],
    ringGroupDescriptionResult: [
      'errorDescription:string?',
      'groupNumber:string?',
      'groupName:string?',
      'overflowPoint:string?',
      'ringType:ringType?',
      'primaryIcpAddress:string?',
      'secondaryIcpAddress:string?',
      '@result:boolean',
      '@numberOfMembers:int',
      '@isResilient:boolean',
      '@primaryIcpId:long',
      '@secondaryIcpId:long',
    ],
    advPartyMember: [
      'memberNum:string?',
      'memberName:string?',
      'deviceType:cc.deviceType?',
      'remoteMemberExt:string?',
      'remoteMemberName:string?',
      'memberNetworkExt:string?',
      'peerId:string?',
      'peerName:string?',
      '@callId:long',
      '@numberPrivacy:boolean',
      '@namePrivacy:boolean',
    ],
    advDeviceAttributeValue: [
      'attributeName:cc.deviceAttributeNames?',
      'attributeValue:string?',
      'attributeType:cc.attributeType?',
    ],
    advDevice: ['deviceName:cc.deviceName?', 'deviceAttribute:advDeviceAttributeValue[]?'],
    sipPeerStatusResult: [
      'errorDescription:string?',
      'globalCallId:string?',
      'callState:cc.callState?',
      '@result:boolean',
      '@localCallId:long',
    ],
    advCallEventAttributeValue: [
      'attributeName:advCallEventAttributeNames?',
      'attributeValue:string?',
      'attributeType:cc.attributeType?',
    ],
    tdmTrunkStatusResult: ['errorDescription:string?', '@result:boolean', '@inService:boolean'],
  },
  enums: {
    bridgeCoachType: `
      COACH_ALL COACH_WHISPER
    `,
    huntGroupType: `
      HuntGroupVoice HuntGroupRad HuntGroupPhantom HuntGroupVoiceMail HuntGroupHCIReroute
    `,
    peerType: `
      PEER_UNKNOWN PEER_SIP PEER_IP
    `,
    ringType: `
      RING_ALL RING_CASCADE
    `,
    peerTrunkType: `
      PEER_UNKNOWN PEER_PUBLIC_TRUNK PEER_PRIVATE_TRUNK PEER_BOTH_TRUNK
    `,
    huntGroupMode: `
      HuntGroupModeLinear HuntGroupModeCyclic HuntGroupModeAuto
    `,
    advEventType: `
      UNKNOWN CALL_EVENT FEATURE_EVENT ACD_EVENT SYSTEM_EVENT
    `,
    advCallEventAttributeNames: `
      DIALED_DIGITS CURRENT_GLOBAL_CALL_ID PRIMARY_GLOBAL_CALLID SECONDARY_GLOBAL_CALLID WORK_TIMER_ACTIVE
      DISTRIBUTION_RING_GRP_RINGALL DISTRIBUTION_RING_GRP_CASCADE DISTRIBUTION_HUNT_GRP_CIRCULAR
      DISTRIBUTION_HUNT_GRP_LINEAR DISTRIBUTION_PERSONAL_RING_GRP DISTRIBUTION_RING_GRP_TERMINAL
      DISTRIBUTION_RING_GRP_CIRCULAR_CASCADE DISTRIBUTION_RING_GRP_CIRCULAR QUEUE_POSITION PIN_SECURITY_SERVICE ICP_ID
      GROUP_MEMBER_ANSWERED TRUNK_CALL_ID
    `,
    acdAgentType: `
      TRADITIONAL HOTDESK_ACD_EXPRESS HOTDESK_ACD2
    `,
    advCallEventType: `
      UNKNOWN ACCOUNT_CODE_SET ACD2_PATH ACD2_GROUP GROUP ACD_AGENT_FEATURE ACTIVATE_FEATURE CALL_CLEAR CALL_CONFERENCED
      CALL_DELIVERED CALL_DIVERTED CALL_ESTABLISHED CALL_FAILED CALL_HELD CALL_ORIGINATED CALL_QUEUED CALL_RECEIVED
      CALL_RETRIEVED CALL_TRANSFERRED CMD_RESPONSE CONFERENCE_HELD CONFERENCE_FEATURE DEVICE_DROPPED EXTENSION_IN_USE
      FORWARD_FEATURE IN_SERVICE MONITOR_SET OUT_OF_SERVICE REMOTE_PARTY_UPDATE RESILIENT_DEVICE ROUTING_DEVICE
      TRUNK_DIGITS_OUTPULSED WORK_TIMER_EXPIRED USERID_FEATURE GROUP_PRESENCE_FEATURE ACD_EXPRESS_GROUP_EVENT
      INFORMATION_UPDATE MONITOR_FAILED_EVENT PRG_MONITOR_SET_EVENT PRG_MONITOR_FAILED_EVENT
    `,
    advFeatureEventAttributeNames: `
      CALL_STATE DEVICE_NUMBER USER_DN GROUP_DN FORWARD_DN AGENT_DN AGENT_ID REGISTRATION_DN USER_TYPE FEATURE_EVENT_STATE
      ICP_ID ACD_AGENT_MAKE_BUSY_CODE INVOKER_DN INVOKER_LINE_NUM BRIDGE_PARTY_DN BRIDGE_PARTY_LINE_NUM BRIDGE_STATUS
      BRIDGE_COACH_MODE BRIDGE_NUMBER_REQUESTORS BRIDGE_REQUESTOR_DN
    `,
  },
});
