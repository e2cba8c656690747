import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMonitorGrants, type GrantHolder } from './monitor-grants.js';

const holder = (id: string, members: Partial<GrantHolder> = {}): GrantHolder => ({
  id,
  limit: 5000,
  granted: null,
  confirmed: false,
  used: 0,
  ...members,
});
const plan = (cap: number, holders: GrantHolder[]) => Object.fromEntries(planMonitorGrants(cap, holders));

describe('R-LIM-04 grants of monitors per controller', () => {
  it('one instance gets all, within its own limit', () => {
    expect(plan(5000, [holder('a')])).toEqual({ a: 5000 });
    expect(plan(2000, [holder('a')])).toEqual({ a: 2000 });
    expect(plan(5000, [holder('a', { limit: 70 })])).toEqual({ a: 70 });
  });

  it('a second one gets its share only when the first has confirmed the lower grant and holds no more', () => {
    expect(plan(5000, [holder('a', { granted: 5000, confirmed: true }), holder('b')])).toEqual({ a: 2500, b: 0 });
    expect(plan(5000, [holder('a', { granted: 2500 }), holder('b', { granted: 0 })])).toEqual({ a: 2500, b: 0 });
    expect(plan(5000, [holder('a', { granted: 2500, confirmed: true, used: 4000 }), holder('b', { granted: 0 })])).toEqual({
      a: 2500,
      b: 1000,
    });
    expect(plan(5000, [holder('a', { granted: 2500, confirmed: true, used: 9 }), holder('b', { granted: 0 })])).toEqual({
      a: 2500,
      b: 2500,
    });
  });

  it('is never over, whatever is confirmed, held, added or removed and in which order', () => {
    interface Instance {
      readonly id: string;
      inForce: number | null;
      sent: (number | null)[];
      held: number;
    }
    const step = fc.record({
      kind: fc.constantFrom('plan', 'deliver', 'hold', 'release', 'add'),
      at: fc.nat(4),
      amount: fc.nat(120),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cap = 100;
        const instances: Instance[] = [{ id: '0', inForce: null, sent: [], held: 0 }];
        for (const { kind, at, amount } of steps) {
          const instance = instances[at % instances.length]!;
          if (kind === 'add' && instances.length < 5)
            instances.push({ id: String(instances.length), inForce: null, sent: [], held: 0 });
          if (kind === 'deliver' && instance.sent.length > 0) instance.inForce = instance.sent.shift()!;
          if (kind === 'hold') instance.held = Math.max(instance.held, Math.min(amount, instance.inForce ?? 0));
          if (kind === 'release') instance.held = Math.min(instance.held, amount);
          if (kind === 'plan') {
            const holders = instances.map(({ id, inForce, sent, held }) =>
              holder(id, {
                limit: cap,
                granted: sent.at(-1) ?? inForce,
                confirmed: sent.length === 0 && inForce !== null,
                used: held,
              }),
            );
            for (const [id, grant] of planMonitorGrants(cap, holders)) {
              const target = instances.find((one) => one.id === id)!;
              if ((target.sent.at(-1) ?? target.inForce) !== grant) target.sent.push(grant);
            }
          }
          expect(instances.reduce((sum, { held }) => sum + held, 0)).toBeLessThanOrEqual(cap);
        }
      }),
    );
  });
});
