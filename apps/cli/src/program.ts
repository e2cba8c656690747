/** `cordboard`: the control API and the event stream from a terminal. */
import { ControlApiError, ControlApiUnreachable } from '#contracts/control-api-client';
import { Command, CommanderError } from 'commander';
import { addDirectory } from './commands/directory.command.js';
import { addEvents } from './commands/events.command.js';
import { addFailovers } from './commands/failovers.command.js';
import { addInstances } from './commands/instances.command.js';
import { addLicences } from './commands/licences.command.js';
import { addOperations } from './commands/operations.command.js';
import { addSecrets } from './commands/secrets.command.js';
import { addStatus } from './commands/status.command.js';
import { addTenants } from './commands/tenants.command.js';
import { CliError, EXIT_CODES, type ExitCode } from './exit-codes.js';
import { plain } from './output.js';
import type { Surroundings } from './surroundings.js';

/** Runs one command line (without program names) and answers its exit code; errors are one line on standard error. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const program = new Command('cordboard')
    .description('Cordboard from a terminal. Without --base and --key it talks to the system that runs in CORDBOARD_HOME.')
    .option('--base <url>', 'address of the control API, for example http://127.0.0.1:8470')
    .option('--key <key>', 'key of the control API')
    .option('--json', 'print JSON for programs')
    .configureOutput({
      writeOut: (text) => surroundings.out(text.trimEnd()),
      writeErr: (text) => surroundings.error(text.trimEnd()),
    })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  cordboard status\n  cordboard instances restart gw-1 --wait\n  cordboard events tail --json\n\nExit codes: 0 done, 1 the operation failed, 2 not understood, 3 refused, 4 no answer',
    );
  for (const add of [
    addStatus,
    addTenants,
    addInstances,
    addOperations,
    addFailovers,
    addLicences,
    addDirectory,
    addSecrets,
    addEvents,
  ])
    add(program, surroundings);
  for (const command of every(program)) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT_CODES.done;
  } catch (error) {
    return told(error, surroundings);
  }
}

const every = (command: Command): Command[] => command.commands.flatMap((child) => [child, ...every(child)]);

function told(error: unknown, surroundings: Surroundings): ExitCode {
  // Commander has told it already; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  if (error instanceof CliError) {
    surroundings.error(`cordboard: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof ControlApiError) {
    surroundings.error(`cordboard: ${plain(error.problem.code)}: ${plain(error.problem.detail)} ${plain(error.problem.action)}`);
    return error.problem.code === 'UNAVAILABLE' ? EXIT_CODES.unreachable : EXIT_CODES.refused;
  }
  if (error instanceof ControlApiUnreachable) {
    surroundings.error(`cordboard: ${error.message}; does it run?`);
    return EXIT_CODES.unreachable;
  }
  surroundings.error(`cordboard: unexpected: ${plain(error instanceof Error ? error.message : String(error)).slice(0, 300)}`);
  return EXIT_CODES.unreachable;
}
