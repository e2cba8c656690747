/** Events in the form of the contract. What its enumerations cannot name is left out, or UNKNOWN, because old clients stop at a value they do not know. */
import type { ApplicationEvent, CallViewEvent, FeatureEvent, SystemEvent } from '#contracts/application-api';
import { SOAP_MODEL } from '#contracts/soap';
import type { SoapRecord } from './encode.js';

const valuesOf = (name: string): ReadonlySet<string> => {
  const type = SOAP_MODEL.types.get(name);
  if (type?.kind !== 'enum') throw new Error(`the SOAP contract has no enumeration ${name}`);
  return type.values;
};
const CAUSES = valuesOf('cc.eventCauseType');
const DEVICE_NAMES = valuesOf('cc.deviceName');
const DEVICE_ATTRIBUTES = valuesOf('cc.deviceAttributeNames');
const CALL_ATTRIBUTES = valuesOf('cc.callEventAttributeNames');
const FEATURE_ATTRIBUTES = valuesOf('cc.featureEventAttributeNames');

/** Members of standardEventMsg and numberedEventMsg, which are the same; undefined for what has no form there: a gap (design.md 10), the end of the session. */
export function soapEvent(event: ApplicationEvent): SoapRecord | undefined {
  switch (event.category) {
    case 'CALL_EVENT':
      return { eventType: 'CALL_EVENT', callEvent: callEventForm(event) };
    case 'FEATURE_EVENT':
      return { eventType: 'FEATURE_EVENT', featureEvent: featureEvent(event) };
    case 'SYSTEM_EVENT':
      return { eventType: 'SYSTEM_EVENT', systemEvent: systemEvent(event) };
    case 'GAP':
    case 'SESSION_EVENT':
      return undefined;
  }
}

/** callEventMsg; for an event of a log, or a call as it is now. */
export function callEventForm(event: CallViewEvent): SoapRecord {
  const { globalCallId, icpId, accountCode } = event;
  const known = globalCallId === null ? {} : { CURRENT_GLOBAL_CALL_ID: globalCallId };
  return {
    type: event.type,
    cause: CAUSES.has(event.cause) ? event.cause : 'UNKNOWN',
    callState: event.callState,
    callEventAttribute: [
      ...attributesOf({ ...event.attributes, ...known }, CALL_ATTRIBUTES),
      { attributeName: 'ICP_ID', attributeValue: String(icpId), attributeType: 'LONG_INTEGER' },
    ],
    featuresAllowed: event.featuresAllowed,
    device: event.devices
      .filter(({ role }) => DEVICE_NAMES.has(role))
      .map(({ role, attributes }) => ({ deviceName: role, deviceAttribute: attributesOf(attributes, DEVICE_ATTRIBUTES) })),
    party: (event.parties ?? []) as readonly SoapRecord[],
    ...(accountCode === undefined
      ? {}
      : {
          accountCode: accountCode.value,
          accountCodeType: accountCode.verified ? 'VERIFIED_ACCOUNT_CODE' : 'UNVERIFIED_ACCOUNT_CODE',
        }),
    localCallId: event.localCallId,
    callEventTime: event.eventTime,
    objectId: event.objectId,
  };
}

const attributesOf = (attributes: Readonly<Record<string, string>>, names: ReadonlySet<string>): readonly SoapRecord[] =>
  Object.entries(attributes)
    .filter(([name]) => names.has(name))
    .map(([attributeName, attributeValue]) => ({ attributeName, attributeValue, attributeType: 'STRING' }));

const featureEvent = (event: FeatureEvent): SoapRecord => ({
  eventType: event.type,
  featureEventAttribute: [
    ...attributesOf(event.attributes, FEATURE_ATTRIBUTES),
    ...(event.attributes.ICP_ID === undefined
      ? [{ attributeName: 'ICP_ID', attributeValue: String(event.icpId), attributeType: 'LONG_INTEGER' }]
      : []),
  ],
  time: event.eventTime,
  objectId: event.objectId,
});

const systemEvent = (event: SystemEvent): SoapRecord => ({
  eventType: event.type,
  ...(event.connectionState === null ? {} : { connectionState: event.connectionState }),
  icpId: event.icpId,
  time: event.eventTime,
});
