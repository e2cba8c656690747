import { Controller, Inject } from '@nestjs/common';
import type { Call, WaitingCall } from '../../unit-of-work/call.js';
import { OperationsUseCase } from '../../use-cases/operations/operations.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class OperationsController {
  constructor(@Inject(OperationsUseCase) private readonly useCase: OperationsUseCase) {}

  @Endpoint('listOperations')
  list(@Input() call: Call<'listOperations'>) {
    return this.useCase.list(call);
  }

  @Endpoint('getOperation')
  get(@Input() call: Call<'getOperation'>) {
    return this.useCase.get(call);
  }

  @Endpoint('waitOperation', { transaction: 'none' })
  wait(@Input() call: WaitingCall<'waitOperation'>) {
    return this.useCase.wait(call);
  }
}
