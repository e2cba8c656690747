/** The services and operations of this release, and which operation of the application API each one is. */
import type { OperationName } from '../application-api.js';
import { resolveModel, type ComplexType, type Field } from './model.js';
import { ADVANCED_SCHEMA } from './schemas/advanced.js';
import { CC_SCHEMA } from './schemas/call-control.js';
import { SESSION_SCHEMA } from './schemas/session.js';
import { STANDARD_SCHEMA } from './schemas/standard.js';

export const SOAP_MODEL = resolveModel([SESSION_SCHEMA, STANDARD_SCHEMA, CC_SCHEMA, ADVANCED_SCHEMA]);

export interface SoapOperation {
  readonly name: string;
  /** `nextEvent`: the polls for a single event, which have no twin over REST (northbound-port.ts of the gateway). */
  readonly maps: OperationName | 'nextEvent';
  /** The children of the request element. */
  readonly input: readonly Field[];
  /** The `return` element of the response, and its type. */
  readonly output: Field;
  readonly outputType: ComplexType;
  /** The member that holds the text of a refusal: `errorDesc` or `errorDescription`. */
  readonly errorMember: string;
}

export interface SoapService {
  readonly name: string;
  /** Namespace of the request and response elements and of their direct children. */
  readonly namespace: string;
  /** Schemas its types come from, directly or not. */
  readonly prefixes: readonly string[];
  readonly operations: ReadonlyMap<string, SoapOperation>;
}

type Row = readonly [maps: OperationName | 'nextEvent', input: readonly string[], output: string];

const handle = ['sessionId:long', 'objectId:long'];
const call = [...handle, 'localCallId:long'];
const session = ['sessionId:long'];

const SERVICES: Readonly<
  Record<string, { namespace: string; prefixes: readonly string[]; operations: Readonly<Record<string, Row>> }>
> = {
  SessionService: {
    namespace: 'http://mitel.com/oig/session/SessionService',
    prefixes: ['session'],
    operations: {
      login: ['login', ['req:session.loginRequest?'], 'return:session.loginResponse?'],
      loginEx: ['login', ['req:session.loginExRequest?'], 'return:session.loginExResponse?'],
      loginApp: ['login', ['req:session.loginAppReq?'], 'return:session.loginAppResp?'],
      serviceVersions: ['serviceVersions', session, 'return:session.versionResponse?'],
      resetSessionTimer: ['resetSessionTimer', session, 'return:session.resetSessionTimerResponse?'],
      logout: ['logout', session, 'return:session.logoutResponse?'],
    },
  },
  StandardCCService: {
    namespace: 'http://mitel.com/oig/cc/standard/StandardCCService',
    prefixes: ['standard', 'cc', 'advanced'],
    operations: {
      getIcpId: ['getIcpId', ['request:standard.getIcpIdRequest'], 'return:cc.icpIdResult'],
      getPhoneNumberId: ['getPhoneNumberId', ['request:standard.getPhoneNumberIdRequest'], 'return:cc.objectIdResult'],
      monitorObject: ['monitorObject', handle, 'return:standard.monitorResult'],
      stopMonitor: ['stopMonitor', handle, 'return:cc.result'],
      makeCall: ['makeCall', [...handle, 'number:string', 'accountCode:string?'], 'return:cc.result'],
      answerCall: ['answerCall', call, 'return:cc.result'],
      clearCall: ['clearCall', call, 'return:cc.result'],
      holdCall: ['holdCall', call, 'return:cc.result'],
      retrieveCall: ['retrieveCall', call, 'return:cc.result'],
      getEvent: ['nextEvent', ['sessionId:long', 'timeout:int'], 'return:cc.standardEventMsg'],
      getNumberedEvent: ['nextEvent', ['sessionId:long', 'timeout:int', 'eventNumber:int'], 'return:cc.numberedEventMsg?'],
      cancelGetEvent: ['cancelGetEvents', session, 'return:cc.result?'],
    },
  },
};

function operationOf(name: string, [maps, input, output]: Row): SoapOperation {
  const returned = SOAP_MODEL.fields('', [output])[0];
  if (returned?.type.kind !== 'complex') throw new Error(`${name} must return a complex type`);
  const errorMember = returned.type.elements.find((field) => field.name.startsWith('errorDesc'))?.name;
  if (errorMember === undefined) throw new Error(`the result of ${name} has no member for a refusal`);
  return { name, maps, input: SOAP_MODEL.fields('', input), output: returned, outputType: returned.type, errorMember };
}

export const SOAP_SERVICES: ReadonlyMap<string, SoapService> = new Map(
  Object.entries(SERVICES).map(([name, { namespace, prefixes, operations }]) => [
    name,
    {
      name,
      namespace,
      prefixes,
      operations: new Map(Object.entries(operations).map(([key, row]) => [key, operationOf(key, row)])),
    },
  ]),
);
