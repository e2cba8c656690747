import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monitorHolder, paceHolders, planSharedGrants, type GrantHolder, type SharedUse } from './shared-grants.js';

const holder = (id: string, members: Partial<GrantHolder> = {}): GrantHolder => ({
  id,
  limit: 5000,
  granted: null,
  confirmed: false,
  used: 0,
  wanted: 0,
  ...members,
});
const plan = (cap: number, holders: readonly GrantHolder[]) =>
  Object.fromEntries([...planSharedGrants(cap, holders)].map(([id, { amount }]) => [id, amount]));
const short = (cap: number, holders: readonly GrantHolder[]) =>
  [...planSharedGrants(cap, holders)].flatMap(([id, { isShort }]) => (isShort ? [id] : []));
const said = (members: Partial<GrantHolder>): Partial<GrantHolder> => ({ confirmed: true, ...members });

describe('R-LIM-04 monitors of one controller', () => {
  it('one instance gets all, within its own limit', () => {
    expect(plan(5000, [holder('a')])).toEqual({ a: 5000 });
    expect(plan(2000, [holder('a')])).toEqual({ a: 2000 });
    expect(plan(5000, [holder('a', { limit: 70 })])).toEqual({ a: 70 });
  });

  it('a second one gets its part only when the first has confirmed the lower grant, and never what the first holds', () => {
    expect(plan(5000, [holder('a', said({ granted: 5000 })), holder('b')])).toEqual({ a: 2500, b: 0 });
    expect(plan(5000, [holder('a', { granted: 2500 }), holder('b', { granted: 0 })])).toEqual({ a: 2500, b: 0 });
    expect(plan(5000, [holder('a', said({ granted: 2500, used: 0 })), holder('b', { granted: 0 })])).toEqual({
      a: 2500,
      b: 2500,
    });
    expect(plan(5000, [holder('a', said({ granted: 5000, used: 4000 })), holder('b')])).toEqual({ a: 4500, b: 0 });
    expect(plan(5000, [holder('a', said({ granted: 2500, used: 4000 })), holder('b', said({ granted: 0 }))])).toEqual({
      a: 4500,
      b: 500,
    });
  });

  it('grants stay while nobody wants for more than is free', () => {
    const holders = [holder('a', said({ granted: 2500, used: 2500 })), holder('b', said({ granted: 2500, used: 3 }))];
    expect(plan(5000, holders)).toEqual({ a: 2500, b: 2500 });
  });

  it('who wants more gets it from who does not use it, and half of what is left: lowered first, raised when that is confirmed', () => {
    const a = { granted: 2500, used: 2500, wanted: 1 };
    expect(plan(5000, [holder('a', said(a)), holder('b', said({ granted: 2500, used: 10 }))])).toEqual({ a: 2500, b: 1254 });
    expect(plan(5000, [holder('a', said(a)), holder('b', { granted: 1254, used: 10 })])).toEqual({ a: 2500, b: 1254 });
    expect(plan(5000, [holder('a', said(a)), holder('b', said({ granted: 1254, used: 10 }))])).toEqual({ a: 3746, b: 1254 });
    expect(plan(5000, [holder('a', said(a)), holder('b', said({ granted: 1254, used: 1300 }))])).toEqual({ a: 3101, b: 1899 });
  });

  it('hands out the last places exactly, and says who is short only when nobody has any to spare', () => {
    const full = [holder('a', said({ granted: 6, used: 6, wanted: 9 })), holder('b', said({ granted: 4, used: 4, wanted: 1 }))];
    expect(plan(10, full)).toEqual({ a: 6, b: 4 });
    expect(short(10, full)).toEqual(['a', 'b']);
    const spare = [holder('a', said({ granted: 6, used: 6, wanted: 9 })), holder('b', said({ granted: 4, used: 1 }))];
    expect(plan(10, spare)).toEqual({ a: 6, b: 1 });
    expect(short(10, spare)).toEqual([]);
    const given = [holder('a', said({ granted: 6, used: 6, wanted: 9 })), holder('b', said({ granted: 1, used: 1 }))];
    expect(plan(10, given)).toEqual({ a: 9, b: 1 });
    expect(short(10, given)).toEqual(['a']);
    const two = ['a', 'b'].map((id) => holder(id, said({ granted: 0, wanted: 50 })));
    expect(plan(7, two)).toEqual({ a: 4, b: 3 });
  });
});

