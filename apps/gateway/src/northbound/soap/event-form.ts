/** Events in the form of the contract. What its enumerations cannot name is left out, or UNKNOWN, because old clients stop at a value they do not know. */
import type { ApplicationEvent, CallViewEvent, FeatureEvent, SystemEvent } from '#contracts/application-api';
import { soapModel } from '#contracts/soap';
import type { SoapRecord } from './encode.js';

const valuesOf = (name: string): ReadonlySet<string> => {
  const type = soapModel().types.get(name);
  if (type?.kind !== 'enum') throw new Error(`the SOAP contract has no enumeration ${name}`);
  return type.values;
};

interface Words {
  readonly causes: ReadonlySet<string>;
  readonly deviceNames: ReadonlySet<string>;
  readonly deviceAttributes: ReadonlySet<string>;
  readonly callAttributes: ReadonlySet<string>;
  readonly featureAttributes: ReadonlySet<string>;
}
let made: Words | undefined;
/** Made with the first event that goes out by SOAP. */
const words = (): Words =>
  (made ??= {
    causes: valuesOf('cc.eventCauseType'),
    deviceNames: valuesOf('cc.deviceName'),
    deviceAttributes: valuesOf('cc.deviceAttributeNames'),
    callAttributes: valuesOf('cc.callEventAttributeNames'),
    featureAttributes: valuesOf('cc.featureEventAttributeNames'),
  });

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
    cause: words().causes.has(event.cause) ? event.cause : 'UNKNOWN',
    callState: event.callState,
    callEventAttribute: [
      ...attributesOf({ ...event.attributes, ...known }, words().callAttributes),
      { attributeName: 'ICP_ID', attributeValue: String(icpId), attributeType: 'LONG_INTEGER' },
    ],
    featuresAllowed: event.featuresAllowed,
    device: event.devices
      .filter(({ role }) => words().deviceNames.has(role))
      .map(({ role, attributes }) => ({ deviceName: role, deviceAttribute: attributesOf(attributes, words().deviceAttributes) })),
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
    ...attributesOf(event.attributes, words().featureAttributes),
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
