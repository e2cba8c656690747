/** Which operation a method and a path mean; the routes come from the contract. */
import { REST_OPERATIONS, type RestOperation } from '#contracts/application-openapi';

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

const ROUTES: readonly Route[] = REST_OPERATIONS.map((operation) => ({
  operation,
  segments: operation.path
    .slice(1)
    .split('/')
    .map((text) => (text.startsWith('{') ? { text: text.slice(1, -1), parameter: true } : { text, parameter: false })),
}));

export function findRoute(method: string, path: string): RouteOutcome {
  const segments = path.slice(1).split('/');
  const allow: string[] = [];
  for (const route of ROUTES) {
    const parameters = matchSegments(route, segments);
    if (parameters === undefined) continue;
    if (route.operation.method === method) return { kind: 'match', match: { operation: route.operation, parameters } };
    allow.push(route.operation.method);
  }
  return allow.length === 0 ? { kind: 'none' } : { kind: 'other-method', allow };
}

function matchSegments(route: Route, segments: readonly string[]): Map<string, string> | undefined {
  if (route.segments.length !== segments.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, { text, parameter }] of route.segments.entries()) {
    const segment = segments[index] ?? '';
    if (!parameter) {
      if (segment !== text) return undefined;
      continue;
    }
    const value = decode(segment);
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
