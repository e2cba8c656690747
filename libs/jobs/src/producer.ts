/** Rings the bell after a commit. Best effort: the outbox sweep rings again whatever was lost here. */
import { Queue } from 'bullmq';
import { chooseBackend } from './bullmq/backend.js';
import { JOB_CATALOG, RECONCILE_QUEUE, type JobName, type JobPayloads } from './catalog.js';

export interface Producer {
  /** Never rejects and never takes longer than `timeoutMs`; false when it is not certain that the queue has the job. */
  ring<N extends JobName>(name: N, payload: JobPayloads[N]): Promise<boolean>;
  /** Jobs that wait; undefined while the queue does not answer in time. Never rejects. */
  depth(): Promise<number | undefined>;
  /** May be called twice. */
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly queueUrl: string;
  /** Default 2,000. */
  readonly timeoutMs?: number;
  /** For the log; the queue's connection repairs itself. */
  readonly onError?: (error: Error) => void;
}

export function openProducer(options: ProducerOptions): Producer {
  const connection = chooseBackend(options.queueUrl, 2, 'producer');
  const onError = options.onError ?? (() => undefined);
  const queue = new Queue(RECONCILE_QUEUE, {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: { count: 100, age: 24 * 3600 }, attempts: 1 },
  });
  queue.on('error', onError);
  let closing: Promise<void> | undefined;

  const inTime = async <T, L>(work: Promise<T>, otherwise: L): Promise<T | L> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<L>((resolve) => {
      timer = setTimeout(() => resolve(otherwise), options.timeoutMs ?? 2000);
    });
    const first = await Promise.race([work, late]);
    clearTimeout(timer);
    return first;
  };

  return {
    ring: async (name, payload) => {
      if (closing) return false;
      const added = queue
        .add(name, payload, { deduplication: { id: JOB_CATALOG[name].deduplicationId(payload), keepLastIfActive: true } })
        .then(
          () => true,
          (error: Error) => {
            onError(error);
            return false;
          },
        );
      return inTime(added, false);
    },
    depth: async () => {
      if (closing) return undefined;
      const counted = queue.getJobCounts('waiting', 'delayed', 'prioritized').then(
        (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0),
        (error: Error) => {
          onError(error);
          return undefined;
        },
      );
      return inTime(counted, undefined);
    },
    close: () => (closing ??= queue.close()),
  };
}
