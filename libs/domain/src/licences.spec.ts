import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planLicenceGrants, unitsOf, type LicenceHolder } from './licences.js';

const holder = (id: string, members: Partial<LicenceHolder> = {}): LicenceHolder => ({
  id,
  limit: 50_000,
  granted: null,
  reserved: 0,
  confirmed: false,
  used: 0,
  short: false,
  unheard: false,
  lapsed: false,
  ...members,
});
const granted = (entitled: number, holders: LicenceHolder[]) =>
  Object.fromEntries([...planLicenceGrants(entitled, holders)].map(([id, grant]) => [id, grant.granted]));

describe('R-LIC-01 grants of licences', () => {
  it('one user licence is two monitors; users of integrations are counted as they are', () => {
    expect(unitsOf('standard', 7)).toBe(14);
    expect(unitsOf('advanced', 7)).toBe(14);
    expect(unitsOf('application:x', 7)).toBe(14);
    expect(unitsOf('salesforce', 7)).toBe(7);
    expect(unitsOf('google', 7)).toBe(7);
  });

  it('one instance gets all, within its own limit; several get the same', () => {
    expect(granted(100, [holder('a')])).toEqual({ a: 100 });
    expect(granted(100, [holder('a', { limit: 30 })])).toEqual({ a: 30 });
    expect(granted(100, [holder('a'), holder('b'), holder('c')])).toEqual({ a: 34, b: 33, c: 33 });
    expect(granted(100, [holder('a', { limit: 10 }), holder('b')])).toEqual({ a: 10, b: 90 });
    expect(granted(0, [holder('a')])).toEqual({ a: 0 });
  });

  it('what an instance does not use is recalled for one that is short, once the first has confirmed', () => {
    const idle = { granted: 50, reserved: 50, confirmed: true };
    const short = holder('b', { granted: 50, reserved: 50, confirmed: true, used: 50, short: true });
    expect(granted(100, [holder('a', idle), short])).toEqual({ a: 25, b: 50 });
    const told = holder('a', { granted: 25, reserved: 50, confirmed: false });
    expect(granted(100, [told, short]), 'not before it is confirmed').toEqual({ a: 25, b: 50 });
    expect(granted(100, [holder('a', { granted: 25, reserved: 25, confirmed: true }), short])).toEqual({ a: 25, b: 75 });
  });

  it('the last idle unit goes to who is short, and full is said only when every unit is in use', () => {
    const a = holder('a', { granted: 50, reserved: 50, confirmed: true, used: 49 });
    const b = holder('b', { granted: 50, reserved: 50, confirmed: true, used: 50, short: true });
    const one = planLicenceGrants(100, [a, b]);
    expect(one.get('a')).toEqual({ granted: 49, reserved: 50, full: false });
    const two = planLicenceGrants(100, [holder('a', { ...a, granted: 49, used: 49 }), b]);
    expect(two.get('b')).toEqual({ granted: 51, reserved: 51, full: false });
    const all = [holder('a', { ...a, granted: 49, used: 49 }), holder('b', { ...b, granted: 51, used: 51 })];
    expect(planLicenceGrants(100, all).get('b')).toEqual({ granted: 51, reserved: 51, full: true });
  });

  it('ordinary use changes no grant, so no document', () => {
    const at = (used: number) => holder('a', { granted: 50, reserved: 50, confirmed: true, used });
    for (let used = 0; used <= 37; used += 1)
      expect(granted(100, [at(used), holder('b', { granted: 50, reserved: 50, confirmed: true })])).toEqual({ a: 50, b: 50 });
  });

  it('R-LIC-02 a dead instance gets nothing more; its own comes back when its documents have lapsed, not before', () => {
    const dead = holder('a', { granted: 60, reserved: 60, used: 10, unheard: true });
    const living = holder('b', { granted: 40, reserved: 40, confirmed: true, used: 40, short: true });
    expect(granted(100, [dead, living])).toEqual({ a: 0, b: 40 });
    const recalled = { ...dead, granted: 0 };
    expect(granted(100, [recalled, living])).toEqual({ a: 0, b: 40 });
    expect(granted(100, [{ ...recalled, lapsed: true }, living])).toEqual({ a: 0, b: 100 });
  });

  it('less entitlement: grants fall at once, and what is held beyond stays until it is given up', () => {
    const a = holder('a', { granted: 100, reserved: 100, confirmed: true, used: 80 });
    expect(planLicenceGrants(50, [a]).get('a')).toEqual({ granted: 50, reserved: 100, full: true });
  });

  it('R-LIM-13 is never over, whatever is confirmed, held, lost, added and lapsed, in which order ever; and nothing leaks', () => {
    const step = fc.record({
      kind: fc.constantFrom('plan', 'deliver', 'report', 'hold', 'hold', 'release', 'add', 'die', 'lapse'),
      at: fc.nat(4),
      amount: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = new World(100);
        for (const { kind, at, amount } of steps) {
          world.step(kind, at, amount);
          expect(world.held).toBeLessThanOrEqual(100);
        }
        world.quiesce();
        expect(world.granted, 'nothing is lost in the end').toBe(100);
      }),
      { numRuns: 300 },
    );
  });
});

