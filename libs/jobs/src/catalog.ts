/**
 * Every job, once: its payload (ids only, S-06: whoever handles it reads and checks everything else again) and what makes two rings one.
 * A job is a bell (design.md 1): it may be lost, doubled or late, and its handler finds in the store what there is to do.
 */
export interface JobPayloads {
  /** Bring one instance to its spec. */
  'instance.reconcile': { readonly instanceId: string };
  /** Go on with the deletion of one tenant. */
  'tenant.reconcile': { readonly tenantId: string };
}
export type JobName = keyof JobPayloads;

interface JobDefinition<N extends JobName> {
  /** Rings with the same id are one until its run begins; a ring during the run makes one more run. */
  readonly deduplicationId: (payload: JobPayloads[N]) => string;
}

export const JOB_CATALOG: { readonly [N in JobName]: JobDefinition<N> } = {
  'instance.reconcile': { deduplicationId: ({ instanceId }) => `instance.reconcile ${instanceId}` },
  'tenant.reconcile': { deduplicationId: ({ tenantId }) => `tenant.reconcile ${tenantId}` },
};

export const JOB_NAMES = Object.keys(JOB_CATALOG) as readonly JobName[];
export const RECONCILE_QUEUE = 'cordboard-reconcile';

/** One handler per job. It must be idempotent: the same job may run twice, also at the same time. */
export type JobHandlers = { readonly [N in JobName]: (payload: JobPayloads[N]) => Promise<void> };

const ID = /^[0-9A-Za-z-]{1,64}$/;

/** The payload when it is exactly the ids this job has; undefined for anything else: a queue is writable by more than us. */
export function parseJob(
  name: string,
  data: unknown,
): { readonly name: JobName; readonly payload: JobPayloads[JobName] } | undefined {
  if (!JOB_NAMES.includes(name as JobName) || typeof data !== 'object' || data === null) return undefined;
  const member = name === 'instance.reconcile' ? 'instanceId' : 'tenantId';
  const id = (data as Record<string, unknown>)[member];
  if (Object.keys(data).length !== 1 || typeof id !== 'string' || !ID.test(id)) return undefined;
  return { name: name as JobName, payload: { [member]: id } as unknown as JobPayloads[JobName] };
}
