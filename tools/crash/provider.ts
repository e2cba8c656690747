/** A provider who asks for changes through the control API and does not give up when the answer is lost. */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { randomUUID } from 'node:crypto';
import type { AnswerOf } from '#contracts/control-api';
import { ControlApiError, type ControlApiClient } from '#contracts/control-api-client';
import { until } from './wait.js';

export type OperationAnswer = AnswerOf<'getOperation'>;
export type Saga = 'create' | 'start' | 'stop' | 'restart' | 'delete';
export const SAGAS: readonly Saga[] = ['create', 'stop', 'start', 'restart', 'delete'];

/** Time for one answer; a control plane that is being killed needs several attempts, and on a busy machine each takes many seconds. */
const ANSWER_MS = 180_000;
const DONE_MS = 90_000;

export interface Ask {
  readonly saga: Saga;
  /** Of the instance; for `create` its name. */
  readonly target: string;
  /** The same ask again does nothing a second time. */
  readonly key: string;
}

export class Provider {
  private constructor(
    private readonly client: ControlApiClient,
    readonly tenantId: string,
    private readonly clusterIds: readonly string[],
  ) {}

  /** A tenant with one cluster per controller address. */
  static async arrive(client: ControlApiClient, controllers: readonly string[]): Promise<Provider> {
    const slug = `crash-${randomUUID().slice(0, 8)}`;
    const tenant = await client.createTenant({ slug, companyName: slug, licences: UNLIMITED_LICENCES });
    const clusterIds: string[] = [];
    for (const [index, address] of controllers.entries()) {
      const cluster = await client.createCluster(tenant.id, { name: `cluster ${index + 1}` });
      const controller = { name: `controller ${index + 1}`, address, platform: 'virtual', release: '9.4' } as const;
      await client.createController(tenant.id, { clusterId: cluster.id, ...controller });
      clusterIds.push(cluster.id);
    }
    return new Provider(client, tenant.id, clusterIds);
  }

  newAsk(saga: Saga, target: string = randomUUID().slice(0, 8)): Ask {
    return { saga, target, key: randomUUID() };
  }

  /** One attempt. */
  send({ saga, target, key }: Ask, cluster = 0): Promise<OperationAnswer> {
    const options = { idempotencyKey: key };
    switch (saga) {
      case 'create': {
        const clusterId = this.clusterIds[cluster % this.clusterIds.length]!;
        return this.client.createInstance(this.tenantId, { clusterId, name: target }, options);
      }
      case 'start':
        return this.client.startInstance(this.tenantId, target, options);
      case 'stop':
        return this.client.stopInstance(this.tenantId, target, options);
      case 'restart':
        return this.client.restartInstance(this.tenantId, target, options);
      case 'delete':
        return this.client.deleteInstance(this.tenantId, target);
    }
  }

  /** Until it is answered. A deletion has no idempotency key: one that was accepted before is found in the ledger. */
  ask(ask: Ask, cluster = 0): Promise<OperationAnswer> {
    return until(`an answer to ${ask.saga}`, ANSWER_MS, async () => {
      try {
        return await this.send(ask, cluster);
      } catch (error) {
        const known = ask.saga === 'delete' && error instanceof ControlApiError;
        const accepted = known ? (await this.operationsOf(ask.target)).find(({ kind }) => kind === 'instance.delete') : undefined;
        if (accepted === undefined) throw error;
        return accepted;
      }
    });
  }

  operation(id: string): Promise<OperationAnswer> {
    return until('the operation is told', ANSWER_MS, () => this.client.getOperation(id));
  }

  /** The ended operation; throws when it failed. */
  async done(operation: OperationAnswer): Promise<OperationAnswer> {
    const ended = await until(`the end of ${operation.kind}`, DONE_MS, async () => {
      const now = await this.client.getOperation(operation.id);
      return now.state === 'succeeded' || now.state === 'failed' ? now : undefined;
    });
    if (ended.state === 'failed') throw new Error(`${ended.kind} failed: ${JSON.stringify(ended.error)}`);
    return ended;
  }

  /** Newest first. */
  async operations(): Promise<readonly OperationAnswer[]> {
    const all: OperationAnswer[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.client.listOperations({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return all;
  }

  async operationsOf(target: string): Promise<readonly OperationAnswer[]> {
    return (await this.operations()).filter(({ targetId }) => targetId === target);
  }

  async instances(): Promise<readonly AnswerOf<'getInstance'>[]> {
    return (await this.client.listInstances(this.tenantId, { limit: 100 })).items;
  }
}
