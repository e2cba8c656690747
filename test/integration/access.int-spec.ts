/** Who may come in, by which way, and how far: two real gateway incarnations behind a real router with its external listener, over REST and SOAP. */
import { constants, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessDocument } from '#contracts/gateway-admin';
import { sha256Hex } from '#pki/api-keys';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { ask, routerSurroundings, type Answer, type RouterSurroundings } from '#testkit/routed-instances';
import type { Incarnation } from '../../apps/gateway/src/incarnation.js';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { envelope, requestElement, serviceOf } from './northbound/clients.js';
import { runInstance, type RunningInstance } from './running-instance.js';

const TENANT = randomUUID();
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

const application = (name: string, more: Partial<AccessDocument['applications'][number]> = {}) => ({
  id: randomUUID(),
  name,
  type: 'generic' as const,
  advanced: false,
  allowed: true,
  applicationPasswordSha256: sha256Hex('app'),
  localPasswordSha256: sha256Hex('local'),
  ...more,
});
const users = ['ann', 'bob'].map((name, index) => ({
  userId: index + 1,
  email: `${name}@acme.example`,
  passwordSha256: sha256Hex(`${name}'s`),
}));
const applications = [
  application('near'),
  application('far', { remote: true }),
  application('ed', { advanced: true, signing: { publicKeyPem: pem(ed.publicKey), legacy: false } }),
  application('rsa', { advanced: true, signing: { publicKeyPem: pem(rsa.publicKey), legacy: false } }),
  application('old', { advanced: true, signing: { publicKeyPem: pem(rsa.publicKey), legacy: true } }),
  application('crm', { type: 'crm-integration' as never, integration: 'salesforce', users }),
];
const licences = { pools: [{ pool: 'salesforce', granted: 2, entitled: 2, full: false }] };

let around: RouterSurroundings;
let block: LoopbackBlock;
let router: RunningRouter;
const instances: Incarnation[] = [];

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  const lines: RunningInstance['line'][] = [];
  for (const [at, slots] of [
    [0, 1],
    [2, 3],
  ].entries()) {
    const more = { applications, licences };
    const started = await runInstance(around, { tenantId: TENANT, address: block.address(at + 1), slots, sessions: 100, more });
    instances.push(started.incarnation);
    lines.push(started.line);
  }
  const settings = await around.settings();
  const listen = { ...settings.listen, external: { host: '127.0.0.1', port: 0 } };
  router = await startRouter({ ...settings, listen }, createLogger('router', 'silent'));
  const table = {
    schema: 1,
    version: 1,
    issuedAt: new Date().toISOString(),
    tenants: [{ tenantId: TENANT, slug: 'acme', status: 'active', instances: lines }],
  };
  const put = await ask(router.adminPort, {
    method: 'PUT',
    path: '/v1/routing-table',
    body: JSON.stringify(table),
    headers: { 'content-type': 'application/json' },
    tls: await around.client('orchestrator'),
  });
  expect(put.status).toBe(200);
});

afterAll(async () => {
  await router?.close();
  for (const instance of instances) await instance.stop();
  await around?.remove();
  await block?.release();
});

