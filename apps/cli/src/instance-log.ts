/** The log of an instance on a terminal: a line for each record, or JSON for programs; nothing in a record can steer the terminal. */
import type { AnswerOf } from '#contracts/control-api';
import type { ControlApiClient } from '#contracts/control-api-client';
import { plain } from './output.js';
import type { Surroundings } from './surroundings.js';

type Page = AnswerOf<'readInstanceLog'>;
export interface LogWish {
  readonly tenant: string;
  readonly id: string;
  readonly level?: 'INFO' | 'WARN' | 'ERR';
  readonly lines?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Returns at the end of the log or, following, when the person has had enough. */
export async function tellLog(client: ControlApiClient, wish: LogWish, surroundings: Surroundings): Promise<void> {
  const { tenant, id, level = 'INFO' } = wish;
  const limit = Math.min(500, Math.max(1, wish.lines ?? 100));
  let page = await client.readInstanceLog(tenant, id, { level, limit });
  tell(page, wish, surroundings);
  while (wish.follow === true && !surroundings.signal.aborted) {
    const query = { level, limit: 500, after: page.last, follow: 'true' } as const;
    try {
      page = await client.readInstanceLog(tenant, id, query, { signal: surroundings.signal });
    } catch (error) {
      if (surroundings.signal.aborted) return;
      throw error;
    }
    if (page.missing > 0) surroundings.error(`cordboard: ${page.missing} records are not kept any more`);
    tell(page, wish, surroundings);
  }
}

function tell({ records }: Page, { json }: LogWish, surroundings: Surroundings): void {
  for (const record of records) {
    const { time, level, msg, facts } = record;
    const { program: _program, pid: _pid, ...rest } = facts;
    const more = Object.keys(rest).length === 0 ? '' : `  ${JSON.stringify(rest)}`;
    surroundings.out(json === true ? JSON.stringify(record) : plain(`${time} ${level.padEnd(4)} ${msg}${more}`));
  }
}
