/** Calling a service that an application hosts: SOAP 1.1, document/literal wrapped, as our WSDL of it says. Pure. */
import { soapHandlerServices } from '#contracts/soap';
import { encodeRequest, type SoapRecord } from '../northbound/soap/encode.js';
import { MEDIA_TYPES, openEnvelope, wrapEnvelope } from '../northbound/soap/envelope.js';
import { readXml } from '../northbound/soap/xml-reader.js';

/** @param event the one argument; members as for the faces */
export function requestEnvelope(serviceName: string, operation: string, event: SoapRecord): string {
  const service = soapHandlerServices().get(serviceName);
  const exchange = service?.operations.get(operation);
  if (service === undefined || exchange === undefined) throw new Error(`${serviceName} has no operation ${operation}`);
  return wrapEnvelope('1.1', encodeRequest(service, exchange, event));
}

export const callHeaders = (operation: string): Record<string, string> => ({
  'content-type': `${MEDIA_TYPES['1.1']}; charset=utf-8`,
  'user-agent': 'cordboard-events',
  soapaction: `"urn:${operation}"`,
});

const TRUTH: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/**
 * What the application returned; undefined: a fault, another status than 2xx, or no answer of this operation. Names decide and namespaces do
 * not, for stacks of different makers qualify the answer differently and nothing hangs on it.
 */
export function readReturn(operation: string, status: number, body: string): boolean | undefined {
  if (status < 200 || status > 299) return undefined;
  const xml = readXml(Buffer.from(body));
  if (!xml.ok) return undefined;
  const envelope = openEnvelope(xml.root, '1.1');
  if (!envelope.ok || envelope.operation.name !== `${operation}Response`) return undefined;
  const returned = envelope.operation.children.find(({ name }) => name === 'return');
  const text = returned?.text.trim() ?? '';
  return Object.hasOwn(TRUTH, text) ? TRUTH[text] : undefined;
}
