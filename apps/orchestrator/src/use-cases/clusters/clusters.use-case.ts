/** Clusters (R-CLU-01). */
import type { AnswerOf } from '#contracts/control-api';
import * as clusters from '#persistence/clusters';
import { Injectable } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { clusterAnswer } from '../answers.js';
import { accepted, found, mapped, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';

@Injectable()
export class ClustersUseCase {
  async create({ tx, body }: Call<'createCluster'>): Promise<StoreOutcome<AnswerOf<'createCluster'>>> {
    return mapped(await clusters.insert(tx, body), clusterAnswer);
  }

  async list({ tx, query }: Call<'listClusters'>): Promise<StoreOutcome<AnswerOf<'listClusters'>>> {
    return accepted(pageAnswer(await clusters.list(tx, pageRequest(query)), clusterAnswer));
  }

  async get({ tx, params }: Call<'getCluster'>): Promise<StoreOutcome<AnswerOf<'getCluster'>>> {
    return found('cluster', await clusters.find(tx, params.cluster), clusterAnswer);
  }

  async remove({ tx, params, expectedVersion }: Call<'deleteCluster'>): Promise<StoreOutcome<AnswerOf<'deleteCluster'>>> {
    const before = found('cluster', await clusters.find(tx, params.cluster), clusterAnswer);
    if (!before.ok) return before;
    const removed = await clusters.remove(tx, params.cluster, expectedVersion);
    return removed.ok ? before : removed;
  }
}
