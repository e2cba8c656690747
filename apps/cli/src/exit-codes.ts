/** What scripts can rely on. */
export const EXIT_CODES = Object.freeze({
  done: 0,
  /** An operation ended as failed. */
  failed: 1,
  /** The command was not understood, or there is nothing to talk to. */
  usage: 2,
  /** The other side refused. */
  refused: 3,
  /** The other side did not answer. */
  unreachable: 4,
} as const);
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Ends the program with one line on standard error. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
