/** Controllers: every change reaches the instances of the cluster in their next access document. */
import type { AnswerOf, ControllerAnswer } from '#contracts/control-api';
import type { Controller } from '#domain/resources';
import * as controllers from '#persistence/controllers';
import * as instanceStatus from '#persistence/instance-status';
import * as instances from '#persistence/instances';
import type { Tx } from '#persistence/database';
import { Inject, Injectable } from '@nestjs/common';
import { AccessDocumentIssuer } from '../../documents/access-document.issuer.js';
import { tenantOf, type Call } from '../../unit-of-work/call.js';
import { controllerAnswer } from '../answers.js';
import { accepted, found, mapped, refused, type StoreOutcome } from '../outcome-map.js';
import { reportOf } from '../instances/instance-answer.js';
import { pageAnswer, pageRequest } from '../paging.js';
import { canonicalAddress } from './canonical-address.js';

@Injectable()
export class ControllersUseCase {
  constructor(@Inject(AccessDocumentIssuer) private readonly documents: AccessDocumentIssuer) {}

  async create(call: Call<'createController'>): Promise<StoreOutcome<AnswerOf<'createController'>>> {
    const { tx, body } = call;
    const address = canonicalAddress(body.address);
    if (address === undefined) {
      const message = 'must be an address of one machine';
      return refused('INVALID_ARGUMENT', `address ${message}.`, { errors: [{ path: 'body.address', message }] });
    }
    const used = (await controllers.listOfCluster(tx, body.clusterId)).length;
    for (const instance of await instances.listAll(tx, { clusterId: body.clusterId })) {
      const cap = instance.limits.controllers;
      if (used < cap || instance.desiredState === 'deleted') continue;
      return refused('QUOTA_EXCEEDED', `Instance ${instance.name} serves ${cap} controllers at most (R-LIM-02).`, {
        limit: 'controllers',
        used: Math.min(used, cap),
        cap,
      });
    }
    const outcome = await controllers.insert(tx, { ...body, address });
    if (outcome.ok) await this.documents.renew(call, tenantOf(call.caller));
    return mapped(outcome, await this.answer(tx));
  }

  async list({ tx, query }: Call<'listControllers'>): Promise<StoreOutcome<AnswerOf<'listControllers'>>> {
    return accepted(pageAnswer(await controllers.list(tx, pageRequest(query)), await this.answer(tx)));
  }

  async get({ tx, params }: Call<'getController'>): Promise<StoreOutcome<AnswerOf<'getController'>>> {
    return found('controller', await controllers.find(tx, params.controller), await this.answer(tx));
  }

  async update(call: Call<'updateController'>): Promise<StoreOutcome<AnswerOf<'updateController'>>> {
    const { enabled, name, release, numbering, deviceLicence, otherMonitors } = call.body;
    const outcome = await controllers.update(call.tx, call.params.controller, call.expectedVersion, {
      ...(enabled === undefined ? {} : { enabled }),
      ...(name === undefined ? {} : { name }),
      ...(release === undefined ? {} : { release }),
      ...(numbering === undefined ? {} : { numbering }),
      ...(deviceLicence === undefined ? {} : { deviceLicence }),
      ...(otherMonitors === undefined ? {} : { otherMonitors }),
    });
    if (outcome.ok) await this.documents.renew(call, tenantOf(call.caller));
    return mapped(outcome, await this.answer(call.tx));
  }

  async remove(call: Call<'deleteController'>): Promise<StoreOutcome<AnswerOf<'deleteController'>>> {
    const before = found('controller', await controllers.find(call.tx, call.params.controller), await this.answer(call.tx));
    if (!before.ok) return before;
    const removed = await controllers.remove(call.tx, call.params.controller, call.expectedVersion);
    if (!removed.ok) return removed;
    await this.documents.renew(call, tenantOf(call.caller));
    return before;
  }

  /** As it is shown, with what the tenant's instances last said of it. */
  private async answer(tx: Tx): Promise<(controller: Controller) => ControllerAnswer> {
    const reports = (await instanceStatus.listAll(tx)).flatMap((status) => reportOf(status) ?? []);
    return (controller) => controllerAnswer(controller, reports);
  }
}
