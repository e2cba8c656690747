/** R-SES-05: applications written for the original keep their paths, below a tenant's prefix or host name, over HTTP and HTTPS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '#testkit/routed-instances';
import { type CallPlant, startCallPlant } from './call-plant.js';
import { attributeOf, envelope, FACTS, requestElement } from './northbound/clients.js';
import { CREDENTIALS } from './running-instance.js';

const SERVICES = Object.keys(FACTS.services);
const HOST = 'acme.cordboard.localhost';
let plant: CallPlant;
beforeAll(async () => {
  plant = await startCallPlant();
}, 60_000);
afterAll(() => plant?.close());

interface Way {
  readonly port: number;
  readonly host: string;
  readonly prefix: string;
  readonly tls: Partial<Parameters<typeof ask>[1]>;
}
function wayOf(scheme: 'http' | 'https', by: 'prefix' | 'host name'): Way {
  const { router, around } = plant;
  const port = scheme === 'http' ? router.httpPort : router.httpsPort;
  const host = by === 'prefix' ? 'localhost' : HOST;
  const tls = scheme === 'http' ? {} : { tls: { ca: around.authority.certPem, servername: host } };
  return { port, host: `${host}:${port}`, prefix: by === 'prefix' ? '/t/acme' : '', tls };
}

const cases = (['http', 'https'] as const).flatMap((scheme) =>
  (['prefix', 'host name'] as const).flatMap((by) => ['', '/'].map((slash) => [scheme, by, slash] as const)),
);

describe('paths of the original', () => {
  it.each(cases)('R-SES-05 over %s, by %s, with “%s” behind them: a whole session', async (scheme, by, slash) => {
    const { port, host, prefix, tls } = wayOf(scheme, by);
    const call = async (service: string, operation: string, members: Readonly<Record<string, unknown>>) => {
      const { status, body } = await ask(port, {
        method: 'POST',
        path: `${prefix}/axis2/services/${service}${slash}`,
        headers: { host, 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"` },
        body: envelope(requestElement(operation, members)),
        ...tls,
      });
      expect([operation, status, attributeOf(body, 'result')], body).toEqual([operation, 200, 'true']);
      return body;
    };
    const sessionId = attributeOf(await call('SessionService', 'loginEx', { ...CREDENTIALS, version: '4.0' }), 'sessionId');
    const found = await call('StandardCCService', 'getIcpId', { sessionId, icpIpAddress: plant.controller });
    expect(found).toMatch(/icpId="?>?1\b/);
    await call('SessionService', 'logout', { sessionId });
  });

  it.each(cases)(
    'R-SES-05 S-36 over %s, by %s, with “%s” behind them: every service is described with the address its reader used, schemas within',
    async (scheme, by, slash) => {
      const { port, host, prefix, tls } = wayOf(scheme, by);
      expect(SERVICES).toHaveLength(6);
      for (const service of SERVICES) {
        const { status, body } = await ask(port, {
          path: `${prefix}/axis2/services/${service}${slash}?wsdl`,
          headers: { host },
          ...tls,
        });
        const addresses = [...body.matchAll(/<soap:address location="([^"]*)"/g)].map(([, address]) => address);
        expect([status, addresses]).toEqual([200, [`${scheme}://${host}${prefix}/axis2/services/${service}`]]);
        expect(body).toContain('<xs:schema ');
        expect(body, 'nothing else is to be fetched').not.toMatch(
          /schemaLocation|<xs:(import|include) [^>]*location|<wsdl:import/,
        );
      }
    },
  );
});
