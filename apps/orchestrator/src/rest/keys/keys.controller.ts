import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { KeysUseCase } from '../../use-cases/keys/keys.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class KeysController {
  constructor(@Inject(KeysUseCase) private readonly useCase: KeysUseCase) {}

  @Endpoint('createAdminKey')
  createAdmin(@Input() call: Call<'createAdminKey'>) {
    return this.useCase.createAdmin(call);
  }

  @Endpoint('listAdminKeys')
  listAdmin(@Input() call: Call<'listAdminKeys'>) {
    return this.useCase.list(call);
  }

  @Endpoint('revokeAdminKey')
  revokeAdmin(@Input() call: Call<'revokeAdminKey'>) {
    return this.useCase.revokeAdmin(call);
  }

  @Endpoint('createKey')
  create(@Input() call: Call<'createKey'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listKeys')
  list(@Input() call: Call<'listKeys'>) {
    return this.useCase.list(call);
  }

  @Endpoint('revokeKey')
  revoke(@Input() call: Call<'revokeKey'>) {
    return this.useCase.revoke(call);
  }
}
