/** "Ready" means that an application could log in now: the instance runs, its controllers are connected, and the edge lets a log-in through. */
import { ControlApiClient } from '#contracts/control-api-client';
import { LaunchError } from './launch-error.js';
import { SAMPLE, type SampleTenant } from './sample-tenant.js';

export interface ReadinessFacts {
  readonly base: string;
  readonly tenant: SampleTenant;
  /** Plain base of the edge. */
  readonly edge: string;
  readonly say: (line: string) => void;
  /** What the record says counts when it was observed after this time (milliseconds since 1970): before, other programs ran. */
  readonly since: number;
  readonly signal: AbortSignal;
}

type Instance = Awaited<ReturnType<ControlApiClient['getInstance']>>;

const DEADLINE_MS = 90_000;
const POLL_MS = 150;

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Waits for the operation that makes the instance and shows its steps as they are done. */
export async function untilOperationEnds({ base, tenant, say, signal }: ReadinessFacts): Promise<void> {
  if (tenant.operationId === undefined) return;
  const api = new ControlApiClient({ base, key: tenant.key });
  const shown = new Set<string>();
  for (;;) {
    const operation = await api.waitOperation(tenant.operationId, { timeoutSeconds: 1 }, { signal });
    for (const step of operation.steps) {
      if (step.state !== 'done' || shown.has(step.name)) continue;
      shown.add(step.name);
      say(`${SAMPLE.instance}: ${step.name}${step.detail === '' ? '' : ` (${step.detail})`}`);
    }
    if (operation.state === 'succeeded') return;
    if (operation.state === 'failed')
      throw new LaunchError(`the sample instance could not be made: ${operation.error?.detail ?? 'no reason given'}`);
  }
}

/** The record may still tell of a process of the last run. */
function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function connected(instance: Instance, enabled: ReadonlySet<number>): number {
  return instance.status.links.filter((link) => enabled.has(link.icpId) && link.state === 'CONNECTED').length;
}

/** Answers in a few words how the instance stands; an instance that is wanted stopped is left alone. */
export async function untilConnected({ base, tenant, signal, since }: ReadinessFacts): Promise<string> {
  const api = new ControlApiClient({ base, key: tenant.key });
  const deadline = performance.now() + DEADLINE_MS;
  const controllers = await api.listControllers(SAMPLE.slug, {}, { signal });
  const enabled = new Set(controllers.items.filter((controller) => controller.enabled).map((controller) => controller.icpId));
  for (;;) {
    const instance = await api.getInstance(SAMPLE.slug, tenant.instance.id, { signal });
    if (instance.desiredState === 'stopped') return `${instance.name} is stopped, as asked for`;
    const links = connected(instance, enabled);
    const isFresh = Date.parse(instance.status.updatedAt ?? '') >= since;
    if (instance.status.state === 'running' && isFresh && isAlive(instance.status.pid) && links === enabled.size) {
      return `${instance.name} runs at ${instance.status.address}, pid ${instance.status.pid}, ${links} controllers connected`;
    }
    if (performance.now() > deadline) {
      throw new LaunchError(
        `${instance.name} is ${instance.status.state} with ${links} of ${enabled.size} controllers connected after ${DEADLINE_MS / 1000} s: ${instance.status.message}`,
      );
    }
    await pause();
  }
}

/** A log-in and log-out as any application would do them. */
export async function untilLoginWorks({ tenant, edge, signal }: ReadinessFacts): Promise<void> {
  const sessions = `${edge}/t/${SAMPLE.slug}/v1/sessions`;
  const { name: applicationName, applicationPassword, localPassword } = tenant.application;
  const body = JSON.stringify({ companyName: SAMPLE.companyName, applicationName, applicationPassword, localPassword });
  const deadline = performance.now() + 30_000;
  for (;;) {
    const answer = await fetch(sessions, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal }).catch(
      (error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      },
    );
    if (answer?.ok === true) {
      const { sessionId, token } = (await answer.json()) as { sessionId: number; token: string };
      await fetch(`${sessions}/${sessionId}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` }, signal });
      return;
    }
    const problem = (await answer?.text().catch(() => '')) ?? 'no answer';
    if (performance.now() > deadline) throw new LaunchError(`a log-in over the edge fails: ${problem.slice(0, 200)}`);
    await pause();
  }
}
