import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { ApplicationsUseCase } from '../../use-cases/applications/applications.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class ApplicationsController {
  constructor(@Inject(ApplicationsUseCase) private readonly useCase: ApplicationsUseCase) {}

  @Endpoint('createApplication')
  create(@Input() call: Call<'createApplication'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listApplications')
  list(@Input() call: Call<'listApplications'>) {
    return this.useCase.list(call);
  }

  @Endpoint('getApplication')
  get(@Input() call: Call<'getApplication'>) {
    return this.useCase.get(call);
  }

  @Endpoint('updateApplication')
  update(@Input() call: Call<'updateApplication'>) {
    return this.useCase.update(call);
  }

  @Endpoint('rotateApplicationCredentials')
  rotate(@Input() call: Call<'rotateApplicationCredentials'>) {
    return this.useCase.rotate(call);
  }

  @Endpoint('deleteApplication')
  remove(@Input() call: Call<'deleteApplication'>) {
    return this.useCase.remove(call);
  }
}
