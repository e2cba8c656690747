/**
 * The settings of each program: a JSON file named by `--settings`, defaults beside their names, a few overrides from the environment.
 * Paths are absolute. Times are milliseconds. Settings files hold secrets: mode 0600.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info');
const port = z.int().min(0).max(65535);
const listen = z.strictObject({ host: z.string().default('127.0.0.1'), port });
const path = z.string().min(1).startsWith('/', 'must be an absolute path');
const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');
const queueUrl = z.string().regex(/^(postgres(ql)?|rediss?):\/\//, 'must be a postgres:// or redis:// URL');
/** Own certificate and key, and the authority of internal peers. */
const tls = z.strictObject({ certFile: path, keyFile: path, caFile: path });
/** For tests only: with it the program can be made to die or stand still at its step boundaries (docs/design/failpoints.md). */
const failpoints = z.strictObject({ folder: path }).optional();
/** Where figures are told (docs/design/metrics.md), and the SHA-256 (hex) of the key that is asked for; absent: nowhere. */
const metrics = z.strictObject({ listen, keySha256: z.string().regex(/^[0-9a-f]{64}$/) }).optional();
const edgeDomain = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$/, 'must be a DNS name in lower case')
  .default('cordboard.localhost');

export const orchestratorSettings = z.strictObject({
  home: path,
  /** The application's role: cannot bypass row security. */
  databaseUrl,
  queueUrl,
  listen: listen.prefault({ port: 8470 }),
  /** Admin interfaces of all routers; `serverName` is the name in the router's certificate. */
  routers: z.array(z.strictObject({ adminUrl: z.url(), serverName: z.string().default('router') })).default([]),
  tls,
  /** Signs access documents. */
  documentKeyFile: path,
  /** Bases applications use: `http://host:port`, `https://host:port`. */
  edge: z.strictObject({ http: z.url(), https: z.url(), domain: edgeDomain }),
  /** SHA-256 (hex) of the first admin key; stored when there is no admin key yet. */
  bootstrapAdminKeySha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  metrics,
  failpoints,
  logLevel,
});
export type OrchestratorSettings = z.infer<typeof orchestratorSettings>;

export const orchestratorMigrateSettings = z.strictObject({
  /** The role that owns the schema. */
  databaseOwnerUrl: databaseUrl,
  /** The role that is granted what the programs need. */
  appRole: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/),
  /** Where the queue is; a postgres queue in the same database is migrated by the owner too. */
  queueUrl,
  logLevel,
});
export type OrchestratorMigrateSettings = z.infer<typeof orchestratorMigrateSettings>;

export const workerSettings = z.strictObject({
  home: path,
  databaseUrl,
  queueUrl,
  /** The bundled gateway, one file. */
  gatewayProgram: path,
  /** IPv4 CIDR whose addresses instances get. */
  addressRange: z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/(2\d|30)$/, 'must be IPv4/20 to /30, for example 127.77.3.0/25'),
  /** Holds ca.crt and ca.key: certificates of instances are issued here. */
  authorityDir: path,
  controllerCaFile: path,
  documentPublicKeyFile: path,
  /** The key ring from which tenants' keys are derived (`#pki/sealing`). */
  secretsKeyFile: path,
  tls,
  /** How often every instance is looked at without being asked. */
  sweepIntervalMs: z.int().min(100).default(2000),
  metrics,
  failpoints,
  logLevel,
});
export type WorkerSettings = z.infer<typeof workerSettings>;

export const routerSettings = z.strictObject({
  listen: z
    .strictObject({
      http: listen.prefault({ port: 8080 }),
      https: listen.prefault({ port: 8443 }),
      /** For remote applications, from outside (R-SES-06), usually 8444; absent: there is none, and no remote application gets in. */
      external: listen.optional(),
    })
    .prefault({}),
  /** Mutual TLS: only `peers.orchestrator` may push a table. */
  admin: listen,
  edgeDomain,
  edgeTls: z.strictObject({ certFile: path, keyFile: path }),
  tls,
  tableFile: path,
  /** Certificate subject names. */
  peers: z.strictObject({ orchestrator: z.string().default('orchestrator') }).prefault({}),
  limits: z
    .strictObject({
      /** Of each listener. */
      connectionsMax: z.int().min(1).default(10_000),
      /** Of one client address, over all listeners (S-54); applications behind one address share it. */
      connectionsPerAddressMax: z.int().min(1).default(4000),
      headerBytesMax: z.int().min(1024).default(16_384),
      bodyBytesMax: z.int().min(1024).default(65_536),
      headersTimeoutMs: z.int().min(100).default(10_000),
      requestTimeoutMs: z.int().min(100).default(30_000),
      /** To the instance, longer than its longest long poll. */
      upstreamTimeoutMs: z.int().min(1000).default(75_000),
    })
    .prefault({}),
  logLevel,
});
export type RouterSettings = z.infer<typeof routerSettings>;

