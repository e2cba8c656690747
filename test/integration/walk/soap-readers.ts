/** Events over SOAP as applications written for the original take them: polls for one event each, and services they host; kept as the bytes that came. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '#testkit/eventually';
import { attributeOf, envelope } from '../northbound/clients.js';
import { SoapFace } from './faces.js';

export interface SoapReading {
  /** The envelopes, oldest first. */
  readonly envelopes: string[];
  /** Until nothing more is there. */
  end(): Promise<void>;
}

export type SoapPoll = 'getEvent' | 'advGetEvent' | 'getNumberedEvent' | 'getRestEvent';

/** Asks for one event after the other. */
export function pollBySoap(base: string, operation: SoapPoll, sessionId: number): SoapReading {
  const face = new SoapFace(base);
  const envelopes: string[] = [];
  let isOver = false;
  const reading = (async () => {
    for (let eventNumber = '0'; ;) {
      const place = operation === 'getNumberedEvent' ? { eventNumber } : {};
      const members = operation === 'getRestEvent' ? { restSessionId: sessionId } : { sessionId, timeout: 500, ...place };
      const { ok, text } = await face.call(operation, members);
      if (ok) envelopes.push(text);
      else if (isOver) return;
      eventNumber = attributeOf(text, 'eventNumber') ?? eventNumber;
    }
  })();
  return {
    envelopes,
    end: async () => {
      isOver = true;
      let hasEnded = false;
      const ended = reading.then(() => (hasEnded = true));
      // getRestEvent has no timeout: it would wait as long as the gateway lets it, and may begin to only after it was cancelled
      const cancelled = async () => {
        if (!hasEnded) await face.call('cancelGetEvent', { sessionId });
        return hasEnded;
      };
      if (operation === 'getRestEvent') await eventually(cancelled, { what: 'the last wait to end', deadlineMs: 20_000 });
      await ended;
    },
  };
}

/** Hosts the event handler of a standard or of an advanced session, and registers it. */
export async function hostBySoap(
  base: string,
  operation: 'handleEvent' | 'advHandleEvent',
  sessionId: number,
): Promise<SoapReading> {
  const envelopes: string[] = [];
  const taken = envelope(`<h:${operation}Response xmlns:h="urn:any"><h:return>true</h:return></h:${operation}Response>`);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      envelopes.push(Buffer.concat(chunks).toString());
      response.end(taken);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const eventHandlerURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { ok, text } = await new SoapFace(base).call('registerEventHandler', { sessionId, eventHandlerURL });
  if (!ok) throw new Error(text);
  return {
    envelopes,
    end: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
