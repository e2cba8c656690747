import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { SystemUseCase } from '../../use-cases/system/system.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class SystemController {
  constructor(@Inject(SystemUseCase) private readonly useCase: SystemUseCase) {}

  @Endpoint('health')
  health(@Input() call: Call<'health'>) {
    return this.useCase.health(call);
  }

  @Endpoint('openapi')
  openapi(@Input() call: Call<'openapi'>) {
    return this.useCase.openapi(call);
  }

  @Endpoint('me')
  me(@Input() call: Call<'me'>) {
    return this.useCase.me(call);
  }

  @Endpoint('getRoutingTable')
  routingTable(@Input() call: Call<'getRoutingTable'>) {
    return this.useCase.routingTable(call);
  }
}
