/** Which operation a method and a path mean; the routes come from the contract. */
import type { RestOperation } from '#contracts/application-rest';
import { REST_TABLE } from '#contracts/gateway-tables';

export interface RouteMatch {
  readonly operation: RestOperation;
  readonly parameters: ReadonlyMap<string, string>;
}
export type RouteOutcome =
  | { readonly kind: 'match'; readonly match: RouteMatch }
  /** The path exists with these methods only. */
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

interface Route {
  readonly operation: RestOperation;
  readonly segments: readonly { readonly text: string; readonly parameter: boolean }[];
}

/** By number of segments. */
const ROUTES = new Map<number, Route[]>();
for (const operation of REST_TABLE) {
  const segments = operation.path
    .slice(1)
    .split('/')
    .map((text) => (text.startsWith('{') ? { text: text.slice(1, -1), parameter: true } : { text, parameter: false }));
  ROUTES.set(segments.length, [...(ROUTES.get(segments.length) ?? []), { operation, segments }]);
}

export function findRoute(method: string, path: string): RouteOutcome {
  const segments = path.slice(1).split('/');
  const allow: string[] = [];
  for (const route of ROUTES.get(segments.length) ?? []) {
    if (!isAt(route, segments)) continue;
    const parameters = matchSegments(route, segments);
    if (parameters === undefined) continue;
    if (route.operation.method === method) return { kind: 'match', match: { operation: route.operation, parameters } };
    allow.push(route.operation.method);
  }
  return allow.length === 0 ? { kind: 'none' } : { kind: 'other-method', allow };
}

/** The path has as many segments as the route. */
function isAt(route: Route, segments: readonly string[]): boolean {
  for (let index = 0; index < segments.length; index += 1) {
    const { text, parameter } = route.segments[index]!;
    if (!parameter && segments[index] !== text) return false;
  }
  return true;
}

function matchSegments(route: Route, segments: readonly string[]): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (let index = 0; index < segments.length; index += 1) {
    const { text, parameter } = route.segments[index]!;
    if (!parameter) continue;
    const value = decode(segments[index]!);
    if (value === undefined || value === '') return undefined;
    parameters.set(text, value);
  }
  return parameters;
}

/** Percent-decoding; undefined for what is not valid, or hides a slash or a control character (S-53). */
export function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    const value = decodeURIComponent(text);
    return /[/\\\u0000-\u001f\u007f]/.test(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
