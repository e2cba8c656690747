/** The process environment, read here and nowhere else. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveHome } from './home.js';

export interface Environment {
  /** A run whose skips are failures. */
  readonly ci: boolean;
  /** CORDBOARD_HOME, absolute. */
  readonly home: string;
  /** The folder of the clone: where package.json is. */
  readonly cloneRoot: string;
  readonly databaseUrl: string | undefined;
  readonly queueUrl: string | undefined;
  readonly logLevel: string | undefined;
  /** Text as given; whoever uses them checks them, so that the error can name the variable. */
  readonly controlPort: string | undefined;
  readonly edgeHttpPort: string | undefined;
  readonly edgeHttpsPort: string | undefined;
  readonly edgeExternalPort: string | undefined;
  readonly edgeDomain: string | undefined;
}

/** Both `libs/config/src` and `dist/libs/config/src` are below the folder with package.json. */
function findCloneRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) {
    const parent = dirname(dir);
    if (parent === dir) return process.cwd();
    dir = parent;
  }
  return dir;
}

const given = (value: string | undefined) => (value === undefined || value === '' ? undefined : value);

export function readEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const cloneRoot = findCloneRoot();
  const ci = given(env['CI']);
  return {
    ci: ci !== undefined && ci !== '0' && ci !== 'false',
    home: resolveHome(env, cloneRoot, process.cwd()),
    cloneRoot,
    databaseUrl: given(env['DATABASE_URL']),
    queueUrl: given(env['QUEUE_URL']),
    logLevel: given(env['LOG_LEVEL']),
    controlPort: given(env['CORDBOARD_CONTROL_PORT']),
    edgeHttpPort: given(env['CORDBOARD_EDGE_HTTP_PORT']),
    edgeHttpsPort: given(env['CORDBOARD_EDGE_HTTPS_PORT']),
    edgeExternalPort: given(env['CORDBOARD_EDGE_EXTERNAL_PORT']),
    edgeDomain: given(env['CORDBOARD_EDGE_DOMAIN']),
  };
}

/**
 * The environment a child program gets: what the system itself needs, and `extra`. Nothing else is passed on, so that a variable
 * of the person who starts us (DATABASE_URL of the owner, NODE_OPTIONS, LD_PRELOAD) cannot change what a program does (S-69).
 */
export function childEnvironment(
  extra: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL']) {
    const value = given(env[name]);
    if (value !== undefined) result[name] = value;
  }
  return { ...result, ...extra };
}
