/**
 * BullMQ's Postgres backend, made to outlive a database that is away at the wrong moment (C9).
 *
 * BullMQ 6.7 remembers the outcome of its first look at the database for ever, also when it failed: from then on every claim of a job fails
 * at once, without any IO, and the worker's loop, which asks again without a pause, never lets the event loop go on. The process then burns a
 * core, answers nothing and cannot even be stopped by a signal.
 */
import { createPostgresBackend } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';

/** Between a claim that failed and the next one. */
const FAILED_CLAIM_PAUSE_MS = 200;

/** As BullMQ's own factory; a failed look at the database is taken again, and a claim that fails takes a moment to say so. */
export const createSturdyPostgresBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const backend = createPostgresBackend(name, options, factoryOptions);
  forgetFailures(backend.connection);
  forgetFailures(backend);
  const claim = backend.moveToActive.bind(backend);
  backend.moveToActive = async (token, workerName) => {
    try {
      return await claim(token, workerName);
    } catch (error) {
      await pause(FAILED_CLAIM_PAUSE_MS);
      throw error;
    }
  };
  return backend;
};

function forgetFailures(owner: { waitUntilReady(): Promise<void> }): void {
  const wait = owner.waitUntilReady.bind(owner);
  owner.waitUntilReady = async () => {
    try {
      await wait();
    } catch (error) {
      (owner as unknown as { readyPromise: unknown }).readyPromise = undefined;
      throw error;
    }
  };
}
