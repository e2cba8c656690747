/**
 * Results and events shared by the call-control services.
 * The notation is explained in ../notation.ts; names, order and spelling are those of the contract.
 */
import { schema } from '../notation.js';

export const CC_SCHEMA = schema('cc', 'http://mitel.com/oig/cc', {
  types: {
    standardEventMsg: [
      'errorDescription:string?',
      'eventType:=eventType?',
      {
        'callEvent?': [
          'type:=callEventType?',
          'cause:=eventCauseType?',
          'callState:=callState?',
          {
            'callEventAttribute[]?': [
              'attributeName:=callEventAttributeNames?',
              'attributeValue:string?',
              'attributeType:attributeType?',
            ],
          },
          'featuresAllowed:featuresAllowed[]?',
          {
            'device[]?': [
              'deviceName:=deviceName?',
              {
                'deviceAttribute[]?': [
                  'attributeName:=deviceAttributeNames?',
                  'attributeValue:string?',
                  'attributeType:attributeType?',
                ],
              },
            ],
          },
          {
            'party[]?': [
              'memberNum:string?',
              'memberName:string?',
              'deviceType:=deviceType?',
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
          'accountCodeType:=accountCodeType?',
          '@localCallId:long',
          '@callEventTime:long',
          '@objectId:long',
        ],
      },
      {
        'featureEvent?': [
          'eventType:=featureEventType?',
          {
            'featureEventAttribute[]?': [
              'attributeName:=featureEventAttributeNames?',
              'attributeValue:string?',
              'attributeType:attributeType?',
            ],
          },
          '@time:long',
          '@objectId:long',
        ],
      },
      { 'systemEvent?': ['eventType:=systemEventType?', 'connectionState:=connectionState?', '@icpId:long', '@time:long'] },
      '@result:boolean',
    ],
    callEventMsg: [
      'type:callEventType?',
      'cause:eventCauseType?',
      'callState:callState?',
      'callEventAttribute:callEventAttributeValue[]?',
      'featuresAllowed:featuresAllowed[]?',
      'device:device[]?',
      'party:partyMember[]?',
      'accountCode:string?',
      'accountCodeType:accountCodeType?',
      '@localCallId:long',
      '@callEventTime:long',
      '@objectId:long',
    ],
    acdAgentStatusResult: [
      'errorDescription:string?',
      'agentDn:string?',
      'registrationDn:string?',
      'CFNAExt:forwardingInfo?',
      'CFNAInt:forwardingInfo?',
      'CFBusyExt:forwardingInfo?',
      'CFBusyInt:forwardingInfo?',
      'CFAlways:forwardingInfo?',
      'agentGroupStatu:advanced.acdAgentGroupPresence[]?',
      '@result:boolean',
      '@DND:boolean',
      '@autoAnswer:boolean',
      '@msgWaitingLamp:boolean',
    ],
    deviceFeaturesResult: [
      'errorDescription:string?',
      'hotDeskUserLoggedInDn:string?',
      'registrationDn:string?',
      'CFNAExt:forwardingInfo?',
      'CFNAInt:forwardingInfo?',
      'CFBusyExt:forwardingInfo?',
      'CFBusyInt:forwardingInfo?',
      'CFAlways:forwardingInfo?',
      '@result:boolean',
      '@DND:boolean',
      '@autoAnswer:boolean',
      '@msgWaitingLamp:boolean',
    ],
    deviceAttributeValue: ['attributeName:deviceAttributeNames?', 'attributeValue:string?', 'attributeType:attributeType?'],
    objectIdResult: ['errorDescription:string?', '@result:boolean', '@objectId:long'],
    acdAgentStatusExResult: [
      'errorDescription:string?',
      'agentDn:string?',
      'registrationDn:string?',
      'CFNAExt:forwardingInfo?',
      'CFNAInt:forwardingInfo?',
      'CFBusyExt:forwardingInfo?',
      'CFBusyInt:forwardingInfo?',
      'CFAlways:forwardingInfo?',
      'agentGroupStatu:advanced.acdAgentGroupPresence[]?',
      '@result:boolean',
      '@DND:boolean',
      '@makeBusyState:boolean',
      '@autoAnswer:boolean',
      '@msgWaitingLamp:boolean',
    ],
    device: ['deviceName:deviceName?', 'deviceAttribute:deviceAttributeValue[]?'],
    numberedEventMsg: [
      'errorDescription:string?',
      'eventType:eventType?',
      'callEvent:callEventMsg?',
      'featureEvent:featureEventMsg?',
      'systemEvent:systemEventMsg?',
      'advCallEvent:advanced.advCallEventMsg?',
      'advEventType:advanced.advEventType?',
      'advFeatureEvent:advanced.advFeatureEventMsg?',
      'advSystemEvent:advanced.advSystemEventMsg?',
      '@result:boolean',
      '@eventNumber:int',
      '@advanced:boolean',
    ],
    featureEventAttributeValue: [
      'attributeName:featureEventAttributeNames?',
      'attributeValue:string?',
      'attributeType:attributeType?',
    ],
    callStatusResult: ['errorDescription:string?', 'callEvent:callEventMsg?', '@result:boolean'],
    forwardingInfo: ['dn:string?', '@fwdOn:boolean'],
    partyMember: [
      'memberNum:string?',
      'memberName:string?',
      'deviceType:deviceType?',
      'remoteMemberExt:string?',
      'remoteMemberName:string?',
      'memberNetworkExt:string?',
      'peerId:string?',
      'peerName:string?',
      '@callId:long',
      '@numberPrivacy:boolean',
      '@namePrivacy:boolean',
    ],
    icpIdResult: [
      'errorDescription:string?',
      'connectionState:connectionState?',
      'icpVersion:string?',
      '@result:boolean',
      '@icpId:long',
    ],
    restEventMsg: ['eventMsg:numberedEventMsg?', 'errorDescription:string?', '@sessionId:long', '@result:boolean'],
    callEventAttributeValue: ['attributeName:callEventAttributeNames?', 'attributeValue:string?', 'attributeType:attributeType?'],
    featureEventMsg: [
      'eventType:featureEventType?',
      'featureEventAttribute:featureEventAttributeValue[]?',
      '@time:long',
      '@objectId:long',
    ],
    systemEventMsg: ['eventType:systemEventType?', 'connectionState:connectionState?', '@icpId:long', '@time:long'],
    result: ['errorDescription:string?', '@result:boolean'],
  },
  enums: {
    attributeType: `
      STRING INTEGER LONG_INTEGER BOOLEAN
    `,
    featuresAllowed: `
      NOT_SUPPORTED ANSWER_CALL REDIRECT_CALL CAMPON_CALL SET_CALL_ME_BACK INTRUDE_CALL ALTERNATE_CALL TRADE_CALL
      CONFERENCE_CALL SPLIT_CONFERENCE_CALL CONSULTATION_CALL CANCEL_CONSULTATION_CALL TRANSFER_CALL SEND_CALLBACK_MESSAGE
      SET_ACCOUNT_CODE NEW_CALL CLEAR_CALL OUT_PULSE_DIGITS HOLD_CALL RETRIEVE_CALL LISTEN_CALL ASSIGN_CALLER_ID
      ALTER_WORK_TIMER TAP_CALL
    `,
    accountCodeType: `
      VERIFIED_ACCOUNT_CODE UNVERIFIED_ACCOUNT_CODE
    `,
    deviceName: `
      CALLING_DEVICE CALLING_DEVICE_NETWORK_EXT ORIGINAL_DESTINATION_DEVICE GROUP_DEVICE CALLED_DEVICE CONTROLLER_DEVICE
      CONNECTED_DEVICE PICKUP_DEVICE SPLITTING_DEVICE TRANSFER_CONTROLLER_DEVICE TRANSFERRED_DEVICE NEW_DESTINATION_DEVICE
      DROPPED_DEVICE USING_DEVICE HOLDING_DEVICE WAITING_DEVICE ACD_CALLER_DEVICE ACD_AGENT_DEVICE ACD_FORWARDING_DEVICE
      ACD_UNAVAILABLE_ANSWER_POINT_DEVICE ACD_PATH_EXIT_DEVICE ACD_INTERFLOW_DEVICE ACD_AGENT_GROUP_DEVICE ACD_RAD_DEVICE
      ACD_REMOTE_PATH_DEVICE GROUP_MEMBER_DEVICE GROUP_OVERFLOW_DEVICE GROUP_WAITING_DEVICE ROUTING_DEVICE
      TRANSFERRER_DEVICE
    `,
    systemEventType: `
      ICP_COMMUNICATION_EVENT OIG_SHUTDOWN HA_ACTIVITY_SWITCH
    `,
    eventCauseType: `
      UNKNOWN ACCOUNT_CODE_SET ACD_AGENT_TIMEOUT ACD_CALL_QUEUED ACD_CALL_DELIVERED ACD_CALL_ANSWERED ACD_CALL_CLEARED
      ACD_CALL_OVERFLOWED ACD_CALL_ABANDONED ACD_CALL_CLEAR_INVOKED ACD_CALL_QUEUED_FAILED ACD_CALL_QUEUED_OVERFLOWED
      ACD_CALL_REDIRECTED ACD_CALL_RECEIVED ACD_REMOTE_CALL_QUEUED ACD_REMOTE_CALL_DEQUEUED ACD_REMOTE_CALL_DISTRIBUTED
      ACD_HELP_CALL ACD_INTERFLOWED_DISCONNECTED ACD_INTERFLOWED_REROUTED ACD_RAD_STARTED ACD_REQUEST
      ACD_REQUEST_DISCONNECTED ACD_REQUEST_REROUTED ACD_REQUEUE_REQUEST ACD_REQUEUE_REQUEST_DISCONNECTED
      ACD_REQUEUE_REQUEST_REROUTED ACD_SILENT_MONITOR_ESTABLISHED ACD_SILENT_MONITOR_DROPPED ACD_SILENT_MONITOR
      ACD_SILENT_MONITOR_INVOKED ALTERNATE_CALL_INVOKED ANSWERED ANSWERED_INVOKED CALLBACK_INVOKED CALLBACK_MATURED
      CALL_QUEUED CALL_IS_WAITING CLEARED CLEAR_INVOKED CONFERENCE_CALL_HELD CONFERENCE_CALL_RETRIEVED CONFERENCE_CONS_HELD
      CONFERENCE_CONS_RETRIEVED CONFERENCED CONFERENCE_ESTABLISHED CONFERENCE_INVOKED CONFERENCE_MEMBER_ADDED
      CONFERENCE_MEMBER_DROPPED CONFERENCE_MONITOR_SET CONFERENCE_REMOTE_UPDATE CONFERENCE_SPLIT CONFERENCE_SPLIT_INVOKED
      CONFERENCE_TRANSFERRED CONF_RETRIEVE_INVOKED CONS_HOLD CONS_HOLD_INVOKED CONS_CALL_INVOKED CONS_HELD_PARTY_DROPPED
      CONTROLLER_COMMS_FAILED CONTROLLER_COMMS_RESTORED DELIVERED DESTINATION_BUSY DESTINATION_DO_NOT_DISTURB
      DESTINATION_NOT_OBTAINABLE DESTINATION_UNAVAILABLE DEVICE_IN_SERVICE DEVICE_OUT_OF_SERVICE DIVERTED_ALWAYS_FROM
      DIVERTED_ALWAYS_TO DIVERTED_NO_ANSWER_FROM DIVERTED_NO_ANSWER_TO DIVERTED_NO_ANSWER_AWAY DIVERTED_ON_BUSY_FROM
      DIVERTED_ON_BUSY_TO DIVERTED_PICKUP_AWAY ERROR_DETECTED EXTENSION_IN_USE HARD_HELD_PARTY_DROPPED HARD_HOLD
      HARD_HOLD_INVOKED HARD_HOLD_RETRIEVED INTRUSION INTRUSION_INVOKED INVALID_ACCOUNT_CODE MEMBER_ANSWERED MONITOR_SET
      NETWORK_BUSY NETWORK_CONGESTION NETWORK_NOT_OBTAINABLE NEW_CALL_INVOKED NEW_CALL NO_ANSWER NO_SUCH_NUMBER
      ONS_CALL_ORIGINATED OTHER_DEVICE_CLEARED OTHER_DEVICE_DROPPED PICKUP PICKUP_INVOKED PRIVILEGE_VIOLATION
      QUEUED_PARTY_DROPPED RAD_UNAVAILABLE RECALL_HELD_PARTY REDIRECTED_AWAY REDIRECTED_FROM REDIRECTED_HANDOFF
      REDIRECTED_ON_ERROR REDIRECTED_TO REMOTE_PARTY_UPDATED GLOBAL_CALLID_UPDATED CALL_DISTRIBUTED CALL_ANSWERED
      CALL_DISCONNECTED CALL_OVERFLOWED CALL_WAITING_PARTY_DISCONNECTED CFNA_CALL_QUEUED CFA_CALL_QUEUED CFB_CALL_QUEUED
      CFA_DESTINATION_BUSY CFB_DESTINATION_BUSY RETRIEVE RETRIEVE_INVOKED ROUTING_DEVICE_CALL_QUEUED
      ROUTING_DEVICE_CALL_OVERFLOW ROUTING_DEVICE_CALL_REROUTED ROUTING_DEVICE_CALL_ABONDONED
      ROUTING_DEVICE_CFALWAYS_CALL_QUEUED ROUTING_DEVICE_CFBUSY_CALL_QUEUED ROUTING_DEVICE_CFNOANS_CALL_QUEUED
      ROUTING_DEVICE_RAD_STARTED ROUTING_DEVICE_REROUTED_CALL_QUEUED ROUTING_DEVICE_TRANS_CALL_QUEUED
      SECONDARY_CONTROLLER_COMMS_FAILED SECONDARY_MONITOR_SET SUPERVISED_TRANSFER TAP_CALL THIS_DEVICE_DROPPED
      TRANSFER_INVOKED TRANSFER_RECALL_NO_ANSWER TRANSFER_RECALL_ON_BUSY TRANSFER_TO_BUSY TRANSFERRED_CALL TRUNKS_BUSY
      TRUNK_DIGITS_OUTPULSED UNSUPERVISED_TRANSFER WAITING_CALL_RINGING WORK_TIMER_EXPIRED HANDOFF_PUSH PEER_OUT_OF_SERVICE
      PEER_INSERVICE EHDU_ACCESS EHDU_CALL_BACK CALLING_NAME_UPDATED FEATURES_ALLOWED_CHANGED BARGE_INVOKED
      CLOSING_CALL_SERVER RESILIENT_INFO_UPDATE
    `,
    featureEventType: `
      UNKNOWN AUTO_ANSWER_FEATURE DO_NOT_DISTURB MSG_WAITING_INDICATOR INSERVICE DO_NOT_DISTURB_ALL MSG_WAITING_IND_ALL
      MAKE_BUSY JOIN_GROUP LEAVE_GROUP JOIN_ALL_ACD_GROUPS MAKE_BUSY_STATE LEAVE_All_ACD_GROUPS ACD_AGENT ACD_AGENT_BLOCKED
      ACD2_LOGIN_NO_LICENSE HOT_DESK_USER CF_ALWAYS CF_BUSY_EXTERNAL CF_BUSY_INTERNAL CF_NO_ANSWER_INTERNAL
      CF_NO_ANSWER_EXTERNAL CF_NO_ANSWER_BUSY CF_ALL_MODES BRIDGE_JOIN BRIDGE_LEAVE BRIDGE_ENABLE_COACHING
      BRIDGE_DISABLE_COACHING BRIDGE_ENABLE_ALL_COACHING BRIDGE_DISCONNECTED BRIDGE_CONNECTED ACD_AGENT_FEATURE
      ACTIVATE_FEATURE CONFERENCE_FEATURE FORWARD_FEATURE USER_ID_FEATURE_EVENT BRIDGE_FEATURE_EVENT
    `,
    callEventType: `
      UNKNOWN ACCOUNT_CODE_SET ACD2_PATH ACD2_GROUP GROUP ACD_AGENT_FEATURE ACTIVATE_FEATURE CALL_CLEAR CALL_CONFERENCED
      CALL_DELIVERED CALL_DIVERTED CALL_ESTABLISHED CALL_FAILED CALL_HELD CALL_ORIGINATED CALL_QUEUED CALL_RECEIVED
      CALL_RETRIEVED CALL_TRANSFERRED CMD_RESPONSE CONFERENCE_HELD CONFERENCE_FEATURE DEVICE_DROPPED EXTENSION_IN_USE
      FORWARD_FEATURE IN_SERVICE MONITOR_SET OUT_OF_SERVICE REMOTE_PARTY_UPDATE RESILIENT_DEVICE ROUTING_DEVICE
      TRUNK_DIGITS_OUTPULSED WORK_TIMER_EXPIRED USERID_FEATURE GROUP_PRESENCE_FEATURE ACD_EXPRESS_GROUP_EVENT
      INFORMATION_UPDATE_EVENT MONITOR_FAILED_EVENT PRG_MONITOR_SET_EVENT PRG_MONITOR_FAILED_EVENT
    `,
    deviceAttributeNames: `
      NUMBER NAME DEVICE_TYPE DIALED_DIGITS ADV_MSG CALL_ID SUITE_PILOT_NUMBER LINE_APPEARANCE NUMBER_PRIVACY NAME_PRIVACY
      SUITE_PILOT_NAME PRG_NUMBER PRG_NAME TRUNK_OUTPULSED_DIGITS EHDU_NUMBER TRUNK_NUMBER TRUNK_NAME MFANI_INFO_DIGIT
      CALLING_LINE_CATEGORY PEER_NAME PEER_ID AGENT_DN AGENT_ID
    `,
    callState: `
      NIL DELIVERED ESTABLISHED EXTENSION_IN_USE FAILED FEATURE_DISABLED FEATURE_ENABLED HELD IDLE ORIGINATED OUT_OF_SERVICE
      QUEUED RECEIVED UNAVAILABLE
    `,
    callEventAttributeNames: `
      DIALED_DIGITS CURRENT_GLOBAL_CALL_ID PRIMARY_GLOBAL_CALLID SECONDARY_GLOBAL_CALLID WORK_TIMER_ACTIVE
      DISTRIBUTION_RING_GRP_RINGALL DISTRIBUTION_RING_GRP_CASCADE DISTRIBUTION_HUNT_GRP_CIRCULAR
      DISTRIBUTION_HUNT_GRP_LINEAR DISTRIBUTION_PERSONAL_RING_GRP DISTRIBUTION_RING_GRP_TERMINAL
      DISTRIBUTION_RING_GRP_CIRCULAR_CASCADE DISTRIBUTION_RING_GRP_CIRCULAR QUEUE_POSITION ICP_ID GROUP_MEMBER_ANSWERED
    `,
    eventType: `
      UNKNOWN CALL_EVENT FEATURE_EVENT ACD_EVENT SYSTEM_EVENT
    `,
    connectionState: `
      NOT_CONNECTED CONNECTED CONNECTION_FAILURE CONNECTION_ATTEMPT CONNECTION_INITIALIZING
    `,
    featureEventAttributeNames: `
      CALL_STATE DEVICE_NUMBER USER_DN GROUP_DN FORWARD_DN AGENT_DN AGENT_ID REGISTRATION_DN USER_TYPE FEATURE_EVENT_STATE
      ICP_ID
    `,
    deviceType: `
      UNKNOWN SIP_PRIVATE_TRUNK SIP_PUBLIC_TRUNK MULTICALL_GROUP HUNT_GROUP KEYLINE VOICE_SET_PRIME ACD_STRUCTURE
      LINE_APPEARANCE DATA_EXTENSION ACD2_PATH ACD2_AGENT ACD2_GROUP ROUTING_DEVICE ACD2_REMOTE_SUBGROUP RING_ALL_GROUP
      RING_CASCADE_GROUP ACDX_AGENT ACDX_GROUP ACDX_PATH PERSONAL_RING_GROUP PEER EXTERNAL_DEVICE_TYPE INTERNAL_DEVICE_TYPE
    `,
  },
});
