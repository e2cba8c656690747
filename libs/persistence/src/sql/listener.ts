import { Client } from 'pg';

export interface Subscription {
  /** No notice comes after it resolved. May be called twice. */
  close(): Promise<void>;
}

interface ListenRequest {
  readonly url: string;
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  readonly onError: (error: Error) => void;
}

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5000;

/** A connection of its own, because LISTEN belongs to a session and a pool hands sessions around. */
export async function listenOn(request: ListenRequest): Promise<Subscription> {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let delayMs = RECONNECT_MIN_MS;

  const connect = async (): Promise<void> => {
    const fresh = new Client({
      connectionString: request.url,
      keepAlive: true,
      application_name: `cordboard listen ${request.channel}`,
    });
    let lost = false;
    const onLost = (error?: Error): void => {
      if (lost) return;
      lost = true;
      if (error && !closed) request.onError(error);
      void fresh.end().catch(() => undefined);
      if (client === fresh) {
        client = undefined;
        schedule();
      }
    };
    fresh.on('error', onLost);
    fresh.on('end', () => onLost());
    fresh.on('notification', (message) => {
      if (!closed) request.onNotice(message.payload ?? '');
    });
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${fresh.escapeIdentifier(request.channel)}`);
    } catch (error) {
      lost = true;
      await fresh.end().catch(() => undefined);
      throw error;
    }
    if (closed) await fresh.end();
    else client = fresh;
  };

  const schedule = (): void => {
    if (closed) return;
    timer = setTimeout(() => {
      connect().then(
        () => {
          delayMs = RECONNECT_MIN_MS;
          if (!closed) request.onNotice('');
        },
        (error: Error) => {
          request.onError(error);
          delayMs = Math.min(delayMs * 2, RECONNECT_MAX_MS);
          schedule();
        },
      );
    }, delayMs);
  };

  await connect();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      await last?.end();
    },
  };
}
