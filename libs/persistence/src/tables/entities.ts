import {
  AccessDocumentTable,
  ApplicationTable,
  ClusterTable,
  ControllerTable,
  InstanceSlotTable,
  InstanceStatusTable,
  InstanceTable,
  TenantTable,
} from './tenancy.table.js';
import {
  ApiKeyTable,
  FailoverTable,
  IdempotencyKeyTable,
  LeaseTable,
  OperationTable,
  OutboxTable,
  RoutingVersionTable,
} from './ledger.table.js';
import { JournalCopyPieceTable, JournalCopyTable } from './journal-copy.table.js';

/** Every table; a test compares them with what the migrations make. */
export const ENTITIES = [
  TenantTable,
  ClusterTable,
  ControllerTable,
  InstanceTable,
  InstanceSlotTable,
  InstanceStatusTable,
  AccessDocumentTable,
  ApplicationTable,
  ApiKeyTable,
  OperationTable,
  FailoverTable,
  OutboxTable,
  IdempotencyKeyTable,
  LeaseTable,
  RoutingVersionTable,
  JournalCopyTable,
  JournalCopyPieceTable,
];