interface Instance {
  readonly id: string;
  /** Documents: the one in force, and those signed but not delivered. */
  inForce: number;
  sent: number[];
  held: number;
  refused: boolean;
  dead: boolean;
  /** What the control plane last heard: of which document, and how much. */
  heard: { readonly upTo: number; readonly used: number; readonly short: boolean } | undefined;
  serial: number;
  delivered: number;
  reserved: number;
  granted: number | null;
  lapsed: boolean;
}

/** Instances and a control plane that know of one another only what was said. */
class World {
  private readonly instances: Instance[] = [];
  constructor(private readonly entitled: number) {
    this.add();
  }

  get held(): number {
    return this.instances.reduce((sum, { held }) => sum + held, 0);
  }
  get granted(): number {
    return this.instances.reduce((sum, { granted: units }) => sum + (units ?? 0), 0);
  }

  private add(): void {
    const id = String(this.instances.length);
    const fresh = { inForce: 0, sent: [], held: 0, refused: false, dead: false, heard: undefined, serial: 0, delivered: 0 };
    this.instances.push({ id, ...fresh, reserved: 0, granted: null, lapsed: false });
  }

  step(kind: string, at: number, amount: number): void {
    const instance = this.instances[at % this.instances.length]!;
    if (kind === 'add' && this.instances.length < 5) this.add();
    if (kind === 'plan') this.plan();
    if (kind === 'die' && this.instances.some((one) => one !== instance && !one.dead)) instance.dead = true;
    // what lapses ends at the instance before it comes back here
    if (kind === 'lapse' && instance.dead && instance.granted === 0) {
      Object.assign(instance, { held: 0, inForce: 0, sent: [], lapsed: true });
    }
    if (kind === 'release') instance.held = Math.max(0, instance.held - amount);
    if (kind === 'deliver' && instance.sent.length > 0) {
      instance.inForce = instance.sent.shift()!;
      instance.delivered += 1;
    }
    if (kind === 'hold') {
      const room = Math.max(0, instance.inForce - instance.held);
      instance.refused ||= amount > room;
      instance.held += Math.min(room, amount);
    }
    if (kind === 'report' && !instance.dead) {
      instance.heard = { upTo: instance.delivered, used: instance.held, short: instance.refused };
      instance.refused = false;
    }
  }

  private plan(): void {
    const holders = this.instances.map((one) =>
      holder(one.id, {
        limit: this.entitled,
        granted: one.granted,
        reserved: one.reserved,
        confirmed: one.heard !== undefined && one.heard.upTo === one.serial,
        used: one.heard?.used ?? 0,
        short: one.heard?.short ?? false,
        unheard: one.dead,
        lapsed: one.lapsed,
      }),
    );
    for (const [id, grant] of planLicenceGrants(this.entitled, holders)) {
      const one = this.instances.find((instance) => instance.id === id)!;
      one.reserved = grant.reserved;
      if (one.granted === grant.granted) continue;
      one.granted = grant.granted;
      one.serial += 1;
      one.sent.push(grant.granted);
    }
    const reserved = this.instances.reduce((sum, one) => sum + one.reserved, 0);
    expect(reserved, 'the sum of what may be in force').toBeLessThanOrEqual(this.entitled);
  }

  /** Everything is delivered and reported, the dead lapse. */
  quiesce(): void {
    for (let round = 0; round < 40; round += 1) {
      this.plan();
      for (const at of this.instances.keys()) {
        const one = this.instances[at]!;
        if (one.dead) this.step('lapse', at, 0);
        else while (one.sent.length > 0) this.step('deliver', at, 0);
        this.step('report', at, 0);
      }
    }
  }
}
