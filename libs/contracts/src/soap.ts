/**
 * The SOAP face of the application API: types, services and WSDL, defined once (design.md 13).
 * Wire-compatible with the 4.0 contract: a client written for the original runs with another address.
 */
export type { ComplexType, EnumType, Field, SimpleName, SimpleType, SoapModel, SoapType } from './soap/model.js';
export { contractWord } from './soap/names.js';
export {
  soapHandlerServices,
  soapModel,
  soapServices,
  type SoapExchange,
  type SoapOperation,
  type SoapService,
} from './soap/services.js';
export { wsdlOf } from './soap/wsdl.js';
export { SOAP_PATH } from './application-rest.js';

/** Wait of `getEvent` and `getNumberedEvent` in milliseconds: when none is given, and at most (more counts as this much). */
export const SOAP_EVENT_WAIT_MS = Object.freeze({ default: 45_000, max: 60_000 });

/** What old clients compare with when no event came in time. */
export const SOAP_NO_EVENT_TEXT = 'Timeout no event message available.';
