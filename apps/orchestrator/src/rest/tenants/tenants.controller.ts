import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { TenantsUseCase } from '../../use-cases/tenants/tenants.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class TenantsController {
  constructor(@Inject(TenantsUseCase) private readonly useCase: TenantsUseCase) {}

  @Endpoint('createTenant')
  create(@Input() call: Call<'createTenant'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listTenants')
  list(@Input() call: Call<'listTenants'>) {
    return this.useCase.list(call);
  }

  @Endpoint('getTenant')
  get(@Input() call: Call<'getTenant'>) {
    return this.useCase.get(call);
  }

  @Endpoint('updateTenant')
  update(@Input() call: Call<'updateTenant'>) {
    return this.useCase.update(call);
  }

  @Endpoint('deleteTenant')
  remove(@Input() call: Call<'deleteTenant'>) {
    return this.useCase.remove(call);
  }
}
