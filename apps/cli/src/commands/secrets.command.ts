import { join } from 'node:path';
import { readSecretsKey, rotateSecretsKey, SealError, type KeyRing } from '#pki/sealing';
import type { Command } from 'commander';
import type { GlobalOptions } from '../connection.js';
import { CliError, EXIT_CODES } from '../exit-codes.js';
import { facts, show } from '../output.js';
import type { Surroundings } from '../surroundings.js';

/** Versions alone: no key leaves its file. */
const versionsOf = ({ current, keys }: KeyRing) => ({ current, versions: Object.keys(keys).map(Number) });

export function addSecrets(program: Command, surroundings: Surroundings): void {
  const secrets = program
    .command('secrets')
    .description('the keys under which secrets of webhooks are sealed, in pki/secrets.key of CORDBOARD_HOME');
  secrets.addHelpText(
    'after',
    '\nA rotation adds a key and keeps the others. Each instance seals anew when it starts next: restart those that are to.\nBack the file up before and after. Examples:\n  cordboard secrets show\n  cordboard secrets rotate',
  );
  const on = async (work: (dir: string) => Promise<KeyRing>, command: Command, after: readonly string[]) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const ring = await work(join(surroundings.home, 'pki')).catch((error: unknown) => {
      if (error instanceof SealError) throw new CliError(error.message, EXIT_CODES.refused);
      throw error;
    });
    const said = versionsOf(ring);
    show(surroundings, json, said, () => [...facts({ current: said.current, versions: said.versions.join(', ') }), ...after]);
  };

  secrets
    .command('show')
    .description('which versions there are, and which one is used; never a key')
    .action((_options: unknown, command: Command) => on(readSecretsKey, command, []));

  secrets
    .command('rotate')
    .description('adds a key, and seals with it from each instance’s next start on')
    .action((_options: unknown, command: Command) =>
      on(rotateSecretsKey, command, [
        'back up pki/secrets.key; restart instances to seal anew: cordboard instances restart <name>',
      ]),
    );
}
