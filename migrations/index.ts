import { FirstSchema1700000000001 } from './1700000000001-first-schema.js';
import { RowSecurity1700000000002 } from './1700000000002-row-security.js';
import { Notices1700000000003 } from './1700000000003-notices.js';
import { Failovers1700000000004 } from './1700000000004-failovers.js';
import { ApplicationAccess1700000000010 } from './1700000000010-application-access.js';
import { Licences1700000000011 } from './1700000000011-licences.js';
import { TenantSettings1700000000015 } from './1700000000015-tenant-settings.js';
import { JournalCopies1700000000035 } from './1700000000035-journal-copies.js';
import { ControllerMonitors1700000000075 } from './1700000000075-controller-monitors.js';
import { DirectorySync1700000000098 } from './1700000000098-directory-sync.js';
import { BorderGateway1700000000103 } from './1700000000103-border-gateway.js';

/** In the order they run. Additive: what has been released is never edited, only followed. */
export const MIGRATIONS = [
  FirstSchema1700000000001,
  RowSecurity1700000000002,
  Notices1700000000003,
  Failovers1700000000004,
  ApplicationAccess1700000000010,
  Licences1700000000011,
  TenantSettings1700000000015,
  JournalCopies1700000000035,
  ControllerMonitors1700000000075,
  DirectorySync1700000000098,
  BorderGateway1700000000103,
];
