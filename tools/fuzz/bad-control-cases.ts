/** Bad requests to the control API as cases of a run: single faults, several at once, wrong on the wire, and what only the operation itself can refuse. */
import { CONTROL_ROUTE_LIST, type ControlRoute } from '#contracts/control-api';
import {
  bodySchema,
  encode,
  fill,
  mixedFaults,
  singleFaults,
  validBody,
  type BadControlRequest,
  type KnownIds,
} from './bad-control.js';
import { onTheWire, type BadRequest } from './bad-http.js';
import { byOperation } from './cases.js';
import { hostileFor } from './hostile-values.js';
import type { Seeded } from './seeded.js';

/** An admin reaches every tenant and every operation: there another tenant's id is a right one. */
export const isRightForAdmin = ({ route, fault }: BadControlRequest): boolean =>
  fault.endsWith('of another tenant') && isAdmins(route) && !fault.startsWith('clusterId');
const isAdmins = ({ role }: ControlRoute): boolean => role === 'admin' || role === 'any';

export interface ControlKeys {
  readonly admin: string;
  readonly tenant: string;
}

/** Made once: the list of single faults is long. */
export function controlCases(ids: KnownIds, keys: ControlKeys): (random: Seeded) => BadRequest {
  const wrong = singleFaults(ids).filter((one) => !isRightForAdmin(one));
  const singles = byOperation(wrong, ({ route }) => route.id);
  const shaped = (bad: BadControlRequest): BadRequest => {
    // a tenant's key where its role allows, so that "of another tenant" means something
    const authorization = `Bearer ${isAdmins(bad.route) ? keys.admin : keys.tenant}`;
    return {
      what: bad.fault,
      operation: bad.route.id,
      method: bad.route.method,
      path: bad.path,
      headers: Object.entries({ host: 'control.example', authorization, ...bad.headers }),
      ...(bad.body === undefined ? {} : { body: bad.body }),
    };
  };
  return (random) => {
    const kind = random.below(100);
    if (kind < 27) return shaped(random.pick(random.pick(singles)));
    if (kind < 34) return shaped(mixedFaults(ids, random));
    const refused = shaped(refusedByOperation(ids, random));
    return kind < 40 ? onTheWire(refused, random) : refused;
  };
}

/** Names that are taken, by operation. */
const taken = (route: ControlRoute, ids: KnownIds): Record<string, unknown> | undefined =>
  route.id === 'createTenant'
    ? { slug: ids.mine['tenant'] }
    : route.id === 'createCluster'
      ? { name: ids.mine['clusterName'] }
      : undefined;

/**
 * Fits the route's schema, with hostile values wherever it takes some, and cannot be done: it is about what is not there, of another tenant,
 * of another version, or takes a name that is taken.
 */
function refusedByOperation(ids: KnownIds, random: Seeded): BadControlRequest {
  for (;;) {
    const route = random.pick(CONTROL_ROUTE_LIST);
    const inner = Object.keys(route.params.shape).filter((name) => name !== 'tenant');
    const conflict = taken(route, ids);
    const newCluster = route.body !== null && 'clusterId' in route.body.shape;
    if (inner.length === 0 && !route.ifMatch && conflict === undefined && !newCluster) continue;
    const name = inner.length === 0 ? undefined : random.pick(inner);
    const foreign = name === undefined || isAdmins(route) ? undefined : ids.foreign[name];
    const id = foreign !== undefined && random.below(2) === 0 ? foreign : uuid(random);
    const body = route.body === null ? undefined : { ...hostileBody(route, ids, random), ...conflict };
    if (body !== undefined && newCluster) body['clusterId'] = random.pick([uuid(random), ids.foreign['cluster']]);
    const idempotencyKey = random.pick([undefined, 'k'.repeat(200), "k-'--", '{{7*7}}', `<${random.below(1e6)}>`]);
    return {
      route,
      fault: name === undefined ? 'refused by what there is' : `${name} is not there`,
      path: fill(route, name === undefined ? ids.mine : { ...ids.mine, [name]: id }) + queryOf(route, random),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(route.ifMatch ? { 'if-match': inner.length === 0 ? '"999999"' : random.pick(['*', '"1"', '"999999999"']) } : {}),
        ...(route.idempotent && idempotencyKey !== undefined ? { 'idempotency-key': idempotencyKey } : {}),
      },
      body: body === undefined ? undefined : encode(body),
    };
  }
}

/** Members that take a text have a hostile one now and then. */
function hostileBody(route: ControlRoute, ids: KnownIds, random: Seeded): Record<string, unknown> {
  const body = validBody(route, ids);
  for (const [name, schema] of Object.entries(bodySchema(route).properties ?? {})) {
    if (name === 'clusterId' || random.below(2) === 0) continue;
    const value = hostileFor(name, schema as Readonly<Record<string, unknown>>, random);
    if (typeof value === 'string' && schema.format === undefined) body[name] = value;
  }
  // a change of nothing is refused before it is looked for
  const { properties = {} } = bodySchema(route);
  if (Object.keys(body).length === 0 && 'enabled' in properties) body['enabled'] = random.below(2) === 0;
  if (Object.keys(body).length === 0 && 'allowed' in properties) body['allowed'] = random.below(2) === 0;
  return body;
}

function queryOf(route: ControlRoute, random: Seeded): string {
  const known = Object.keys(route.query.shape);
  if (known.includes('number')) return `?number=${random.pick(['5550', '%2B4930123', '*1%23', '0', '9'.repeat(20)])}`;
  if (known.includes('timeoutSeconds')) return random.pick(['', '?timeoutSeconds=0', '?timeoutSeconds=60']);
  return known.includes('limit') ? random.pick(['', '?limit=1', '?limit=500']) : '';
}

function uuid(random: Seeded): string {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
