/** The ledger, read: a tenant's key sees its own tenant's operations. */
import type { AnswerOf, OperationAnswer } from '#contracts/control-api';
import type { Operation } from '#domain/resources';
import type { Database } from '#persistence/database';
import * as operations from '#persistence/operations';
import { Inject, Injectable } from '@nestjs/common';
import type { Call, WaitingCall } from '../../unit-of-work/call.js';
import { DATABASE } from '../../unit-of-work/tokens.js';
import { operationAnswer } from '../answers.js';
import { accepted, found, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';
import { PublishedTable } from '../../routing/published-table.js';
import { OperationNotices } from './operation-notices.js';

/** A router that does not answer is not waited for longer; it works from its last table. */
const ROUTERS_TOLD_MS = 2000;

const hasEnded = (operation: Operation): boolean => operation.state === 'succeeded' || operation.state === 'failed';

@Injectable()
export class OperationsUseCase {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(OperationNotices) private readonly notices: OperationNotices,
    @Inject(PublishedTable) private readonly published: PublishedTable,
  ) {}

  async list({ tx, query }: Call<'listOperations'>): Promise<StoreOutcome<AnswerOf<'listOperations'>>> {
    return accepted(pageAnswer(await operations.list(tx, pageRequest(query)), operationAnswer));
  }

  async get({ tx, params }: Call<'getOperation'>): Promise<StoreOutcome<OperationAnswer>> {
    return found('operation', await operations.find(tx, params.operation), operationAnswer);
  }

  /**
   * Holds no transaction while it waits; ends early when the caller has gone. What has just succeeded holds at the edge too when this
   * answers: routers have been told, those that can be reached within {@link ROUTERS_TOLD_MS}.
   */
  async wait({ params, query, caller, signal }: WaitingCall<'waitOperation'>): Promise<StoreOutcome<OperationAnswer>> {
    const until = performance.now() + query.timeoutSeconds * 1000;
    const read = (): Promise<Operation | undefined> => {
      const { tenantId } = caller.key;
      return tenantId === null
        ? this.database.asPlatform((tx) => operations.find(tx, params.operation))
        : this.database.withTenant(tenantId, (tx) => operations.find(tx, params.operation));
    };
    for (;;) {
      const changed = this.notices.next(params.operation);
      try {
        const operation = await read();
        const leftMs = until - performance.now();
        const isOver = leftMs <= 0 || signal.aborted || this.notices.isClosed;
        if (operation?.state === 'succeeded' && !isOver) await this.routersTold(leftMs);
        if (operation === undefined || hasEnded(operation) || isOver) return found('operation', operation, operationAnswer);
        await changed.orAfter(Math.min(leftMs, 1000), signal);
      } finally {
        changed.cancel();
      }
    }
  }

  private async routersTold(atMostMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(atMostMs, ROUTERS_TOLD_MS))));
    await Promise.race([this.published.renew(), late]);
    clearTimeout(timer);
  }
}
