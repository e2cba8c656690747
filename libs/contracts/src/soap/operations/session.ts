/** Sessions: log-in, log-out, keep-alive. */
import { SESSION, type ServiceNotation } from './notation.js';

export const SESSION_SERVICE: ServiceNotation = {
  name: 'SessionService',
  namespace: 'http://mitel.com/oig/session/SessionService',
  prefixes: ['session'],
  operations: {
    login: [['req:session.loginRequest?'], 'return:session.loginResponse?'],
    loginEx: [['req:session.loginExRequest?'], 'return:session.loginExResponse?', 'login'],
    loginApp: [['req:session.loginAppReq?'], 'return:session.loginAppResp?', 'login'],
    authenticate: [['req:session.authenticateSessionRequest?'], 'return:session.authenticateSessionResponse?'],
    serviceVersions: [SESSION, 'return:session.versionResponse?'],
    resetSessionTimer: [SESSION, 'return:session.resetSessionTimerResponse?'],
    logout: [SESSION, 'return:session.logoutResponse?'],
    registerHAClientCallback: [['sessionId:long', 'callbackUri:string?'], 'return:session.result?'],
    loginUser: [['request:session.loginUser?'], 'return:session.loginUserResult?'],
    validateToken: [['token:string?'], 'return:session.validateTokenResult?'],
  },
};
