import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { ApplicationUsersUseCase } from '../../use-cases/application-users/application-users.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class ApplicationUsersController {
  constructor(@Inject(ApplicationUsersUseCase) private readonly useCase: ApplicationUsersUseCase) {}

  @Endpoint('createApplicationUser')
  create(@Input() call: Call<'createApplicationUser'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listApplicationUsers')
  list(@Input() call: Call<'listApplicationUsers'>) {
    return this.useCase.list(call);
  }

  @Endpoint('deleteApplicationUser')
  remove(@Input() call: Call<'deleteApplicationUser'>) {
    return this.useCase.remove(call);
  }
}