export const callManagerSimSettings = z.strictObject({
  /** The same seed gives the same trace. */
  seed: z.int().min(0).default(1),
  /** The authority of instances' certificates. */
  instanceCaFile: path,
  /** HTTP on loopback, `authorization: Bearer <key>`. */
  admin: z.strictObject({ host: z.string().default('127.0.0.1'), port, key: z.string().min(16) }),
  heartbeatMs: z.int().min(100).max(65_535).default(1000),
  controllers: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        address: z.string().min(1),
        port: port.default(5320),
        certFile: path,
        keyFile: path,
        platform: z.string().default('virtual'),
        release: z.string().default('9.4'),
        /** What it announces to take beyond the first release of the link; [] for a controller that is older. */
        capabilities: z.array(z.enum(['trace', 'long-items'])).default(['trace', 'long-items']),
        extensions: z.strictObject({ from: z.int().min(0), count: z.int().min(0).max(10_000) }),
        /** Where absent, what R-LIM-07 gives for platform and release. */
        monitorLimits: z.strictObject({ total: z.int().min(0), shared: z.int().min(0) }).optional(),
        /** Directory numbers whose class of service forbids monitoring (R-CLU-07). */
        monitoringForbidden: z.array(z.string()).max(10_000).optional(),
      }),
    )
    .min(1)
    .max(250),
  /** What the controllers have beside plain phones: groups, agents, trunks, users ... (README of the simulator). Absent: nothing. */
  equipmentFile: path.optional(),
  /** Each frame in a TLS record of its own, instead of all that is there in one: what a slow controller does. Default false. */
  oneFramePerRecord: z.boolean().optional(),
  /** How many entries of the trace are kept. Default 20,000. */
  traceEntriesMax: z.int().min(100).max(1_000_000).optional(),
  logLevel,
});
export type CallManagerSimSettings = z.infer<typeof callManagerSimSettings>;

/** Which environment variable replaces which member, where the program has it. */
const OVERRIDES: Readonly<Record<string, string>> = {
  DATABASE_URL: 'databaseUrl',
  DATABASE_OWNER_URL: 'databaseOwnerUrl',
  QUEUE_URL: 'queueUrl',
  LOG_LEVEL: 'logLevel',
};

export type SettingSource = 'default' | 'file' | 'environment';
export interface ShownSetting {
  readonly name: string;
  /** JSON, secrets replaced. */
  readonly value: string;
  readonly source: SettingSource;
}

/** The settings cannot be used; the message is one line that names the file or variable, the member, and what was expected. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS';
}

export interface LoadedSettings<T> {
  readonly settings: T;
  readonly shown: readonly ShownSetting[];
}

type ObjectSchema = z.ZodObject<z.ZodRawShape>;
type Variables = Readonly<Record<string, string | undefined>>;

function settingsPath(argv: readonly string[]): string {
  for (const [index, argument] of argv.entries()) {
    if (argument.startsWith('--settings=')) return argument.slice('--settings='.length);
    const next = argv[index + 1];
    if (argument === '--settings' && next !== undefined) return next;
  }
  throw new SettingsError('which settings? start this program with --settings <file.json>');
}

function readMembers(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`cannot read the settings file ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`, {
      cause: error,
    });
  }
  try {
    const members: unknown = JSON.parse(text);
    if (typeof members === 'object' && members !== null && !Array.isArray(members)) return members as Record<string, unknown>;
  } catch (error) {
    throw new SettingsError(`the settings file ${file} is not JSON`, { cause: error });
  }
  throw new SettingsError(`the settings file ${file} must hold one JSON object`);
}

function hide(name: string, value: unknown): string {
  if (/^(admin|.*(key|password|secret)(sha256)?)$/i.test(name) && !name.endsWith('File')) return '"[hidden]"';
  return (JSON.stringify(value) ?? 'null').replace(/(:\/\/[^:/@"]+):[^@"]*@/g, '$1:[hidden]@');
}

/** Like {@link loadSettings}, but throws {@link SettingsError} and tells where each setting came from. */
export function readSettings<S extends ObjectSchema>(
  schema: S,
  argv: readonly string[],
  env: Variables = process.env,
): LoadedSettings<z.infer<S>> {
  const file = settingsPath(argv);
  const members = readMembers(file);
  const sources = new Map<string, SettingSource>(Object.keys(members).map((name) => [name, 'file']));
  const origins = new Map<string, string>();
  for (const [variable, name] of Object.entries(OVERRIDES)) {
    const value = env[variable];
    if (value === undefined || value === '' || !(name in schema.shape)) continue;
    members[name] = value;
    sources.set(name, 'environment');
    origins.set(name, `the variable ${variable}`);
  }
  const parsed = schema.safeParse(members);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = issue?.path.join('.') ?? '';
    const origin = origins.get(String(issue?.path[0] ?? '')) ?? file;
    throw new SettingsError(
      `settings of ${origin}: ${name === '' ? '' : `${name}: `}${issue?.message ?? 'not valid'}`.replace(/\s+/g, ' '),
    );
  }
  const settings = parsed.data as z.infer<S>;
  const shown = Object.entries(settings).map(([name, value]) => ({
    name,
    value: hide(name, value),
    source: sources.get(name) ?? ('default' as const),
  }));
  return { settings, shown };
}

/**
 * The settings of this program from `--settings <file>` in `argv` and the environment. What cannot be used ends the program with
 * exit code 78 and one line on standard error, because there is nothing a program could do without its settings.
 */
export function loadSettings<S extends ObjectSchema>(schema: S, argv: readonly string[] = process.argv): z.infer<S> {
  try {
    return readSettings(schema, argv).settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(78);
  }
}
