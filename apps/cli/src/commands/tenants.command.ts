import { randomUUID } from 'node:crypto';
import type { TenantAnswer } from '#contracts/control-api';
import type { Command } from 'commander';
import { connect, everyItem, type GlobalOptions } from '../connection.js';
import { watchOperation } from '../operation-watch.js';
import { facts, show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

/** The contract's, without its schemas. */
const UNLIMITED = { standard: null, advanced: null, salesforce: null, google: null };

const lines = ({ id, slug, companyName, status, addresses, version, createdAt }: TenantAnswer): string[] =>
  facts({ id, slug, company: companyName, status, http: addresses.http, https: addresses.https, version, created: createdAt });

export function addTenants(program: Command, surroundings: Surroundings): void {
  const tenants = program.command('tenants').description('list, create, suspend, resume and delete tenants');
  const reach = (command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { client } = connect(options, surroundings);
    const tell = (tenant: TenantAnswer) => show(surroundings, options.json, tenant, () => lines(tenant));
    return { client, json: options.json, tell };
  };

  tenants.command('list').action(async (_options: unknown, command: Command) => {
    const { client, json } = reach(command);
    const items = await everyItem((query) => client.listTenants(query));
    const rows = items.map(({ slug, companyName, status, id, createdAt }) => [slug, companyName, status, id, createdAt]);
    show(surroundings, json, items, () => table(['SLUG', 'COMPANY', 'STATUS', 'ID', 'CREATED'], rows));
  });
  tenants
    .command('get <tenant>')
    .description('by slug or id')
    .action(async (tenant: string, _options: unknown, command: Command) => {
      const { client, tell } = reach(command);
      tell(await client.getTenant(tenant));
    });
  tenants
    .command('create <slug>')
    .requiredOption('--company <name>', 'what its applications send as companyName')
    .option('--unlimited', 'without limits of licences; else it has none until `licences set`')
    .addHelpText('after', '\nExample:\n  cordboard tenants create acme --company "Acme Ltd"')
    .action(async (slug: string, { company, unlimited }: { company: string; unlimited?: boolean }, command: Command) => {
      const { client, tell } = reach(command);
      tell(
        await client.createTenant(
          { slug, companyName: company, ...(unlimited === true ? { licences: UNLIMITED } : {}) },
          { idempotencyKey: randomUUID() },
        ),
      );
    });
  for (const [verb, status] of [
    ['suspend', 'suspended'],
    ['resume', 'active'],
  ] as const) {
    tenants.command(`${verb} <tenant>`).action(async (tenant: string, _options: unknown, command: Command) => {
      const { client, tell } = reach(command);
      tell(await client.updateTenant(tenant, { status }));
    });
  }
  tenants
    .command('delete <tenant>')
    .description('with everything it has')
    .option('--wait', 'until it is gone')
    .action(async (tenant: string, { wait }: { wait?: boolean }, command: Command) => {
      const { client, json } = reach(command);
      const operation = await client.deleteTenant(tenant);
      if (wait === true) return watchOperation(client, operation.id, surroundings, json);
      show(surroundings, json, operation, () => [`operation ${operation.id}: cordboard operations watch ${operation.id}`]);
    });
}
