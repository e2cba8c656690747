import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { ControllersUseCase } from '../../use-cases/controllers/controllers.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class ControllersController {
  constructor(@Inject(ControllersUseCase) private readonly useCase: ControllersUseCase) {}

  @Endpoint('createController')
  create(@Input() call: Call<'createController'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listControllers')
  list(@Input() call: Call<'listControllers'>) {
    return this.useCase.list(call);
  }

  @Endpoint('getController')
  get(@Input() call: Call<'getController'>) {
    return this.useCase.get(call);
  }

  @Endpoint('updateController')
  update(@Input() call: Call<'updateController'>) {
    return this.useCase.update(call);
  }

  @Endpoint('deleteController')
  remove(@Input() call: Call<'deleteController'>) {
    return this.useCase.remove(call);
  }
}
