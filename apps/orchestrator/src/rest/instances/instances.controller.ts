import { Controller, Inject } from '@nestjs/common';
import type { Call, WaitingCall } from '../../unit-of-work/call.js';
import { InstanceLogUseCase } from '../../use-cases/instances/instance-log.use-case.js';
import { InstancesUseCase } from '../../use-cases/instances/instances.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class InstancesController {
  constructor(
    @Inject(InstancesUseCase) private readonly useCase: InstancesUseCase,
    @Inject(InstanceLogUseCase) private readonly log: InstanceLogUseCase,
  ) {}

  @Endpoint('createInstance')
  create(@Input() call: Call<'createInstance'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listInstances')
  list(@Input() call: Call<'listInstances'>) {
    return this.useCase.list(call);
  }

  @Endpoint('readInstanceLog', { transaction: 'none' })
  readLog(@Input() call: WaitingCall<'readInstanceLog'>) {
    return this.log.read(call);
  }

  @Endpoint('getInstance')
  get(@Input() call: Call<'getInstance'>) {
    return this.useCase.get(call);
  }

  @Endpoint('startInstance')
  start(@Input() call: Call<'startInstance'>) {
    return this.useCase.start(call);
  }

  @Endpoint('stopInstance')
  stop(@Input() call: Call<'stopInstance'>) {
    return this.useCase.stop(call);
  }

  @Endpoint('restartInstance')
  restart(@Input() call: Call<'restartInstance'>) {
    return this.useCase.restart(call);
  }

  @Endpoint('deleteInstance')
  remove(@Input() call: Call<'deleteInstance'>) {
    return this.useCase.remove(call);
  }
}
