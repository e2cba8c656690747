/**
 * R-RES-05: from the kill -9 of an incarnation until every monitor of its journal stands again at the controllers, against the floor that the
 * pace of monitor starts sets (reliability.md 3.3). The successor is started when the end is known, as the worker does.
 */
import { once } from 'node:events';
import { MONITOR_STARTS_PER_SECOND } from '#domain/limits';
import { openFailoverPlant, until, type PlantSize } from '../failover-plant.js';
import type { Figure } from '../figure.js';

const FULL: readonly PlantSize[] = [
  { controllers: 250, monitorsEach: 200 },
  { controllers: 50, monitorsEach: 1000 },
  { controllers: 10, monitorsEach: 5000 },
];
/** Monitors that come first: devices in a call, then one of each session in turn. */
const FIRST = 1000;
/** The same shapes with a twentieth of the monitors at a controller, or fewer. */
const SCALED: readonly PlantSize[] = [
  { controllers: 50, monitorsEach: 40 },
  { controllers: 10, monitorsEach: 100 },
  { controllers: 4, monitorsEach: 200 },
];

export async function failover({ full }: { readonly full: boolean }): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of full ? FULL : SCALED) figures.push(...(await one(size)));
  return figures;
}

async function one(size: PlantSize): Promise<Figure[]> {
  const { controllers, monitorsEach } = size;
  const floorS = monitorsEach / MONITOR_STARTS_PER_SECOND;
  const first1000 = Math.min(FIRST, controllers * monitorsEach);
  const firstFloorS = first1000 / (MONITOR_STARTS_PER_SECOND * controllers);
  const plant = await openFailoverPlant(size);
  try {
    const earlier = await plant.start();
    // In the middle of its own work: some monitors stand, others wait for their turn.
    await until(
      async () => (((await plant.status())?.devices.standing ?? 0) > 0 ? true : undefined),
      120_000,
      'the first monitor of the first incarnation',
    );
    const ended = once(earlier, 'exit');
    const killedAt = Date.now();
    earlier.kill('SIGKILL');
    await ended;
    await plant.start();
    let firstAt: number | undefined;
    const restoredAt = await until(
      async () => {
        const status = await plant.status();
        if (firstAt === undefined && (status?.devices.standing ?? 0) >= first1000) firstAt = Date.now();
        const at = status?.recovery?.restoredAt;
        return typeof at === 'string' && Date.parse(at) > killedAt ? Date.parse(at) : undefined;
      },
      (floorS * 3 + 120) * 1000,
      'the last monitor',
    );
    const { standing, startsPerSecondMax } = await plant.truth();
    const name = `${controllers} controllers x ${monitorsEach} monitors`;
    if (standing !== controllers * monitorsEach) throw new Error(`${name}: only ${standing} stand at the controllers`);
    return [
      {
        name: `failover, kill to all restored: ${name} (floor ${floorS} s)`,
        value: (restoredAt - killedAt) / 1000,
        unit: 's',
        goal: { at: 'most', bound: Number((1 + 1.1 * floorS).toFixed(2)), source: 'reliability.md 3.3: 1 s + 1.1 x floor' },
      },
      {
        name: `failover, kill to the first ${first1000} restored: ${name} (floor ${firstFloorS.toFixed(2)} s)`,
        value: ((firstAt ?? restoredAt) - killedAt) / 1000,
        unit: 's',
        goal: {
          at: 'most',
          bound: Number((1 + Math.max(2, 1.1 * firstFloorS)).toFixed(2)),
          source: 'reliability.md 3.3: 1 s + the greater of 2 s and 1.1 x floor',
        },
      },
      {
        name: `monitor starts a second at one controller, most: ${name}`,
        value: startsPerSecondMax,
        unit: '/s',
        goal: { at: 'most', bound: MONITOR_STARTS_PER_SECOND, source: 'R-MON-03' },
      },
    ];
  } finally {
    await plant.close();
  }
}
