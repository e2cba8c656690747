import { describe, expect, it } from 'vitest';
import { JOB_NAMES, parseJob } from './catalog.js';

describe('a job', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  it('is its name and ids', () => {
    expect(parseJob('instance.reconcile', { instanceId: id })).toEqual({
      name: 'instance.reconcile',
      payload: { instanceId: id },
    });
    expect(parseJob('tenant.reconcile', { tenantId: id })).toEqual({ name: 'tenant.reconcile', payload: { tenantId: id } });
    expect(JOB_NAMES).toHaveLength(2);
  });
  it('S-06 with anything else is none', () => {
    for (const data of [
      null,
      'x',
      [],
      {},
      { instanceId: 7 },
      { instanceId: {} },
      { instanceId: id, tenantId: id },
      { instanceId: `${id}'--` },
      JSON.parse('{"__proto__":{}}'),
    ]) {
      expect(parseJob('instance.reconcile', data)).toBeUndefined();
    }
    expect(parseJob('toString', { instanceId: id })).toBeUndefined();
  });
});
