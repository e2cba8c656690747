import { randomUUID } from 'node:crypto';
import type { LicencesAnswer } from '#contracts/control-api';
import { InvalidArgumentError, type Command } from 'commander';
import { connect, type GlobalOptions } from '../connection.js';
import { show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

interface LicenceOptions extends GlobalOptions {
  readonly tenant?: string;
}
/** The parser takes null for "not given": it is made of `unlimited` at the end. */
type Wanted = number | 'unlimited';
const limitOf = (count: Wanted): number | null => (count === 'unlimited' ? null : count);
const KINDS = ['standard', 'advanced', 'salesforce', 'google'] as const;

function wanted(text: string): Wanted {
  if (text === 'unlimited') return text;
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('must be a whole number, or unlimited');
  return Number(text);
}

function ofApplication(text: string, before: readonly { applicationId: string; licences: Wanted }[] = []) {
  const [applicationId = '', count = ''] = text.split('=');
  return [...before, { applicationId, licences: wanted(count) }];
}

function lines({ pools, syncs }: LicencesAnswer): string[] {
  const rows = pools.map(({ pool, licences, unit, used, granted, entitled }) => [
    pool,
    String(licences),
    `${used} / ${entitled} ${unit}`,
    `${granted} / ${entitled}`,
  ]);
  const instances = syncs.map(({ name, state, syncedAt, graceUntil }) => [name, state, syncedAt ?? '-', graceUntil ?? '-']);
  return [
    ...(rows.length === 0 ? ['nothing is limited'] : table(['POOL', 'LICENCES', 'IN USE', 'GRANTED'], rows)),
    '',
    ...table(['INSTANCE', 'SYNC', 'SYNCED', 'GRACE UNTIL'], instances),
  ];
}

export function addLicences(program: Command, surroundings: Surroundings): void {
  const reach = async (command: Command) => {
    const options = command.optsWithGlobals<LicenceOptions>();
    const { client, tenant } = connect(options, surroundings);
    return { client, slug: await tenant(options.tenant), json: options.json };
  };
  const licences = program
    .command('licences')
    .description('what a tenant may hold, what of it is granted to instances and in use')
    .option('--tenant <slug>', 'default: the key’s own, or the sample tenant');
  licences.addHelpText(
    'after',
    '\nA user licence is two monitors. Examples:\n  cordboard licences show\n  cordboard licences --tenant acme set --standard 500 --salesforce 40\n  cordboard licences set --standard unlimited',
  );

  licences.command('show').action(async (_options: unknown, command: Command) => {
    const { client, slug, json } = await reach(command);
    const answer = await client.getLicences(slug);
    show(surroundings, json, answer, () => lines(answer));
  });

  const set = licences.command('set').description('for administrators; what is not named stays');
  for (const kind of KINDS) set.option(`--${kind} <count>`, 'licences, or unlimited', wanted);
  set.option('--application <id=count>', 'licences of one application alone; may be repeated', ofApplication);
  set.action(
    async (
      {
        application,
        ...kinds
      }: Partial<Record<(typeof KINDS)[number], Wanted>> & { application?: ReturnType<typeof ofApplication> },
      command: Command,
    ) => {
      const { client, slug, json } = await reach(command);
      const body = {
        ...Object.fromEntries(Object.entries(kinds).map(([kind, count]) => [kind, limitOf(count)])),
        ...(application === undefined
          ? {}
          : {
              applications: application.map(({ applicationId, licences: count }) => ({
                applicationId,
                licences: limitOf(count),
              })),
            }),
      };
      const answer = await client.updateLicences(slug, body);
      show(surroundings, json, answer, () => lines(answer));
    },
  );

  program
    .command('sync')
    .description('licences and access list to every instance of a tenant now, without waiting for the four hours')
    .option('--tenant <slug>', 'default: the key’s own, or the sample tenant')
    .addHelpText('after', '\nExample:\n  cordboard sync --tenant acme')
    .action(async (_options: unknown, command: Command) => {
      const { client, slug, json } = await reach(command);
      const answer = await client.syncTenant(slug, { idempotencyKey: randomUUID() });
      show(surroundings, json, answer, () => [`documents signed: ${answer.documents}; instances have them in a moment`]);
    });
}
