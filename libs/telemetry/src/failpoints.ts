/**
 * Named places between two steps of an operation at which a test lets the program die or stand still (docs/design/failpoints.md). Without the
 * setting `failpoints` nothing can arm one, from outside or inside, and passing one costs the comparison of a variable.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Every failpoint there is, and what has been done when it is reached. The list is closed: a name that is not here does not compile. */
export const FAILPOINTS = {
  'orchestrator.mutation.begun': 'the transaction is open and the idempotency key is claimed in it',
  'orchestrator.mutation.spec-written': 'the spec is written in the transaction, the operation is not',
  'orchestrator.mutation.operation-written': 'the operation is written in the transaction, its bell is not',
  'orchestrator.mutation.before-commit': 'everything is written in the transaction',
  'orchestrator.mutation.committed': 'the transaction is committed; nothing has been rung or answered',
  'orchestrator.bell.rung': 'the queue has the job; the outbox row is still there',
  'orchestrator.bell.removed': 'the outbox row is gone',
  'worker.job.received': 'a job has arrived; nothing has been looked at',
  'worker.outbox.rung': 'the sweep has rung; the outbox rows are still there',
  'worker.instance.planned': 'there is a plan; the lease has not been taken',
  'worker.instance.leased': 'the lease is taken; nothing has been done under it',
  'worker.instance.step-begun': 'a step is written into the operation as running',
  'worker.instance.step-done': 'the work of a step is done; the operation does not say so yet',
  'worker.instance.start.before-grant': 'a start was decided; no address and no epoch has been granted',
  'worker.instance.start.before-commit': 'address, epoch and status are written in the transaction',
  'worker.instance.start.granted': 'address and epoch are committed; no file has been written',
  'worker.instance.start.confirmed': 'the lease has just been confirmed, for the last time before files are written',
  'worker.instance.start.files-written': 'configuration, certificate and access document are on disk',
  'worker.instance.start.before-spawn': 'everything is ready; no process has been started',
  'worker.instance.start.spawned': 'the process runs; its handle is not recorded',
  'worker.instance.start.recorded': 'the handle is recorded; the handle file is not written',
  'worker.instance.start.awaiting': 'the process runs and is recorded; nobody has asked it yet',
  'worker.instance.start.serving': 'it has answered that it serves; the status says starting',
  'worker.instance.adopt.before-record': 'an unrecorded process was found; it is not recorded yet',
  'worker.instance.running.before-write': 'it serves; the status says starting',
  'worker.instance.running.written': 'the status says running; the operation is open',
  'worker.instance.stop.before-mark': 'a stop was decided; the status does not say so',
  'worker.instance.stop.marked': 'the status says stopping; the process runs',
  'worker.instance.stop.ended': 'the process has ended; its handle is still recorded',
  'worker.instance.stop.recorded': 'the handle is gone; the status says stopping',
  'worker.instance.stopped.before-write': 'nothing runs; the status does not say stopped',
  'worker.instance.stopped.written': 'the status says stopped; the operation is open',
  'worker.instance.delete.before-mark': 'a release was decided; the status does not say so',
  'worker.instance.delete.marked': 'the status says deleting; files and rows are there',
  'worker.instance.delete.files-removed': 'the files are gone; the rows are there',
  'worker.instance.delete.before-commit': 'the rows are removed and the operation is ended in the transaction',
  'worker.instance.operation.before-end': 'what was asked for is reached; the operation is open',
  'worker.instance.operation.before-commit': 'the operation is ended in the transaction',
  'worker.tenant.delete.before-commit': 'the tenant is removed and its operation ended in the transaction',
} as const satisfies Readonly<Record<string, string>>;

export type FailpointName = keyof typeof FAILPOINTS;
export const FAILPOINT_NAMES = Object.keys(FAILPOINTS) as readonly FailpointName[];

/**
 * What happens at an armed failpoint: `kill` ends this process with SIGKILL, `pause` stops it with SIGSTOP until somebody sends SIGCONT.
 * Both happen before the call returns.
 */
export type FailpointAction = 'kill' | 'pause';

/** The part of a program's settings; a test's own folder, which only it and the program may write. */
export interface FailpointSettings {
  readonly folder: string;
}

let folder: string | undefined;

/** To be called once, before anything else, with the setting; without the setting no failpoint can ever do anything in this process. */
export function armFailpoints(settings: FailpointSettings | undefined): void {
  if (settings === undefined) return;
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  folder = settings.folder;
}

/** Marks a step boundary. Does nothing unless failpoints are armed and the file of this name says `kill` or `pause`. */
export function failpoint(name: FailpointName): void {
  if (folder !== undefined) reached(folder, name);
}

/**
 * A point fires once: the file that arms it is renamed to `<name>.fired` first, so that neither another process nor the next life of this one
 * fires it again. Every point that is passed is a line in the file `passed`.
 */
function reached(place: string, name: FailpointName): void {
  appendFileSync(join(place, 'passed'), `${name}\n`);
  const file = join(place, name);
  let action: string;
  try {
    action = readFileSync(file, 'utf8').trim();
    renameSync(file, `${file}.fired`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'pause') process.kill(process.pid, 'SIGSTOP');
  else throw new Error(`the failpoint ${name} is armed with something that is no action`);
}
