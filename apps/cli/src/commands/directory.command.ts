import { randomUUID } from 'node:crypto';
import type { DirectorySyncAnswer } from '#contracts/control-api';
import type { Command } from 'commander';
import { connect, everyItem, type Connection, type GlobalOptions } from '../connection.js';
import { CliError, EXIT_CODES } from '../exit-codes.js';
import { facts, show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

interface DirectoryOptions extends GlobalOptions {
  readonly tenant?: string;
  readonly cluster?: string;
  readonly wait?: boolean;
}

const ASK_AGAIN_MS = 500;
const WAIT_MS = 120_000;

async function clusterOf({ client }: Connection, slug: string, wanted: string | undefined): Promise<string> {
  const clusters = await everyItem((query) => client.listClusters(slug, query));
  const fitting = wanted === undefined ? clusters : clusters.filter(({ id, name }) => id === wanted || name === wanted);
  if (fitting.length === 1) return fitting[0]!.id;
  const known = clusters.map(({ name }) => name).join(', ') || 'none';
  const why = wanted === undefined ? 'which cluster? give --cluster <name>' : `there is no cluster ${wanted}`;
  throw new CliError(`${why}; the tenant has: ${known}`, EXIT_CODES.usage);
}

function lines({ revision, askedAt, state, instances }: DirectorySyncAnswer): string[] {
  const rows = instances.flatMap(({ name, running, controllers }) =>
    running
      ? controllers.map((at) => [name, at.icpId, at.state, at.entries, at.syncedAt, at.failure])
      : [[name, '-', 'not running', '-', '-', '-']],
  );
  return [
    ...facts({ state, 'asked for': `${revision} times`, 'last at': askedAt }),
    '',
    ...table(['INSTANCE', 'ICP', 'STATE', 'ENTRIES', 'SYNCED', 'FAILURE'], rows),
  ];
}

export function addDirectory(program: Command, surroundings: Surroundings): void {
  const reach = async (command: Command) => {
    const options = command.optsWithGlobals<DirectoryOptions>();
    const connection = connect(options, surroundings);
    const slug = await connection.tenant(options.tenant);
    const cluster = await clusterOf(connection, slug, options.cluster);
    return { client: connection.client, slug, cluster, options };
  };
  const directory = program
    .command('directory')
    .description('the sync of the controllers’ directories: phones, users, agents, groups, trunks')
    .option('--tenant <slug>', 'default: the key’s own, or the sample tenant')
    .option('--cluster <name>', 'name or id; default: the only one');
  directory.addHelpText(
    'after',
    '\nExamples:\n  cordboard directory sync --wait\n  cordboard directory --tenant acme --cluster main show',
  );

  directory
    .command('show')
    .description('how far the sync that was asked for last is')
    .action(async (_options: unknown, command: Command) => {
      const { client, slug, cluster, options } = await reach(command);
      const answer = await client.getDirectorySync(slug, cluster);
      show(surroundings, options.json, answer, () => lines(answer));
    });

  directory
    .command('sync')
    .description('every instance reads the directories of the cluster now, without waiting for the hour')
    .option('--wait', 'until all that runs and is connected has done it; exit code 1 where that is not so in two minutes')
    .action(async (_options: unknown, command: Command) => {
      const { client, slug, cluster, options } = await reach(command);
      let answer = await client.syncDirectories(slug, cluster, { idempotencyKey: randomUUID() });
      const untilMs = performance.now() + WAIT_MS;
      while (options.wait === true && answer.state !== 'done' && performance.now() < untilMs) {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        answer = await client.getDirectorySync(slug, cluster);
      }
      show(surroundings, options.json, answer, () => lines(answer));
      if (options.wait === true && answer.state !== 'done')
        throw new CliError(`the sync is not done: ${answer.state}`, EXIT_CODES.failed);
    });
}
