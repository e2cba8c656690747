/** Which part carries out what a session asks for. */
import { callView, isView, type ViewName } from './calls/call-views.operations.js';
import { type CommandName } from './calls/command-shapes.js';
import { command, isCommand } from './calls/command.operations.js';
import type { Core } from './core.js';
import { nextEvent } from './events/event.operations.js';
import { getIcpId, isLookup, lookup, type LookupName } from './controllers/lookup.operations.js';
import { type BulkName, bulkOperation, isBulk } from './monitors/monitor-bulk.js';
import { isMonitorName, monitorOperation, type MonitorName } from './monitors/monitor.operations.js';
import { isQuery, query, type QueryName } from './calls/query.operations.js';
import { isReader, readerOperation, type ReaderName } from './events/reader.operations.js';
import { getResilientStatus } from './resilience/resilience.operations.js';
import { registerRestSession } from './sessions/rest-session.operations.js';
import { registerHACallback } from './events/ha-callback.operations.js';
import { authenticate, logout } from './sessions/session.operations.js';
import type { Session } from './sessions/session-table.js';
import type { Caller, CoreOperation, OperationOf } from './switchboard.port.js';
import { CONTRACT_VERSION } from './sessions/version.rules.js';

/** What is carried out within a session. */
export type SessionOperation = Exclude<
  CoreOperation,
  { name: 'login' | 'loginUser' | 'validateToken' | 'restSession' | 'keepDataRegistration' }
>;
type Alone = Exclude<
  SessionOperation,
  | OperationOf<CommandName>
  | OperationOf<LookupName>
  | OperationOf<QueryName>
  | OperationOf<MonitorName>
  | OperationOf<BulkName>
  | OperationOf<ViewName>
  | OperationOf<ReaderName>
>;

/** Narrows an operation by its name. */
const named = <N extends CoreOperation['name']>(
  operation: CoreOperation,
  has: (name: string) => name is N & string,
): operation is OperationOf<N> => has(operation.name);

export function sessionOperation(
  core: Core,
  session: Session,
  requestId: number,
  operation: SessionOperation,
  caller: Caller,
): void {
  if (named(operation, isCommand)) return command(core, session, requestId, operation);
  if (named(operation, isLookup)) return lookup(core, session, requestId, operation);
  if (named(operation, isQuery)) return query(core, session, requestId, operation);
  if (named(operation, isMonitorName)) return monitorOperation(core, session, requestId, operation);
  if (named(operation, isBulk)) return bulkOperation(core, session, requestId, operation);
  if (named(operation, isView)) return callView(core, session, requestId, operation);
  if (named(operation, isReader)) return readerOperation(core, session, requestId, operation);
  alone(core, session, requestId, operation as Alone, caller);
}

function alone(core: Core, session: Session, requestId: number, operation: Alone, caller: Caller): void {
  switch (operation.name) {
    case 'logout':
      return logout(core, session, requestId);
    case 'authenticate':
      return authenticate(core, session, requestId, operation.request.verified);
    case 'registerHAClientCallback':
      return registerHACallback(core, session, requestId, operation.request.callbackUri, caller);
    case 'registerRestSession':
      return registerRestSession(core, session, requestId, operation.request.restSessionId, caller);
    case 'resetSessionTimer':
      return core.answer(requestId, { keepAliveMs: core.settings.sessionKeepAliveMs });
    case 'serviceVersions':
      return core.answer(requestId, { serviceVersions: CONTRACT_VERSION });
    case 'getIcpId':
      return getIcpId(core, session, requestId, operation.request.icpIpAddress);
    case 'getResilientStatus':
      return getResilientStatus(core, session, requestId, operation.request.objectId);
    case 'cancelGetEvents':
      return core.answer(requestId, {});
    case 'nextEvent':
      return nextEvent(core, session, requestId, operation.request.numberedAfter);
  }
}
