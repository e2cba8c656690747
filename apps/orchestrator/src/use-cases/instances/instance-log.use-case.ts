/** R-LOG-01: the log of an instance, read where it is written, so also when the instance does not run. A tenant reads its own instances' only. */
import { homeLayout } from '#config/home';
import type { OrchestratorSettings } from '#config/settings';
import type { AnswerOf } from '#contracts/control-api';
import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import { logMark, readLog } from '#telemetry/log-reader';
import { Inject, Injectable } from '@nestjs/common';
import { tenantOf, type WaitingCall } from '../../unit-of-work/call.js';
import { DATABASE, SETTINGS } from '../../unit-of-work/tokens.js';
import { accepted, refused, type StoreOutcome } from '../outcome-map.js';

const FOLLOW_MS = 20_000;
const LOOK_MS = 250;
/** Of all callers together; each looks at a file four times a second. */
const FOLLOWERS_MAX = 100;

@Injectable()
export class InstanceLogUseCase {
  private followers = 0;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<OrchestratorSettings, 'home'>,
  ) {}

  /** Holds no transaction while it waits; ends early when the caller has gone. */
  async read(call: WaitingCall<'readInstanceLog'>): Promise<StoreOutcome<AnswerOf<'readInstanceLog'>>> {
    const { params, query, signal } = call;
    const found = await this.database.withTenant(tenantOf(call.caller).id, (tx) => instances.find(tx, params.instance));
    if (found === undefined) return refused('NOT_FOUND', 'There is no such instance.');
    const dir = homeLayout(this.settings.home).instance(found.id).log;
    const { level, limit, after } = query;
    const read = () => readLog(dir, { level, limit, ...(after === undefined ? {} : { after }) });
    if (query.follow === 'false') return pageOf(await read());
    if (this.followers >= FOLLOWERS_MAX)
      return refused('RATE_LIMITED', `${FOLLOWERS_MAX} readers follow logs already; read without follow.`, {
        retryAfterMs: 1000,
      });
    this.followers += 1;
    try {
      return pageOf(await this.waitFor(dir, read, signal));
    } finally {
      this.followers -= 1;
    }
  }

  private async waitFor(dir: string, read: () => ReturnType<typeof readLog>, signal: AbortSignal): ReturnType<typeof readLog> {
    const until = performance.now() + FOLLOW_MS;
    for (;;) {
      const mark = await logMark(dir);
      const page = await read();
      if (page.records.length > 0) return page;
      while ((await logMark(dir)) === mark) {
        if (performance.now() >= until || signal.aborted) return page;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
  }
}

const pageOf = ({ records, last, missing }: Awaited<ReturnType<typeof readLog>>): StoreOutcome<AnswerOf<'readInstanceLog'>> =>
  accepted({ records: records.map((record) => ({ ...record, facts: { ...record.facts } })), last, missing });
