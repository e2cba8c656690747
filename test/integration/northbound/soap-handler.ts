/**
 * An application that takes its events by SOAP, as one written for the original does: the services are hosted by the `soap` package, which
 * reads our WSDL and shares nothing with the gateway. It misbehaves on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from 'soap';

export type HandlerService = 'EventHandlerCCService' | 'AdvEventHandlerCCService' | 'SessionHAEventHandler';
const OPERATIONS: Readonly<Record<HandlerService, string>> = {
  EventHandlerCCService: 'handleEvent',
  AdvEventHandlerCCService: 'advHandleEvent',
  SessionHAEventHandler: 'sessionHAEvent',
};

/** An event as the package reads it: attributes apart, members as in the WSDL. */
export interface SoapEvent {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly eventType?: string;
  readonly newServerIPAddress?: string;
  readonly callEvent?: {
    readonly attributes: Readonly<Record<string, string>>;
    readonly type: string;
    readonly cause: string;
    readonly callState: string;
    readonly featuresAllowed?: readonly string[];
  };
}

export interface SoapHandler {
  readonly url: string;
  /** What it has returned true to, in order. */
  readonly events: SoapEvent[];
  /** Everything it was called with. */
  readonly calls: SoapEvent[];
  readonly actions: string[];
  /** What was sent, as it came. */
  readonly bodies: string[];
  /** Connections that were ever opened. */
  connections: number;
  /** What the operation returns; throws: a fault. Default: true. */
  returns: () => boolean;
  /** Answers in its place, before any SOAP is read. */
  answer: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** @param wsdl as the gateway serves it */
export async function hostHandler(name: HandlerService, wsdl: string): Promise<SoapHandler> {
  const server = createServer();
  const path = `/${name}`;
  const operation = ({ event }: { event: SoapEvent }) => {
    handler.calls.push(event);
    const answer = handler.returns();
    if (answer) handler.events.push(event);
    return { return: answer };
  };
  const ports = { [`${name}Soap11`]: { [OPERATIONS[name]]: operation } };
  await new Promise<void>((resolve, reject) =>
    listen(server, { path, services: { [name]: ports }, xml: wsdl, callback: (error) => (error ? reject(error) : resolve()) }),
  );
  const [bySoap] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
    handler.actions.push(String(request.headers['soapaction']));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler.bodies.push(Buffer.concat(chunks).toString()));
    if (handler.answer === undefined) return bySoap!(request, response);
    const { answer } = handler;
    request.resume().on('end', () => answer(response));
  });
  server.on('connection', () => (handler.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const handler: SoapHandler = {
    url: `http://127.0.0.1:${port}${path}`,
    events: [],
    calls: [],
    actions: [],
    bodies: [],
    connections: 0,
    returns: () => true,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return handler;
}

/** Type and cause of its call events, without the snapshots and monitors that have no cause of a call. */
export const toldTypes = (events: readonly SoapEvent[]): string[] => events.flatMap(({ callEvent }) => callEvent?.type ?? []);
