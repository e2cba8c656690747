import { setDefaultBackendFactory, type ConnectionOptions } from 'bullmq';
import { createSturdyPostgresBackend } from './sturdy-backend.js';
import { SturdyClient } from './sturdy-client.js';

/** Which backend a queue URL means: `postgres://` (the default, no server of its own) or `redis://`. */
export function isPostgres(queueUrl: string): boolean {
  return /^postgres(ql)?:\/\//.test(queueUrl);
}

/**
 * Chooses BullMQ's backend for the whole process and answers what its classes take as `connection`. Must run before any queue or worker is
 * made, also those of @nestjs/bullmq, which knows no other way.
 *
 * @param role on Redis a consumer waits for its server for ever; a producer fails at once while the server is away, so that rings do not pile
 * up in memory: the outbox has them
 */
export function chooseBackend(queueUrl: string, poolMax: number, role: 'producer' | 'consumer'): ConnectionOptions {
  if (isPostgres(queueUrl)) {
    setDefaultBackendFactory(createSturdyPostgresBackend);
    return { connectionString: queueUrl, Client: SturdyClient, max: poolMax, connectionTimeoutMillis: 5000, keepAlive: true };
  }
  if (!/^rediss?:\/\//.test(queueUrl)) throw new TypeError('the queue URL must be postgres:// or redis://');
  setDefaultBackendFactory();
  const patience = role === 'consumer' ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, enableOfflineQueue: false };
  return { url: queueUrl, keepAlive: 10_000, ...patience };
}
