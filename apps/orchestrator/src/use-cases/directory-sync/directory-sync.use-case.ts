/** The directory sync on demand (R-CLU-08). Instances learn of it by their access documents, and say by their reports how far it is. */
import type { DirectorySyncAnswer } from '#contracts/control-api';
import type { Cluster } from '#domain/resources';
import * as clusters from '#persistence/clusters';
import type { Tx } from '#persistence/database';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { accepted, refused, type StoreOutcome } from '../outcome-map.js';
import { directorySyncAnswer } from './directory-sync-answer.js';

/** A whole read begins anew with every demand, so that demands in a row would never let one end. */
const BETWEEN_MS = 5000;

@Injectable()
export class DirectorySyncUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async get({ tx, params }: Call<'getDirectorySync'>): Promise<StoreOutcome<DirectorySyncAnswer>> {
    const cluster = await clusters.find(tx, params.cluster);
    return cluster === undefined ? noSuch() : accepted(await answerOf(tx, cluster));
  }

  async ask(call: Call<'syncDirectories'>): Promise<StoreOutcome<DirectorySyncAnswer>> {
    const { tx, params } = call;
    const now = Date.now();
    const cluster = await clusters.find(tx, params.cluster);
    if (cluster === undefined) return noSuch();
    const sinceMs = now - (cluster.directorySync.askedAt?.getTime() ?? -Infinity);
    if (sinceMs >= 0 && sinceMs < BETWEEN_MS)
      return refused('RATE_LIMITED', 'A sync of these directories was asked for a moment ago.', {
        retryAfterMs: BETWEEN_MS - sinceMs,
      });
    const asked = await clusters.askDirectorySync(tx, cluster.id, new Date(now));
    if (!asked.ok) return asked;
    await this.documents.renew(call, tenantOf(call.caller));
    return accepted(await answerOf(tx, asked.value));
  }
}

const noSuch = () => refused('NOT_FOUND', 'There is no such cluster.');

async function answerOf(tx: Tx, cluster: Cluster): Promise<DirectorySyncAnswer> {
  const specs = (await instances.listAll(tx)).filter(({ clusterId }) => clusterId === cluster.id);
  const ids = specs.map(({ id }) => id);
  return directorySyncAnswer(cluster, specs, await instanceStatus.findMany(tx, ids));
}
