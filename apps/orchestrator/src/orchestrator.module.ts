/** The control API as a Nest module; everything it stands on is made outside and handed in. */
import type { OrchestratorSettings } from '#config/settings';
import type { Database } from '#persistence/database';
import type { Logger } from '#telemetry/logger';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AccessDocumentIssuer } from './documents/access-document.issuer.js';
import { ApplicationUsersController } from './rest/application-users/application-users.controller.js';
import { ApplicationsController } from './rest/applications/applications.controller.js';
import { ClustersController } from './rest/clusters/clusters.controller.js';
import { DirectorySyncController } from './rest/directory-sync/directory-sync.controller.js';
import { ContractPipe } from './rest/contract.pipe.js';
import { ControllersController } from './rest/controllers/controllers.controller.js';
import { FailoversController } from './rest/failovers/failovers.controller.js';
import { InstancesController } from './rest/instances/instances.controller.js';
import { KeyGuard } from './rest/key.guard.js';
import { KeysController } from './rest/keys/keys.controller.js';
import { LicencesController } from './rest/licences/licences.controller.js';
import { OperationsController } from './rest/operations/operations.controller.js';
import { ProblemFilter } from './rest/problem.filter.js';
import { SettingsController } from './rest/settings/settings.controller.js';
import { SystemController } from './rest/system/system.controller.js';
import { TenantsController } from './rest/tenants/tenants.controller.js';
import { TransactionInterceptor } from './rest/transaction.interceptor.js';
import { PublishedTable } from './routing/published-table.js';
import { Bell } from './unit-of-work/bell.js';
import { DATABASE, DOCUMENT_KEY, LOGGER, SETTINGS } from './unit-of-work/tokens.js';
import { ApplicationUsersUseCase } from './use-cases/application-users/application-users.use-case.js';
import { ApplicationsUseCase } from './use-cases/applications/applications.use-case.js';
import { ClustersUseCase } from './use-cases/clusters/clusters.use-case.js';
import { DirectorySyncUseCase } from './use-cases/directory-sync/directory-sync.use-case.js';
import { ControllersUseCase } from './use-cases/controllers/controllers.use-case.js';
import { FailoversUseCase } from './use-cases/failovers/failovers.use-case.js';
import { InstanceLogUseCase } from './use-cases/instances/instance-log.use-case.js';
import { InstancesUseCase } from './use-cases/instances/instances.use-case.js';
import { KeysUseCase } from './use-cases/keys/keys.use-case.js';
import { LicencesUseCase } from './use-cases/licences/licences.use-case.js';
import { OperationNotices } from './use-cases/operations/operation-notices.js';
import { OperationsUseCase } from './use-cases/operations/operations.use-case.js';
import { SettingsUseCase } from './use-cases/settings/settings.use-case.js';
import { SystemUseCase } from './use-cases/system/system.use-case.js';
import { TenantsUseCase } from './use-cases/tenants/tenants.use-case.js';

export interface OrchestratorParts {
  readonly settings: OrchestratorSettings;
  readonly database: Database;
  readonly logger: Logger;
  readonly bell: Bell;
  /** PEM */
  readonly documentKey: string;
}

export const CONTROLLERS = [
  SystemController,
  TenantsController,
  ClustersController,
  DirectorySyncController,
  ControllersController,
  SettingsController,
  InstancesController,
  ApplicationsController,
  ApplicationUsersController,
  LicencesController,
  KeysController,
  OperationsController,
  FailoversController,
];

@Module({})
export class OrchestratorModule {
  static with(parts: OrchestratorParts): DynamicModule {
    return {
      module: OrchestratorModule,
      controllers: CONTROLLERS,
      providers: [
        { provide: SETTINGS, useValue: parts.settings },
        { provide: DATABASE, useValue: parts.database },
        { provide: LOGGER, useValue: parts.logger },
        { provide: DOCUMENT_KEY, useValue: parts.documentKey },
        { provide: Bell, useValue: parts.bell },
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_INTERCEPTOR, useClass: TransactionInterceptor },
        { provide: APP_PIPE, useClass: ContractPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        AccessDocumentIssuer,
        PublishedTable,
        OperationNotices,
        ApplicationsUseCase,
        ApplicationUsersUseCase,
        ClustersUseCase,
        DirectorySyncUseCase,
        ControllersUseCase,
        FailoversUseCase,
        InstanceLogUseCase,
        InstancesUseCase,
        KeysUseCase,
        LicencesUseCase,
        OperationsUseCase,
        SettingsUseCase,
        SystemUseCase,
        TenantsUseCase,
      ],
    };
  }
}
