/** The client that is made from the contract, as an application uses it: a call from log-in to log-out, with the router killed in the middle. */
import { describe, expect, it } from 'vitest';
import type { ApplicationEvent } from '#contracts/application-api';
import { ApplicationApiClient, ApplicationApiError } from '#contracts/application-api-client';
import { eventually } from '#testkit/eventually';
import { programsOf, signal } from '../../tools/chaos/process-table.js';
import { Site } from '../../tools/chaos/site.js';
import { runFile, sampleCredentials, systemHome } from './system.js';

const isKind = (type: string) => (event: ApplicationEvent) => event.category === 'CALL_EVENT' && event.type === type;

describe('the client of the application API', () => {
  it('R-CC-02 R-CC-04 R-SES-05 logs in, calls, and follows the seven events over a router that dies', async () => {
    const run = runFile();
    const controller = run.tenant.controllers[1]!;
    const anybody = new ApplicationApiClient({ base: `${run.edge.http.replace(/\/$/, '')}/t/${run.tenant.slug}` });
    const { sessionId, token } = await anybody.login(sampleCredentials());
    const client = anybody.withToken(token);
    const { icpId } = await client.getIcpId({ sessionId, icpIpAddress: controller.address });
    const [caller, called] = await Promise.all(
      [30, 31].map(async (place) => {
        const { objectId } = await client.getPhoneNumberId({ sessionId, icpId, primeDn: controller.extensions[place]! });
        await client.monitorObject({ sessionId, objectId });
        return objectId;
      }),
    );

    const following = new AbortController();
    const events: ApplicationEvent[] = [];
    const followed = (async () => {
      for await (const page of client.follow({ sessionId, waitMs: 20_000, signal: following.signal }))
        events.push(...page.events);
    })();
    await eventually(() => events.filter(isKind('MONITOR_SET')).length === 2, { what: 'both monitors' });
    await client.makeCall({ sessionId, objectId: caller!, number: controller.extensions[31]!, idempotencyKey: 'follow-1' });
    await eventually(() => events.some(isKind('CALL_RECEIVED')), { what: 'the call at the called phone' });

    const site = new Site(systemHome());
    const [router] = programsOf(site.layout).filter(({ name }) => name === 'router');
    signal([router!.pid], 'SIGKILL');
    const received = events.find(isKind('CALL_RECEIVED'))!;
    const localCallId = received.category === 'CALL_EVENT' ? received.localCallId : 0;
    // as an application does that gets no answer: the same command, with the same key
    const answered = async () => {
      await client.answerCall({ sessionId, objectId: called!, localCallId, idempotencyKey: 'follow-2' });
      return true;
    };
    await eventually(() => answered().catch(() => false), { what: 'the call answered', deadlineMs: 20_000 });
    await client.clearCall({ sessionId, objectId: caller!, localCallId: callOf(events, caller!), idempotencyKey: 'follow-3' });
    await eventually(() => events.filter(isKind('CALL_CLEAR')).length === 2, { what: 'both ends', deadlineMs: 20_000 });
    following.abort();
    await followed;
    await site.close();

    const seen = new Map(events.map((event) => [event.seq, event]));
    expect([...seen.keys()]).toEqual(Array.from({ length: seen.size }, (_, index) => index + 1));
    const types = [...seen.values()].filter(({ category }) => category === 'CALL_EVENT').map(({ type }) => type);
    expect(types.slice(2).sort()).toEqual(
      [
        'CALL_ORIGINATED',
        'CALL_DELIVERED',
        'CALL_RECEIVED',
        'CALL_ESTABLISHED',
        'CALL_ESTABLISHED',
        'CALL_CLEAR',
        'CALL_CLEAR',
      ].sort(),
    );
    await client.logout({ sessionId });
    const refused = await client.getEvents({ sessionId }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApplicationApiError);
    expect((refused as ApplicationApiError).problem.code).toBe('SESSION_INVALID');
    // what trying again cannot mend ends the following
    await expect(client.follow({ sessionId }).next()).rejects.toThrow('SESSION_INVALID');
  });
});

const callOf = (events: readonly ApplicationEvent[], objectId: number): number => {
  const event = events.find(
    (each) => isKind('CALL_ORIGINATED')(each) && each.category === 'CALL_EVENT' && each.objectId === objectId,
  );
  return event?.category === 'CALL_EVENT' ? event.localCallId : 0;
};
