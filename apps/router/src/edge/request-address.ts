/**
 * Where a request is addressed to: by its Host, by an absolute target, or, in HTTP/1.0, by nothing but the connection it came on (ADR 0105).
 * Old SOAP stacks, and clients behind old proxies, send the latter two (R-SES-05). Pure.
 */
import type { Refusal } from '#contracts/errors';
import { parseAbsolute, parseHost, parseTarget, type Host, type Target } from './request-target.js';

export interface AddressedRequest {
  readonly url: string;
  readonly httpVersion: string;
  /** Of the one Host header; that there are not two has been seen to (request-checks.ts). */
  readonly hostHeader: string | undefined;
}

export interface ConnectionFacts {
  readonly isSecure: boolean;
  /** The name the client opened the connection for; empty: none. */
  readonly serverName: string;
  /** Where it was accepted. */
  readonly port: number;
  readonly edgeDomain: string;
}

/**
 * The authority of an absolute target replaces Host, which must be well-formed all the same (RFC 9112 3.2, 3.2.2). HTTP/1.0 may have neither:
 * it stands at the name the connection was opened for, else at the edge domain. Never at an address of ours: it would be told in the WSDL.
 */
export function addressOf(request: AddressedRequest, connection: ConnectionFacts): (Host & Target) | Refusal {
  const absolute = parseAbsolute(request.url);
  const target = parseTarget(absolute?.rest ?? request.url);
  if (target === undefined) return malformed('The path is not in its plain, normalised form.');
  const isOld = request.httpVersion === '1.0';
  const byHeader = parseHost(request.hostHeader);
  if (byHeader === undefined && !(isOld && request.hostHeader === undefined))
    return malformed('There must be one Host header with a name or address.');
  if (absolute === undefined) return { ...(byHeader ?? hostOfConnection(connection)), ...target };
  // a client that wants TLS must have it: what it sends would otherwise be answered in the open (RFC 9110 7.4)
  if (absolute.scheme !== 'http' && !(absolute.scheme === 'https' && connection.isSecure))
    return malformed('The target must be of http, or over TLS of https.');
  const host = parseHost(absolute.authority);
  return host === undefined
    ? malformed('The target must have a name or address, and nothing before it.')
    : { ...host, ...target };
}

function hostOfConnection({ serverName, port, edgeDomain }: ConnectionFacts): Host {
  const hostName = parseHost(serverName)?.hostName ?? edgeDomain;
  return { hostName, host: `${hostName}:${port}` };
}

const malformed = (detail: string): Refusal => ({ code: 'MALFORMED_REQUEST', detail });
