import type { Command } from 'commander';
import { connect, type GlobalOptions } from '../connection.js';
import { watchOperation } from '../operation-watch.js';
import { facts, show, table } from '../output.js';
import type { Surroundings } from '../surroundings.js';

export function addOperations(program: Command, surroundings: Surroundings): void {
  const operations = program.command('operations').description('what was asked for, and how far it is');
  operations.addHelpText(
    'after',
    '\nExamples:\n  cordboard operations list\n  cordboard operations watch 0199c0de-0000-7000-8000-000000000000',
  );
  const reach = (command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    return { json: options.json, client: connect(options, surroundings).client };
  };

  operations
    .command('list')
    .description('the newest hundred')
    .action(async (_options: unknown, command: Command) => {
      const { client, json } = reach(command);
      const { items } = await client.listOperations();
      const rows = items.map(({ id, kind, state, progress, targetId, createdAt }) => [
        id,
        kind,
        state,
        `${Math.round(progress)} %`,
        targetId,
        createdAt,
      ]);
      show(surroundings, json, items, () => table(['ID', 'KIND', 'STATE', 'PROGRESS', 'TARGET', 'CREATED'], rows));
    });
  operations.command('get <id>').action(async (id: string, _options: unknown, command: Command) => {
    const { client, json } = reach(command);
    const operation = await client.getOperation(id);
    const { kind, state, progress, attempts, targetId, cause, actor, deadlineAt, createdAt, error } = operation;
    show(surroundings, json, operation, () => [
      ...facts({
        id,
        kind,
        state,
        progress: `${Math.round(progress)} %`,
        attempts,
        target: targetId,
        cause,
        actor,
        created: createdAt,
        deadline: deadlineAt,
        error: error && `${error.code}: ${error.detail}`,
      }),
      '',
      ...table(
        ['STEP', 'STATE', 'STARTED', 'ENDED', 'DETAIL'],
        operation.steps.map((step) => [step.name, step.state, step.startedAt, step.endedAt, step.detail]),
      ),
    ]);
  });
  operations
    .command('watch <id>')
    .description('until it ends; exit code 0 when it succeeded, 1 when it failed')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { client, json } = reach(command);
      await watchOperation(client, id, surroundings, json);
    });
}
