/** What the simulated controllers saw: their trace, their links, their phones; and the table of processes. Never our own database. */
import { existsSync } from 'node:fs';
import { eventually } from '#testkit/eventually';
import { adminClient, runFile, simulator, TestSession } from './system.js';

export interface TraceLine {
  readonly n: number;
  readonly wallMs: number;
  readonly kind: string;
  readonly controller: string | null;
  readonly instanceId: string | null;
  readonly epoch: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface SeenController {
  readonly address: string;
  readonly links: readonly {
    readonly state: string;
    readonly instanceId: string;
    readonly epoch: string;
    readonly monitors: number;
  }[];
  readonly monitors: { readonly total: number; readonly shared: number };
  readonly phones: readonly {
    readonly dn: string;
    readonly handle: number;
    readonly calls: readonly { readonly state: string }[];
  }[];
}

/** Every line after number `after`; fails when some are no longer kept. */
export async function traceSince(after: number): Promise<TraceLine[]> {
  const lines: TraceLine[] = [];
  for (;;) {
    const from = lines.at(-1)?.n ?? after;
    const { body } = await simulator<{ lines: TraceLine[]; last: number; lost: boolean }>(
      'GET',
      `/v1/trace?after=${from}&limit=10000`,
    );
    if (body.lost) throw new Error(`the trace after ${from} is no longer kept`);
    lines.push(...body.lines);
    if (body.lines.length === 0 || lines.at(-1)!.n >= body.last) return lines;
  }
}

export const traceEnd = async (): Promise<number> =>
  (await simulator<{ last: number }>('GET', '/v1/trace?after=999999999&limit=1')).body.last;

export const controllersSeen = async (): Promise<readonly SeenController[]> =>
  (await simulator<{ controllers: SeenController[] }>('GET', '/v1/controllers')).body.controllers;

export async function controllerSeen(address: string): Promise<SeenController> {
  return (await controllersSeen()).find((controller) => controller.address === address)!;
}

/** A hand picks up a phone and dials; another answers. The call stands until somebody clears it. */
export async function callByHand(caller: string, called: string): Promise<void> {
  const dialled = await simulator('POST', `/v1/phones/${caller}/call`, { number: called });
  if (dialled.status !== 200) throw new Error(`${caller} could not call ${called}: ${JSON.stringify(dialled.body)}`);
  const answered = await simulator('POST', `/v1/phones/${called}/answer`);
  if (answered.status !== 200) throw new Error(`${called} could not answer: ${JSON.stringify(answered.body)}`);
}

export const isInCall = (controller: SeenController, dn: string): boolean =>
  controller.phones.find((phone) => phone.dn === dn)!.calls.some(({ state }) => state === 'connected');

/** In the table of processes, zombies not counted. */
export const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

/** The process of the sample instance, as soon as the record names one that lives. */
export async function instanceProcess(): Promise<{ readonly id: string; readonly pid: number; readonly epochMajor: number }> {
  const { slug, instances } = runFile().tenant;
  return eventually(
    async () => {
      const { id, status } = await adminClient().getInstance(slug, instances[0]!.id);
      const isUp = status.state === 'running' && status.pid !== null && isAlive(status.pid);
      const linked = status.links.length > 0 && status.links.every(({ state }) => state === 'CONNECTED');
      return isUp && linked ? { id, pid: status.pid!, epochMajor: status.epochMajor } : undefined;
    },
    { deadlineMs: 60_000, what: 'the instance and its links' },
  );
}

/** A session that monitors these phones of one controller; resolves when all monitors stand. */
export async function watching(
  address: string,
  extensions: readonly string[],
): Promise<{ session: TestSession; objectIds: number[] }> {
  const session = await TestSession.open();
  const objectIds = await Promise.all(extensions.map((dn) => session.phone(address, dn)));
  const answers = await Promise.all(objectIds.map((objectId) => session.ask('POST', '/monitors', { objectId })));
  for (const { status, body } of answers) if (status !== 200) throw new Error(`a monitor was refused: ${JSON.stringify(body)}`);
  return { session, objectIds };
}

/** Asks until the session answers again, whoever answers for it. */
export const sessionBack = (session: TestSession): Promise<true> =>
  eventually(async () => ((await session.ask('POST', '/keepalive', {})).status === 200 ? (true as const) : undefined), {
    deadlineMs: 40_000,
    what: 'the session at the next incarnation',
  });

export const atEpoch =
  (major: number) =>
  (line: TraceLine): boolean =>
    line.epoch?.split('.')[0] === String(major);

/** I2: from the first frame of the new incarnation at any controller on, none of the old one at any. */
export function overlapOf(lines: readonly TraceLine[], instanceId: string, oldMajor: number): TraceLine[] {
  const own = lines.filter((line) => line.instanceId === instanceId);
  const firstNew = own.find((line) => Number(line.epoch?.split('.')[0]) > oldMajor);
  if (firstNew === undefined) throw new Error('the trace shows nothing of a newer epoch');
  return own.filter((line) => line.n > firstNew.n && atEpoch(oldMajor)(line) && line.kind !== 'link-closed');
}

/** R-MON-03: the most monitor starts that any one controller saw from this instance in any second. */
export function startsPerSecondMax(lines: readonly TraceLine[], instanceId: string): number {
  const starts = lines.filter(
    (line) => line.instanceId === instanceId && line.kind === 'request' && line.detail['type'] === 'MONITOR_START',
  );
  return Math.max(
    0,
    ...starts.map(
      (first) =>
        starts.filter(
          ({ controller, wallMs }) => controller === first.controller && wallMs >= first.wallMs && wallMs < first.wallMs + 1000,
        ).length,
    ),
  );
}
