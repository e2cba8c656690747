import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../../tools/demo/seven-events.js';
import { restDemo } from '../../tools/demo/rest.demo.js';
import type { Scene } from '../../tools/demo/scene.js';
import { soapDemo } from '../../tools/demo/soap.demo.js';
import { readFileSync } from 'node:fs';
import { atEdge, runFile, sampleCredentials, simulator, TestSession } from './system.js';

let scene: Scene;
beforeAll(() => {
  const run = runFile();
  const controller = run.tenant.controllers[0]!;
  scene = {
    edge: run.edge.https.replace(/\/$/, ''),
    ca: readFileSync(run.edge.caFile, 'utf8'),
    slug: run.tenant.slug,
    credentials: sampleCredentials(),
    controller: controller.address,
    caller: controller.extensions[10]!,
    called: controller.extensions[11]!,
  };
});

describe('a call through the edge', () => {
  it('R-CC-02 R-SES-05 over REST gives the seven events', async () => {
    expect(faultsOf((await restDemo(scene)).events)).toEqual([]);
  });

  it('R-CC-02 R-SES-05 over SOAP, by a stock client reading our WSDL, gives the same seven', async () => {
    expect(faultsOf((await soapDemo(scene)).events)).toEqual([]);
  });

  it('R-CLU-01 reaches a phone of another controller of the cluster', async () => {
    const [first, second] = runFile().tenant.controllers;
    const session = await TestSession.open();
    const caller = await session.phone(first!.address, first!.extensions[12]!);
    const called = await session.phone(second!.address, second!.extensions[12]!);
    for (const objectId of [caller, called]) expect((await session.ask('POST', '/monitors', { objectId })).status).toBe(200);
    expect((await session.ask('POST', `/devices/${caller}/calls`, { number: second!.extensions[12] })).status).toBe(200);
    const events = await session.eventsUntil((read) => read.some((e) => e.type === 'CALL_RECEIVED'));
    const received = events.find((e) => e.type === 'CALL_RECEIVED');
    expect(received).toMatchObject({ objectId: called, callState: 'RECEIVED', source: 'live' });
    const localCallId = received!.category === 'CALL_EVENT' ? received!.localCallId : 0;
    expect((await session.ask('POST', `/devices/${called}/calls/${localCallId}/answer`, {})).status).toBeLessThan(300);
    expect((await session.ask('POST', `/devices/${called}/calls/${localCallId}/hold`, {})).status).toBeLessThan(300);
    // answering twice is refused by the controller's own call model, and said so
    const again = await session.ask('POST', `/devices/${called}/calls/${localCallId}/answer`, {});
    expect(again).toMatchObject({ status: 409, body: { code: 'INVALID_STATE' } });
    expect((await session.ask('POST', `/devices/${called}/calls/${localCallId}/retrieve`, {})).status).toBeLessThan(300);
    expect((await session.ask('POST', `/devices/${called}/calls/${localCallId}/clear`, {})).status).toBeLessThan(300);
    const rest = await session.eventsUntil((read) => read.filter((e) => e.type === 'CALL_CLEAR').length === 2);
    expect(rest.map((e) => e.type)).toEqual(expect.arrayContaining(['CALL_HELD', 'CALL_RETRIEVED', 'CALL_CLEAR']));
    expect((await session.ask('DELETE')).status).toBe(204);
  });

  it('the outside witness saw exactly one MAKE_CALL for a makeCall repeated with one idempotency key', async () => {
    const controller = runFile().tenant.controllers[2]!;
    const session = await TestSession.open();
    const caller = await session.phone(controller.address, controller.extensions[20]!);
    const count = async () => {
      const answer = await simulator<{ controllers: { address: string; counters: { requests: Record<string, number> } }[] }>(
        'GET',
        '/v1/controllers',
      );
      return answer.body.controllers.find((c) => c.address === controller.address)!.counters.requests['MAKE_CALL']!;
    };
    const before = await count();
    const call = () =>
      atEdge(session.slug, 'POST', `/v1/sessions/${session.id}/devices/${caller}/calls`, {
        token: session.token,
        headers: { 'idempotency-key': 'once' },
        body: { number: controller.extensions[21] },
      });
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map((a) => JSON.stringify(a.body))).size).toBe(1);
    expect((await count()) - before).toBe(1);
    const { localCallId } = answers[0]!.body as { localCallId: number };
    await session.ask('POST', `/devices/${caller}/calls/${localCallId}/clear`, {});
    await session.ask('DELETE');
  });
});

describe('refusals at the edge', () => {
  it('S-12 wrong credentials of every kind get one answer', async () => {
    const right = sampleCredentials();
    const wrong = [
      { ...right, companyName: 'x' },
      { ...right, applicationName: 'x' },
      { ...right, applicationPassword: 'x' },
      { ...right, localPassword: 'x' },
    ];
    const answers = await Promise.all(wrong.map((body) => atEdge(runFile().tenant.slug, 'POST', '/v1/sessions', { body })));
    expect(answers.map((a) => [a.status, a.body['code'], a.body['detail']])).toEqual(
      answers.map(() => [401, 'LOGIN_REFUSED', answers[0]!.body['detail']]),
    );
  });

  it('R-SES-01 another session’s token opens nothing', async () => {
    const [one, two] = [await TestSession.open(), await TestSession.open()];
    const answer = await atEdge(one.slug, 'GET', `/v1/sessions/${one.id}/events`, { token: two.token });
    expect(answer).toMatchObject({ status: 401, body: { code: 'SESSION_INVALID' } });
    await one.ask('DELETE');
    await two.ask('DELETE');
    expect((await one.ask('GET', '/events')).status).toBe(401);
  });

  it('an unknown tenant is told so', async () => {
    expect(await atEdge('nobody', 'POST', '/v1/sessions', { body: sampleCredentials() })).toMatchObject({
      status: 404,
      body: { code: 'TENANT_UNKNOWN' },
    });
  });

  it('R-SES-02 an application built for a newer release is refused, both versions named', async () => {
    const answer = await atEdge(runFile().tenant.slug, 'POST', '/v1/sessions', {
      body: { ...sampleCredentials(), version: '9.9' },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'VERSION_NOT_SUPPORTED' } });
    expect(answer.body['detail']).toMatch(/9\.9.*4\.1|4\.1.*9\.9/s);
  });

  it('S-31 a DOCTYPE is refused and nobody notices', async () => {
    const evil = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`;
    const answer = await atEdge<string>(runFile().tenant.slug, 'POST', '/axis2/services/SessionService', {
      headers: { 'content-type': 'text/xml', soapaction: 'urn:login' },
      body: evil,
    });
    expect(String(answer.body)).toContain('Fault');
    expect(String(answer.body)).not.toContain('root:');
    expect(faultsOf((await restDemo(scene)).events)).toEqual([]);
  });
});
