/** Where the CLI writes and reads: handed in, so that tests can look. */
import { readFileSync } from 'node:fs';
import { homeLayout } from '#config/home';
import { readEnvironment } from '#config/environment';
import { RunFileSchema, type RunFile } from '#contracts/run-file';
import { CliError, EXIT_CODES } from './exit-codes.js';

export interface Surroundings {
  out(line: string): void;
  error(line: string): void;
  /** CORDBOARD_HOME. */
  readonly home: string;
  /** Aborted when the person wants to stop. */
  readonly signal: AbortSignal;
  /** Whether a person looks at the output: then lines may carry marks of progress. */
  readonly isTerminal: boolean;
}

export function processSurroundings(): Surroundings {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', () => abort.abort());
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    home: readEnvironment().home,
    signal: abort.signal,
    isTerminal: process.stdout.isTTY,
  };
}

/** Undefined when the system of this home does not run. @throws CliError for a file that cannot be used */
export function readRunFile(home: string): RunFile | undefined {
  const file = homeLayout(home).runFile;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`, EXIT_CODES.usage);
  }
  try {
    return RunFileSchema.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${file} is not of this release; start the system again`, EXIT_CODES.usage);
  }
}
