/**
 * Which releases work together (R-SES-02): the compatibility table of the guidelines as data, with its restrictions, and the rule over it.
 * Versions are written as there: `4.1 SP5`. Pure.
 */

/** What a combination restricts. */
export type Restriction =
  /** Operations of the standard call-control service alone. */
  'standard-only';

/** Devices that need a certain combination, or newer. */
export interface DeviceRule {
  readonly devices: 'mivoice-6900' | 'mivoice-6905-6910' | 'micollab-acd-softphone' | 'analogue-fxs';
  /** From this gateway and this controller release on. */
  readonly gateway: string;
  readonly controller: string;
  /** `data-access`: seen by the data access service, not by call control. */
  readonly use: 'all' | 'data-access';
}

export interface CompatibilityRow {
  readonly gateway: string;
  /** Contract versions that applications may be built for. */
  readonly applications: readonly string[];
  /** Releases of controllers; those of the multi-instance platform have their own numbers. */
  readonly controllers: readonly string[];
  readonly multiInstance: readonly string[];
  /** Of the operating system the gateway was delivered on. */
  readonly baseSystem: string;
  readonly restrictions: readonly Restriction[];
  /** `own`: not of the guidelines; what our simulator is. */
  readonly source: 'guidelines' | 'own';
}

const row = (
  gateway: string,
  applications: readonly string[],
  controllers: readonly string[],
  multiInstance: readonly string[],
  baseSystem: string,
  more: Partial<Pick<CompatibilityRow, 'restrictions' | 'source'>> = {},
): CompatibilityRow => ({
  gateway,
  applications,
  controllers,
  multiInstance,
  baseSystem,
  restrictions: [],
  source: 'guidelines',
  ...more,
});
const standardOnly = { restrictions: ['standard-only'] } as const;

/** `6.0 (all)`: 6.0 with any service pack. */
export const COMPATIBILITY: readonly CompatibilityRow[] = Object.freeze([
  row('4.1 SP5', ['4.1 SP5'], ['9.1 SP1', '9.1', '9.0 SP3', '9.0 SP2', '9.0 SP1', '8.0'], ['2.0 SP1'], '11'),
  row('4.1 SP4', ['4.1 SP4'], ['9.1', '9.0 SP3', '9.0 SP2', '9.0 SP1', '8.0'], ['2.0 SP1'], '11'),
  row('4.1 SP3', ['4.1 SP3'], ['9.0 SP3', '9.0 SP2', '9.0 SP1', '8.0'], ['2.0 SP1'], '10.5.25'),
  row('4.1 SP2', ['4.1 SP2'], ['9.0 SP2', '9.0 SP1', '8.0'], ['2.0 SP1'], '10.5.25'),
  row('4.1 SP1', ['4.1 SP1'], ['9.0 SP1', '8.0'], ['2.0 SP1'], '10.5.25'),
  row('4.1', ['4.1'], ['9.0', '8.0'], ['2.0 SP1'], '10.5.25'),
  row('4.0', ['4.0'], ['8.0'], ['2.0 SP1'], '10.5.15'),
  row('3.1', ['3.1'], ['7.2'], ['2.0 SP1'], '10.3'),
  row('3.0', ['3.0'], ['7.2'], ['2.0 SP1'], '10.3'),
  row('2.2', ['2.1', '2.2'], ['7.1'], ['2.0'], '10.3'),
  row('2.1', ['2.0', '2.1'], ['7.0 SP1'], ['2.0'], '10.2'),
  row('2.0', ['2.0'], ['7.0'], ['1.2 SP2'], '10.1'),
  row('2.0', ['2.0'], ['6.0 SP3'], ['1.2 SP1'], '10.1', standardOnly),
  row('2.0', ['1.2'], ['7.0'], ['1.2 SP2'], '10.1', standardOnly),
  row('2.0', ['1.2'], ['6.0 SP3'], ['1.2 SP1'], '10.1', standardOnly),
  row('1.2', ['1.2'], ['6.0 SP3'], ['1.2 SP1'], '10.0'),
  row('1.2', ['1.1'], ['6.0 SP3'], ['1.2 SP1'], '10.0'),
  row('1.1', ['1.1'], ['6.0 (all)'], ['1.2 SP1'], '10.0'),
  row('1.1', ['1.0'], ['6.0 (all)'], ['1.2 SP1'], '10.0'),
  row('1.0', ['1.0'], ['6.0 (all)'], ['1.2 SP1'], '9.4'),
  // Releases after the guidelines are not theirs to vouch for; 9.4 is what our simulated controllers call themselves.
  row('4.1 SP5', ['4.1 SP5'], ['9.4'], [], '11', { source: 'own' }),
]);

