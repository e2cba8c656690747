/** Domain values as the contract shows them. */
import type { ApplicationAnswer, ClusterAnswer, ControllerAnswer, KeyAnswer, OperationAnswer } from '#contracts/control-api';
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import { monitorLimits } from '#domain/monitor-limits';
import type { NumberingSettings } from '#domain/numbering';
import type { ApiKey, Application, Cluster, Controller, Operation } from '#domain/resources';
import { applicationKeyOf } from '#pki/application-keys';
import { monitorUseAt } from './controllers/monitor-use.js';

export const clusterAnswer = ({ id, tenantId, name, version, createdAt }: Cluster): ClusterAnswer => ({
  id,
  tenantId,
  name,
  version,
  createdAt: createdAt.toISOString(),
});

export const numberingAnswer = (numbering: NumberingSettings) => ({
  ...numbering,
  localAreaCodes: [...numbering.localAreaCodes],
});

/** @param reports of the tenant's instances, as they last came */
export const controllerAnswer = (controller: Controller, reports: readonly InstanceStatusReport[]): ControllerAnswer => ({
  id: controller.id,
  tenantId: controller.tenantId,
  clusterId: controller.clusterId,
  name: controller.name,
  address: controller.address,
  port: controller.port,
  platform: controller.platform,
  release: controller.release,
  enabled: controller.enabled,
  icpId: controller.icpId,
  numbering: controller.numbering === null ? null : numberingAnswer(controller.numbering),
  deviceLicence: controller.deviceLicence,
  otherMonitors: controller.otherMonitors,
  monitorLimits: monitorLimits(controller),
  monitorUse: monitorUseAt(controller.icpId, reports),
  version: controller.version,
  createdAt: controller.createdAt.toISOString(),
});

export const applicationAnswer = (application: Application): ApplicationAnswer => ({
  id: application.id,
  tenantId: application.tenantId,
  name: application.name,
  type: application.type,
  allowed: application.allowed,
  advanced: application.advanced,
  integration: application.integration,
  remote: application.remote,
  legacySignature: application.legacySignature,
  certificateSha256: application.signingKeyPem === null ? null : (applicationKeyOf(application.signingKeyPem)?.sha256 ?? null),
  version: application.version,
  createdAt: application.createdAt.toISOString(),
});

export const keyAnswer = ({ id, tenantId, role, name, prefix, revokedAt, version, createdAt }: ApiKey): KeyAnswer => ({
  id,
  tenantId,
  role,
  name,
  prefix,
  revokedAt: revokedAt?.toISOString() ?? null,
  version,
  createdAt: createdAt.toISOString(),
});

export const operationAnswer = (operation: Operation): OperationAnswer => ({
  id: operation.id,
  tenantId: operation.tenantId,
  kind: operation.kind,
  targetType: operation.targetType,
  targetId: operation.targetId,
  state: operation.state,
  steps: operation.steps.map(({ name, state, startedAt, endedAt, detail }) => ({ name, state, startedAt, endedAt, detail })),
  progress: operation.progress,
  attempts: operation.attempts,
  deadlineAt: operation.deadlineAt.toISOString(),
  actor: operation.actor,
  cause: operation.cause,
  error: operation.error === null ? null : { code: operation.error.code, detail: operation.error.detail },
  createdAt: operation.createdAt.toISOString(),
  updatedAt: operation.updatedAt.toISOString(),
});
