import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPATIBILITY, compareVersions, compatibilityOf, deviceRuleOf, deviceUse } from './compatibility.js';

/** The guidelines' table, row by row, written down a second time: gateway, application, controllers, multi-instance, base system, standard only. */
const GUIDELINES: readonly (readonly [string, string, string, string, string, boolean])[] = [
  ['4.1 SP5', '4.1 SP5', '9.1 SP1, 9.1, 9.0 SP3, 9.0 SP2, 9.0 SP1, 8.0', '2.0 SP1', '11', false],
  ['4.1 SP4', '4.1 SP4', '9.1, 9.0 SP3, 9.0 SP2, 9.0 SP1, 8.0', '2.0 SP1', '11', false],
  ['4.1 SP3', '4.1 SP3', '9.0 SP3, 9.0 SP2, 9.0 SP1, 8.0', '2.0 SP1', '10.5.25', false],
  ['4.1 SP2', '4.1 SP2', '9.0 SP2, 9.0 SP1, 8.0', '2.0 SP1', '10.5.25', false],
  ['4.1 SP1', '4.1 SP1', '9.0 SP1, 8.0', '2.0 SP1', '10.5.25', false],
  ['4.1', '4.1', '9.0, 8.0', '2.0 SP1', '10.5.25', false],
  ['4.0', '4.0', '8.0', '2.0 SP1', '10.5.15', false],
  ['3.1', '3.1', '7.2', '2.0 SP1', '10.3', false],
  ['3.0', '3.0', '7.2', '2.0 SP1', '10.3', false],
  ['2.2', '2.1', '7.1', '2.0', '10.3', false],
  ['2.2', '2.2', '7.1', '2.0', '10.3', false],
  ['2.1', '2.0', '7.0 SP1', '2.0', '10.2', false],
  ['2.1', '2.1', '7.0 SP1', '2.0', '10.2', false],
  ['2.0', '2.0', '7.0', '1.2 SP2', '10.1', false],
  ['2.0', '2.0', '6.0 SP3', '1.2 SP1', '10.1', true],
  ['2.0', '1.2', '7.0', '1.2 SP2', '10.1', true],
  ['2.0', '1.2', '6.0 SP3', '1.2 SP1', '10.1', true],
  ['1.2', '1.2', '6.0 SP3', '1.2 SP1', '10.0', false],
  ['1.2', '1.1', '6.0 SP3', '1.2 SP1', '10.0', false],
  ['1.1', '1.1', '6.0, 6.0 SP1, 6.0 SP2, 6.0 SP3', '1.2 SP1', '10.0', false],
  ['1.1', '1.0', '6.0, 6.0 SP1, 6.0 SP2, 6.0 SP3', '1.2 SP1', '10.0', false],
  ['1.0', '1.0', '6.0, 6.0 SP1, 6.0 SP2, 6.0 SP3', '1.2 SP1', '9.4', false],
];
const RELEASES = [
  '6.0',
  '6.0 SP3',
  '7.0',
  '7.0 SP1',
  '7.1',
  '7.2',
  '8.0',
  '9.0',
  '9.0 SP1',
  '9.0 SP2',
  '9.0 SP3',
  '9.1',
  '9.1 SP1',
];

