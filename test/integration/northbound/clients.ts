/** What applications do, by hand: JSON over REST, and envelopes put together from the contract's facts. */
import { envelope, requestElement, serviceOf } from '../../../tools/fuzz/contract-requests.js';
import type { Answer, RunningNorthbound } from './running-northbound.js';

export { argumentsOf, envelope, FACTS, ourName, requestElement, serviceOf } from '../../../tools/fuzz/contract-requests.js';

export const postXml = (
  northbound: RunningNorthbound,
  service: string,
  body: string | Uint8Array,
  headers: Record<string, string | undefined> = {},
): Promise<Answer> =>
  northbound.send('POST', `/axis2/services/${service}`, {
    body,
    headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
  });

export const soap = (
  northbound: RunningNorthbound,
  operation: string,
  members: Readonly<Record<string, unknown>>,
): Promise<Answer> =>
  postXml(northbound, serviceOf(operation), envelope(requestElement(operation, members)), { soapaction: `"urn:${operation}"` });

export const rest = (
  northbound: RunningNorthbound,
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> =>
  northbound.send(method, path, {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

/** Value of an attribute, or text of an element, by its local name. */
export const attributeOf = (xml: string, name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1];
export const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:\\w+:)?${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1];
