import type { Command } from 'commander';
import { connect, everyItem, type GlobalOptions } from '../connection.js';
import { show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

export function addStatus(program: Command, surroundings: Surroundings): void {
  program
    .command('status')
    .description('what runs: the control API, tenants, instances and their use')
    .addHelpText('after', '\nExamples:\n  cordboard status\n  cordboard status --json | jq .instances')
    .action(async (_options: unknown, command: Command) => {
      const { json, ...options } = command.optsWithGlobals<GlobalOptions>();
      const { client, base } = connect(options, surroundings);
      const health = await client.health();
      const tenants = await everyItem((query) => client.listTenants(query));
      const instances = (
        await Promise.all(
          tenants.map(async (tenant) =>
            (await everyItem((query) => client.listInstances(tenant.id, query))).map((instance) => ({
              tenant: tenant.slug,
              instance,
            })),
          ),
        )
      ).flat();
      const use = ({ used, cap }: { used: number | null; cap: number }) => `${used ?? '-'} / ${cap}`;
      show(surroundings, json, { base, health, tenants, instances: instances.map(({ instance }) => instance) }, () => [
        `control API ${base}: ${health.status}, release ${health.version}`,
        `${tenants.length} tenant${tenants.length === 1 ? '' : 's'}: ${tenants.map(({ slug, status }) => `${slug} (${status})`).join(', ')}`,
        ...table(
          ['TENANT', 'INSTANCE', 'STATE', 'SESSIONS', 'MONITORS', 'CONTROLLERS UP', 'MESSAGE'],
          instances.map(({ tenant, instance: { name, status, limits } }) => {
            const up = status.links.filter(({ state }) => state === 'CONNECTED').length;
            return [
              tenant,
              name,
              status.state,
              use(limits.sessions),
              use(limits.monitors),
              `${up} of ${status.links.length}`,
              status.message,
            ];
          }),
        ),
      ]);
    });
}