/** Resilience of phones (R-RES-01) needs at least this controller release. */
export const RESILIENCE_FROM = '6.0 SP3';

export const DEVICE_RULES: readonly DeviceRule[] = Object.freeze([
  { devices: 'mivoice-6900', gateway: '4.0', controller: '8.0', use: 'all' },
  { devices: 'analogue-fxs', gateway: '4.1', controller: '9.0', use: 'data-access' },
  { devices: 'micollab-acd-softphone', gateway: '4.1 SP1', controller: '9.0 SP1', use: 'data-access' },
  { devices: 'mivoice-6905-6910', gateway: '4.1 SP3', controller: '9.0 SP3', use: 'all' },
]);

function partsOf(version: string): number[] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?: SP(\d+))?$/.exec(version);
  if (match === null) return [Number.MAX_SAFE_INTEGER];
  return match.slice(1).map((part) => Number(part ?? 0));
}

/** Below 0 when `a` is older than `b`. A text that is no version counts as newer than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < 4; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface Combination {
  readonly gateway: string;
  readonly application: string;
  readonly controller: { readonly release: string; readonly multiInstance: boolean };
  /** Absent: not looked at; our gateway brings its own system. */
  readonly baseSystem?: string;
}

export type Compatibility =
  | { readonly ok: true; readonly restrictions: readonly Restriction[]; readonly resilience: boolean }
  /** `reason` names both versions that do not fit. */
  | { readonly ok: false; readonly reason: string };

/** R-SES-02, first half: an application may be built for the gateway's version or an older one. */
export function applicationRefusal(gateway: string, application: string): string | undefined {
  if (compareVersions(application, gateway) <= 0) return undefined;
  return `the application is built for ${application}, this gateway serves up to ${gateway}`;
}

const listed = (releases: readonly string[], release: string): boolean =>
  releases.some((one) =>
    one.endsWith(' (all)')
      ? release.replace(/ SP\d+$/, '') === one.slice(0, -' (all)'.length)
      : compareVersions(one, release) === 0,
  );

/**
 * R-SES-02, whole. An application older than every version a row names is served as the oldest of that row: the rule of "same or newer" is the
 * general one, the table's application column the recommended pairs, with restrictions where it has some.
 */
export function compatibilityOf({ gateway, application, controller, baseSystem }: Combination): Compatibility {
  const tooNew = applicationRefusal(gateway, application);
  if (tooNew !== undefined) return { ok: false, reason: tooNew };
  const rows = COMPATIBILITY.filter(
    (one) =>
      compareVersions(one.gateway, gateway) === 0 &&
      listed(controller.multiInstance ? one.multiInstance : one.controllers, controller.release) &&
      (baseSystem === undefined || one.baseSystem === baseSystem),
  );
  if (rows.length === 0) {
    const system = baseSystem === undefined ? '' : ` on base system ${baseSystem}`;
    return { ok: false, reason: `gateway ${gateway} does not work with controllers of release ${controller.release}${system}` };
  }
  const exact = rows.find((one) => one.applications.some((version) => compareVersions(version, application) === 0));
  const chosen = exact ?? rows.at(-1)!;
  const resilience = hasResilience(controller.release, controller.multiInstance);
  return { ok: true, restrictions: chosen.restrictions, resilience };
}

/** Whether controllers of this release let resilient phones be followed (R-SES-02). */
export const hasResilience = (release: string, multiInstance: boolean): boolean =>
  multiInstance || compareVersions(release, RESILIENCE_FROM) >= 0;

/** Models by the word that a controller has for them (docs/design/controller-link.md, MODEL); the first that fits counts. */
const MODELS: readonly (readonly [model: RegExp, devices: DeviceRule['devices']])[] = [
  [/^69(05|10)$/, 'mivoice-6905-6910'],
  [/^69\d\d$/, 'mivoice-6900'],
  [/^MICOLLAB_ACD_SOFTPHONE$/, 'micollab-acd-softphone'],
  [/^ANALOGUE$/, 'analogue-fxs'],
];

/** What the table says of a model; undefined: nothing. */
export function deviceRuleOf(model: string): DeviceRule | undefined {
  const devices = MODELS.find(([pattern]) => pattern.test(model))?.[1];
  return DEVICE_RULES.find((rule) => rule.devices === devices);
}

/** What may be done with a kind of device under this combination; undefined: nothing, or nothing is said about it. */
export function deviceUse(devices: DeviceRule['devices'], gateway: string, controller: string): DeviceRule['use'] | undefined {
  const rule = DEVICE_RULES.find((one) => one.devices === devices)!;
  const reached = compareVersions(gateway, rule.gateway) >= 0 && compareVersions(controller, rule.controller) >= 0;
  return reached ? rule.use : undefined;
}
