import { Controller, Inject } from '@nestjs/common';
import type { Call } from '../../unit-of-work/call.js';
import { ClustersUseCase } from '../../use-cases/clusters/clusters.use-case.js';
import { Endpoint, Input } from '../endpoint.decorator.js';

@Controller()
export class ClustersController {
  constructor(@Inject(ClustersUseCase) private readonly useCase: ClustersUseCase) {}

  @Endpoint('createCluster')
  create(@Input() call: Call<'createCluster'>) {
    return this.useCase.create(call);
  }

  @Endpoint('listClusters')
  list(@Input() call: Call<'listClusters'>) {
    return this.useCase.list(call);
  }

  @Endpoint('getCluster')
  get(@Input() call: Call<'getCluster'>) {
    return this.useCase.get(call);
  }

  @Endpoint('deleteCluster')
  remove(@Input() call: Call<'deleteCluster'>) {
    return this.useCase.remove(call);
  }
}
