/**
 * A control plane that can be killed piece by piece: own Postgres (and Redis), orchestrator and worker from dist/, the real gateway, simulated
 * controllers as witnesses. In a home of its own, on found ports; `close` leaves nothing.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeLoopbackBlock, freePort, type LoopbackBlock } from '#config/addresses';
import { readEnvironment } from '#config/environment';
import { homeLayout, type HomeLayout } from '#config/home';
import { ControlApiClient } from '#contracts/control-api-client';
import { generateApiKey } from '#pki/api-keys';
import type { FailpointAction, FailpointName } from '#telemetry/failpoints';
import { ensureCertificates } from '../../apps/launcher/src/certificates.js';
import { OwnPostgres } from './own-postgres.js';
import { OwnRedis } from './own-redis.js';
import { Program } from './program.js';
import { until } from './wait.js';
import { Witness } from './witness.js';

export interface ControlPlaneOptions {
  /** Where the queue is; default Postgres. */
  readonly queue?: 'postgres' | 'redis';
}

/** Instances have the upper half of the block. */
const FIRST_INSTANCE_HOST = 128;
const CONTROLLER_HOSTS = [1, 2];
const SIMULATOR_KEY = 'simulator-of-a-crash-test';
const SWEEP_MS = 500;

export class ControlPlane {
  readonly layout: HomeLayout;
  readonly client: ControlApiClient;
  readonly orchestrator: Program;
  readonly worker: Program;
  /** A second worker of the same home, for take-overs. */
  readonly rival: Program;
  readonly witness: Witness;
  readonly controllers: readonly string[];
  readonly #simulator: Program;
  readonly #simulatorBase: string;
  readonly #failpoints: string;

