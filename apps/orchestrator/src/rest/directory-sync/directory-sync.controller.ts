import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { DirectorySyncUseCase } from '../../use-cases/directory-sync/directory-sync.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class DirectorySyncController {
  constructor(@Inject(DirectorySyncUseCase) private readonly useCase: DirectorySyncUseCase) {}

  @Endpoint('syncDirectories')
  ask(@Input() call: Call<'syncDirectories'>) {
    return this.useCase.ask(call);
  }

  @Endpoint('getDirectorySync')
  get(@Input() call: Call<'getDirectorySync'>) {
    return this.useCase.get(call);
  }
}
