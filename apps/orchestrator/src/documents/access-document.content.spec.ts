import { describe, expect, it } from 'vitest';
import { INSTANCE_LIMITS } from '#domain/limits';
import type { InstanceSpec, Tenant } from '#domain/resources';
import { type ClusterState, contentsOf } from './access-document.content.js';

const tenant = { id: 't', status: 'active', companyName: 'Acme', settings: {} } as Tenant;

/** The document of the one instance of a cluster. */
function contentOf(hotDeskUsers: number) {
  const spec = { id: 'a', limits: { ...INSTANCE_LIMITS, hotDeskUsers } } as InstanceSpec;
  const member = { spec, newest: undefined, confirmed: true, report: undefined, hasRun: false };
  const nothing = { applications: [], users: new Map(), licences: [], controllers: [], directorySync: 0 };
  return contentsOf({ tenant, ...nothing, members: [member] } satisfies ClusterState).get('a')!;
}

describe('what an access document says', () => {
  it('R-LIM-09 R-ORC-07 a lower cap of hot desk users is not to be passed over by an instance that does not know it; the engineering limit may be', () => {
    expect(contentOf(1200)).toMatchObject({ limits: { hotDeskUsers: 1200 }, mustUnderstand: ['limits.hotDeskUsers'] });
    expect(contentOf(1500)).toMatchObject({ limits: { hotDeskUsers: 1500 } });
    expect(contentOf(1500)).not.toHaveProperty('mustUnderstand');
  });
});
