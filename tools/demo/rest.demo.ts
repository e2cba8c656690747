/** The demo over REST: what an application of today does. */
import { Agent, request } from 'undici';
import type { ApplicationEvent, OperationResponse } from '#contracts/application-api';
import type { Scene } from './scene.js';
import { EVENT_COUNT, type SeenEvent } from './seven-events.js';
import { Stopwatch, type Timing } from './stopwatch.js';

const EVENTS_WITHIN_MS = 10_000;

/** Logs in, looks up, monitors, calls, answers, clears; answers the call events in the order they came. Throws on any refusal. */
export async function restDemo(
  scene: Scene,
): Promise<{ readonly events: readonly SeenEvent[]; readonly timings: readonly Timing[] }> {
  const watch = new Stopwatch();
  const dispatcher = new Agent({ connect: { ca: scene.ca } });
  const base = `${scene.edge}/t/${scene.slug}/v1`;
  let token: string | undefined;

  async function ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const answer = await request(`${base}${path}`, {
      method,
      dispatcher,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  try {
    const session = await watch.time('log in', () =>
      ask<OperationResponse<'login'>>('POST', '/sessions', { ...scene.credentials, version: '4.0' }),
    );
    token = session.token;
    const at = `/sessions/${session.sessionId}`;
    const controller = await watch.time('find the controller', () =>
      ask<OperationResponse<'getIcpId'>>('GET', `${at}/controllers?icpIpAddress=${encodeURIComponent(scene.controller)}`),
    );
    const phone = (dn: string) =>
      watch.time(`find phone ${dn}`, () =>
        ask<OperationResponse<'getPhoneNumberId'>>('GET', `${at}/controllers/${controller.icpId}/phones/${dn}`),
      );
    const caller = (await phone(scene.caller)).objectId;
    const called = (await phone(scene.called)).objectId;
    for (const objectId of [caller, called]) await watch.time('set a monitor', () => ask('POST', `${at}/monitors`, { objectId }));

    const seen: SeenEvent[] = [];
    let cursor: string | undefined;
    /** Reads the log until `enough` of what was seen. */
    const readUntil = async (what: string, enough: (event: ApplicationEvent) => boolean): Promise<ApplicationEvent> => {
      const deadline = performance.now() + EVENTS_WITHIN_MS;
      let found: ApplicationEvent | undefined;
      while (found === undefined) {
        if (performance.now() > deadline) throw new Error(`${what} did not come within ${EVENTS_WITHIN_MS / 1000} s`);
        const page = await ask<OperationResponse<'getEvents'>>(
          'GET',
          `${at}/events?wait=5${cursor === undefined ? '' : `&after=${cursor}`}`,
        );
        cursor = page.cursor;
        for (const event of page.events) {
          if (event.category === 'CALL_EVENT' && event.type.startsWith('CALL_')) {
            seen.push({
              at: event.objectId === caller ? 'caller' : 'called',
              type: event.type,
              cause: event.cause,
              time: event.eventTime,
            });
          }
          if (found === undefined && enough(event)) found = event;
        }
      }
      return found;
    };

    await watch.time('make the call', () => ask('POST', `${at}/devices/${caller}/calls`, { number: scene.called }));
    const ringing = await readUntil('CallReceived', (event) => event.type === 'CALL_RECEIVED');
    const localCallId = 'localCallId' in ringing ? ringing.localCallId : 0;
    await watch.time('answer the call', () => ask('POST', `${at}/devices/${called}/calls/${localCallId}/answer`, {}));
    await readUntil('CallEstablished at both', () => seen.filter((event) => event.type === 'CALL_ESTABLISHED').length === 2);
    await watch.time('clear the call', () => ask('POST', `${at}/devices/${called}/calls/${localCallId}/clear`, {}));
    await readUntil('CallCleared at both', () => seen.length >= EVENT_COUNT);
    for (const objectId of [caller, called])
      await watch.time('stop a monitor', () => ask('DELETE', `${at}/monitors/${objectId}`));
    await watch.time('log out', () => ask('DELETE', at));
    return { events: seen, timings: watch.timings };
  } finally {
    await dispatcher.close();
  }
}
