/** Where things are below CORDBOARD_HOME. One place, so that launcher, programs, CLI and tests agree. */
import { join, resolve } from 'node:path';

export interface InstanceLayout {
  readonly dir: string;
  readonly config: string;
  readonly cert: string;
  readonly key: string;
  readonly accessDocument: string;
  readonly secrets: string;
  readonly handle: string;
  readonly journal: string;
  readonly log: string;
}

export interface HomeLayout {
  readonly home: string;
  /** Mode 0600; exists while the system runs. */
  readonly runFile: string;
  /** What the launcher knows of the sample tenant (ids, secrets), mode 0600. */
  readonly sampleFile: string;
  /** The loopback block and ports of this installation. */
  readonly installationFile: string;
  readonly lockFile: string;
  readonly pki: string;
  readonly caFile: string;
  readonly controllersCaFile: string;
  readonly documentKeyFile: string;
  readonly documentPublicKeyFile: string;
  readonly secretsKeyFile: string;
  readonly controllerCertificates: string;
  readonly settings: string;
  readonly postgres: string;
  readonly logs: string;
  readonly instances: string;
  readonly routingTableFile: string;
  /** Certificate and key of a program, `<name>.crt` and `<name>.key` in pki. */
  certificate(program: string): { readonly certFile: string; readonly keyFile: string };
  settingsFile(program: string): string;
  logFile(program: string): string;
  instance(instanceId: string): InstanceLayout;
}

/** Paths only; creates nothing. A name with a path separator is refused, because names come from data. */
export function homeLayout(home: string): HomeLayout {
  const root = resolve(home);
  const pki = join(root, 'pki');
  return {
    home: root,
    runFile: join(root, 'run.json'),
    sampleFile: join(root, 'sample.json'),
    installationFile: join(root, 'installation.json'),
    lockFile: join(root, 'lock'),
    pki,
    caFile: join(pki, 'ca.crt'),
    controllersCaFile: join(pki, 'controllers-ca.crt'),
    documentKeyFile: join(pki, 'documents.key'),
    documentPublicKeyFile: join(pki, 'documents.pub'),
    secretsKeyFile: join(pki, 'secrets.key'),
    controllerCertificates: join(pki, 'controllers'),
    settings: join(root, 'settings'),
    postgres: join(root, 'postgres'),
    logs: join(root, 'logs'),
    instances: join(root, 'instances'),
    routingTableFile: join(root, 'router', 'routing-table.json'),
    certificate: (program) => ({
      certFile: join(pki, `${plainName(program)}.crt`),
      keyFile: join(pki, `${plainName(program)}.key`),
    }),
    settingsFile: (program) => join(root, 'settings', `${plainName(program)}.json`),
    logFile: (program) => join(root, 'logs', `${plainName(program)}.log`),
    instance: (instanceId) => instanceLayout(join(root, 'instances', plainName(instanceId))),
  };
}

function instanceLayout(dir: string): InstanceLayout {
  return {
    dir,
    config: join(dir, 'config.json'),
    cert: join(dir, 'cert.pem'),
    key: join(dir, 'key.pem'),
    accessDocument: join(dir, 'access-document.json'),
    secrets: join(dir, 'secrets.key'),
    handle: join(dir, 'handle.json'),
    journal: join(dir, 'journal'),
    log: join(dir, 'log'),
  };
}

function plainName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/.test(name))
    throw new RangeError('a file name below CORDBOARD_HOME must be letters, digits, dots and dashes');
  return name;
}

/** CORDBOARD_HOME of `env` when set (relative to `cwd`), else `var/` in the clone. */
export function resolveHome(env: Readonly<Record<string, string | undefined>>, cloneRoot: string, cwd = cloneRoot): string {
  const asked = env['CORDBOARD_HOME'];
  return asked === undefined || asked === '' ? resolve(cloneRoot, 'var') : resolve(cwd, asked);
}
