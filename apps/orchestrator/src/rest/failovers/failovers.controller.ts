import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { FailoversUseCase } from '../../use-cases/failovers/failovers.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class FailoversController {
  constructor(@Inject(FailoversUseCase) private readonly useCase: FailoversUseCase) {}

  @Endpoint('listFailovers')
  list(@Input() call: Call<'listFailovers'>) {
    return this.useCase.list(call);
  }
}
