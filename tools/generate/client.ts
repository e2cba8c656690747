/** The typed client of the control API: one method per route. */
import { CONTROL_ROUTE_LIST, type ControlRoute } from '#contracts/control-api';

const PREAMBLE = `/** Generated from the contract (\`npm run generate\`): do not edit. Browser and Node: uses the global fetch. */
import type { AnswerOf, BodyInputOf, QueryInputOf } from './control-api.js';
import type { ProblemDocument } from './errors.js';
import { exchange, type ExchangeAnswer, problemOf } from './http-exchange.js';

/** An error answer; \`problem\` is the problem document, its \`code\` the stable name. */
export class ControlApiError extends Error {
  override readonly name = 'ControlApiError';
  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
  ) {
    super(\`\${problem.code}: \${problem.detail}\`);
  }
}

/** No answer: unreachable, cut off, or later than the time-out. Whether a change has happened is unknown: repeat it with the same idempotency key. */
export class ControlApiUnreachable extends Error {
  override readonly name = 'ControlApiUnreachable';
}

export interface ControlApiClientOptions {
  /** For example \`http://127.0.0.1:8470\`. */
  readonly base: string;
  readonly key?: string;
  /** Default 30,000; a wait has its own time added. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** The same key with the same request does nothing a second time. POST only. */
  readonly idempotencyKey?: string;
  /** \`"3"\` or 3: refuse with PRECONDITION_FAILED when the resource has another version. */
  readonly ifMatch?: string | number;
  readonly signal?: AbortSignal;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly options?: CallOptions | undefined;
}

export class ControlApiClient {
  constructor(private readonly settings: ControlApiClientOptions) {}

  private async send<T>({ method, path, query, body, options }: Sent): Promise<T> {
    const url = new URL(path, this.settings.base);
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    const waitMs = Number(url.searchParams.get('timeoutSeconds') ?? 0) * 1000;
    const headers: Record<string, string> = {};
    if (options?.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
    if (options?.ifMatch !== undefined) headers['if-match'] = typeof options.ifMatch === 'number' ? \`"\${options.ifMatch}"\` : options.ifMatch;
    let answer: ExchangeAnswer;
    try {
      const timeoutMs = (this.settings.timeoutMs ?? 30_000) + waitMs;
      answer = await exchange({ url, method, key: this.settings.key, body, headers, timeoutMs, signal: options?.signal });
    } catch (error) {
      throw new ControlApiUnreachable(\`no answer from \${url.origin} to \${method} \${url.pathname}\`, { cause: error });
    }
    const { status, text } = answer;
    if (status >= 400) throw new ControlApiError(status, problemOf(status, text));
    return JSON.parse(text) as T;
  }
`;

function methodOf(route: ControlRoute): string {
  const names = Object.keys(route.params.shape);
  const args = names.map((name) => `${name}: string`);
  if (route.body !== null) args.push(`body: BodyInputOf<'${route.id}'>`);
  const hasQuery = Object.keys(route.query.shape).length > 0;
  if (hasQuery) args.push(`query: QueryInputOf<'${route.id}'> = {}`);
  args.push('options?: CallOptions');
  const path =
    names.length === 0
      ? `'${route.path}'`
      : `\`${route.path.replace(/\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(${name})}`)}\``;
  const sent = [
    `method: '${route.method}'`,
    `path: ${path}`,
    ...(hasQuery ? ['query'] : []),
    ...(route.body !== null ? ['body'] : []),
    'options',
  ];
  return [
    '',
    `  /** ${route.summary}. Codes: ${route.errors.join(', ')}. */`,
    `  ${route.id}(${args.join(', ')}): Promise<AnswerOf<'${route.id}'>> {`,
    `    return this.send({ ${sent.join(', ')} });`,
    '  }',
    '',
  ].join('\n');
}

export function clientModule(): string {
  return `${PREAMBLE}${CONTROL_ROUTE_LIST.map(methodOf).join('')}}\n`;
}
