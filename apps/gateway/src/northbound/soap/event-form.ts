/** Events in the form of the contract. What its enumerations cannot name is left out, or UNKNOWN, because old clients stop at a value they do not know. */
import type { ApplicationEvent, CallEvent, SystemEvent } from '#contracts/application-api';
import { SOAP_MODEL } from '#contracts/soap';
import type { SoapRecord } from './encode.js';

const valuesOf = (name: string): ReadonlySet<string> => {
  const type = SOAP_MODEL.types.get(`cc.${name}`);
  if (type?.kind !== 'enum') throw new Error(`the SOAP contract has no enumeration ${name}`);
  return type.values;
};
const CAUSES = valuesOf('eventCauseType');
const DEVICE_NAMES = valuesOf('deviceName');
const DEVICE_ATTRIBUTES = valuesOf('deviceAttributeNames');

/** Members of standardEventMsg and numberedEventMsg, which are the same; undefined for a gap, which has no form there (design.md 10). */
export function soapEvent(event: ApplicationEvent): SoapRecord | undefined {
  if (event.category === 'CALL_EVENT') return { eventType: 'CALL_EVENT', callEvent: callEvent(event) };
  if (event.category === 'SYSTEM_EVENT') return { eventType: 'SYSTEM_EVENT', systemEvent: systemEvent(event) };
  return undefined;
}

function callEvent(event: CallEvent): SoapRecord {
  const globalCallId =
    event.globalCallId === null
      ? []
      : [{ attributeName: 'CURRENT_GLOBAL_CALL_ID', attributeValue: event.globalCallId, attributeType: 'STRING' }];
  return {
    type: event.type,
    cause: CAUSES.has(event.cause) ? event.cause : 'UNKNOWN',
    callState: event.callState,
    callEventAttribute: [
      ...globalCallId,
      { attributeName: 'ICP_ID', attributeValue: String(event.icpId), attributeType: 'LONG_INTEGER' },
    ],
    featuresAllowed: event.featuresAllowed,
    device: event.devices
      .filter(({ role }) => DEVICE_NAMES.has(role))
      .map(({ role, attributes }) => ({ deviceName: role, deviceAttribute: deviceAttributes(attributes) })),
    localCallId: event.localCallId,
    callEventTime: event.eventTime,
    objectId: event.objectId,
  };
}

const deviceAttributes = (attributes: Readonly<Record<string, string>>): readonly SoapRecord[] =>
  Object.entries(attributes)
    .filter(([name]) => DEVICE_ATTRIBUTES.has(name))
    .map(([attributeName, attributeValue]) => ({ attributeName, attributeValue, attributeType: 'STRING' }));

const systemEvent = (event: SystemEvent): SoapRecord => ({
  eventType: event.type,
  ...(event.connectionState === null ? {} : { connectionState: event.connectionState }),
  icpId: event.icpId,
  time: event.eventTime,
});
