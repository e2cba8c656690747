/** Receipts of failovers, read: by the tenant they happened to, and by administrators. */
import type { AnswerOf } from '#contracts/control-api';
import * as failovers from '#persistence/failovers';
import { Injectable } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { accepted, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';
import { failoverAnswer } from './failover-answer.js';

@Injectable()
export class FailoversUseCase {
  async list({ tx, query }: Call<'listFailovers'>): Promise<StoreOutcome<AnswerOf<'listFailovers'>>> {
    return accepted(pageAnswer(await failovers.list(tx, pageRequest(query)), failoverAnswer));
  }
}