describe('R-SES-02 the compatibility table', () => {
  it.each(GUIDELINES)(
    'gateway %s, application %s',
    (gateway, application, controllers, multiInstance, baseSystem, standardOnly) => {
      const restrictions = standardOnly ? ['standard-only'] : [];
      for (const release of controllers.split(', ')) {
        const fits = compatibilityOf({ gateway, application, controller: { release, multiInstance: false }, baseSystem });
        expect(fits, release).toMatchObject({ ok: true, restrictions, resilience: compareVersions(release, '6.0 SP3') >= 0 });
      }
      const multi = { release: multiInstance, multiInstance: true };
      expect(compatibilityOf({ gateway, application, controller: multi, baseSystem })).toMatchObject({ ok: true, restrictions });
      expect(compatibilityOf({ gateway, application, controller: multi, baseSystem: '9.9' })).toMatchObject({ ok: false });
    },
  );

  it('has nothing but the guidelines’ rows, apart from those that say so', () => {
    const pairs = COMPATIBILITY.filter(({ source }) => source === 'guidelines').flatMap(
      ({ gateway, applications, controllers }) =>
        applications.map((application) => `${gateway} ${application} ${controllers.length === 1 ? controllers[0]! : ''}`),
    );
    const wanted = GUIDELINES.map(
      ([gateway, application, controllers]) =>
        `${gateway} ${application} ${controllers.startsWith('6.0, ') ? '6.0 (all)' : controllers.includes(',') ? '' : controllers}`,
    );
    expect(pairs.sort()).toEqual(wanted.sort());
  });

  it.each([...new Set(GUIDELINES.map(([gateway]) => gateway))])(
    'gateway %s refuses every other controller, by name',
    (gateway) => {
      const known = GUIDELINES.filter(([of]) => of === gateway).flatMap(([, , controllers]) => controllers.split(', '));
      for (const release of RELEASES.filter((one) => !known.includes(one))) {
        const answer = compatibilityOf({ gateway, application: '1.0', controller: { release, multiInstance: false } });
        expect(answer).toEqual({ ok: false, reason: `gateway ${gateway} does not work with controllers of release ${release}` });
      }
    },
  );

  it('an application may be older than the gateway and never newer; 4.0 is accepted', () => {
    const controller = { release: '9.1 SP1', multiInstance: false };
    expect(compatibilityOf({ gateway: '4.1 SP5', application: '4.0', controller })).toMatchObject({ ok: true, restrictions: [] });
    expect(compatibilityOf({ gateway: '4.1 SP5', application: '4.2', controller })).toEqual({
      ok: false,
      reason: 'the application is built for 4.2, this gateway serves up to 4.1 SP5',
    });
    const versions = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map(([major, minor, pack]) => `${major}.${minor} SP${pack}`);
    fc.assert(
      fc.property(versions, (application) => {
        const { ok } = compatibilityOf({ gateway: '4.1 SP5', application, controller });
        expect(ok).toBe(compareVersions(application, '4.1 SP5') <= 0);
      }),
    );
  });

  it.each([
    ['mivoice-6900', '4.0', '8.0', 'all'],
    ['mivoice-6900', '3.1', '8.0', undefined],
    ['mivoice-6900', '4.0', '7.2', undefined],
    ['mivoice-6905-6910', '4.1 SP3', '9.0 SP3', 'all'],
    ['mivoice-6905-6910', '4.1 SP3', '9.0 SP2', undefined],
    ['mivoice-6905-6910', '4.1 SP2', '9.0 SP3', undefined],
    ['analogue-fxs', '4.1', '9.0', 'data-access'],
    ['analogue-fxs', '4.0', '9.0', undefined],
    ['micollab-acd-softphone', '4.1 SP1', '9.0 SP1', 'data-access'],
    ['micollab-acd-softphone', '4.1', '9.0 SP1', undefined],
  ] as const)('%s with gateway %s and controller %s: %s', (devices, gateway, controller, use) => {
    expect(deviceUse(devices, gateway, controller)).toBe(use);
  });

  it.each([
    ['6905', 'mivoice-6905-6910'],
    ['6910', 'mivoice-6905-6910'],
    ['6920', 'mivoice-6900'],
    ['6940', 'mivoice-6900'],
    ['ANALOGUE', 'analogue-fxs'],
    ['MICOLLAB_ACD_SOFTPHONE', 'micollab-acd-softphone'],
    ['5330', undefined],
    ['16920', undefined],
    ['', undefined],
  ])('R-SES-02 the model %s is of the family %s', (model, devices) => {
    expect(deviceRuleOf(model)?.devices).toBe(devices);
  });
});
