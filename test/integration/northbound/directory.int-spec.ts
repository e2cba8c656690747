/** The directory over both faces of the gateway's own engine: the same data, small and whole, and many at once (R-DAS-01 to 03). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tuple } from '#contracts/application-api';
import { attributeOf, rest, soap, textOf } from './clients.js';
import { CONTROLLER, CREDENTIALS } from './little-engine.js';
import { realEngine } from '../../../tools/fuzz/real-engine.js';
import { runNorthbound, type RunningNorthbound } from './running-northbound.js';

const PHONES = 2;
const MANY = 45_000;
let tried: Awaited<ReturnType<typeof realEngine>>;
let northbound: RunningNorthbound;
let session: { readonly sessionId: number; readonly token: string };

beforeAll(async () => {
  tried = await realEngine();
  northbound = await runNorthbound(tried.engine);
  const entries = Array.from({ length: MANY }, (_, at) => {
    const objectId = CONTROLLER.icpId * 2 ** 32 + at + 1;
    const dn = String(20_000 + at);
    const values = [objectId, CONTROLLER.icpId, dn, `Name <${dn}> & Söhne`, 'VOICE_SET_PRIME', '', CONTROLLER.address, ''];
    return { objectId, values: values.map(String) };
  });
  tried.engine.directory.replace(PHONES, CONTROLLER.icpId, entries);
  const answer = await rest(northbound, 'POST', '/v1/sessions', { body: CREDENTIALS });
  session = JSON.parse(answer.text) as typeof session;
});
afterAll(async () => {
  await northbound.close();
  await tried.stop();
});

const over = async <T>(path: string): Promise<T> => {
  const answer = await rest(northbound, 'GET', `/v1/sessions/${session.sessionId}${path}`, { token: session.token });
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return JSON.parse(answer.text) as T;
};

describe('R-DAS-01 the directory over both faces', () => {
  it('controllers and versions, from the access document, without a directory sync', async () => {
    const { records } = await over<{ records: unknown[] }>('/data/controllers');
    expect(records).toMatchObject([{ icpId: CONTROLLER.icpId, address: CONTROLLER.address, name: 'one', release: '9.4' }]);
    const answer = await soap(northbound, 'getFirstTuple', { sessionId: session.sessionId, deiId: 1 });
    expect(answer.text).toContain(CONTROLLER.address);
    expect(attributeOf(answer.text, 'numberOfTuples')).toBe('1');
  });

  it('the same tuple over REST and SOAP, whatever is in it', async () => {
    const search = { searchPredicates: [{ fieldId: 2, searchOperator: 'SO_EQUAL_TO', value: '20007', caseInsensitive: false }] };
    const path = `/v1/sessions/${session.sessionId}/tuples/${PHONES}/search`;
    const answer = await rest(northbound, 'POST', path, { token: session.token, body: { searchCondition: search, n: 2 } });
    const { tuples } = JSON.parse(answer.text) as { tuples: Tuple[] };
    expect(tuples.map(({ fields }) => fields[3])).toEqual(['Name <20007> & Söhne']);
    const members = { sessionId: session.sessionId, deiId: PHONES, n: 2, searchCondition: search };
    const overSoap = await soap(northbound, 'searchFirstNTuples', members);
    const texts = [...overSoap.text.matchAll(/<da:field>([^<]*)<\/da:field>/g)].map(([, text = '']) => text);
    expect(texts).toEqual(
      tuples[0]!.fields.map((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
    );
    expect(attributeOf(overSoap.text, 'numberOfFields')).toBe(String(texts.length));
  });

  it('R-DAS-03 a refused deleteTuple has a number, as only it has', async () => {
    const tuple = { fields: ['1', '1', '2'] };
    const answer = await soap(northbound, 'deleteTuple', { sessionId: session.sessionId, deiId: PHONES, tuple });
    expect(attributeOf(answer.text, 'result')).toBe('false');
    expect(attributeOf(answer.text, 'errorCode')).toBe('409');
    expect(textOf(answer.text, 'errorDescription')).toMatch(/^CONFLICT: /);
  });

  it('is another session’s to use only with its token', async () => {
    const path = `/v1/sessions/${session.sessionId}/data/phones`;
    expect((await rest(northbound, 'GET', path)).status).toBe(401);
    expect((await rest(northbound, 'GET', path, { token: `x${session.token}` })).status).toBe(401);
  });
});

describe('R-DAS-02 45,000 phones', () => {
  it('page by page, each once', async () => {
    const begin = performance.now();
    let [count, pages, after] = [0, 0, '' as string | null];
    for (; after !== null; pages += 1) {
      const page: { records: unknown[]; after: string | null } = await over(
        `/data/phones?limit=500${after === '' ? '' : `&after=${after}`}`,
      );
      count += page.records.length;
      ({ after } = page);
    }
    console.info(`R-DAS-02: ${count} phones in ${pages} pages, ${Math.round(performance.now() - begin)} ms`);
    expect([count, pages]).toEqual([MANY, 90]);
  });

  it('in one read over SOAP, while small reads of others are answered', async () => {
    let done = false;
    const begin = performance.now();
    const whole = soap(northbound, 'getAllTuples', { sessionId: session.sessionId, deiId: PHONES }).finally(() => (done = true));
    let [small, slowestMs] = [0, 0];
    while (!done) {
      const before = performance.now();
      await over('/data/controllers');
      slowestMs = Math.max(slowestMs, performance.now() - before);
      small += 1;
    }
    const answer = await whole;
    console.info(
      `R-DAS-02: ${MANY} phones in one answer of ${answer.text.length} characters, ${Math.round(performance.now() - begin)} ms; ${small} small reads meanwhile, the slowest ${Math.round(slowestMs)} ms`,
    );
    expect(attributeOf(answer.text, 'numberOfTuples')).toBe(String(MANY));
    expect(answer.text.match(/<da:tuple /g)).toHaveLength(MANY);
    expect(small).toBeGreaterThan(0);
  });
});
