/**
 * The log of this instance (R-LOG-01): files of its own as soon as its configuration says where, standard output before that and, besides,
 * for what ends the program. Telephone numbers stand in it as the tenant's settings say.
 */
import { writeSync } from 'node:fs';
import type { LoggedNumbers } from '#contracts/tenant-settings';
import { createLogger, type Logger } from '#telemetry/logger';
import { RotatingLog } from '#telemetry/rotating-log';

export class InstanceLog {
  readonly logger: Logger;
  private files: RotatingLog | undefined;
  private numbers: LoggedNumbers = 'last-four';

  constructor() {
    const destination = { write: (line: string) => this.write(line) };
    this.logger = createLogger('gateway', { destination, numbers: () => this.numbers });
  }

  /** Once. */
  open(dir: string): void {
    const files = new RotatingLog({ dir });
    this.files = files;
    process.once('exit', () => files.closeNow());
  }

  /** From the next line on; undefined: the default. */
  setLoggedNumbers(policy: LoggedNumbers | undefined): void {
    this.numbers = policy ?? 'last-four';
  }

  /** Lines that could not be written. */
  get dropped(): number {
    return this.files?.dropped ?? 0;
  }

  /** What is logged afterwards goes nowhere. May be called twice. */
  async end(): Promise<void> {
    await this.files?.end();
  }

  private write(line: string): void {
    this.files?.write(line);
    if (this.files === undefined || line.startsWith('{"level":"fatal"')) writeSync(1, line);
  }
}
