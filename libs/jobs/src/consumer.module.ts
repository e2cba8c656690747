/** The consuming end, for a Nest program: one processor that hands each job to its handler. */
import { BullModule, InjectQueue, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Queue, UnrecoverableError, type Job } from 'bullmq';
import { chooseBackend } from './bullmq/backend.js';
import { JOB_NAMES, parseJob, RECONCILE_QUEUE, type JobHandlers } from './catalog.js';

const HANDLERS = Symbol('job handlers');
const CONCURRENCY = 8;

@Processor(RECONCILE_QUEUE, { concurrency: CONCURRENCY, maxStalledCount: 10, lockDuration: 60_000, stalledInterval: 15_000 })
@Injectable()
export class ReconcileProcessor extends WorkerHost implements OnApplicationShutdown {
  readonly #logger = new Logger('jobs');
  constructor(
    @Inject(HANDLERS) private readonly handlers: JobHandlers,
    @InjectQueue(RECONCILE_QUEUE) queue: Queue,
  ) {
    super();
    queue.on('error', (error) => this.onError(error));
    const missing = JOB_NAMES.filter((name) => typeof handlers[name] !== 'function');
    if (missing.length > 0) throw new Error(`no handler for the jobs ${missing.join(', ')}`);
  }

  async process(job: Job): Promise<void> {
    const parsed = parseJob(job.name, job.data);
    if (!parsed) throw new UnrecoverableError(`not a job of the catalogue: ${job.name.slice(0, 80)}`);
    // The name decides the payload's type; that pairing is what parseJob has checked.
    await (this.handlers[parsed.name] as (payload: unknown) => Promise<void>)(parsed.payload);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.#logger.warn(`queue: ${error.message}`);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.#logger.warn(`job ${job?.name ?? 'unknown'} failed: ${error.message}`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.worker.close();
  }
}

@Module({})
export class ConsumerModule {
  /**
   * @param options.handlers builds the handlers from the providers named in `inject`, which `imports` export. A job of the catalogue
   * without handler fails the boot.
   */
  static register(options: {
    readonly queueUrl: string;
    readonly imports?: DynamicModule['imports'];
    readonly inject: NonNullable<Extract<NonNullable<DynamicModule['providers']>[number], { inject?: unknown }>['inject']>;
    readonly handlers: (...dependencies: never[]) => JobHandlers;
  }): DynamicModule {
    const connection = chooseBackend(options.queueUrl, 4, 'consumer');
    return {
      module: ConsumerModule,
      imports: [
        BullModule.forRoot({ connection }),
        BullModule.registerQueue({
          name: RECONCILE_QUEUE,
          defaultJobOptions: { removeOnComplete: true, removeOnFail: { count: 100, age: 24 * 3600 } },
        }),
        ...(options.imports ?? []),
      ],
      providers: [{ provide: HANDLERS, useFactory: options.handlers, inject: options.inject }, ReconcileProcessor],
    };
  }
}
