import type { OperationKind } from '#domain/resources';

/** Until when each kind of operation must have ended (design.md 1: no state is transitional without a deadline). */
export const OPERATION_DEADLINES_MS: Readonly<Record<OperationKind, number>> = Object.freeze({
  'instance.create': 180_000,
  'instance.start': 120_000,
  'instance.stop': 120_000,
  'instance.restart': 180_000,
  'instance.delete': 180_000,
  'tenant.delete': 600_000,
});
