const CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '40001',
  '40P01',
  // the disk of the database is full, or its memory
  '53100',
  '53200',
  // it could not read or write its own files
  '58030',
]);

/** How the database library tells that a connection was cut while it was in use. */
const NAMES: ReadonlySet<string> = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'TransactionNotStartedError',
  'ConnectionIsNotSetError',
]);

/** Whether an error says that the database is away or busy, not that we asked for something wrong: the same request may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  for (
    let current = error;
    current instanceof Error;
    current = current.cause ?? ('driverError' in current ? current.driverError : undefined)
  ) {
    const code = 'code' in current ? String(current.code) : '';
    if (CODES.has(code) || NAMES.has(current.name) || code.startsWith('08')) return true;
    if (/connection terminated|timeout exceeded when trying to connect|Connection ended/i.test(current.message)) return true;
  }
  return false;
}
