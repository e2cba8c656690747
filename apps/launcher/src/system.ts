/** The whole system of one home: brought up step by step, kept up, taken down in order. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { HomeLayout } from '#config/home';
import { childEnvironment } from '#config/environment';
import { ControlApiClient } from '#contracts/control-api-client';
import type { RunFile } from '#contracts/run-file';
import { ensureCertificates } from './certificates.js';
import { openInstallation, type Installation } from './installation.js';
import { LaunchError } from './launch-error.js';
import { awaitLeftOvers, instancesOf } from './left-overs.js';
import type { LaunchOptions } from './options.js';
import { ensurePostgres, useDatabase, type Database } from './postgres/embedded.js';
import { keepUp } from './postgres/keep-up.js';
import { writePrivateJson } from './private-files.js';
import { lastComplaint, Program, type ProgramOptions } from './program.js';
import { edgeBases, writeControlSettings, writeEdgeSettings } from './program-settings.js';
import type { Progress } from './progress.js';
import { untilConnected, untilLoginWorks, untilOperationEnds } from './readiness.js';
import { isMigrated, noteMigrated } from './migration-stamp.js';
import { controlBase, describeRun } from './run-description.js';
import { ensureSampleTenant, SAMPLE, type SampleTenant } from './sample-tenant.js';

const execute = promisify(execFile);
const REFRESH_MS = 3000;

export interface SystemFacts {
  readonly layout: HomeLayout;
  readonly cloneRoot: string;
  readonly options: LaunchOptions;
  readonly progress: Progress;
}

export class System {
  private readonly programs = new Map<string, Program>();
  private installation: Installation | undefined;
  private database: Database | undefined;
  private tenant: SampleTenant | undefined;
  private refreshTimer: NodeJS.Timeout | undefined;
  private letDatabaseBe: () => Promise<void> = () => Promise.resolve();
  private written = '';
  private stopping = false;
  /** What the record says of a time before this is about programs that ran before us. */
  private readonly startedAt = new Date().toISOString();

  constructor(private readonly facts: SystemFacts) {}

  /** Resolves when an application can log in. After a rejection `stop` must still be called: it takes down what has come up. */
  async start(signal: AbortSignal): Promise<RunFile> {
    const { layout, options, progress } = this.facts;
    const step: Progress['step'] = async (name, work, summary) => {
      signal.throwIfAborted();
      return progress.step(name, work, summary);
    };
    await awaitLeftOvers(layout, progress.say);
    const installation = await step(
      'addresses and ports',
      () => openInstallation(layout, options, existsSync(layout.sampleFile), progress.say),
      ({ block, ports }) =>
        `${block}.0/24, control ${ports.control}, edge ${ports.edgeHttp}, ${ports.edgeHttps} and ${ports.edgeExternal}`,
    );
    this.installation = installation;
    await step(
      'certificates',
      () => ensureCertificates(layout, { ...installation, edgeDomain: options.edgeDomain }),
      () => layout.pki,
    );
    writeEdgeSettings({ ...this.facts, installation });
    await both(
      step(
        'database',
        () => this.openDatabase(),
        ({ summary }) => summary,
      ),
      step(
        'router and simulated call managers',
        () => both(this.run('router', signal), this.run('call-manager-sim', signal)),
        () => this.pidsOf('router', 'call-manager-sim'),
      ),
    );
    const database = this.database;
    if (database === undefined) throw new Error('the database step left no database');
    writeControlSettings({ ...this.facts, installation }, database);
    const revived = () => void this.refresh().catch(() => undefined);
    this.letDatabaseBe = keepUp(database, { say: progress.say, revived });
    if (!isMigrated(this.facts, database)) {
      await step('migrations', () => this.once('orchestrator', 'migrate', 'migrate', 120_000));
      noteMigrated(this.facts);
    }
    await step(
      'orchestrator and worker',
      () => both(this.run('orchestrator', signal), this.run('worker', signal)),
      () => this.pidsOf('orchestrator', 'worker'),
    );
    await this.provision(installation, step, signal);
    const run = await this.refresh();
    this.refreshTimer = setInterval(() => void this.refresh().catch(() => undefined), REFRESH_MS);
    return run;
  }

  /** Everything down, in order; leaves no process, port, run.json. `hurry` ends the politeness. May be called once. */
  async stop(hurry: AbortSignal): Promise<void> {
    this.stopping = true;
    clearInterval(this.refreshTimer);
    const { layout, progress } = this.facts;
    const faults: unknown[] = [];
    const attempt = async (name: string, work: () => Promise<unknown>) => {
      await progress.step(name, async () => {
        try {
          await work();
        } catch (error) {
          faults.push(error);
        }
      });
    };
    if (this.programs.has('worker') || instancesOf(layout).length > 0)
      await attempt('instances and worker stopped', () => this.stopInstances(hurry));
    for (const name of ['call-manager-sim', 'router', 'orchestrator']) {
      const program = this.programs.get(name);
      if (program !== undefined) await attempt(`${name} stopped`, () => program.stop(hurry));
    }
    await this.letDatabaseBe();
    const database = this.database;
    if (database !== undefined && database.pid !== null)
      await attempt('database stopped', () => database.stop(hurry.aborted ? 'immediate' : 'fast'));
    await this.installation?.release();
    rmSync(layout.runFile, { force: true });
    if (faults.length > 0) throw faults[0];
  }

  private async openDatabase(): Promise<Database> {
    const { layout, options, progress } = this.facts;
    this.database =
      options.databaseUrl === undefined
        ? await ensurePostgres(layout.postgres, progress.say)
        : await useDatabase(options.databaseUrl, layout.postgres);
    return this.database;
  }

  private async provision(installation: Installation, step: Progress['step'], signal: AbortSignal): Promise<void> {
    const { layout, progress } = this.facts;
    const base = controlBase(installation);
    const tenant = await step('sample tenant', () =>
      ensureSampleTenant({
        base,
        adminKey: installation.adminKey,
        file: layout.sampleFile,
        controllerAddresses: installation.controllerAddresses,
      }),
    );
    this.tenant = tenant;
    const facts = {
      base,
      tenant,
      edge: edgeBases(installation).http,
      say: progress.say,
      since: Date.parse(this.startedAt),
      signal,
    };
    await step(
      'gateway instance',
      async () => {
        await untilOperationEnds(facts);
        return untilConnected(facts);
      },
      (summary) => summary,
    );
    const { desiredState } = await new ControlApiClient({ base, key: tenant.key }).getInstance(SAMPLE.slug, tenant.instance.id);
    if (desiredState === 'running') await step('log-in over the edge', () => untilLoginWorks(facts));
  }

  private script(program: string): string {
    const dist = join(this.facts.cloneRoot, 'dist');
    // bundled, because every session waits for its next start
    return program === 'router' ? join(dist, 'router', 'router.mjs') : join(dist, 'apps', program, 'src', 'main.js');
  }

  private async run(name: string, signal: AbortSignal): Promise<void> {
    const { layout, progress } = this.facts;
    const isWorker = name === 'worker';
    const options: ProgramOptions = {
      name,
      script: this.script(name),
      args: ['--settings', layout.settingsFile(name)],
      logFile: layout.logFile(name),
      say: progress.say,
      onChange: () => void this.refresh().catch(() => undefined),
      ...(isWorker
        ? { askToStop: (child) => void child.send({ type: 'shutdown', instances: 'stop' }), stopTimeoutMs: 40_000 }
        : {}),
    };
    const program = new Program(options);
    this.programs.set(name, program);
    await program.start(signal);
  }

  /** Runs a program's command to its end; its log goes where the program's goes. */
  private async once(program: string, command: string, settings: string, timeout: number): Promise<void> {
    const { layout } = this.facts;
    const args = [this.script(program), command, '--settings', layout.settingsFile(settings)];
    try {
      await execute(process.execPath, args, { cwd: '/', env: childEnvironment(), timeout, maxBuffer: 50_000_000 });
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
      throw new LaunchError(`${program} ${command} failed: ${lastComplaint(`${stdout}\n${stderr}`) ?? message.split('\n')[0]}`, {
        cause: error,
      });
    }
  }

  private async stopInstances(hurry: AbortSignal): Promise<void> {
    const { layout } = this.facts;
    const clean = (await this.programs.get('worker')?.stop(hurry)) ?? false;
    if (!clean && existsSync(layout.settingsFile('worker')) && instancesOf(layout).length > 0)
      await this.once('worker', 'stop-instances', 'worker', 30_000);
  }

  private pidsOf(...names: string[]): string {
    return names.map((name) => `${name} pid ${this.programs.get(name)?.pid ?? '-'}`).join(', ');
  }

  /** Writes run.json as things stand, when that differs from what it says. */
  private async refresh(): Promise<RunFile> {
    const { layout, cloneRoot } = this.facts;
    const { installation, tenant, database } = this;
    if (installation === undefined || tenant === undefined) throw new Error('the system is not up yet');
    const { items } = await new ControlApiClient({
      base: controlBase(installation),
      key: tenant.key,
      timeoutMs: 5000,
    }).listInstances(SAMPLE.slug);
    const run = describeRun({
      layout,
      cloneRoot,
      installation,
      tenant,
      startedAt: this.startedAt,
      instances: items.map(({ id, name, status }) => ({ id, name, pid: status.pid, address: status.address })),
      pids: {
        postgres: database?.pid ?? undefined,
        ...Object.fromEntries([...this.programs].map(([name, { pid }]) => [name, pid])),
      },
    });
    const text = JSON.stringify(run);
    if (!this.stopping && text !== this.written) {
      writePrivateJson(layout.runFile, run);
      this.written = text;
    }
    return run;
  }
}

/** Both to their end, then the first fault: nothing may still be coming up while the stop takes things down. */
async function both(...works: Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Home folder: passable but not readable for others when we are root, because Postgres then runs as another user and may live below it. */
export function makeHome(layout: HomeLayout): void {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  // folder by folder: mkdir's own `recursive` never returns where a folder cannot be made though its parent exists (/proc)
  const missing: string[] = [];
  for (let dir = layout.home; !existsSync(dir); dir = dirname(dir)) missing.unshift(dir);
  for (const dir of missing) mkdirSync(dir, { mode });
  if (missing.length === 0 && !statSync(layout.home).isDirectory())
    throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', path: layout.home });
  accessSync(layout.home, constants.R_OK | constants.W_OK | constants.X_OK);
}