  private constructor(
    readonly home: string,
    readonly block: LoopbackBlock,
    readonly postgres: OwnPostgres,
    readonly redis: OwnRedis | undefined,
    ports: { readonly control: number; readonly simulator: number },
  ) {
    const layout = (this.layout = homeLayout(home));
    this.#failpoints = join(home, 'failpoints');
    mkdirSync(this.#failpoints, { recursive: true });
    this.controllers = CONTROLLER_HOSTS.map((host) => block.address(host));
    const { key, sha256 } = generateApiKey('admin');
    this.client = new ControlApiClient({ base: `http://127.0.0.1:${ports.control}`, key });
    this.#simulatorBase = `http://127.0.0.1:${ports.simulator}`;
    const common = { home, databaseUrl: postgres.appUrl, queueUrl: this.queueUrl, failpoints: { folder: this.#failpoints } };
    const tls = (name: string) => ({ ...layout.certificate(name), caFile: layout.caFile });
    const edge = { http: 'http://127.0.0.1:1', https: 'https://127.0.0.1:1', domain: 'cordboard.localhost' };
    this.orchestrator = new Program(home, 'orchestrator', {
      ...common,
      listen: { host: '127.0.0.1', port: ports.control },
      tls: tls('orchestrator'),
      documentKeyFile: layout.documentKeyFile,
      edge,
      bootstrapAdminKeySha256: sha256,
    });
    const worker = {
      ...common,
      gatewayProgram: join(readEnvironment().cloneRoot, 'dist', 'gateway', 'gateway.mjs'),
      addressRange: `${block.prefix}.${FIRST_INSTANCE_HOST}/26`,
      authorityDir: layout.pki,
      controllerCaFile: layout.controllersCaFile,
      documentPublicKeyFile: layout.documentPublicKeyFile,
      secretsKeyFile: layout.secretsKeyFile,
      tls: tls('worker'),
      sweepIntervalMs: SWEEP_MS,
    };
    this.worker = new Program(home, 'worker', worker);
    this.rival = new Program(home, 'worker', worker, 'worker-rival');
    this.#simulator = new Program(home, 'call-manager-sim', {
      instanceCaFile: layout.caFile,
      admin: { host: '127.0.0.1', port: ports.simulator, key: SIMULATOR_KEY },
      traceEntriesMax: 200_000,
      controllers: this.controllers.map((address, index) => ({
        name: `controller-${index + 1}`,
        address,
        certFile: join(layout.controllerCertificates, `${address}.crt`),
        keyFile: join(layout.controllerCertificates, `${address}.key`),
        extensions: { from: 1001 + 100 * index, count: 5 },
      })),
    });
    this.witness = new Witness(createHash('sha256').update(layout.home).digest('hex').slice(0, 16));
  }

  /** Everything runs when it resolves. */
  static async open(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const home = mkdtempSync(join(tmpdir(), 'cordboard-crash-'));
    // As root, Postgres runs as another user.
    chmodSync(home, 0o711);
    const layout = homeLayout(home);
    for (const dir of [layout.settings, layout.logs, layout.pki, layout.instances])
      mkdirSync(dir, { recursive: true, mode: 0o700 });
    const block = await freeLoopbackBlock();
    const [postgres, redis] = await Promise.all([
      OwnPostgres.open(home),
      options.queue === 'redis' ? OwnRedis.open(home) : undefined,
      ensureCertificates(layout, {
        edgeDomain: 'cordboard.localhost',
        serviceAddress: block.address(253),
        controllerAddresses: CONTROLLER_HOSTS.map((host) => block.address(host)),
      }),
    ]);
    const plane = new ControlPlane(home, block, postgres, redis, { control: await freePort(), simulator: await freePort() });
    try {
      await plane.#begin();
      return plane;
    } catch (error) {
      await plane.close();
      throw error;
    }
  }

  get queueUrl(): string {
    return this.redis?.url ?? this.postgres.appUrl;
  }

  /** Lets a program that reaches the point die or stand still there, once. */
  arm(point: FailpointName, action: FailpointAction): void {
    const file = join(this.#failpoints, point);
    rmSync(`${file}.fired`, { force: true });
    // A reader sees all of it or nothing.
    writeFileSync(`${file}.draft`, action);
    renameSync(`${file}.draft`, file);
  }

  disarm(point: FailpointName): void {
    rmSync(join(this.#failpoints, point), { force: true });
  }

  hasFired(point: FailpointName): boolean {
    return existsSync(join(this.#failpoints, `${point}.fired`));
  }

  /** Names of all points that were passed by any program since {@link forgetPassed}, in order. */
  passed(): readonly string[] {
    const file = join(this.#failpoints, 'passed');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  forgetPassed(): void {
    rmSync(join(this.#failpoints, 'passed'), { force: true });
  }

  /** Instances with a folder in the home. */
  folders(): readonly string[] {
    return readdirSync(this.layout.instances);
  }

  /** What the controllers saw: one line per link that came up, oldest first. */
  async links(): Promise<readonly { readonly controller: string; readonly instanceId: string; readonly epoch: string }[]> {
    const lines: { kind: string; controller: string; instanceId: string; epoch: string }[] = [];
    for (let after = 0; ;) {
      const answer = await fetch(`${this.#simulatorBase}/v1/trace?after=${after}&limit=10000`, {
        headers: { authorization: `Bearer ${SIMULATOR_KEY}` },
      });
      const page = (await answer.json()) as { lines: (typeof lines)[number][]; last: number; lost: boolean };
      if (page.lost) throw new Error('the simulator no longer has its whole trace');
      lines.push(...page.lines);
      after += page.lines.length;
      if (page.lines.length === 0 || after >= page.last) break;
    }
    return lines.filter(({ kind }) => kind === 'link-up');
  }

  /** Ends everything by force and removes the home. May be called twice. */
  async close(): Promise<void> {
    await Promise.all([this.worker, this.rival, this.orchestrator, this.#simulator].map((program) => program.kill()));
    for (const { pid } of this.witness.look()) process.kill(pid, 'SIGKILL');
    await until('the end of all incarnations', 20_000, () => this.witness.look().length === 0);
    this.witness.close();
    if (this.redis !== undefined) await this.redis.kill().catch(() => undefined);
    await this.postgres.close();
    await this.block.release();
    rmSync(this.home, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const { postgres } = this;
    const migrate = new Program(
      this.home,
      'orchestrator',
      { databaseOwnerUrl: postgres.ownerUrl, appRole: postgres.appRole, queueUrl: this.redis?.url ?? postgres.ownerUrl },
      'migrate',
    );
    await migrate.once('migrate');
    for (const program of [this.orchestrator, this.#simulator, this.worker]) program.start();
    await Promise.all([this.orchestrator.ready(), this.#simulator.ready(), this.worker.ready()]);
  }
}
