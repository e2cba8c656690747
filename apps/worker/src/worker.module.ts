import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import type { WorkerSettings } from '#config/settings';
import { ConsumerModule } from '#jobs/consumer.module';
import type { Logger } from '#telemetry/logger';
import { WorkerRuntime } from './worker-runtime.js';

@Module({})
class RuntimeModule {
  static with(runtime: WorkerRuntime): DynamicModule {
    return { module: RuntimeModule, providers: [{ provide: WorkerRuntime, useValue: runtime }], exports: [WorkerRuntime] };
  }
}

/** Loops begin when everything is wired and end before the queue's connections do. */
@Module({})
export class WorkerModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(WorkerRuntime) private readonly runtime: WorkerRuntime) {}

  static async open(settings: WorkerSettings, logger: Logger): Promise<DynamicModule> {
    const runtimeModule = RuntimeModule.with(await WorkerRuntime.open(settings, logger));
    return {
      module: WorkerModule,
      imports: [
        runtimeModule,
        ConsumerModule.register({
          queueUrl: settings.queueUrl,
          imports: [runtimeModule],
          inject: [WorkerRuntime],
          handlers: (runtime: WorkerRuntime) => runtime.handlers,
        }),
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.runtime.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runtime.stop();
  }
}
