import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoutingTableSchema, type RoutingTable } from '#contracts/routing';
import { makeSessionId, SLOT_COUNT } from '#domain/session-id';
import { chooseInstances } from './instance-choice.js';
import { indexTable, loweredEpochs, type RoutingIndex } from './routing-index.js';
import { resolveTenant } from './tenant-address.js';

const DOMAIN = 'cordboard.localhost';
const uuid = (tenant: number, instance: number): string =>
  `00000000-0000-4000-8000-${String(tenant * 1000 + instance).padStart(12, '0')}`;

interface Shape {
  readonly running: boolean;
  readonly acceptsLogins: boolean;
}
function tableOf(tenants: readonly (readonly Shape[])[], version = 1, epochMajor = 1): RoutingTable {
  return RoutingTableSchema.parse({
    schema: 1,
    version,
    issuedAt: '2026-01-01T00:00:00Z',
    tenants: tenants.map((shapes, tenant) => ({
      tenantId: uuid(tenant, 999),
      slug: `tenant-${tenant}`,
      status: 'active',
      instances: shapes.map((shape, at) => ({
        instanceId: uuid(tenant, at),
        epochMajor,
        endpoint: shape.running
          ? { address: `127.1.${tenant}.${at + 1}`, port: 9443, serverName: `i-${uuid(tenant, at)}.cordboard.internal` }
          : null,
        acceptsLogins: shape.acceptsLogins,
        slots: Array.from({ length: 16 }, (_, slot) => at * 16 + slot),
      })),
    })),
  });
}
function indexOf(table: RoutingTable): RoutingIndex {
  const indexed = indexTable(table);
  if (!indexed.ok) throw new Error(indexed.faults.join());
  return indexed.index;
}

const shape = fc.record({ running: fc.boolean(), acceptsLogins: fc.boolean() });
const tables = fc.array(fc.array(shape, { maxLength: 6 }), { minLength: 1, maxLength: 4 }).map((tenants) => tableOf(tenants));
const random43 = fc.maxSafeNat().map((value) => value % 2 ** 43);

