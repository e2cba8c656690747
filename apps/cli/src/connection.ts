/** Whom to talk to: `--base` and `--key`, else the running system of CORDBOARD_HOME. */
import { ControlApiClient } from '#contracts/control-api-client';
import type { RunFile } from '#contracts/run-file';
import { CliError, EXIT_CODES } from './exit-codes.js';
import { readRunFile, type Surroundings } from './surroundings.js';

export interface GlobalOptions {
  readonly base?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export interface Connection {
  readonly client: ControlApiClient;
  readonly base: string;
  readonly runFile: RunFile | undefined;
  /** Slug or id: as given, else the key's own, else the sample tenant's. */
  tenant(given: string | undefined): Promise<string>;
}

export function connect(options: GlobalOptions, { home }: Surroundings): Connection {
  const isGiven = options.base !== undefined && options.key !== undefined;
  const runFile = isGiven ? undefined : readRunFile(home);
  const base = options.base ?? runFile?.control.base;
  const key = options.key ?? (options.base === undefined ? runFile?.control.adminKey : undefined);
  if (base === undefined)
    throw new CliError(`nothing runs in ${home}: run npm start, set CORDBOARD_HOME, or give --base and --key`, EXIT_CODES.usage);
  if (key === undefined) throw new CliError('--base needs --key: the key of the system at that address', EXIT_CODES.usage);
  if (!URL.canParse(base)) throw new CliError(`--base ${base} is not a URL`, EXIT_CODES.usage);
  const client = new ControlApiClient({ base, key });
  return {
    client,
    base,
    runFile,
    tenant: async (given) => {
      if (given !== undefined) return given;
      const own = (await client.me()).tenant?.slug ?? runFile?.tenant.slug;
      if (own === undefined) throw new CliError('which tenant? give --tenant <slug>', EXIT_CODES.usage);
      return own;
    },
  };
}

/** All pages. */
export async function everyItem<T>(
  page: (query: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const answer: { items: T[]; nextCursor: string | null } = await page({ limit: 500, ...(cursor === null ? {} : { cursor }) });
    items.push(...answer.items);
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return items;
}
