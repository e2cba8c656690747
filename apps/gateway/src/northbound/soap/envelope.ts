/** SOAP 1.1 and 1.2 envelopes: from XML to the one operation element in the body, and faults. */
import type { XmlElement } from './xml-reader.js';

export type SoapVersion = '1.1' | '1.2';

export const ENVELOPE_NAMESPACES: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
export const MEDIA_TYPES: Readonly<Record<SoapVersion, string>> = { '1.1': 'text/xml', '1.2': 'application/soap+xml' };

/** `Server` is for failures of our own, all others for what the sender did. */
export type FaultCode = 'Client' | 'MustUnderstand' | 'VersionMismatch' | 'Server';
export interface Fault {
  readonly ok: false;
  readonly code: FaultCode;
  readonly detail: string;
}
export type EnvelopeOutcome = { readonly ok: true; readonly operation: XmlElement } | Fault;

const fault = (detail: string, code: FaultCode = 'Client'): Fault => ({ ok: false, code, detail });

/** Takes the operation element out of an envelope of the given version. */
export function openEnvelope(root: XmlElement, version: SoapVersion): EnvelopeOutcome {
  const namespace = ENVELOPE_NAMESPACES[version];
  if (root.name !== 'Envelope') return fault('the body is not a SOAP envelope');
  if (root.namespace !== namespace)
    return fault(`the envelope is not one of SOAP ${version}, as the media type says`, 'VersionMismatch');
  const { 0: first, 1: second, length } = root.children;
  const header = first?.name === 'Header' && first.namespace === namespace ? first : undefined;
  const body = header === undefined ? first : second;
  if (body?.name !== 'Body' || body.namespace !== namespace) return fault('the envelope has no Body');
  if (length > 2 || (header === undefined && second !== undefined)) return fault('nothing may follow the Body');
  if (header?.children.some((block) => mustBeUnderstood(block, namespace)) === true) {
    return fault('a header that must be understood is not', 'MustUnderstand');
  }
  const [operation] = body.children;
  if (operation === undefined || body.children.length > 1) return fault('the Body must hold exactly one operation');
  if (root.text.trim() !== '' || body.text.trim() !== '') return fault('there is text where only elements may be');
  return { ok: true, operation };
}

const mustBeUnderstood = (block: XmlElement, namespace: string): boolean =>
  block.attributes.some(
    (attribute) =>
      attribute.name === 'mustUnderstand' && attribute.namespace === namespace && !/^\s*(0|false)\s*$/.test(attribute.value),
  );

/** @param header blocks that need not be understood */
export const wrapEnvelope = (version: SoapVersion, body: string, header?: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${ENVELOPE_NAMESPACES[version]}">${header === undefined ? '' : `<soapenv:Header>${header}</soapenv:Header>`}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

/** `text` is one of our sentences, already escaped; nothing of our inside goes into it (S-35). */
export function faultEnvelope(version: SoapVersion, code: FaultCode, text: string): string {
  if (version === '1.1') {
    return wrapEnvelope(
      version,
      `<soapenv:Fault><faultcode>soapenv:${code}</faultcode><faultstring>${text}</faultstring></soapenv:Fault>`,
    );
  }
  const value = code === 'Client' ? 'Sender' : code === 'Server' ? 'Receiver' : code;
  return wrapEnvelope(
    version,
    `<soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:${value}</soapenv:Value></soapenv:Code><soapenv:Reason><soapenv:Text xml:lang="en">${text}</soapenv:Text></soapenv:Reason></soapenv:Fault>`,
  );
}
