/** What the settings' words for a controller mean: its phones, its platform, how many monitors it bears. */
import type { CallManagerSimSettings } from '#config/settings';
import { Random } from './model/random.js';
import type { MonitorLimits } from './model/monitors.js';
import type { PhoneSpec } from './model/phone.js';
import type { Platform } from './wire/numbers.js';

type ControllerSettings = CallManagerSimSettings['controllers'][number];

const GIVEN = [
  'Ana',
  'Ben',
  'Chloé',
  'Dmitri',
  'Elif',
  'Femi',
  'Grete',
  'Hiro',
  'Inês',
  'Jürgen',
  'Kofi',
  'Lea',
  'Mei',
  'Noor',
  'Oğuz',
  'Pia',
];
const FAMILY = [
  'Adeyemi',
  'Brandt',
  'Costa',
  'Dubois',
  'Ek',
  'Fuchs',
  'García',
  'Huang',
  'Ivanov',
  'Jansen',
  'Kaya',
  'Lindqvist',
  'Müller',
  '電',
];

/** R-CLU-02: which kinds of controller are PowerPC; all others (industry standard servers, virtual, multi-instance) are x86. */
const POWERPC = /powerpc|ppc|\b(mxe( ?ii{1,2})?|cxi?( ?ii)?)\b/i;

export function platformOf(platform: string): Platform {
  return POWERPC.test(platform) ? 'powerpc' : 'x86';
}

/** R-LIM-07 for a controller without a device licence for more than 700 IP users. */
export function monitorLimitsOf(controller: ControllerSettings): MonitorLimits {
  if (controller.monitorLimits) return controller.monitorLimits;
  return platformOf(controller.platform) === 'powerpc' ? { total: 2_000, shared: 5_000 } : { total: 5_600, shared: 10_000 };
}

/** Names are drawn from the seed and the extension, so that one phone keeps its name however many others there are. */
export function phonesOf(controller: ControllerSettings, seed: number): PhoneSpec[] {
  const { from, count } = controller.extensions;
  const forbidden = new Set(controller.monitoringForbidden ?? []);
  return Array.from({ length: count }, (_, index) => {
    const dn = String(from + index);
    const random = new Random(seed + (from + index) * 2_654_435_761);
    const name = `${GIVEN[random.below(GIVEN.length)]} ${FAMILY[random.below(FAMILY.length)]}`;
    return { dn, name, monitorable: !forbidden.has(dn) };
  });
}
