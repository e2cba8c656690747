/** Gateway instances (R-ORC-02): the API writes what is wanted, the worker brings it about; every change is an operation. */
import type { AnswerOf, InstanceAnswer, OperationAnswer } from '#contracts/control-api';
import { INSTANCE_LIMITS, lowerLimits } from '#domain/limits';
import type { InstanceSpec, OperationKind } from '#domain/resources';
import * as controllers from '#persistence/controllers';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import type { SpecChanges } from '#persistence/instances';
import * as journalCopies from '#persistence/journal-copies';
import * as operations from '#persistence/operations';
import * as outbox from '#persistence/outbox';
import { failpoint } from '#telemetry/failpoints';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { operationAnswer } from '../answers.js';
import { OPERATION_DEADLINES_MS } from '../operation-deadlines.js';
import { accepted, found, refused, type StoreOutcome } from '../outcome-map.js';
import { pageAnswer, pageRequest } from '../paging.js';
import { instanceAnswer } from './instance-answer.js';

type ChangeId = 'startInstance' | 'stopInstance' | 'restartInstance' | 'deleteInstance';

@Injectable()
export class InstancesUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async create(call: Call<'createInstance'>): Promise<StoreOutcome<OperationAnswer>> {
    const { tx, body } = call;
    // The contract bounds each limit by the engineering limit, so this cannot raise one (R-LIM-01 to 04, 09).
    const wanted = Object.fromEntries(Object.entries(body.limits ?? {}).filter(([, value]) => value !== undefined));
    const limits = lowerLimits(INSTANCE_LIMITS, wanted);
    const used = (await controllers.listOfCluster(tx, body.clusterId)).length;
    if (used > limits.controllers) {
      return refused('INVALID_ARGUMENT', `The cluster has ${used} controllers, and an instance serves all of them (R-LIM-02).`, {
        errors: [{ path: 'body.limits.controllers', message: `must be at least ${used}` }],
      });
    }
    const outcome = await instances.insert(tx, {
      clusterId: body.clusterId,
      name: body.name,
      desiredState: body.desiredState,
      limits,
    });
    if (!outcome.ok) return outcome;
    await this.documents.renew(call, tenantOf(call.caller));
    return accepted(await this.ask(call, 'instance.create', outcome.value));
  }

  async list({ tx, query }: Call<'listInstances'>): Promise<StoreOutcome<AnswerOf<'listInstances'>>> {
    const page = await instances.list(tx, pageRequest(query));
    const ids = page.items.map(({ id }) => id);
    const statuses = new Map((await instanceStatus.findMany(tx, ids)).map((status) => [status.instanceId, status]));
    const copies = new Map((await journalCopies.findMany(tx, ids)).map((copy) => [copy.instanceId, copy]));
    return accepted(pageAnswer(page, (spec) => instanceAnswer(spec, statuses.get(spec.id), copies.get(spec.id))));
  }

  async get({ tx, params }: Call<'getInstance'>): Promise<StoreOutcome<InstanceAnswer>> {
    const spec = await instances.find(tx, params.instance);
    const status = await instanceStatus.find(tx, params.instance);
    const copy = await journalCopies.find(tx, params.instance);
    return found('instance', spec, (instance) => instanceAnswer(instance, status, copy));
  }

  start = (call: Call<'startInstance'>) => this.change(call, 'instance.start', { desiredState: 'running' });
  stop = (call: Call<'stopInstance'>) => this.change(call, 'instance.stop', { desiredState: 'stopped' });
  /** One that is stopped is started by it. */
  restart = (call: Call<'restartInstance'>) => this.change(call, 'instance.restart', { desiredState: 'running', restart: true });
  remove = (call: Call<'deleteInstance'>) => this.change(call, 'instance.delete', { desiredState: 'deleted' });

  private async change<I extends ChangeId>(
    call: Call<I>,
    kind: OperationKind,
    changes: SpecChanges,
  ): Promise<StoreOutcome<OperationAnswer>> {
    const { instance } = call.params as { instance: string };
    const outcome = await instances.update(call.tx, instance, call.expectedVersion, changes);
    return outcome.ok ? accepted(await this.ask(call, kind, outcome.value)) : outcome;
  }

  private async ask<I extends ChangeId | 'createInstance'>(
    call: Call<I>,
    kind: OperationKind,
    spec: InstanceSpec,
  ): Promise<OperationAnswer> {
    failpoint('orchestrator.mutation.spec-written');
    const operation = await operations.insert(call.tx, {
      kind,
      targetType: 'instance',
      targetId: spec.id,
      targetVersion: spec.version,
      deadlineMs: OPERATION_DEADLINES_MS[kind],
      actor: call.caller.key.id,
      cause: call.cause,
    });
    failpoint('orchestrator.mutation.operation-written');
    call.ring(await outbox.insert(call.tx, { job: 'instance.reconcile', payload: { instanceId: spec.id } }));
    return operationAnswer(operation);
  }
}
