/** The admin interface's routes as plain functions of path, query and body; no HTTP here. */
import { z } from 'zod';
import { faultSchema } from '../faults/faults.js';
import { TEXT_CHARACTERS_MAX } from '../model/phone.js';
import type { Result } from '../model/words.js';
import { KEYS, SERVICE_KEYS, comeInBody, dialBody, handBody, scriptSchema, type Hand } from '../scenarios/script.js';
import { trafficSchema } from '../scenarios/traffic.js';
import type { Desk } from './desk.js';

export type AdminErrorCode =
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'BAD_JSON'
  | 'BAD_INPUT'
  | 'UNKNOWN_CONTROLLER'
  | 'UNKNOWN_PHONE'
  | 'TOO_MUCH'
  | 'INTERNAL'
  | Exclude<Result, 'OK'>;

export interface AdminAnswer {
  readonly status: number;
  /** JSON; undefined for 204. */
  readonly body?: unknown;
}

export interface AdminRequest {
  readonly method: string;
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

export function refusal(status: number, code: AdminErrorCode, detail: string): AdminAnswer {
  return { status, body: { code, detail } };
}

/** `body` and `query` are as the route's schemas have made them. */
interface Given {
  readonly argument: string;
  readonly body: unknown;
  readonly query: unknown;
}

export interface Method {
  /** Null: there is no body. */
  readonly body: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly answer: (desk: Desk, given: Given) => AdminAnswer;
}

export interface Route {
  /** `:` stands for the one argument. */
  readonly path: readonly string[];
  readonly methods: Readonly<Record<string, Method>>;
}

const TRACE_LINES_MAX = 10_000;
const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const nameSchema = z.string().min(1).max(TEXT_CHARACTERS_MAX);
const traceQuery = z.strictObject({
  after: whole.default(0),
  limit: whole.pipe(z.number().min(1).max(TRACE_LINES_MAX)).default(1_000),
});

/** With a body: what it holds has been checked before `answer` sees it. */
function taking<S extends z.ZodType>(body: S, answer: (desk: Desk, argument: string, given: z.infer<S>) => AdminAnswer): Method {
  return { body, query: null, answer: (desk, given) => answer(desk, given.argument, given.body as z.infer<S>) };
}

function bare(answer: (desk: Desk, argument: string) => AdminAnswer): Method {
  return { body: null, query: null, answer: (desk, { argument }) => answer(desk, argument) };
}

const reading: Method = {
  body: null,
  query: traceQuery,
  answer: (desk, { query }) => {
    const { after, limit } = query as z.infer<typeof traceQuery>;
    return { status: 200, body: desk.trace.read(after, limit) };
  },
};

const stopTraffic = bare((desk) => {
  desk.stopTraffic();
  return { status: 204 };
});

export const ROUTES: readonly Route[] = [
  { path: ['v1', 'controllers'], methods: { GET: bare((desk) => ({ status: 200, body: { controllers: desk.controllers() } })) } },
  { path: ['v1', 'trace'], methods: { GET: reading } },
  { path: ['v1', 'controllers', ':', 'faults'], methods: { POST: taking(faultSchema, injectFault), DELETE: bare(clearFaults) } },
  { path: ['v1', 'controllers', ':', 'users'], methods: { GET: bare(usersOf) } },
  { path: ['v1', 'phones', ':', 'name'], methods: { PUT: taking(z.strictObject({ name: nameSchema }), rename) } },
  { path: ['v1', 'scripts'], methods: { POST: taking(scriptSchema, enterScript) } },
  {
    path: ['v1', 'traffic'],
    methods: {
      GET: bare((desk) => ({ status: 200, body: desk.trafficView() })),
      PUT: taking(trafficSchema, startTraffic),
      DELETE: stopTraffic,
    },
  },
  hand('call', z.strictObject(dialBody)),
  hand('come-in', z.strictObject(comeInBody), 'trunks'),
  ...SERVICE_KEYS.map((name) => hand(name, z.strictObject({}).optional())),
  ...KEYS.map((name) => hand(name, z.strictObject(handBody).optional())),
  ...(['answer', 'clear', 'hold', 'retrieve', 'trunk-make-busy', 'trunk-make-busy-cancel'] as const).map((name) =>
    hand(name, z.strictObject(handBody).optional(), 'trunks'),
  ),
];

/** The hand at a phone, or of who is at the other end of a trunk. */
function hand(name: Hand['do'], body: z.ZodType, at: 'phones' | 'trunks' = 'phones'): Route {
  const answer = (desk: Desk, dn: string, given: unknown) => move(desk, { ...(given as Partial<Hand>), do: name, dn }, at);
  return { path: ['v1', at, ':', name], methods: { POST: taking(body, answer) } };
}

export function route(desk: Desk, request: AdminRequest): AdminAnswer {
  for (const { path, methods } of ROUTES) {
    const argument = match(path, request.path);
    if (argument === null) continue;
    const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (!method) return refusal(405, 'METHOD_NOT_ALLOWED', `allowed here: ${Object.keys(methods).join(', ')}`);
    return checked(desk, method, request, argument);
  }
  return refusal(404, 'NOT_FOUND', 'there is no such path');
}

function checked(desk: Desk, method: Method, request: AdminRequest, argument: string): AdminAnswer {
  const names = [...request.query.keys()];
  if (new Set(names).size < names.length) return refusal(400, 'BAD_INPUT', 'a query parameter is given twice');
  if (!method.query && names.length > 0) return refusal(400, 'BAD_INPUT', 'this path takes no query parameters');
  if (!method.body && request.body !== undefined) return refusal(400, 'BAD_INPUT', 'this takes no body');
  const query = method.query?.safeParse(Object.fromEntries(request.query));
  if (query && !query.success) return badInput(query.error);
  const body = method.body?.safeParse(request.body);
  if (body && !body.success) return badInput(body.error);
  return method.answer(desk, { argument, query: query?.data, body: body?.data });
}

/** The argument, '' when the path takes none, null when the path is another. */
function match(pattern: readonly string[], path: readonly string[]): string | null {
  if (pattern.length !== path.length) return null;
  let argument = '';
  for (const [index, part] of pattern.entries()) {
    if (part === ':') argument = path[index] ?? '';
    else if (part !== path[index]) return null;
  }
  return argument;
}

function badInput(error: z.ZodError): AdminAnswer {
  const issue = error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return refusal(400, 'BAD_INPUT', `${where === '' ? '' : `${where}: `}${issue?.message ?? 'not valid'}`.slice(0, 500));
}

function injectFault(desk: Desk, address: string, fault: z.infer<typeof faultSchema>): AdminAnswer {
  const server = desk.controllerAt(address);
  if (!server) return refusal(404, 'UNKNOWN_CONTROLLER', 'no controller has this address');
  if (desk.inject(server, fault)) return { status: 200, body: { faults: server.faults.list() } };
  if ('dn' in fault) return refusal(404, 'UNKNOWN_PHONE', `this controller has no phone ${fault.dn}`);
  return refusal(409, 'TOO_MUCH', 'too many faults stand already');
}

function clearFaults(desk: Desk, address: string): AdminAnswer {
  const server = desk.controllerAt(address);
  if (!server) return refusal(404, 'UNKNOWN_CONTROLLER', 'no controller has this address');
  server.clearFaults();
  return { status: 204 };
}

function usersOf(desk: Desk, address: string): AdminAnswer {
  const server = desk.controllerAt(address);
  if (!server) return refusal(404, 'UNKNOWN_CONTROLLER', 'no controller has this address');
  return { status: 200, body: { users: desk.users(server) } };
}

function rename(desk: Desk, dn: string, { name }: { readonly name: string }): AdminAnswer {
  return desk.rename(dn, name) ? { status: 204 } : refusal(404, 'UNKNOWN_PHONE', 'no device has this number');
}

function enterScript(desk: Desk, _argument: string, script: z.infer<typeof scriptSchema>): AdminAnswer {
  const outcome = desk.enterScript(script);
  if (outcome.ok) return { status: 202, body: { script: outcome.script, steps: outcome.steps } };
  return refusal(outcome.code === 'UNKNOWN_PHONE' ? 404 : 409, outcome.code, outcome.detail);
}

function startTraffic(desk: Desk, _argument: string, settings: z.infer<typeof trafficSchema>): AdminAnswer {
  desk.startTraffic(settings);
  return { status: 200, body: desk.trafficView() };
}

function move(desk: Desk, given: Hand, at: 'phones' | 'trunks'): AdminAnswer {
  if (!desk.has(given, at)) return refusal(404, 'UNKNOWN_PHONE', `no ${at === 'phones' ? 'phone' : 'trunk'} has this number`);
  const result = desk.move(given);
  return result === 'OK' ? { status: 200, body: { result } } : refusal(409, result, `the phone could not ${given.do}`);
}
