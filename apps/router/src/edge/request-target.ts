/**
 * The path of a request, decided once (S-53): what this file lets through means the same to the router and to the gateway. Nothing is
 * repaired; a path that could be read in two ways is refused. Pure.
 */

const TARGET_MAX = 4096;
/** Characters of RFC 3986 in paths and queries, without `;` in paths: parameters of a segment are read differently everywhere. */
const PATH = /^(?:\/[A-Za-z0-9\-._~!$&'()*+,=:@%]*)+$/;
const QUERY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%/?[\]|{}"<>^`]*$/;
/** What may stand encoded in a path: printable ASCII that cannot stand there as itself or that clients encode by habit. */
const ENCODED = /^%(?:2[0-46-9A-C]|3[AC-F]|40|5[BDE]|60|7[B-D])$/i;

export interface Target {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

/** undefined: authority form, dot segments, empty segments, `;`, and encodings of letters, dots, slashes, `%` or controls. */
export function parseTarget(url: string): Target | undefined {
  if (url.length > TARGET_MAX || !url.startsWith('/')) return undefined;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = mark === -1 ? '' : url.slice(mark);
  if (!PATH.test(path) || path.includes('//') || !QUERY.test(query.slice(1))) return undefined;
  for (const segment of path.split('/')) if (segment === '.' || segment === '..') return undefined;
  for (let at = path.indexOf('%'); at !== -1; at = path.indexOf('%', at + 1))
    if (!ENCODED.test(path.slice(at, at + 3))) return undefined;
  return { path, query };
}

export interface AbsoluteTarget {
  /** Lower case; any. */
  readonly scheme: string;
  /** As it stands, user information included; for `parseHost` to judge. */
  readonly authority: string;
  /** In origin form, not looked at yet: for `parseTarget`. */
  readonly rest: string;
}

/** Takes the absolute form apart, as clients of an HTTP proxy send it (RFC 9112 3.2.2); undefined: it is none. */
export function parseAbsolute(url: string): AbsoluteTarget | undefined {
  const [, scheme, authority, rest] = /^([a-z][a-z0-9+.-]{0,20}):\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return undefined;
  return { scheme: scheme.toLowerCase(), authority, rest: rest.startsWith('/') ? rest : `/${rest}` };
}

export interface Host {
  /** With its port, where it has one. */
  readonly host: string;
  readonly hostName: string;
}

/** Host header or authority: a name or address with an optional port, in lower case; undefined when it is anything else. */
export function parseHost(header: string | undefined): Host | undefined {
  if (header === undefined || header.length > 260) return undefined;
  const host = header.toLowerCase();
  const [, hostName, port] = /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/.exec(host) ?? [];
  if (hostName === undefined || hostName.includes('..') || Number(port ?? 1) > 65_535) return undefined;
  return { host, hostName };
}