describe('R-LIM-11 start-monitor pace of one controller', () => {
  const use = (id: string, members: Partial<SharedUse> = {}): SharedUse => ({
    id,
    monitorLimit: 5000,
    monitorsGranted: 0,
    startsGranted: null,
    confirmed: true,
    monitors: 0,
    monitorsWanted: 0,
    starts: members.startsGranted ?? 0,
    startsWanted: false,
    ...members,
  });
  const pace = (uses: readonly SharedUse[]) => plan(20, paceHolders(20, uses));
  const settled = (uses: readonly SharedUse[]): SharedUse[] => {
    let now = [...uses];
    for (let turn = 0; turn < 5; turn += 1) {
      const next = pace(now);
      now = now.map((one) => ({ ...one, startsGranted: next[one.id]!, starts: next[one.id]! }));
    }
    return now;
  };

  it('is even while nobody has many waiting, and adds up to 20 for one to six instances', () => {
    for (let count = 1; count <= 6; count += 1) {
      const shares = settled(Array.from({ length: count }, (_, index) => use(String(index)))).map(({ starts }) => starts);
      expect(shares.reduce((sum, share) => sum + share)).toBe(20);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });

  it('goes to whoever recovers, but for one start a second each, and back', () => {
    const six = settled(Array.from({ length: 6 }, (_, index) => use(String(index))));
    const busy = settled(six.map((one, index) => ({ ...one, startsWanted: index === 2 })));
    expect(busy.map(({ starts }) => starts)).toEqual([1, 1, 15, 1, 1, 1]);
    const quiet = settled(busy.map((one) => ({ ...one, startsWanted: false })));
    expect(Math.max(...quiet.map(({ starts }) => starts))).toBeLessThanOrEqual(4);
  });

  it('what has gone out under a greater part counts until it has worn off', () => {
    expect(pace([use('a', { startsGranted: 10, starts: 20 }), use('b', { startsGranted: 0 })])).toEqual({ a: 10, b: 0 });
    expect(pace([use('a', { startsGranted: 10, starts: 14 }), use('b', { startsGranted: 0 })])).toEqual({ a: 10, b: 6 });
  });
});

describe('R-LIM-13 whatever is confirmed, held, wanted, added and in which order', () => {
  interface Instance {
    readonly id: string;
    inForce: number | null;
    sent: number[];
    held: number;
    wanted: number;
    report: { grant: number | null; used: number; wanted: number };
  }
  const fresh = (id: number): Instance => ({
    id: String(id),
    inForce: null,
    sent: [],
    held: 0,
    wanted: 0,
    report: { grant: null, used: 0, wanted: 0 },
  });
  const CAP = 100;
  const newest = ({ sent, inForce }: Instance) => sent.at(-1) ?? inForce;
  /** Documents are delivered late and in order; reports tell what is in force and held at one moment, and are late too. */
  const replan = (instances: readonly Instance[]): void => {
    const holders = instances.map((one) =>
      monitorHolder({
        id: one.id,
        monitorLimit: CAP,
        monitorsGranted: newest(one),
        startsGranted: null,
        confirmed: one.report.grant !== null && one.report.grant === newest(one) && one.sent.length === 0,
        monitors: one.report.used,
        monitorsWanted: one.report.wanted,
        starts: 0,
        startsWanted: false,
      }),
    );
    for (const [id, { amount }] of planSharedGrants(CAP, holders)) {
      const one = instances.find((instance) => instance.id === id)!;
      if (newest(one) === amount) continue;
      one.sent.push(amount);
    }
  };
  const deliver = (one: Instance): void => {
    if (one.sent.length === 0) return;
    one.inForce = one.sent.shift()!;
    one.report = { ...one.report, grant: null };
  };
  const tell = (one: Instance): void => {
    one.report = { grant: one.inForce, used: one.held, wanted: one.wanted };
  };

  it('is never over the cap, and nobody is refused while somebody has room', () => {
    const step = fc.record({
      kind: fc.constantFrom('plan', 'plan', 'deliver', 'deliver', 'tell', 'tell', 'hold', 'release', 'want', 'add'),
      at: fc.nat(4),
      amount: fc.nat(120),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const instances: Instance[] = [fresh(0)];
        const total = () => instances.reduce((sum, { held }) => sum + held, 0);
        for (const { kind, at, amount } of steps) {
          const one = instances[at % instances.length]!;
          if (kind === 'add' && instances.length < 5) instances.push(fresh(instances.length));
          if (kind === 'deliver') deliver(one);
          if (kind === 'tell') tell(one);
          if (kind === 'hold') one.held = Math.max(one.held, Math.min(amount, one.inForce ?? 0));
          if (kind === 'release') one.held = Math.min(one.held, amount);
          if (kind === 'want') one.wanted = amount % 7;
          if (kind === 'plan') replan(instances);
          expect(total()).toBeLessThanOrEqual(CAP);
        }
        // One wants all there is, the others nothing: when all is delivered and told, it has all that nobody holds.
        for (const one of instances) one.wanted = 0;
        instances[0]!.wanted = CAP;
        for (let turn = 0; turn < 8; turn += 1) {
          for (const one of instances) {
            while (one.sent.length > 0) deliver(one);
            tell(one);
          }
          replan(instances);
        }
        expect(instances[0]!.inForce).toBe(CAP - (total() - instances[0]!.held));
      }),
    );
  });
});
