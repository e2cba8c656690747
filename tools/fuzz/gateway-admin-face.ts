/** The gateway's admin interface as a face under bad input: a whole incarnation, asked with the worker's certificate and the installation's signature. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { freeLoopbackBlock } from '#config/addresses';
import { ADMIN_ROUTES } from '#contracts/admin-routes';
import type { AccessDocument } from '#contracts/gateway-admin';
import { openAuthority } from '#pki/authority';
import { ensureDocumentKey, signDocument } from '#pki/documents';
import { broken, NO_JSON, type Json } from './bad-documents.js';
import { onTheWire, type BadRequest } from './bad-http.js';
import type { Face } from './cases.js';
import { bytesOf, HttpConnection, type HttpRequest } from './http-connection.js';
import { httpFace, PARSER_CODES, wrongProblem } from './http-face.js';
import { runInstance } from './running-instance.js';
import type { Seeded } from './seeded.js';

const LANES = 8;
const JSON_TYPE = ['content-type', 'application/json'] as const;

/** What is pushed bears the signature of the installation: only the operation itself can refuse it. */
interface AdminCase extends BadRequest {
  readonly isSigned?: boolean;
}

export async function gatewayAdminFace(): Promise<Face<BadRequest>> {
  const dir = await mkdtemp(join(tmpdir(), 'cordboard-bad-admin-'));
  const [authority, block] = [await openAuthority(dir), await freeLoopbackBlock()];
  const tenantId = randomUUID();
  const running = await runInstance({ dir, authority }, { tenantId, address: block.address(1), slots: [0, 1], sessions: 5 });
  const worker = await authority.issue({ commonName: 'worker' });
  const { privateKeyPem } = await ensureDocumentKey(dir);
  const open = () =>
    connect({
      host: block.address(1),
      port: running.incarnation.ports.admin,
      servername: running.line.endpoint!.serverName,
      ca: authority.certPem,
      cert: worker.certPem,
      key: worker.keyPem,
    });
  const own = new HttpConnection(open);
  const status: HttpRequest = { method: 'GET', path: ADMIN_ROUTES.status.path, headers: [['host', 'instance']] };
  return httpFace({
    name: 'gateway-admin',
    lanes: LANES,
    operations: Object.keys(ADMIN_ROUTES).length,
    open,
    make: adminCases(running.document, privateKeyPem),
    judge: (answer, made) => {
      const wrong = wrongProblem(answer);
      if (wrong !== undefined) return { reached: 'parser', wrong };
      const { code } = JSON.parse(answer.body) as { code: string };
      const isParsers = PARSER_CODES.has(code) || code === 'NOT_FOUND';
      return { reached: isParsers ? 'parser' : (made as AdminCase).isSigned === true ? 'handler' : 'checks' };
    },
    good: status,
    isGood: (answer) => answer.status === 200 && answer.body.includes('"state":"serving"'),
    state: async () => {
      const held = await readFile(join(dir, running.line.instanceId, 'access-document.json'), 'utf8');
      return `${(await own.exchange(bytesOf(status))).body} ${held}`;
    },
    failures: () => [],
    close: async () => {
      await own.close();
      await running.incarnation.stop();
      await block.release();
      await rm(dir, { recursive: true, force: true });
    },
  });
}

type Mutation = (random: Seeded) => AdminCase;

