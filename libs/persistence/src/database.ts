/**
 * The door to Postgres. Everything happens in a transaction that is bound to one tenant or to the platform; row security gives an
 * unbound connection no rows at all (S-03).
 */
import { DataSource } from 'typeorm';
import { ENTITIES } from './tables/entities.js';
import { withRetries } from './sql/retry.js';
import { listenOn, type Subscription } from './sql/listener.js';
import { SturdyClient } from './sql/sturdy-client.js';
import { beginTx, endTx, type Tx } from './sql/transaction.js';

export type { Tx } from './sql/transaction.js';
export type { Subscription } from './sql/listener.js';

export interface DatabaseOptions {
  /** Of the application's role, which cannot bypass row security. */
  readonly url: string;
  readonly poolMax?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Errors of idle and listening connections: the pool replaces them by itself, so this is for the log. */
  readonly onError?: (error: Error) => void;
}

/** Payload of a notification: ids only, separated by a space. */
export type NotificationChannel = 'cordboard_instance_status' | 'cordboard_spec' | 'cordboard_operation';

export interface Database {
  /**
   * Runs `fn` in one transaction that sees and writes this tenant's rows only. Commits when `fn` resolves; rolls back when it throws or
   * resolves to a refused outcome (`{ok: false}`). `fn` may run up to three times more when Postgres asks for it (deadlock, serialisation, a
   * unique value taken meanwhile), so it must have no effect outside of the transaction.
   */
  withTenant<T>(tenantId: string, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same over all tenants: for administrators and loops. */
  asPlatform<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotice` for each notification from now on, and once with an empty payload after every reconnect, because some may have been
   * missed. Resolves when the first LISTEN stands; reconnects for ever afterwards.
   */
  listen(channel: NotificationChannel, onNotice: (payload: string) => void): Promise<Subscription>;
  /** Rejects when Postgres does not answer. */
  ping(): Promise<void>;
  /** Ends subscriptions and connections; may be called twice. */
  close(): Promise<void>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const isRefused = (value: unknown): boolean => typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;

/** Connects and answers; rejects when the first connection fails. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const onError = options.onError ?? (() => undefined);
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    entities: ENTITIES,
    synchronize: false,
    migrationsRun: false,
    applicationName: options.applicationName ?? 'cordboard',
    extra: {
      Client: SturdyClient,
      max: options.poolMax ?? 10,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      // A process that was paused in a transaction must not keep its locks for ever.
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 30_000,
    },
    poolErrorHandler: onError,
  });
  await source.initialize();
  const subscriptions = new Set<Subscription>();

  const run = <T>(tenantId: string | undefined, fn: (tx: Tx) => Promise<T>): Promise<T> =>
    withRetries(() => answeredInTime(transact(source, tenantId, fn)));

  return {
    withTenant: async (tenantId, fn) => {
      if (!UUID.test(tenantId)) throw new TypeError('tenantId is not a UUID');
      return run(tenantId, fn);
    },
    asPlatform: (fn) => run(undefined, fn),
    listen: async (channel, onNotice) => {
      const subscription = await listenOn({ url: options.url, channel, onNotice, onError });
      subscriptions.add(subscription);
      return {
        close: async () => {
          subscriptions.delete(subscription);
          await subscription.close();
        },
      };
    },
    ping: async () => {
      await source.query('SELECT 1');
    },
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      subscriptions.clear();
      if (source.isInitialized) await source.destroy();
    },
  };
}

/** Longer than the longest statement may take: nobody waits for ever on a connection that went away unnoticed (C9). */
const TRANSACTION_MAX_MS = 20_000;

/** The outcome, or an error when there is none in time; whether it was committed is unknown then, as after any lost connection. */
async function answeredInTime<T>(outcome: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Connection terminated: the database did not answer in time')), TRANSACTION_MAX_MS);
  });
  outcome.catch(() => undefined);
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One attempt. The settings are local to the transaction, so a pooled connection carries nothing over to its next user. */
async function transact<T>(source: DataSource, tenantId: string | undefined, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  let tx: Tx | undefined;
  try {
    await runner.startTransaction();
    await runner.query(`SELECT set_config('cordboard.tenant_id', $1, true), set_config('cordboard.scope', $2, true)`, [
      tenantId ?? '',
      tenantId === undefined ? 'platform' : 'tenant',
    ]);
    tx = beginTx(runner.manager, tenantId);
    const result = await fn(tx);
    if (isRefused(result)) await runner.rollbackTransaction();
    else await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    if (tx) endTx(tx);
    await runner.release();
  }
}
