/** The demo over SOAP: what an application of the original product does, with a stock client that reads our WSDL. */
import { Agent } from 'node:https';
import { createClientAsync, type Client } from 'soap';
import type { Scene } from './scene.js';
import { EVENT_COUNT, type SeenEvent } from './seven-events.js';
import { Stopwatch, type Timing } from './stopwatch.js';

const EVENTS_WITHIN_MS = 10_000;

/** What the client makes of `<return>`: attributes apart, elements by name. */
interface Return {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly [element: string]: unknown;
}

/** The same call as the REST demo. Throws when a result is false or a fault comes. */
export async function soapDemo(
  scene: Scene,
): Promise<{ readonly events: readonly SeenEvent[]; readonly timings: readonly Timing[] }> {
  const watch = new Stopwatch();
  const httpsAgent = new Agent({ ca: scene.ca, keepAlive: true });
  try {
    const clientOf = (service: string) =>
      watch.time(`read the WSDL of ${service}`, () =>
        createClientAsync(`${scene.edge}/t/${scene.slug}/axis2/services/${service}?wsdl`, { wsdl_options: { httpsAgent } }),
      );
    const session = caller(await clientOf('SessionService'), httpsAgent);
    const control = caller(await clientOf('StandardCCService'), httpsAgent);

    const login = await watch.time('loginEx', () => session('loginEx', { req: { ...ordered(scene), version: '4.0' } }));
    const sessionId = attribute(login, 'sessionId');
    const icp = await watch.time('getIcpId', () =>
      control('getIcpId', { request: { attributes: { sessionId }, icpIpAddress: scene.controller } }),
    );
    const icpId = attribute(icp, 'icpId');
    const phone = async (primeDn: string) =>
      attribute(
        await watch.time('getPhoneNumberId', () =>
          control('getPhoneNumberId', { request: { attributes: { sessionId, icpId }, primeDn } }),
        ),
        'objectId',
      );
    const from = await phone(scene.caller);
    const to = await phone(scene.called);
    for (const objectId of [from, to]) await watch.time('monitorObject', () => control('monitorObject', { sessionId, objectId }));

    const seen: SeenEvent[] = [];
    const calls = new Map<string, string>();
    const readUntil = async (what: string, enough: () => boolean): Promise<void> => {
      const deadline = performance.now() + EVENTS_WITHIN_MS;
      while (!enough()) {
        if (performance.now() > deadline) throw new Error(`${what} did not come within ${EVENTS_WITHIN_MS / 1000} s`);
        const message = await control('getEvent', { sessionId, timeout: 5000 }, 'may be empty');
        const event = message['callEvent'] as (Return & { type: string; cause: string }) | undefined;
        if (event === undefined || !event.type.startsWith('CALL_')) continue;
        const at = attribute(event, 'objectId') === from ? 'caller' : 'called';
        calls.set(at, attribute(event, 'localCallId'));
        seen.push({ at, type: event.type, cause: event.cause, time: Number(attribute(event, 'callEventTime')) });
      }
    };
    const typesSeen = (type: string) => seen.filter((event) => event.type === type).length;

    await watch.time('makeCall', () => control('makeCall', { sessionId, objectId: from, number: scene.called }));
    await readUntil('CallReceived', () => typesSeen('CALL_RECEIVED') === 1);
    const localCallId = calls.get('called');
    await watch.time('answerCall', () => control('answerCall', { sessionId, objectId: to, localCallId }));
    await readUntil('CallEstablished at both', () => typesSeen('CALL_ESTABLISHED') === 2);
    await watch.time('clearCall', () => control('clearCall', { sessionId, objectId: to, localCallId }));
    await readUntil('CallCleared at both', () => seen.length >= EVENT_COUNT);
    for (const objectId of [from, to]) await watch.time('stopMonitor', () => control('stopMonitor', { sessionId, objectId }));
    await watch.time('logout', () => session('logout', { sessionId }));
    return { events: seen, timings: watch.timings };
  } finally {
    httpsAgent.destroy();
  }
}

/** Calls an operation and answers its `return`; a false result is an error unless it may be empty. */
function caller(client: Client, httpsAgent: Agent) {
  return async (operation: string, body: object, empty?: 'may be empty'): Promise<Return> => {
    const method = client[`${operation}Async`] as ((body: object, options: object) => Promise<[{ return: Return }]>) | undefined;
    if (method === undefined) throw new Error(`the WSDL has no operation ${operation}`);
    const [answer] = await method.call(client, body, { httpsAgent });
    const result = answer.return;
    if (empty === undefined && attribute(result, 'result') !== 'true') {
      throw new Error(`${operation} was answered result=false: ${String(result['errorDescription'] ?? result['errorDesc'])}`);
    }
    return result;
  };
}

/** The client hands attributes over as text or as values; everything is compared as text. */
function attribute(of: Return, name: string): string {
  const value = of.attributes?.[name];
  if (value === undefined) throw new Error(`the answer has no attribute ${name}`);
  return String(value);
}

/** The order of loginExRequest. */
function ordered({ credentials: c }: Scene) {
  return {
    applicationName: c.applicationName,
    companyName: c.companyName,
    applicationPassword: c.applicationPassword,
    localPassword: c.localPassword,
  };
}
