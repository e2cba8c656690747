/**
 * What the contract's types have no place for, of a call event over SOAP: the trace that caused it (R-LOG-01) and callers in E.164 (R-E164-03).
 * It stands in the envelope's header, in a namespace of our own: old clients pass over a header that need not be understood, where they would
 * stop at an enumeration value they do not know (ADR 0082).
 */
import type { CallViewEvent } from '#contracts/application-api';
import { escapeXml } from './encode.js';

const NAMESPACE = 'urn:cordboard:call-event:1';
const ATTRIBUTES = ['E164_NUMBER', 'E164_CANDIDATES'] as const;

/** A header block, or nothing where there is nothing to add. */
export function callEventHeader({ traceparent, devices }: CallViewEvent): string | undefined {
  const callers = devices.flatMap(({ role, attributes }) => {
    const known = ATTRIBUTES.flatMap((name) =>
      attributes[name] === undefined ? [] : [` ${name}="${escapeXml(attributes[name])}"`],
    );
    return known.length === 0 ? [] : [`<cb:device deviceName="${escapeXml(role)}"${known.join('')}/>`];
  });
  if (traceparent === undefined && callers.length === 0) return undefined;
  const trace = traceparent === undefined ? '' : ` traceparent="${escapeXml(traceparent)}"`;
  return `<cb:callEvent xmlns:cb="${NAMESPACE}"${trace}>${callers.join('')}</cb:callEvent>`;
}