describe('the routing table', () => {
  it('property: a session goes to the instance that owns its slot or to nobody, and never to another tenant', () => {
    fc.assert(
      fc.property(tables, fc.nat(), fc.nat({ max: SLOT_COUNT - 1 }), random43, fc.nat(), (table, pick, slot, random, turn) => {
        const routed = table.tenants[pick % table.tenants.length]!;
        const tenant = indexOf(table).tenants.get(routed.slug)!;
        const choice = chooseInstances(tenant, { kind: 'session', sessionId: makeSessionId(slot, random) }, turn);
        const owner = routed.instances.find((instance) => instance.slots.includes(slot));
        if (owner !== undefined && owner.endpoint === null) {
          expect(choice).toMatchObject({ ok: false, refusal: { code: 'NO_INSTANCE', retryAfterMs: 1000 } });
        } else if (owner !== undefined) {
          expect(choice).toMatchObject({ ok: true, instances: [{ instanceId: owner.instanceId }] });
          expect(choice.ok && choice.instances).toHaveLength(1);
        }
        if (choice.ok) for (const instance of choice.instances) expect(instance.tenantId).toBe(routed.tenantId);
      }),
    );
  });

  it('property: log-ins go to every instance that takes them, evenly, each being first in its turn', () => {
    fc.assert(
      fc.property(tables, fc.nat({ max: 1_000_000 }), (table, from) => {
        for (const tenant of indexOf(table).tenants.values()) {
          const able = tenant.instances.filter((instance) => instance.endpoint !== null && instance.acceptsLogins);
          const firsts = new Map<string, number>();
          for (let turn = from; turn < from + able.length * 3; turn += 1) {
            const choice = chooseInstances(tenant, { kind: 'login' }, turn);
            if (!choice.ok) throw new Error(choice.refusal.detail);
            expect(new Set(choice.instances)).toEqual(new Set(able));
            const first = choice.instances[0].instanceId;
            firsts.set(first, (firsts.get(first) ?? 0) + 1);
          }
          expect([...firsts.values()]).toEqual(able.map(() => 3));
          if (able.length === 0)
            expect(chooseInstances(tenant, { kind: 'login' }, from)).toMatchObject({
              ok: false,
              refusal: { code: 'NO_INSTANCE' },
            });
        }
      }),
    );
  });

  it('a number that can be no session of the tenant goes to any running instance, to be refused there', () => {
    const tenant = indexOf(tableOf([[{ running: true, acceptsLogins: false }]])).tenants.get('tenant-0')!;
    for (const sessionId of [Number.NaN, 2 ** 53, 9_999_999_999_999_999, makeSessionId(1000, 5)]) {
      expect(chooseInstances(tenant, { kind: 'session', sessionId }, 0)).toMatchObject({ ok: true });
    }
  });

  it('S-53 a tenant is found by path prefix or host name, and two names must agree', () => {
    const table = tableOf([[], []]);
    const index = indexOf({
      ...table,
      tenants: [
        ...table.tenants,
        { ...table.tenants[0]!, tenantId: uuid(9, 1), slug: 'asleep', status: 'suspended' },
        { ...table.tenants[0]!, tenantId: uuid(9, 2), slug: 'gone', status: 'deleting' },
      ],
    });
    const at = (host: string, path: string): string => {
      const found = resolveTenant(index, DOMAIN, host, path);
      return found.ok ? `${found.tenant.slug} ${found.prefix} ${found.path}` : found.refusal.code;
    };
    expect(at('localhost', '/t/tenant-0/v1/sessions')).toBe('tenant-0 /t/tenant-0 /v1/sessions');
    expect(at('127.0.0.1', '/t/tenant-1')).toBe('tenant-1 /t/tenant-1 /');
    expect(at(`tenant-1.${DOMAIN}`, '/v1/sessions')).toBe('tenant-1  /v1/sessions');
    expect(at(`tenant-1.${DOMAIN}`, '/t/tenant-1/v1/x')).toBe('tenant-1 /t/tenant-1 /v1/x');
    for (const [host, path] of [
      [`tenant-1.${DOMAIN}`, '/t/tenant-0/v1/x'],
      [`a.tenant-1.${DOMAIN}`, '/v1/x'],
      [DOMAIN, '/v1/x'],
      [`tenant-1.other.${DOMAIN}.example`, '/v1/x'],
      [`.${DOMAIN}`, '/v1/x'],
      ['localhost', '/T/tenant-0/x'],
      ['localhost', '/t/tenant-0x/x'],
      ['localhost', '/t/TENANT-0/x'],
      ['localhost', '/t/'],
      ['localhost', '/'],
      ['localhost', '/t/gone/x'],
      ['localhost', '/t/__proto__/x'],
      ['localhost', '/t/constructor'],
    ] as const) {
      expect(at(host, path)).toBe('TENANT_UNKNOWN');
    }
    expect(at('localhost', '/t/asleep/v1/x')).toBe('TENANT_SUSPENDED');
  });

  it('an ambiguous table is refused: slugs, tenants, instances or slots there twice', () => {
    const [one, two] = tableOf([[{ running: true, acceptsLogins: true }], [{ running: true, acceptsLogins: true }]]).tenants as [
      RoutingTable['tenants'][0],
      RoutingTable['tenants'][0],
    ];
    const table = tableOf([]);
    const faults = (tenants: RoutingTable['tenants']): number => {
      const indexed = indexTable({ ...table, tenants });
      return indexed.ok ? 0 : indexed.faults.length;
    };
    expect(faults([one, two])).toBe(0);
    expect(faults([one, { ...two, slug: one.slug }])).toBe(1);
    expect(faults([one, { ...two, tenantId: one.tenantId }])).toBe(1);
    expect(faults([one, { ...two, instances: one.instances }])).toBe(1);
    expect(faults([{ ...one, instances: [one.instances[0]!, { ...two.instances[0]!, slots: [15] }] }])).toBe(1);
    for (const slug of ['', 'A', '-a', 'a-', 'a.b', 'a/b', 'x'.repeat(41)]) expect(faults([{ ...one, slug }])).toBe(1);
  });

  it('epochs that would go back are seen', () => {
    const shapes = [[{ running: true, acceptsLogins: true }]];
    expect(loweredEpochs(indexOf(tableOf(shapes, 1, 3)), indexOf(tableOf(shapes, 2, 2)))).toEqual([uuid(0, 0)]);
    expect(loweredEpochs(indexOf(tableOf(shapes, 1, 3)), indexOf(tableOf(shapes, 2, 3)))).toEqual([]);
    expect(loweredEpochs(indexOf(tableOf([])), indexOf(tableOf(shapes, 2, 3)))).toEqual([]);
  });
});
