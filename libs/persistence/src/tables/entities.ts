import { LicenceAccountTable, LicenceGrantTable, LicencePoolTable } from './licences.table.js';
import {
  AccessDocumentTable,
  ApplicationTable,
  ApplicationUserTable,
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
  ApplicationUserTable,
  LicenceAccountTable,
  LicencePoolTable,
  LicenceGrantTable,
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