type Way = 'http' | 'https' | 'external';
async function send(
  way: Way,
  request: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  const port = { http: router.httpPort, https: router.httpsPort, external: router.externalPort! }[way];
  const tls = way === 'http' ? {} : { tls: { ca: around.authority.certPem } };
  return ask(port, { ...request, path: `/t/acme${request.path}`, ...tls });
}
const rest = (way: Way, method: string, path: string, body?: object, token?: string) =>
  send(way, {
    method,
    path,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const soap = (operation: string, members: Readonly<Record<string, unknown>>, way: Way = 'http') =>
  send(way, {
    method: 'POST',
    path: `/axis2/services/${serviceOf(operation)}`,
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"` },
    body: envelope(requestElement(operation, members)),
  });
const credentials = (applicationName: string) => ({
  companyName: 'Acme',
  applicationName,
  applicationPassword: 'app',
  localPassword: 'local',
});
const json = ({ body }: Answer) =>
  JSON.parse(body) as { sessionId: number; token: string; authenticationData?: string; code?: string; userId?: number };
/** Of a SOAP answer: whether it was granted, and its text. */
const said = ({ body }: Answer) => ({
  result: /result="(\w+)"/.exec(body)?.[1] === 'true',
  text: /<(?:\w+:)?errorDesc(?:ription)?>([^<]*)</.exec(body)?.[1],
  sessionId: Number(/sessionId="(\d+)"/.exec(body)?.[1]),
  userId: Number(/userId="(\d+)"/.exec(body)?.[1]),
  token: /<(?:\w+:)?token>([^<]*)</.exec(body)?.[1],
  challenge: /<(?:\w+:)?authenticationData>([^<]*)</.exec(body)?.[1],
});

describe('R-SES-06 the external listener', () => {
  it('lets remote applications in, and nobody else; the other listeners let everybody else in, and no remote one', async () => {
    const logIn = async (way: Way, name: string) => [
      (await rest(way, 'POST', '/v1/sessions', credentials(name))).status,
      said(await soap('loginApp', credentials(name), way)).result,
    ];
    expect(await logIn('external', 'far')).toEqual([201, true]);
    for (const way of ['http', 'https'] as const) expect(await logIn(way, 'far'), way).toEqual([403, false]);
    for (const way of ['http', 'https'] as const) expect(await logIn(way, 'near'), way).toEqual([201, true]);
    expect(await logIn('external', 'near')).toEqual([403, false]);
    expect(said(await soap('loginApp', credentials('far'))).text).toMatch(/^NOT_AUTHORISED: far is a remote application/);
  });

  it('a session of the one way cannot be used by the other, nor by saying so oneself', async () => {
    const { sessionId, token } = json(await rest('external', 'POST', '/v1/sessions', credentials('far')));
    const path = `/v1/sessions/${sessionId}/versions`;
    expect((await rest('external', 'GET', path, undefined, token)).status).toBe(200);
    expect((await rest('https', 'GET', path, undefined, token)).status).toBe(403);
    const forged = await send('https', {
      path,
      headers: { authorization: `Bearer ${token}`, 'x-cordboard-listener': 'external' },
    });
    expect(forged.status).toBe(403);
    expect(said(await soap('resetSessionTimer', { sessionId })).result).toBe(false);
    expect(said(await soap('resetSessionTimer', { sessionId }, 'external')).result).toBe(true);
  });

  it('shows application paths alone', async () => {
    expect((await send('external', { path: '/axis2/services/SessionService?wsdl' })).body).toContain(`https://127.0.0.1`);
    for (const path of ['/', '/metrics', '/axis2/', '/v1', '/admin/v1/status', '/health']) {
      const { status, body } = await send('external', { path });
      expect(status, path).toBe(404);
      // said by the router itself: no instance is asked from outside for what is not an application's
      expect(body, path).toContain('There is nothing at this path.');
      expect((await send('https', { path })).body, path).not.toContain('There is nothing at this path.');
    }
  });
});

describe('R-CC-10 advanced applications', () => {
  const signers: Readonly<Record<string, (challenge: string) => Buffer>> = {
    ed: (challenge) => sign(null, Buffer.from(challenge), ed.privateKey),
    rsa: (challenge) =>
      sign('sha256', Buffer.from(challenge), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
    old: (challenge) => sign('md5', Buffer.from(challenge), rsa.privateKey),
  };
  const certificateOf = (name: string) => pem(name === 'ed' ? ed.publicKey : rsa.publicKey);
  const advanced = { icpId: 1 };

  it.each(['ed', 'rsa', 'old'])('sign the challenge of their log-in (%s), once, over REST and over SOAP', async (name) => {
    const begun = json(await rest('http', 'POST', '/v1/sessions', { ...credentials(name), certificate: certificateOf(name) }));
    const path = `/v1/sessions/${begun.sessionId}/authenticate`;
    const signedAuthenticationData = signers[name]!(begun.authenticationData!).toString('base64');
    expect((await rest('http', 'POST', path, { signedAuthenticationData }, 'x'.repeat(43))).status, 'another’s token').toBe(401);
    expect((await rest('http', 'POST', path, { signedAuthenticationData }, begun.token)).status).toBeLessThan(300);
    expect(json(await rest('http', 'POST', path, { signedAuthenticationData }, begun.token)).code, 'again').toBe(
      'AUTHENTICATION_REFUSED',
    );

    const old = said(await soap('loginEx', { ...credentials(name), version: '4.0', certificate: certificateOf(name) }));
    const before = said(await soap('advGetSystemConferences', { sessionId: old.sessionId, ...advanced }));
    expect(before, 'until it has signed').toMatchObject({ result: false });
    expect(before.text).toMatch(/^ADVANCED_REQUIRED: advGetSystemConferences is for advanced applications/);
    const signed = signers[name]!(old.challenge!).toString('hex');
    expect(said(await soap('authenticate', { sessionId: old.sessionId, signedAuthenticationData: signed })).result).toBe(true);
    const after = said(await soap('advGetSystemConferences', { sessionId: old.sessionId, ...advanced }));
    expect(after.text ?? '').not.toMatch(/ADVANCED_REQUIRED/);
  });

  it('a wrong signature ends the challenge; the old scheme, another certificate and a standard application get nothing', async () => {
    const begin = async (name: string, certificate: string) =>
      json(await rest('http', 'POST', '/v1/sessions', { ...credentials(name), certificate }));
    const prove = async ({ sessionId, token }: { sessionId: number; token: string }, signature: Buffer) =>
      json(
        await rest(
          'http',
          'POST',
          `/v1/sessions/${sessionId}/authenticate`,
          { signedAuthenticationData: signature.toString('base64') },
          token,
        ),
      ).code;
    const first = await begin('ed', certificateOf('ed'));
    expect(await prove(first, signers['ed']!(`${first.authenticationData!}x`))).toBe('AUTHENTICATION_REFUSED');
    expect(await prove(first, signers['ed']!(first.authenticationData!)), 'single-use').toBe('AUTHENTICATION_REFUSED');
    const modern = await begin('rsa', certificateOf('rsa'));
    expect(await prove(modern, signers['old']!(modern.authenticationData!)), 'MD5 is for legacy applications').toBe(
      'AUTHENTICATION_REFUSED',
    );
    const [a, b] = [await begin('rsa', certificateOf('rsa')), await begin('rsa', certificateOf('rsa'))];
    expect(await prove(a, signers['rsa']!(b.authenticationData!)), 'the challenge of another session').toBe(
      'AUTHENTICATION_REFUSED',
    );
    expect((await begin('ed', certificateOf('rsa'))).code).toBe('LOGIN_REFUSED');
    expect((await begin('ed', 'no certificate at all, but long enough')).code).toBe('LOGIN_REFUSED');
    expect(await begin('near', certificateOf('rsa'))).not.toHaveProperty('authenticationData');
  });
});

describe('R-SES-04 users of an integration', () => {
  const userOf = (name: string) => ({ ...credentials('crm'), userEmail: `${name}@acme.example`, userPassword: `${name}'s` });

  it('log in over both faces; the token leads to the session from anywhere; R-LIC-03 the third is told so to the letter', async () => {
    const logIn = await rest('http', 'POST', '/v1/user-sessions', userOf('ann'));
    expect(logIn.status).toBeLessThan(300);
    const ann = json(logIn);
    expect(ann.userId).toBe(1);
    // the router begins at another instance with every request: the token alone finds the session
    for (let tab = 0; tab < 4; tab += 1) {
      const shared = json(await rest('http', 'POST', '/v1/user-sessions/validate', { token: ann.token }));
      expect(shared).toEqual({ sessionId: ann.sessionId, token: ann.token, userId: 1 });
      expect(said(await soap('validateToken', { token: ann.token }))).toMatchObject({
        result: true,
        sessionId: ann.sessionId,
        userId: 1,
      });
    }
    expect((await rest('http', 'GET', `/v1/sessions/${ann.sessionId}/versions`, undefined, ann.token)).status).toBe(200);
    const wrong = `${ann.sessionId}.${'A'.repeat(43)}`;
    expect(json(await rest('http', 'POST', '/v1/user-sessions/validate', { token: wrong })).code).toBe('SESSION_INVALID');
    expect(said(await soap('validateToken', { token: 'nonsense' })).result).toBe(false);
    expect(json(await rest('http', 'POST', '/v1/user-sessions', { ...userOf('ann'), userPassword: 'x' })).code).toBe(
      'LOGIN_REFUSED',
    );

    // two users at each of the two instances
    const granted = [ann.sessionId];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const bob = said(await soap('loginUser', userOf('bob')));
      if (bob.result) granted.push(bob.sessionId);
      else expect(bob.text).toBe('No license available.');
    }
    expect(granted).toHaveLength(4);
    const full = await rest('http', 'POST', '/v1/user-sessions', userOf('bob'));
    expect(full).toMatchObject({ status: 409, code: 'NO_LICENSE' });
    expect(JSON.parse(full.body)).toMatchObject({ limit: 'licences.salesforce', used: 2, cap: 2 });
    for (const sessionId of granted) await soap('logout', { sessionId });
    expect((await rest('http', 'POST', '/v1/user-sessions', userOf('bob'))).status).toBeLessThan(300);
  });
});

describe('sessions', () => {
  it('R-SES-03 one application has sessions on several instances', async () => {
    const ids = new Set<number>();
    for (let at = 0; at < 6; at += 1) {
      const { sessionId } = json(await rest('http', 'POST', '/v1/sessions', credentials('near')));
      ids.add(Math.floor(sessionId / 2 ** 44));
    }
    expect([...ids].sort(), 'slots 0 and 1, and 2 and 3').toEqual([0, 1]);
  });

  it('keep where the application wants to be told of another address (registerHAClientCallback), or say what is wrong', async () => {
    const { sessionId } = said(await soap('loginApp', credentials('near')));
    expect(said(await soap('registerHAClientCallback', { sessionId, callbackUri: 'https://app.example/ha' })).result).toBe(true);
    expect(said(await soap('registerHAClientCallback', { sessionId })).result, 'and take it back').toBe(true);
    expect(said(await soap('registerHAClientCallback', { sessionId, callbackUri: 'javascript:alert(1)' }))).toMatchObject({
      result: false,
    });
    expect(said(await soap('registerHAClientCallback', { sessionId: 1, callbackUri: 'https://app.example/ha' })).result).toBe(
      false,
    );
  });
});
