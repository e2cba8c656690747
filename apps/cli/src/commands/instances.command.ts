import { randomUUID } from 'node:crypto';
import type { InstanceAnswer, OperationAnswer } from '#contracts/control-api';
import type { ControlApiClient } from '#contracts/control-api-client';
import { type Command, InvalidArgumentError } from 'commander';
import { connect, everyItem, type GlobalOptions } from '../connection.js';
import { CliError, EXIT_CODES } from '../exit-codes.js';
import { watchOperation } from '../operation-watch.js';
import { tellLog } from '../instance-log.js';
import { facts, show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

interface InstanceOptions extends GlobalOptions {
  readonly tenant?: string;
  readonly wait?: boolean;
  readonly cluster?: string;
  readonly stopped?: boolean;
  readonly sessions?: number;
  readonly monitors?: number;
  readonly follow?: boolean;
  readonly level?: (typeof LEVELS)[number];
  readonly lines?: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const use = ({ used, cap }: { used: number | null; cap: number }): string => `${used ?? '-'} / ${cap}`;
const wholeNumber = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
};

const LEVELS = ['INFO', 'WARN', 'ERR'] as const;
const levelOf = (text: string): (typeof LEVELS)[number] => {
  const level = LEVELS.find((one) => one === text.toUpperCase());
  if (level === undefined) throw new InvalidArgumentError(`must be one of ${LEVELS.join(', ')}`);
  return level;
};

export function addInstances(program: Command, surroundings: Surroundings): void {
  const instances = program
    .command('instances')
    .description('list, provision, start, stop, restart and delete gateway instances')
    .option('--tenant <slug>', 'default: the key’s own, or the sample tenant');
  instances.addHelpText(
    'after',
    '\nExamples:\n  cordboard instances list\n  cordboard instances create gw-2 --cluster main --wait\n  cordboard instances restart gw-1 --wait\n  cordboard instances logs gw-1 --follow --level WARN',
  );
  const reach = async (command: Command) => {
    const options = command.optsWithGlobals<InstanceOptions>();
    const { client, tenant } = connect(options, surroundings);
    return { client, options, tenant: await tenant(options.tenant) };
  };
  const follow = async (client: ControlApiClient, operation: OperationAnswer, { wait, json }: InstanceOptions) => {
    if (wait === true) return watchOperation(client, operation.id, surroundings, json);
    show(surroundings, json, operation, () => [
      `operation ${operation.id} on ${operation.targetId}: cordboard operations watch ${operation.id}`,
    ]);
  };

  instances.command('list').action(async (_options: unknown, command: Command) => {
    const { client, options, tenant } = await reach(command);
    const items = await everyItem((query) => client.listInstances(tenant, query));
    const rows = items.map(({ name, status, limits, id }) => [
      name,
      status.state,
      use(limits.sessions),
      use(limits.monitors),
      status.epochMajor,
      status.address,
      id,
    ]);
    show(surroundings, options.json, items, () =>
      table(['NAME', 'STATE', 'SESSIONS', 'MONITORS', 'EPOCH', 'ADDRESS', 'ID'], rows),
    );
  });
  instances
    .command('get <instance>')
    .description('by name or id')
    .action(async (instance: string, _options: unknown, command: Command) => {
      const { client, options, tenant } = await reach(command);
      const found = await findInstance(client, tenant, instance);
      show(surroundings, options.json, found, () => describe(found));
    });
  instances
    .command('create <name>')
    .requiredOption('--cluster <name>', 'name or id of the cluster it serves')
    .option('--stopped', 'do not start it')
    .option('--sessions <n>', 'lower limit of sessions', wholeNumber)
    .option('--monitors <n>', 'lower limit of monitors', wholeNumber)
    .option('--wait', 'until it runs')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { client, options, tenant } = await reach(command);
      const clusterId = await findCluster(client, tenant, options.cluster ?? '');
      const limits = {
        ...(options.sessions === undefined ? {} : { sessions: options.sessions }),
        ...(options.monitors === undefined ? {} : { monitors: options.monitors }),
      };
      const body = {
        clusterId,
        name,
        desiredState: options.stopped === true ? ('stopped' as const) : ('running' as const),
        limits,
      };
      await follow(client, await client.createInstance(tenant, body, { idempotencyKey: randomUUID() }), options);
    });
  instances
    .command('logs <instance>')
    .description('the log of an instance, also of one that does not run')
    .option('--level <level>', 'INFO, WARN or ERR: this one and what is graver', levelOf)
    .option('--lines <n>', 'how many to begin with', wholeNumber, 100)
    .option('--follow', 'go on with what is written from now on, until Ctrl-C')
    .action(async (instance: string, _options: unknown, command: Command) => {
      const { client, options, tenant } = await reach(command);
      const { id } = await findInstance(client, tenant, instance);
      await tellLog(client, { tenant, id, ...options }, surroundings);
    });
  for (const verb of ['start', 'stop', 'restart', 'delete'] as const) {
    instances
      .command(`${verb} <instance>`)
      .option('--wait', 'until it is done')
      .action(async (instance: string, _options: unknown, command: Command) => {
        const { client, options, tenant } = await reach(command);
        const { id } = await findInstance(client, tenant, instance);
        await follow(client, await client[`${verb}Instance`](tenant, id, { idempotencyKey: randomUUID() }), options);
      });
  }
}

async function findInstance(client: ControlApiClient, tenant: string, reference: string): Promise<InstanceAnswer> {
  if (UUID.test(reference)) return client.getInstance(tenant, reference);
  const found = (await everyItem((query) => client.listInstances(tenant, query))).find(({ name }) => name === reference);
  if (found === undefined) throw new CliError(`tenant ${tenant} has no instance ${reference}`, EXIT_CODES.refused);
  return found;
}

async function findCluster(client: ControlApiClient, tenant: string, reference: string): Promise<string> {
  if (UUID.test(reference)) return reference;
  const found = (await everyItem((query) => client.listClusters(tenant, query))).find(({ name }) => name === reference);
  if (found === undefined) throw new CliError(`tenant ${tenant} has no cluster ${reference}`, EXIT_CODES.refused);
  return found.id;
}

function describe({ id, name, clusterId, desiredState, version, limits, status }: InstanceAnswer): string[] {
  const head = facts({
    id,
    name,
    cluster: clusterId,
    wanted: desiredState,
    state: status.state,
    message: status.message,
    version,
    epoch: status.epochMajor,
    address: status.address,
    pid: status.pid,
    restarts: status.restarts,
    sessions: use(limits.sessions),
    monitors: use(limits.monitors),
    controllers: use(limits.controllers),
  });
  const rows = status.links.map((link) => [link.icpId, link.address, link.state, use(link.monitors), link.roundTripMs]);
  return rows.length === 0 ? head : [...head, '', ...table(['ICP', 'CONTROLLER', 'LINK', 'MONITORS', 'ROUND TRIP MS'], rows)];
}
