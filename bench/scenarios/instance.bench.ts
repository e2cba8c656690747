/** Start and idle memory of one incarnation, beside a plain node process (R5). */
import { median, type Figure } from '../figure.js';
import { proportionalMemoryOf } from '../process-cost.js';
import { openRig, type Peer } from '../rig.js';

const RUNS = 7;

export async function instance(): Promise<Figure[]> {
  const rig = await openRig({ phones: 2 });
  try {
    const starts = { gateway: [] as number[], plain: [] as number[] };
    let gateway: Peer | undefined;
    let plain: Peer | undefined;
    for (let run = 0; run < RUNS; run++) {
      gateway?.process.kill('SIGKILL');
      plain?.process.kill('SIGKILL');
      plain = await rig.baseline('plain-node');
      starts.plain.push(plain.startMs);
      gateway = await rig.gateway();
      starts.gateway.push(gateway.startMs);
    }
    const memory = { gateway: proportionalMemoryOf(gateway!.pid), plain: proportionalMemoryOf(plain!.pid) };
    return [
      {
        name: 'instance start: process to first connection accepted',
        value: median(starts.gateway),
        unit: 'ms',
        baseline: { name: 'R5', value: median(starts.plain) },
        goal: { at: 'most', bound: 2, source: 'performance.md' },
      },
      {
        name: 'memory of an idle instance (proportional set size)',
        value: memory.gateway,
        unit: 'MB',
        baseline: { name: 'R5', value: memory.plain },
      },
    ];
  } finally {
    await rig.close();
  }
}
