/** Events in the form of the contract. What its enumerations cannot name is left out, or UNKNOWN, because old clients stop at a value they do not know. */
import type { ApplicationEvent, CallViewEvent, FeatureEvent, SystemEvent } from '#contracts/application-api';
import { soapModel } from '#contracts/soap';
import type { SoapRecord } from './encode.js';

const valuesOf = (name: string): ReadonlySet<string> => {
  const type = soapModel().types.get(name);
  if (type?.kind !== 'enum') throw new Error(`the SOAP contract has no enumeration ${name}`);
  return type.values;
};

/** Which of the contract's two families of event messages: `standardEventMsg` and its kin, or `advEventMsg`, whose enumerations name more. */
export type EventFamily = 'standard' | 'advanced';
interface Words {
  readonly causes: ReadonlySet<string>;
  readonly deviceNames: ReadonlySet<string>;
  readonly deviceAttributes: ReadonlySet<string>;
  readonly callAttributes: ReadonlySet<string>;
  readonly featureAttributes: ReadonlySet<string>;
  /** Types of call events that the family spells otherwise than the application API. */
  readonly types: Readonly<Record<string, string>>;
}
let made: Readonly<Record<EventFamily, Words>> | undefined;
/** Made with the first event that goes out by SOAP. */
const wordsOf = (family: EventFamily): Words => (made ??= makeWords())[family];
function makeWords(): Record<EventFamily, Words> {
  const common = {
    causes: valuesOf('cc.eventCauseType'),
    deviceNames: valuesOf('cc.deviceName'),
    deviceAttributes: valuesOf('cc.deviceAttributeNames'),
  };
  return {
    standard: {
      ...common,
      callAttributes: valuesOf('cc.callEventAttributeNames'),
      featureAttributes: valuesOf('cc.featureEventAttributeNames'),
      types: {},
    },
    advanced: {
      ...common,
      callAttributes: valuesOf('advanced.advCallEventAttributeNames'),
      featureAttributes: valuesOf('advanced.advFeatureEventAttributeNames'),
      types: { INFORMATION_UPDATE_EVENT: 'INFORMATION_UPDATE' },
    },
  };
}

/** Members of standardEventMsg or advEventMsg; undefined for what has no form there: a gap (design.md 10), the end of the session. */
export function soapEvent(event: ApplicationEvent, family: EventFamily): SoapRecord | undefined {
  switch (event.category) {
    case 'CALL_EVENT':
      return { eventType: 'CALL_EVENT', callEvent: callEventForm(event, family) };
    case 'FEATURE_EVENT':
      return { eventType: 'FEATURE_EVENT', featureEvent: featureEvent(event, family) };
    case 'SYSTEM_EVENT':
      return { eventType: 'SYSTEM_EVENT', systemEvent: systemEvent(event) };
    case 'GAP':
    case 'SESSION_EVENT':
      return undefined;
  }
}

/**
 * Members of numberedEventMsg, which has a place for both families: the standard one always, and for an advanced session the advanced one beside it,
 * so that a client finds its event by whichever it reads (ADR 0107).
 */
export function numberedEvent(event: ApplicationEvent, advanced: boolean): SoapRecord | undefined {
  const standard = soapEvent(event, 'standard');
  if (standard === undefined || !advanced) return standard;
  const { eventType, callEvent, featureEvent, systemEvent } = soapEvent(event, 'advanced') ?? {};
  return {
    ...standard,
    advanced: true,
    advEventType: eventType,
    advCallEvent: callEvent,
    advFeatureEvent: featureEvent,
    advSystemEvent: systemEvent,
  };
}

/** callEventMsg or advCallEventMsg; for an event of a log, or a call as it is now. */
export function callEventForm(event: CallViewEvent, family: EventFamily): SoapRecord {
  const { globalCallId, icpId, accountCode } = event;
  const { causes, deviceNames, deviceAttributes, callAttributes, types } = wordsOf(family);
  const known = globalCallId === null ? {} : { CURRENT_GLOBAL_CALL_ID: globalCallId };
  return {
    type: types[event.type] ?? event.type,
    cause: causes.has(event.cause) ? event.cause : 'UNKNOWN',
    callState: event.callState,
    callEventAttribute: [
      ...attributesOf({ ...event.attributes, ...known }, callAttributes),
      { attributeName: 'ICP_ID', attributeValue: String(icpId), attributeType: 'LONG_INTEGER' },
    ],
    featuresAllowed: event.featuresAllowed,
    device: event.devices
      .filter(({ role }) => deviceNames.has(role))
      .map(({ role, attributes }) => ({ deviceName: role, deviceAttribute: attributesOf(attributes, deviceAttributes) })),
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

const featureEvent = (event: FeatureEvent, family: EventFamily): SoapRecord => ({
  eventType: event.type,
  featureEventAttribute: [
    ...attributesOf(event.attributes, wordsOf(family).featureAttributes),
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
