/** Two real gateway incarnations behind a real router: log-ins find the instance with room, over REST and SOAP alike. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REFUSAL_HEADER } from '#contracts/routing';
import { slotOf } from '#domain/session-id';
import { createLogger } from '#telemetry/logger';
import { freeLoopbackBlock, type LoopbackBlock } from '#testkit/addresses';
import { ask, routerSurroundings, type Answer, type RouterSurroundings } from '#testkit/routed-instances';
import type { Incarnation } from '../../apps/gateway/src/incarnation.js';
import { startRouter, type RunningRouter } from '../../apps/router/src/router.js';
import { envelope, requestElement } from './northbound/clients.js';
import { CREDENTIALS, runInstance, type RunningInstance } from './running-instance.js';

const TENANT = randomUUID();
const SLOTS = [
  [0, 1],
  [2, 3],
] as const;

let around: RouterSurroundings;
let block: LoopbackBlock;
let router: RunningRouter;
const instances: Incarnation[] = [];

beforeAll(async () => {
  [around, block] = await Promise.all([routerSurroundings(), freeLoopbackBlock()]);
  const lines: RunningInstance['line'][] = [];
  for (const [at, slots] of SLOTS.entries()) {
    const started = await runInstance(around, { tenantId: TENANT, address: block.address(at + 1), slots, sessions: 1 });
    instances.push(started.incarnation);
    lines.push(started.line);
  }
  router = await startRouter(await around.settings(), createLogger('router', 'silent'));
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

const overRest = (password = 'local'): Promise<Answer> =>
  ask(router.httpPort, {
    method: 'POST',
    path: '/t/acme/v1/sessions',
    headers: { 'content-type': 'application/json', [REFUSAL_HEADER]: 'DRAINING' },
    body: JSON.stringify({ ...CREDENTIALS, localPassword: password }),
  });

const soap = (element: string, members: Readonly<Record<string, string | number>>): Promise<Answer> =>
  ask(router.httpPort, {
    method: 'POST',
    path: '/t/acme/axis2/services/SessionService',
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${element}"`, [REFUSAL_HEADER]: 'DRAINING' },
    body: envelope(requestElement(element, members)),
  });
const overSoap = (password = 'local') => soap('login', { ...CREDENTIALS, localPassword: password });

const wsdl = (): Promise<Answer> => ask(router.httpPort, { path: '/t/acme/axis2/services/SessionService?wsdl' });

const idIn = ({ body }: Answer): number => Number(/sessionId[^0-9]{1,3}(\d+)/.exec(body)?.[1]);
const instanceOf = (id: number): number => SLOTS.findIndex((slots) => slots.some((slot) => slot === slotOf(id)));
const leave = async (id: number) => expect((await soap('logout', { sessionId: id })).body).toContain('true');

describe('log-ins at a tenant whose instances have room for one session each', () => {
  it.each([
    ['SOAP', overSoap],
    ['REST', overRest],
  ] as const)(
    'R-LIM-01 R-ORC-03 over %s the second goes to the instance with room, whichever is asked first',
    async (_face, logIn) => {
      // the router begins at another instance with every request: with one between, both log-ins begin at the same, which is then full
      for (const between of [0, 1, 2, 3]) {
        const answers = [await logIn()];
        for (let time = 0; time < between; time += 1) expect((await wsdl()).status).toBe(200);
        answers.push(await logIn());
        const ids = answers.map(idIn);
        expect(new Set(ids.map(instanceOf)), answers.map(({ body }) => body).join('\n')).toEqual(new Set([0, 1]));
        for (const full of [await overSoap(), await overSoap()]) {
          expect(full.status).toBe(200);
          expect(full.body).toContain('No license available. (SESSION_LIMIT: sessions 1 of 1 in use)');
          expect(Object.keys(full.headers).filter((name) => name.startsWith('x-cordboard'))).toEqual([]);
        }
        expect(await overRest()).toMatchObject({ status: 429, code: 'SESSION_LIMIT' });
        for (const id of ids) await leave(id);
      }
    },
  );

  it('a SOAP log-in refused for another reason is answered by the first instance asked', async () => {
    const refused = await overSoap('wrong');
    expect([refused.status, refused.headers[REFUSAL_HEADER]]).toEqual([200, undefined]);
    expect(refused.body).toContain('LOGIN_REFUSED');
  });
});
