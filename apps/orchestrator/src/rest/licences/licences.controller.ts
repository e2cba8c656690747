import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { LicencesUseCase } from '../../use-cases/licences/licences.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class LicencesController {
  constructor(@Inject(LicencesUseCase) private readonly useCase: LicencesUseCase) {}

  @Endpoint('getLicences')
  get(@Input() call: Call<'getLicences'>) {
    return this.useCase.get(call);
  }

  @Endpoint('updateLicences')
  update(@Input() call: Call<'updateLicences'>) {
    return this.useCase.update(call);
  }

  @Endpoint('syncTenant')
  sync(@Input() call: Call<'syncTenant'>) {
    return this.useCase.sync(call);
  }
}
