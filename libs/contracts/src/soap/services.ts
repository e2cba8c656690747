/** The services and operations of the contract, and which operation of the application API each one is. */
import type { OperationName } from '../application-api.js';
import { resolveModel, type ComplexType, type Field } from './model.js';
import { DATA_SERVICE } from './operations/data-access.js';
import { HANDLER_SERVICES } from './operations/handlers.js';
import type { OperationNotation, ServiceNotation } from './operations/notation.js';
import { SESSION_SERVICE } from './operations/session.js';
import { STANDARD_SERVICE } from './operations/standard.js';
import { ADVANCED_SCHEMA } from './schemas/advanced.js';
import { CC_SCHEMA } from './schemas/call-control.js';
import { DATA_SCHEMA } from './schemas/data-access.js';
import { SESSION_SCHEMA } from './schemas/session.js';
import { STANDARD_SCHEMA } from './schemas/standard.js';

/** Worked out when it is first asked for: a gateway instance whose applications speak REST never does. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export const soapModel = once(() => resolveModel([SESSION_SCHEMA, STANDARD_SCHEMA, CC_SCHEMA, ADVANCED_SCHEMA, DATA_SCHEMA]));

/** Request and response of an operation, whoever hosts it. */
export interface SoapExchange {
  readonly name: string;
  /** The children of the request element. */
  readonly input: readonly Field[];
  /** The `return` element of the response. */
  readonly output: Field;
}

export interface SoapOperation extends SoapExchange {
  /** `nextEvent`: the polls for a single event, which have no twin over REST (northbound-port.ts of the gateway). */
  readonly maps: OperationName | 'nextEvent';
  readonly outputType: ComplexType;
  /** The member that holds the text of a refusal: `errorDesc` or `errorDescription`. */
  readonly errorMember: string;
}

export interface SoapService<O extends SoapExchange = SoapOperation> {
  readonly name: string;
  /** Namespace of the request and response elements and of their direct children. */
  readonly namespace: string;
  /** Schemas its types come from, directly or not. */
  readonly prefixes: readonly string[];
  readonly operations: ReadonlyMap<string, O>;
}

function exchangeOf(name: string, [input, output]: OperationNotation): SoapExchange {
  const returned = soapModel().fields('', [output])[0];
  if (returned === undefined) throw new Error(`${name} must return something`);
  return { name, input: soapModel().fields('', input), output: returned };
}

function operationOf(name: string, notation: OperationNotation): SoapOperation {
  const exchange = exchangeOf(name, notation);
  const { type } = exchange.output;
  if (type.kind !== 'complex') throw new Error(`${name} must return a complex type`);
  const errorMember = type.elements.find((field) => field.name.startsWith('errorDesc'))?.name;
  if (errorMember === undefined) throw new Error(`the result of ${name} has no member for a refusal`);
  return { ...exchange, maps: notation[2] ?? (name as OperationName), outputType: type, errorMember };
}

const services = <O extends SoapExchange>(
  notations: readonly ServiceNotation[],
  read: (name: string, notation: OperationNotation) => O,
): ReadonlyMap<string, SoapService<O>> =>
  new Map(
    notations.map(({ operations, ...service }) => [
      service.name,
      { ...service, operations: new Map(Object.entries(operations).map(([name, notation]) => [name, read(name, notation)])) },
    ]),
  );

/** What the gateway hosts. */
export const soapServices = once(() => services([SESSION_SERVICE, STANDARD_SERVICE, DATA_SERVICE], operationOf));

/** What applications host and the gateway calls; described so that a handler can be made from our WSDL. */
export const soapHandlerServices = once(() => services(HANDLER_SERVICES, exchangeOf));
