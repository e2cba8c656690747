/** REST, SOAP and the stream of events as faces under bad input: the gateway's own door and engine, reached by TLS as the router reaches them. */
import { connect, type ConnectionOptions } from 'node:tls';
import { ERROR_KINDS } from '#contracts/errors';
import { INTERNAL_HEADERS } from '#contracts/internal-headers';
import { REST_TABLE } from '#contracts/gateway-tables';
import type { BadRequest } from './bad-http.js';
import { badRestRequest, type Target } from './bad-rest.js';
import { badEnvelope, SOAP_OPERATION_COUNT } from './bad-soap.js';
import { badStreamRequest, STREAM_METHODS } from './bad-stream.js';
import type { Face } from './cases.js';
import { envelope, requestElement } from './contract-requests.js';
import { bytesOf, HttpConnection, type HttpAnswer, type HttpRequest } from './http-connection.js';
import { httpFace, INSIDE } from './http-face.js';
import { CONTROLLER, CREDENTIALS, INSTANCE, PUBLIC_BASE, startNorthbound, TENANT } from './northbound-plant.js';
import type { Tried } from './real-engine.js';
import type { Seeded } from './seeded.js';
import { watched } from './watched-engine.js';

const LANES = 8;
/** Requests come from so many addresses: guessing session ids is slowed by address, and this is not about that. */
const ADDRESSES = 4000;

interface Kind {
  readonly name: string;
  readonly operations: number;
  make(target: Target, random: Seeded): BadRequest;
  /** What is wrong with the answer, or whether the first parser gave it. */
  judge(answer: HttpAnswer): { readonly wrong: string } | { readonly isParsers: boolean };
  good(target: Target): HttpRequest;
  isGood(answer: HttpAnswer): boolean;
}

const PARSER_CODES = new Set([
  'MALFORMED_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'BODY_TOO_LARGE',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
]);

/** A problem document with a status and words of its code. */
export function judgeProblem({ status, head, body }: HttpAnswer): ReturnType<Kind['judge']> {
  if (status < 400 || status >= 500) return { wrong: `answered ${status} ${body.slice(0, 300)}` };
  if (!/\r\ncontent-type: application\/problem\+json; charset=utf-8\r?\n?/i.test(`${head}\r\n`))
    return { wrong: `no problem document: ${head}` };
  const problem = JSON.parse(body) as { code: keyof typeof ERROR_KINDS; status: number; title: string };
  const kind = ERROR_KINDS[problem.code];
  if (kind?.status !== status || problem.status !== status || problem.title !== kind.title)
    return { wrong: `not as its code says: ${body}` };
  return INSIDE.test(body) ? { wrong: `tells of our inside: ${body}` } : { isParsers: PARSER_CODES.has(problem.code) };
}

