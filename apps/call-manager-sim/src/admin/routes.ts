/** The admin interface's routes as plain functions of path, query and body; no HTTP here. */
import { z } from 'zod';
import { faultSchema } from '../faults/faults.js';
import type { Result } from '../model/words.js';
import { scriptSchema } from '../scenarios/script.js';
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

type Handler = (desk: Desk, request: AdminRequest, argument: string) => AdminAnswer;

interface Route {
  /** `:` stands for the one argument. */
  readonly path: readonly string[];
  readonly methods: Readonly<Record<string, Handler>>;
}

const TRACE_LINES_MAX = 10_000;
const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const traceQuery = z.strictObject({
  after: whole.default(0),
  limit: whole.pipe(z.number().min(1).max(TRACE_LINES_MAX)).default(1_000),
});
const dialBody = z.strictObject({ number: z.string().min(1).max(50) });

const ROUTES: readonly Route[] = [
  { path: ['v1', 'controllers'], methods: { GET: (desk) => ({ status: 200, body: { controllers: desk.controllers() } }) } },
  { path: ['v1', 'trace'], methods: { GET: readTrace } },
  { path: ['v1', 'controllers', ':', 'faults'], methods: { POST: injectFault, DELETE: clearFaults } },
  { path: ['v1', 'scripts'], methods: { POST: enterScript } },
  {
    path: ['v1', 'traffic'],
    methods: {
      GET: (desk) => ({ status: 200, body: desk.trafficView() }),
      PUT: startTraffic,
      DELETE: (desk) => {
        desk.stopTraffic();
        return { status: 204 };
      },
    },
  },
  { path: ['v1', 'phones', ':', 'call'], methods: { POST: dial } },
  ...(['answer', 'clear', 'hold', 'retrieve', 'in-service', 'out-of-service'] as const).map((action): Route => ({
    path: ['v1', 'phones', ':', action],
    methods: { POST: (desk, _request, dn) => move(desk, { do: action, dn }) },
  })),
];

export function route(desk: Desk, request: AdminRequest): AdminAnswer {
  for (const { path, methods } of ROUTES) {
    const argument = match(path, request.path);
    if (argument === null) continue;
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (!handler) return refusal(405, 'METHOD_NOT_ALLOWED', `allowed here: ${Object.keys(methods).join(', ')}`);
    return handler(desk, request, argument);
  }
  return refusal(404, 'NOT_FOUND', 'there is no such path');
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

function readTrace(desk: Desk, request: AdminRequest): AdminAnswer {
  const query = traceQuery.safeParse(Object.fromEntries(request.query));
  if (!query.success) return badInput(query.error);
  return { status: 200, body: desk.trace.read(query.data.after, query.data.limit) };
}

function injectFault(desk: Desk, request: AdminRequest, address: string): AdminAnswer {
  const server = desk.controllerAt(address);
  if (!server) return refusal(404, 'UNKNOWN_CONTROLLER', 'no controller has this address');
  const fault = faultSchema.safeParse(request.body);
  if (!fault.success) return badInput(fault.error);
  if (desk.inject(server, fault.data)) return { status: 200, body: { faults: server.faults.list() } };
  if ('dn' in fault.data) return refusal(404, 'UNKNOWN_PHONE', `this controller has no phone ${fault.data.dn}`);
  return refusal(409, 'TOO_MUCH', 'too many faults stand already');
}

function clearFaults(desk: Desk, _request: AdminRequest, address: string): AdminAnswer {
  const server = desk.controllerAt(address);
  if (!server) return refusal(404, 'UNKNOWN_CONTROLLER', 'no controller has this address');
  server.clearFaults();
  return { status: 204 };
}

function enterScript(desk: Desk, request: AdminRequest): AdminAnswer {
  const script = scriptSchema.safeParse(request.body);
  if (!script.success) return badInput(script.error);
  const outcome = desk.enterScript(script.data);
  if (outcome.ok) return { status: 202, body: { script: outcome.script, steps: outcome.steps } };
  return refusal(outcome.code === 'UNKNOWN_PHONE' ? 404 : 409, outcome.code, outcome.detail);
}

function startTraffic(desk: Desk, request: AdminRequest): AdminAnswer {
  const settings = trafficSchema.safeParse(request.body);
  if (!settings.success) return badInput(settings.error);
  desk.startTraffic(settings.data);
  return { status: 200, body: desk.trafficView() };
}

function dial(desk: Desk, request: AdminRequest, dn: string): AdminAnswer {
  const body = dialBody.safeParse(request.body);
  if (!body.success) return badInput(body.error);
  return move(desk, { do: 'call', dn, number: body.data.number });
}

function move(desk: Desk, hand: Parameters<Desk['move']>[0]): AdminAnswer {
  if (!desk.phone(hand.dn)) return refusal(404, 'UNKNOWN_PHONE', 'no phone has this number');
  const result = desk.move(hand);
  return result === 'OK' ? { status: 200, body: { result } } : refusal(409, result, `the phone could not ${hand.do}`);
}
