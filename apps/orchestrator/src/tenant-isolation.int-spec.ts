/** S-01, R-ORC-01: three tenants, every route, every kind of foreign id: the answer is the one for things that are not there. */
import { randomUUID } from 'node:crypto';
import { CONTROL_ROUTE_LIST, type ControlRoute } from '#contracts/control-api';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBench, sampleTenant, type Bench, type SampleTenant } from './testing/bench.js';

let bench: Bench;
const tenants: SampleTenant[] = [];
beforeAll(async () => {
  bench = await openBench();
  for (const slug of ['one', 'two', 'three']) tenants.push(await sampleTenant(bench, slug));
  // Receipts of failovers are the worker's to write.
  const writer = new pg.Client({ connectionString: bench.database.superuserUrl });
  await writer.connect();
  for (const { id, instanceId } of tenants) {
    await writer.query(
      `INSERT INTO failovers (id, tenant_id, instance_id, instance_name, cause, from_epoch, detected_at) VALUES ($1, $2, $3, 'gw-1', 'silent', 1, now())`,
      [randomUUID(), id, instanceId],
    );
  }
  await writer.end();
});
afterAll(() => bench.close());

/** Which member of a sample tenant stands in which place of a path. */
const MEMBERS: Readonly<Record<string, keyof SampleTenant>> = {
  tenant: 'id',
  cluster: 'clusterId',
  controller: 'controllerId',
  instance: 'instanceId',
  application: 'applicationId',
  user: 'userId',
  key: 'keyId',
  operation: 'operationId',
};
/** Bodies that pass the contract, so that only whose things they are can be the reason to refuse. */
const bodyOf = (route: ControlRoute, owner: SampleTenant): object | undefined =>
  ({
    createCluster: { name: 'stolen' },
    createController: { clusterId: owner.clusterId, name: 'stolen', address: '10.66.66.66', platform: 'virtual', release: '9' },
    createInstance: { clusterId: owner.clusterId, name: 'stolen' },
    createApplication: { name: 'stolen' },
    createKey: { name: 'stolen' },
    createAdminKey: { name: 'stolen' },
    createTenant: { slug: 'stolen', companyName: 'stolen' },
    updateController: { enabled: false },
    updateApplication: { allowed: false },
    updateTenant: { status: 'suspended' },
    updateLicences: { standard: 1 },
    createApplicationUser: { email: 'thief@example.org' },
  })[route.id];

const send = (route: ControlRoute, values: Readonly<Record<string, string>>, key: string, body: object | undefined) => {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  const call = request(bench.base)[route.method.toLowerCase() as 'get'](path).set('authorization', `Bearer ${key}`);
  return body === undefined ? call : call.send(body);
};
const comparable = ({ status, body }: { status: number; body: Record<string, unknown> }) => {
  const { correlationId: _correlationId, ...rest } = body;
  return { status, ...rest };
};

describe('S-01 tenant isolation', () => {
  it('R-ORC-01 another tenant’s id answers exactly as one that does not exist, on every route, and changes nothing', async () => {
    const before = await bench.fingerprint();
    let cases = 0;
    for (const route of CONTROL_ROUTE_LIST.filter(({ params }) => Object.keys(params.shape).length > 0)) {
      const names = Object.keys(route.params.shape);
      for (const me of tenants) {
        for (const other of tenants) {
          if (other === me) continue;
          for (const tenantRef of names.includes('tenant') ? [me.id, other.id, other.slug] : [me.id]) {
            const others = names.filter((name) => name !== 'tenant');
            if (others.length === 0 && tenantRef === me.id) continue;
            const foreign = Object.fromEntries(
              names.map((name) => [name, name === 'tenant' ? tenantRef : String(other[MEMBERS[name]!])]),
            );
            const absent = Object.fromEntries(
              names.map((name) => [name, name === 'tenant' && tenantRef === me.id ? me.id : randomUUID()]),
            );
            const body = bodyOf(route, other);
            const [a, b] = [await send(route, foreign, me.key, body), await send(route, absent, me.key, body)];
            const what = `${route.id} ${JSON.stringify(foreign)}`;
            expect(comparable(a), what).toEqual(comparable(b));
            expect([403, 404], what).toContain(a.status);
            if (route.role !== 'admin') expect(a.status, what).toBe(404);
            cases += 1;
          }
        }
      }
    }
    expect(await bench.fingerprint()).toBe(before);
    expect(cases).toBeGreaterThan(200);
  }, 180_000);

  it('S-09 lists show one’s own only, S-08 admin routes are closed to tenants’ keys', async () => {
    const [me, other] = tenants as [SampleTenant, SampleTenant];
    for (const route of CONTROL_ROUTE_LIST.filter(({ paged, role }) => paged && role !== 'admin')) {
      const values = Object.fromEntries(Object.keys(route.params.shape).map((name) => [name, String(me[MEMBERS[name]!])]));
      const answer = await send(route, values, me.key, undefined);
      expect(answer.status, route.id).toBe(200);
      expect(answer.body.items.length, route.id).toBeGreaterThan(0);
      const text = JSON.stringify(answer.body);
      for (const id of Object.values(other)) expect(text, route.id).not.toContain(`"${id}"`);
    }
    for (const route of CONTROL_ROUTE_LIST.filter(({ role }) => role === 'admin')) {
      const values = Object.fromEntries(Object.keys(route.params.shape).map((name) => [name, String(me[MEMBERS[name]!])]));
      expect((await send(route, values, me.key, bodyOf(route, me))).body.code, route.id).toBe('FORBIDDEN');
    }
  });

  it('S-01 an admin’s path must name the tenant whose thing it is', async () => {
    const [me, other] = tenants as [SampleTenant, SampleTenant];
    for (const route of CONTROL_ROUTE_LIST.filter(({ params }) => Object.keys(params.shape).length === 2)) {
      const values = Object.fromEntries(
        Object.keys(route.params.shape).map((name) => [name, String((name === 'tenant' ? me : other)[MEMBERS[name]!])]),
      );
      expect((await send(route, values, bench.adminKey, bodyOf(route, me))).status, route.id).toBe(404);
    }
  });
});