function adminCases(held: AccessDocument, privateKeyPem: string): Mutation {
  const strangerPem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const controller = { icpId: 1, name: 'c', address: '127.0.0.9', port: 5320, release: '9.4', enabled: true, monitorsMax: 10 };
  const next: AccessDocument = { ...held, serial: held.serial + 1, controllers: [controller] };
  const put = (what: string, body: string, more: Partial<AdminCase> = {}): AdminCase => ({
    what,
    operation: 'accessDocument',
    method: ADMIN_ROUTES.accessDocument.method,
    path: ADMIN_ROUTES.accessDocument.path,
    headers: [['host', 'instance'], JSON_TYPE],
    body,
    ...more,
  });
  const signed = (what: string, document: unknown) =>
    put(what, JSON.stringify(signDocument(document, privateKeyPem)), { isSigned: true });
  const unfit: Mutation = (random) =>
    signed(
      ...random.pick<readonly [string, unknown]>([
        ['an older serial', { ...next, serial: held.serial, companyName: `c${random.below(1e6)}` }],
        ['another tenant', { ...next, tenantId: randomUUID() }],
        ['another instance', { ...next, instanceId: randomUUID() }],
        ['expired', { ...next, expiresAt: new Date(random.below(2 ** 31)).toISOString() }],
        ['an icpId too great', { ...next, controllers: [{ ...controller, icpId: 2 ** 31 + random.below(1000) }] }],
        ['an icpId twice', { ...next, controllers: [controller, { ...controller, address: '127.0.0.8' }] }],
        ['too many controllers', { ...next, controllers: manyControllers(controller, 251 + random.below(50)) }],
        ['what only a later release knows', { ...next, mustUnderstand: [`later${random.below(1e6)}`] }],
      ]),
    );
  const torn: Mutation = (random) => {
    const { what, value } = broken(random, next as unknown as Json);
    return signed(what, value);
  };
  const forged: Mutation = (random) => {
    const good = signDocument(next, privateKeyPem);
    const changed = random.pick([
      { ...good, payload: signDocument({ ...next, serial: 99 }, privateKeyPem).payload },
      { ...good, signature: `${good.signature.startsWith('A') ? 'B' : 'A'}${good.signature.slice(1)}` },
      { ...good, signature: '' },
      { ...good, keyId: 'x'.repeat(random.below(300)) },
      { ...good, payload: `${good.payload}!` },
      { payload: good.payload, signature: good.signature },
      signDocument(next, strangerPem),
    ]);
    return put('signed by nobody of ours', JSON.stringify(changed));
  };
  const noDocument: Mutation = (random) => put('no document', random.pick(NO_JSON));
  const otherType: Mutation = (random) =>
    put('another media type', '{}', {
      headers: [
        ['host', 'instance'],
        ['content-type', random.pick(['text/xml', '', 'multipart/form-data', 'application/jsonx'])],
      ],
    });
  const route: Mutation = (random) => {
    const [operation, { method, path }] = random.pick(Object.entries(ADMIN_ROUTES));
    const at = (changes: Partial<AdminCase>): AdminCase => ({
      what: 'a route asked otherwise',
      operation,
      method,
      path,
      headers: [['host', 'instance'], JSON_TYPE],
      ...changes,
    });
    const journals = path === ADMIN_ROUTES.journal.path;
    const query = random.pick([
      'x=1',
      '__proto__=1',
      'generation=1.0.0',
      'from=0',
      'generation=1.0.0&from=-1',
      'from=1&from=2&generation=1.0.0',
    ]);
    return random.pick<() => AdminCase>([
      () => at({ method: random.pick(['POST', 'PATCH', 'TRACE', 'OPTIONS']) }),
      () =>
        at({
          path: random.pick([`/${path}`, `${path}/`, path.toUpperCase(), `${path}%00`, '/v1/__proto__', '/v1/../v1/health', '*']),
        }),
      () =>
        at({
          path: `${path}?${journals ? query : random.pick([query, 'generation=1.0.0&from=0'])}`,
          body: method === 'PUT' ? '{}' : undefined,
        }),
      () => (operation === 'accessDocument' ? noDocument(random) : at({ body: random.pick(['{"for":"ever"}', 'x', '[]']) })),
    ])();
  };
  const wire: Mutation = (random) => onTheWire(unfit(random), random);
  const mutations = [
    torn,
    torn,
    torn,
    torn,
    torn,
    unfit,
    unfit,
    unfit,
    forged,
    forged,
    noDocument,
    otherType,
    route,
    route,
    wire,
  ];
  return (random) => random.pick(mutations)(random);
}

const manyControllers = (one: AccessDocument['controllers'][number], count: number) =>
  Array.from({ length: count }, (_, at) => ({ ...one, icpId: at + 1, address: `127.1.${at >> 8}.${at & 255}` }));
