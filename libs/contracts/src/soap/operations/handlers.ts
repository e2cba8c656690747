/** The services that the application hosts and the gateway calls. */
import type { ServiceNotation } from './notation.js';

export const HANDLER_SERVICES: readonly ServiceNotation[] = [
  {
    name: 'EventHandlerCCService',
    namespace: 'http://mitel.com/oig/cc/standard/EventHandlerCCService',
    prefixes: ['cc', 'advanced'],
    operations: { handleEvent: [['event:cc.standardEventMsg?'], 'return:boolean'] },
  },
  {
    name: 'AdvEventHandlerCCService',
    namespace: 'http://mitel.com/oig/cc/advanced/AdvEventHandlerCCService',
    prefixes: ['advanced', 'cc'],
    operations: { advHandleEvent: [['event:advanced.advEventMsg?'], 'return:boolean'] },
  },
  {
    name: 'SessionHAEventHandler',
    namespace: 'http://mitel.com/oig/session/SessionHAEventHandler',
    prefixes: ['session'],
    operations: { sessionHAEvent: [['event:session.sessionHAEventMsg?'], 'return:boolean'] },
  },
];
