/** R-SES-05: applications written for the original keep their paths, below a tenant's prefix or host name, over HTTP and HTTPS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '#testkit/routed-instances';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { attributeOf, envelope, requestElement } from './northbound/clients.js';
import { CREDENTIALS } from './running-instance.js';

const HOST = 'acme.cordboard.localhost';
let plant: CallPlant;
beforeAll(async () => {
  plant = await startCallPlant();
}, 60_000);
afterAll(() => plant?.close());

const cases = (['http', 'https'] as const).flatMap((scheme) =>
  (['prefix', 'host name'] as const).flatMap((by) => ['', '/'].map((slash) => [scheme, by, slash] as const)),
);

describe('paths of the original', () => {
  it.each(cases)('R-SES-05 over %s, by %s, with “%s” behind them: a whole session', async (scheme, by, slash) => {
    const { router, around } = plant;
    const port = scheme === 'http' ? router.httpPort : router.httpsPort;
    const host = by === 'prefix' ? 'localhost' : HOST;
    const call = async (service: string, operation: string, members: Readonly<Record<string, unknown>>) => {
      const { status, body } = await ask(port, {
        method: 'POST',
        path: `${by === 'prefix' ? '/t/acme' : ''}/axis2/services/${service}${slash}`,
        headers: { host: `${host}:${port}`, 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"` },
        body: envelope(requestElement(operation, members)),
        ...(scheme === 'http' ? {} : { tls: { ca: around.authority.certPem, servername: host } }),
      });
      expect([operation, status, attributeOf(body, 'result')], body).toEqual([operation, 200, 'true']);
      return body;
    };
    const sessionId = attributeOf(await call('SessionService', 'loginEx', { ...CREDENTIALS, version: '4.0' }), 'sessionId');
    const found = await call('StandardCCService', 'getIcpId', { sessionId, icpIpAddress: plant.controller });
    expect(found).toMatch(/icpId="?>?1\b/);
    await call('SessionService', 'logout', { sessionId });
  });
});
