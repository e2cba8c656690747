/**
 * R-LOG-01: the trace id of an application's `traceparent`, from its request over the router to the message at the controller and the events,
 * over both faces. The witness at the controller is the simulator's own trace.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '#testkit/routed-instances';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from '../call-plant.js';
import { attributeOf, envelope, requestElement, serviceOf } from '../northbound/clients.js';
import { CREDENTIALS } from '../running-instance.js';

interface Witnessed {
  readonly kind: string;
  readonly detail: { readonly type?: string; readonly traceparent?: string };
}

const idOf = (traceparent: string) => traceparent.split('-')[1];
const traceOf = (digit: string) => `00-${digit.repeat(32)}-b7ad6b7169203331-01`;

/** An application that may say which trace a request belongs to. */
class Application {
  sessionId = 0;
  private token = '';

  constructor(
    private readonly plant: CallPlant,
    private readonly face: 'REST' | 'SOAP',
  ) {}

  async login(): Promise<void> {
    if (this.face === 'SOAP') {
      this.sessionId = Number(attributeOf(await this.soap('login', CREDENTIALS), 'sessionId'));
      return;
    }
    const { sessionId, token } = JSON.parse(await this.rest('POST', '', CREDENTIALS)) as { sessionId: number; token: string };
    this.sessionId = sessionId;
    this.token = token;
  }

  async soap(operation: string, members: object, traceparent?: string): Promise<string> {
    const answer = await fetch(`${this.plant.base}/axis2/services/${serviceOf(operation)}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', ...(traceparent === undefined ? {} : { traceparent }) },
      body: envelope(requestElement(operation, { ...(this.sessionId === 0 ? {} : { sessionId: this.sessionId }), ...members })),
    });
    return answer.text();
  }

  async rest(method: string, path: string, body?: object, traceparent?: string): Promise<string> {
    const answer = await ask(this.plant.router.httpPort, {
      method,
      path: `/t/acme/v1/sessions${this.sessionId === 0 ? '' : `/${this.sessionId}`}${path}`,
      headers: {
        'content-type': 'application/json',
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, answer.body).toBeLessThan(300);
    return answer.body;
  }

  /** Looks a phone up, monitors it, calls, and inserts a user: each with a trace of its own, the last without. */
  async day(): Promise<void> {
    const isRest = this.face === 'REST';
    const [lookUp, monitor, call, insert] = ['a', 'b', 'c', 'd'].map(traceOf);
    const found = isRest
      ? await this.rest('GET', '/controllers/1/phones/2001', undefined, lookUp)
      : await this.soap('getPhoneNumberId', { icpId: 1, primeDn: '2001' }, lookUp);
    const objectId = Number(/objectId"?[=:] ?"?(\d+)/.exec(found)?.[1]);
    if (isRest) await this.rest('POST', '/monitors', { objectId }, monitor);
    else await this.soap('monitorObject', { objectId }, monitor);
    if (isRest) await this.rest('POST', `/devices/${objectId}/calls`, { number: '2002' }, call);
    else await this.soap('makeCall', { objectId, number: '2002' }, call);
    const tuple = { fields: ['', '1', 'Ana', 'Brandt', '', '', '', isRest ? '2998' : '2999'] };
    if (isRest) await this.rest('POST', '/tuples/3', { newTuple: tuple, distributionOnly: false }, insert);
    else await this.soap('insertTuple', { deiId: 3, newTuple: tuple, distributionOnly: false }, insert);
    if (isRest) await this.rest('GET', `/devices/${objectId}/features`);
    else await this.soap('getDeviceFeatures', { objectId });
  }

  /** Trace ids in the call events there are. */
  async traceIds(): Promise<string[]> {
    const text =
      this.face === 'REST' ? await this.rest('GET', '/events?waitMs=0&max=100') : await this.soap('getEvent', { timeout: 1000 });
    return [...text.matchAll(/traceparent"?[=:] ?"00-([0-9a-f]{32})/g)].map(([, id = '']) => id);
  }
}

/** The requests a controller has been asked since, each with its trace id. */
async function requestsAt(plant: CallPlant, after: number): Promise<(readonly [string, string | undefined])[]> {
  const { body } = await plant.witness<{ lines: Witnessed[] }>('GET', `/v1/trace?after=${after}&limit=1000`);
  return body.lines.flatMap(({ kind, detail: { type = '', traceparent } }) =>
    kind === 'request' ? [[type, traceparent === undefined ? undefined : idOf(traceparent)] as const] : [],
  );
}
const lastLine = async (plant: CallPlant) =>
  (await plant.witness<{ last: number }>('GET', '/v1/trace?after=999999999')).body.last;

describe('a trace to a controller that takes traces', () => {
  let plant: CallPlant;
  beforeAll(async () => (plant = await startCallPlant()), 60_000);
  afterAll(() => plant?.close());

  it.each(['REST', 'SOAP'] as const)(
    'R-LOG-01 over %s: one trace id in the request, at the controller and in the events; none without',
    async (face) => {
      const application = new Application(plant, face);
      await application.login();
      const before = await lastLine(plant);
      await application.day();
      const asked = await requestsAt(plant, before);
      expect(asked).toContainEqual(['LOOKUP_DEVICE', 'a'.repeat(32)]);
      expect(asked).toContainEqual(['MAKE_CALL', 'c'.repeat(32)]);
      expect(asked).toContainEqual(['DIRECTORY_WRITE', 'd'.repeat(32)]);
      expect(asked).toContainEqual(['QUERY', undefined]);
      // the second application finds the monitor standing
      if (face === 'REST') expect(asked).toContainEqual(['MONITOR_START', 'b'.repeat(32)]);
      expect(asked.filter(([type]) => type === 'SNAPSHOT_CALLS' || type === 'DIRECTORY_READ').map(([, id]) => id)).not.toContain(
        'c'.repeat(32),
      );
      const ids = await eventually(
        async () => {
          const found = await application.traceIds();
          return found.length > 0 && found;
        },
        { what: 'a call event with a trace' },
      );
      expect(new Set(ids)).toEqual(new Set(['c'.repeat(32)]));
      await plant.witness('POST', '/v1/phones/2001/clear', {});
    },
  );
});

describe('a trace to a controller of an earlier release', () => {
  let plant: CallPlant;
  beforeAll(async () => (plant = await startCallPlant({ settings: { capabilities: [] } })), 60_000);
  afterAll(() => plant?.close());

  it('R-LOG-01 does not go there: the link stays up, and the events have it as before', async () => {
    const application = new Application(plant, 'REST');
    await application.login();
    const before = await lastLine(plant);
    await application.day();
    const asked = await requestsAt(plant, before);
    expect(asked.map(([type]) => type)).toEqual(expect.arrayContaining(['MAKE_CALL', 'DIRECTORY_WRITE']));
    expect(asked.filter(([, id]) => id !== undefined)).toEqual([]);
    expect(new Set(await application.traceIds())).toEqual(new Set(['c'.repeat(32)]));
  });
});
