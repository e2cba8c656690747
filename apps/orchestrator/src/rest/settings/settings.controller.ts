import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { SettingsUseCase } from '../../use-cases/settings/settings.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class SettingsController {
  constructor(@Inject(SettingsUseCase) private readonly useCase: SettingsUseCase) {}

  @Endpoint('getTenantSettings')
  get(@Input() call: Call<'getTenantSettings'>) {
    return this.useCase.get(call);
  }

  @Endpoint('updateTenantSettings')
  update(@Input() call: Call<'updateTenantSettings'>) {
    return this.useCase.update(call);
  }

  @Endpoint('updateTenantOutbound')
  updateOutbound(@Input() call: Call<'updateTenantOutbound'>) {
    return this.useCase.updateOutbound(call);
  }

  @Endpoint('explainNumber')
  explain(@Input() call: Call<'explainNumber'>) {
    return this.useCase.explain(call);
  }
}