const attribute = (xml: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1];
const element = (xml: string, name: string) => new RegExp(`<(?:\\w+:)?${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1];
const SOAP_REFUSAL =
  /^([A-Z_]+: .|No license available|PRIVILEGE_VIOLATION|MCD_TIMEOUT_ERROR|Feature not allowed$|Timeout no event message available\.$)/;

function judgeSoap(answer: HttpAnswer): ReturnType<Kind['judge']> {
  const { status, head, body } = answer;
  if (INSIDE.test(body)) return { wrong: `tells of our inside: ${body}` };
  // where no service is there is no version of SOAP to answer in
  if (/\r\ncontent-type: application\/problem\+json/i.test(head)) return judgeProblem(answer);
  if (status === 200) {
    if (attribute(body, 'result') !== 'false') return { wrong: `not refused: ${body}` };
    const text = element(body, 'errorDescription') ?? element(body, 'errorDesc') ?? '';
    return SOAP_REFUSAL.test(text) ? { isParsers: false } : { wrong: `refused without a known text: ${body}` };
  }
  if (![400, 413, 415].includes(status)) return { wrong: `answered ${status} ${body.slice(0, 300)}` };
  const isFault =
    /^soapenv:(Client|MustUnderstand|VersionMismatch)$/.test(element(body, 'faultcode') ?? '') && element(body, 'faultstring');
  return isFault ? { isParsers: true } : { wrong: `${status} without a fault: ${body.slice(0, 300)}` };
}

const lookUp = { icpIpAddress: CONTROLLER.address };
const restLookUp = ({ sessionId, token }: Target): HttpRequest => ({
  method: 'GET',
  path: `/v1/sessions/${sessionId}/controllers?icpIpAddress=${CONTROLLER.address}`,
  headers: [['authorization', `Bearer ${token}`]],
});

export const KINDS: Readonly<Record<'rest' | 'soap' | 'stream', Kind>> = {
  rest: {
    name: 'rest',
    operations: REST_TABLE.length,
    make: badRestRequest,
    judge: judgeProblem,
    good: restLookUp,
    isGood: ({ status, body }) => status === 200 && body.includes(`"icpId":${CONTROLLER.icpId}`),
  },
  soap: {
    name: 'soap',
    operations: SOAP_OPERATION_COUNT,
    make: badEnvelope,
    judge: judgeSoap,
    good: ({ sessionId }) => ({
      method: 'POST',
      path: '/axis2/services/StandardCCService',
      headers: [
        ['content-type', 'text/xml; charset=utf-8'],
        ['soapaction', '"urn:getIcpId"'],
      ],
      body: envelope(requestElement('getIcpId', { sessionId, ...lookUp })),
    }),
    isGood: ({ status, body }) => status === 200 && attribute(body, 'result') === 'true',
  },
  stream: {
    name: 'stream',
    operations: STREAM_METHODS.length,
    make: badStreamRequest,
    judge: judgeProblem,
    good: restLookUp,
    isGood: ({ status }) => status === 200,
  },
};

/** What the router adds; the addresses of clients come round, so that what is remembered by address is bounded. */
function fromRouter(request: HttpRequest, id: string, client: number): HttpRequest {
  return {
    ...request,
    headers: [
      ['host', 'edge.example'],
      [INTERNAL_HEADERS.tenant, TENANT],
      [INTERNAL_HEADERS.instance, INSTANCE],
      [INTERNAL_HEADERS.publicBase, PUBLIC_BASE],
      [INTERNAL_HEADERS.clientAddress, `10.0.${client >> 8}.${client & 255}`],
      [INTERNAL_HEADERS.requestId, id],
      ...request.headers,
    ],
  };
}

export async function gatewayFace(kind: Kind, tried: Tried): Promise<Face<BadRequest>> {
  const engine = watched(tried.engine);
  const plant = await startNorthbound(engine);
  let ticket: Buffer | undefined;
  const open = () => {
    const options: ConnectionOptions = {
      ...plant.credentials,
      host: plant.address,
      port: plant.port,
      ...(ticket === undefined ? {} : { session: ticket }),
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    socket.on('session', (session) => (ticket = session));
    return socket;
  };
  const first = new HttpConnection(open);
  const logIn = async (): Promise<{ sessionId: number; token: string }> => {
    const headers = [['content-type', 'application/json']] as const;
    const request = { method: 'POST', path: '/v1/sessions', headers, body: JSON.stringify(CREDENTIALS) };
    return JSON.parse((await first.exchange(bytesOf(fromRouter(request, 'log-in', 1)))).body) as {
      sessionId: number;
      token: string;
    };
  };
  const [own, foreign] = [await logIn(), await logIn()];
  await first.close();
  const target: Target = { ...own, foreignSessionId: foreign.sessionId };
  let client = 0;
  return httpFace({
    name: kind.name,
    lanes: LANES,
    operations: kind.operations,
    open,
    make: (random) => kind.make(target, random),
    dressed: (request, id) => fromRouter(request, id, (client = (client + 1) % ADDRESSES)),
    judge: (answer, _made, id) => {
      const handled = engine.took(id);
      const judged = kind.judge(answer);
      if ('wrong' in judged) return { reached: 'parser', wrong: judged.wrong };
      return { reached: handled ? 'handler' : judged.isParsers ? 'parser' : 'checks' };
    },
    good: kind.good({ ...foreign, foreignSessionId: own.sessionId }),
    isGood: kind.isGood,
    state: tried.state,
    failures: () => plant.logged,
    close: async () => {
      await plant.close();
      await tried.stop();
    },
  });
}
