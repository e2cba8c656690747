import type { FailoverAnswer } from '#contracts/control-api';
import type { Command } from 'commander';
import { connect, type GlobalOptions } from '../connection.js';
import { show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

interface FailoverOptions extends GlobalOptions {
  readonly tenant?: string;
}

const seconds = (milliseconds: number | null): string => (milliseconds === null ? '-' : `${(milliseconds / 1000).toFixed(1)} s`);
const monitors = ({ gap, monitorsRestored }: FailoverAnswer): string =>
  gap === null ? '-' : `${monitorsRestored ?? '-'} / ${gap.monitors}`;

export function addFailovers(program: Command, surroundings: Surroundings): void {
  const failovers = program
    .command('failovers')
    .description('receipts of failovers: detected, fenced, restored, and how long each took')
    .option('--tenant <slug>', 'default: the key’s own, or the sample tenant');
  failovers.addHelpText('after', '\nExamples:\n  cordboard failovers list\n  cordboard failovers --tenant acme list --json');

  failovers
    .command('list')
    .description('the newest hundred')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<FailoverOptions>();
      const { client, tenant } = connect(options, surroundings);
      const { items } = await client.listFailovers(await tenant(options.tenant));
      const rows = items.map((failover) => [
        failover.detectedAt,
        failover.instanceName,
        failover.cause,
        failover.state,
        `${failover.fromEpoch} > ${failover.toEpoch ?? '-'}`,
        seconds(failover.durations.detectMs),
        seconds(failover.durations.fenceMs),
        seconds(failover.durations.startMs),
        seconds(failover.durations.restoreMs),
        failover.gap?.since ?? '-',
        monitors(failover),
      ]);
      const head = [
        'DETECTED',
        'INSTANCE',
        'CAUSE',
        'STATE',
        'EPOCH',
        'DETECT',
        'FENCE',
        'START',
        'RESTORE',
        'GAP SINCE',
        'MONITORS',
      ];
      show(surroundings, options.json, items, () => table(head, rows));
    });
}
