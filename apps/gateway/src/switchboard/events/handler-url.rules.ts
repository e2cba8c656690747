/** Where events may be sent, as far as the address an application gives can tell; what a name leads to is decided when it is connected. */
import type { AccessDocument } from '#contracts/gateway-admin';
import type { Refusal } from '#contracts/errors';
import { mayConnect, parseAddress, parseRange, type AddressRange } from '#domain/network-addresses';

export interface OutboundPolicy {
  readonly http: boolean;
  readonly ranges: readonly AddressRange[];
}
export const NOTHING_APPROVED: OutboundPolicy = Object.freeze({ http: false, ranges: [] });

/** A range that cannot be read approves nothing. */
export function outboundPolicy(document: AccessDocument | undefined): OutboundPolicy {
  if (document?.outbound === undefined) return NOTHING_APPROVED;
  const ranges = document.outbound.ranges.map(parseRange).filter((range) => range !== undefined);
  return { http: document.outbound.http, ranges };
}

/** The address in its one form, or why events may not go there (S-42, S-44). */
export function checkHandlerUrl(text: string, policy: OutboundPolicy): { readonly url: string } | Refusal {
  const no = (detail: string): Refusal => ({ code: 'HANDLER_URL_REFUSED', detail });
  if (!/^[\x21-\x7e]+$/.test(text)) return no('the address has characters that must be encoded');
  if (!URL.canParse(text)) return no('the address cannot be read');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return no('the address must begin with https');
  if (url.protocol === 'http:' && !policy.http) return no('http is not switched on for this tenant; use https');
  if (url.username !== '' || url.password !== '') return no('no user or password may stand in the address');
  if (url.hash !== '') return no('the address has a fragment, which is never sent');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (port < 1024 && port !== 443 && port !== (url.protocol === 'http:' ? 80 : 443)) return no(`port ${port} is not allowed`);
  const host = hostOf(url);
  if (host === '' || host.endsWith('.')) return no('the host name cannot be read');
  if (parseAddress(host) !== undefined && !mayConnect(host, policy.ranges))
    return no('the address is in no public network, and in no range that is approved for this tenant');
  return { url: url.href };
}

/** Without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
