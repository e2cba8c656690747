/** Operations that a controller is asked for, of which R-LIM-11 recommends a rate: commands and questions about a device or a controller. */
import type { OperationName } from '#contracts/application-api';
import { REST_TABLE } from '#contracts/gateway-tables';

/** Monitors have a pace of their own; what is answered from the instance's own knowledge reaches no controller. */
const OWN_PACE = /monitor/i;
const ANSWERED_HERE: ReadonlySet<OperationName> = new Set<OperationName>([
  'getIcpConfig',
  'getDialableNumber',
  'getIncomingPhoneNumber',
  'explainDialling',
  'getCallStatus',
  'advGetCallStatus',
  'getResilientStatus',
]);

export const ASKS_CONTROLLER: ReadonlySet<string> = new Set<OperationName>(
  REST_TABLE.filter(({ name, members }) => {
    const isAboutController = members.some((member) => member.name === 'objectId' || member.name === 'icpId');
    return isAboutController && !OWN_PACE.test(name) && !ANSWERED_HERE.has(name);
  }).map(({ name }) => name),
);
