/** Follows an operation to its end, telling each step once. */
import type { OperationAnswer } from '#contracts/control-api';
import type { ControlApiClient } from '#contracts/control-api-client';
import { CliError, EXIT_CODES } from './exit-codes.js';
import { plain } from './output.js';
import type { Surroundings } from './surroundings.js';

const MARKS = { pending: ' ', running: '…', done: '✓', failed: '✗' } as const;

export const hasEnded = (operation: OperationAnswer): boolean => operation.state === 'succeeded' || operation.state === 'failed';

/** With `json` one line per change of the operation, else one per step. @throws CliError when it ends as failed */
export async function watchOperation(
  client: ControlApiClient,
  id: string,
  surroundings: Surroundings,
  json: boolean | undefined,
): Promise<void> {
  const told = new Map<string, string>();
  let operation = await client.getOperation(id);
  for (;;) {
    tell(operation, told, surroundings, json);
    if (hasEnded(operation)) break;
    if (surroundings.signal.aborted) throw new CliError('stopped watching; the operation goes on', EXIT_CODES.usage);
    operation = await client.waitOperation(id, { timeoutSeconds: 0.5 });
  }
  if (operation.state === 'failed') {
    const why = operation.error === null ? 'no reason was given' : `${operation.error.code}: ${operation.error.detail}`;
    throw new CliError(`${operation.kind} failed: ${plain(why)}`, EXIT_CODES.failed);
  }
  if (json !== true) surroundings.out(`${operation.kind} succeeded after ${seconds(operation)} s`);
}

function tell(
  operation: OperationAnswer,
  told: Map<string, string>,
  surroundings: Surroundings,
  json: boolean | undefined,
): void {
  if (json === true) {
    const text = JSON.stringify(operation);
    if (told.get('') !== text) surroundings.out(text);
    told.set('', text);
    return;
  }
  for (const step of operation.steps) {
    const line = `${MARKS[step.state]} ${plain(step.name)}${step.detail === '' ? '' : `  ${plain(step.detail)}`}`;
    if (step.state === 'pending' || told.get(step.name) === line) continue;
    told.set(step.name, line);
    surroundings.out(`${String(Math.round(operation.progress)).padStart(3)} %  ${line}`);
  }
}

const seconds = ({ createdAt, updatedAt }: OperationAnswer): string =>
  ((Date.parse(updatedAt) - Date.parse(createdAt)) / 1000).toFixed(1);
