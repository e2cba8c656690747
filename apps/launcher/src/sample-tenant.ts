/**
 * The sample tenant, provisioned through the control API as any provider would. May run at every start: what is there is kept, what is
 * missing is made. Secrets are told once by the API, so they are kept in `sample.json` (mode 0600) as soon as they are told.
 */
import { UNLIMITED_LICENCES } from '#contracts/control-api';
import { z } from 'zod';
import { ControlApiClient, ControlApiError } from '#contracts/control-api-client';
import { LaunchError } from './launch-error.js';
import { controllerName } from './program-settings.js';
import { readJson, writePrivateJson } from './private-files.js';

export const SAMPLE = Object.freeze({
  slug: 'sample',
  companyName: 'Sample Company',
  cluster: 'Sample Cluster',
  application: 'Demo Application',
  instance: 'gateway-1',
  key: 'sample provider key',
});

const SecretsSchema = z.strictObject({
  tenantId: z.string(),
  key: z.string().optional(),
  application: z.strictObject({ id: z.string(), applicationPassword: z.string(), localPassword: z.string() }).optional(),
});
type Secrets = z.infer<typeof SecretsSchema>;

export interface SampleTenant {
  readonly id: string;
  readonly key: string;
  readonly application: { readonly name: string; readonly applicationPassword: string; readonly localPassword: string };
  readonly instance: { readonly id: string; readonly name: string };
  /** The operation that makes the instance, when it was asked for just now. */
  readonly operationId: string | undefined;
}

export interface SampleFacts {
  readonly base: string;
  readonly adminKey: string;
  readonly file: string;
  readonly controllerAddresses: readonly string[];
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ControlApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** All items of a paged list; the sample has few, but an operator may have added some. */
async function everyItem<T>(
  page: (cursor: string | undefined) => Promise<{ items: readonly T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    items.push(...answer.items);
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
const from = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

async function keyWorks(base: string, key: string | undefined): Promise<boolean> {
  if (key === undefined) return false;
  try {
    await new ControlApiClient({ base, key }).me();
    return true;
  } catch (error) {
    if (error instanceof ControlApiError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

async function ensureController(api: ControlApiClient, clusterId: string, addresses: readonly string[]): Promise<void> {
  const present = await everyItem((cursor) => api.listControllers(SAMPLE.slug, from(cursor)));
  for (const [index, address] of addresses.entries()) {
    if (present.some((controller) => controller.address === address)) continue;
    await api.createController(SAMPLE.slug, {
      clusterId,
      name: controllerName(index),
      address,
      platform: 'virtual',
      release: '9.4',
    });
  }
}

async function ensureApplication(
  api: ControlApiClient,
  kept: Secrets['application'],
): Promise<NonNullable<Secrets['application']>> {
  const present = await everyItem((cursor) => api.listApplications(SAMPLE.slug, from(cursor)));
  const found = present.find((application) => application.name === SAMPLE.application);
  if (found !== undefined && found.id === kept?.id) return kept;
  const told =
    found === undefined
      ? await api.createApplication(SAMPLE.slug, { name: SAMPLE.application })
      : await api.rotateApplicationCredentials(SAMPLE.slug, found.id);
  const { id, applicationPassword, localPassword } = told;
  if (applicationPassword === undefined || localPassword === undefined)
    throw new LaunchError('the control API did not tell the passwords of the sample application');
  return { id, applicationPassword, localPassword };
}

async function ensureKey(api: ControlApiClient, base: string, kept: string | undefined): Promise<string> {
  if (kept !== undefined && (await keyWorks(base, kept))) return kept;
  // A key whose secret was told but never kept is of no use to anybody: its name is needed again.
  const lost = (await everyItem((cursor) => api.listKeys(SAMPLE.slug, from(cursor)))).filter(
    (key) => key.name === SAMPLE.key && key.revokedAt === null,
  );
  for (const key of lost) await api.revokeKey(SAMPLE.slug, key.id);
  const { key } = await api.createKey(SAMPLE.slug, { name: SAMPLE.key });
  if (key === undefined) throw new LaunchError('the control API did not tell the key of the sample tenant');
  return key;
}

export async function ensureSampleTenant({ base, adminKey, file, controllerAddresses }: SampleFacts): Promise<SampleTenant> {
  const api = new ControlApiClient({ base, key: adminKey });
  const tenant =
    (await orNothing(api.getTenant(SAMPLE.slug))) ??
    (await api.createTenant({ slug: SAMPLE.slug, companyName: SAMPLE.companyName, licences: UNLIMITED_LICENCES }));
  const read = SecretsSchema.safeParse(readJson(file)).data;
  let kept: Secrets = read?.tenantId === tenant.id ? read : { tenantId: tenant.id };
  const keep = (more: Partial<Secrets>) => {
    kept = { ...kept, ...more };
    writePrivateJson(file, kept);
  };
  keep({});
  const key = await ensureKey(api, base, kept.key);
  keep({ key });
  const clusters = await everyItem((cursor) => api.listClusters(SAMPLE.slug, from(cursor)));
  const cluster =
    clusters.find(({ name }) => name === SAMPLE.cluster) ?? (await api.createCluster(SAMPLE.slug, { name: SAMPLE.cluster }));
  await ensureController(api, cluster.id, controllerAddresses);
  const application = await ensureApplication(api, kept.application);
  keep({ application });
  const instances = await everyItem((cursor) => api.listInstances(SAMPLE.slug, from(cursor)));
  const found = instances.find(({ name, desiredState }) => name === SAMPLE.instance && desiredState !== 'deleted');
  const operation =
    found === undefined ? await api.createInstance(SAMPLE.slug, { clusterId: cluster.id, name: SAMPLE.instance }) : undefined;
  return {
    id: tenant.id,
    key,
    application: {
      name: SAMPLE.application,
      applicationPassword: application.applicationPassword,
      localPassword: application.localPassword,
    },
    instance: { id: found?.id ?? operation?.targetId ?? '', name: SAMPLE.instance },
    operationId: operation?.id,
  };
}
