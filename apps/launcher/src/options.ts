/** What the person at the keyboard asks for: flags before environment before defaults. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '#config/environment';
import { LaunchError } from './launch-error.js';

export const HELP = `Starts Cordboard: database, programs, a simulated cluster and a sample tenant.

  npm start -- [--home <folder>] [--control-port <n>] [--edge-http-port <n>] [--edge-https-port <n>]
               [--edge-external-port <n>]

  --home             where state is kept          (CORDBOARD_HOME; default: var/ in the clone)
  --control-port     control API                  (CORDBOARD_CONTROL_PORT; default 8470)
  --edge-http-port   edge, plain                  (CORDBOARD_EDGE_HTTP_PORT; default 8080)
  --edge-https-port  edge, TLS                    (CORDBOARD_EDGE_HTTPS_PORT; default 8443)
  --edge-external-port  edge for remote applications, TLS (CORDBOARD_EDGE_EXTERNAL_PORT; default 8444)
  --help             this text

A default port that is taken is replaced by a free one; a port you ask for must be free.
DATABASE_URL uses that Postgres instead of the embedded one; QUEUE_URL=redis://... puts the queue there.
`;

export interface PortWish {
  readonly port: number;
  /** Where it was asked for, for the error; undefined for the default. */
  readonly askedBy: string | undefined;
}
export const PORT_NAMES = ['control', 'edgeHttp', 'edgeHttps', 'edgeExternal'] as const;
export type PortName = (typeof PORT_NAMES)[number];

export interface LaunchOptions {
  readonly help: boolean;
  readonly home: string;
  readonly edgeDomain: string;
  readonly ports: Readonly<Record<PortName, PortWish>>;
  readonly databaseUrl: string | undefined;
  readonly queueUrl: string | undefined;
  readonly logLevel: string | undefined;
}

const DEFAULTS: Readonly<Record<PortName, number>> = { control: 8470, edgeHttp: 8080, edgeHttps: 8443, edgeExternal: 8444 };
const FLAGS: Readonly<Record<PortName, string>> = {
  control: 'control-port',
  edgeHttp: 'edge-http-port',
  edgeHttps: 'edge-https-port',
  edgeExternal: 'edge-external-port',
};
const VARIABLES: Readonly<Record<PortName, string>> = {
  control: 'CORDBOARD_CONTROL_PORT',
  edgeHttp: 'CORDBOARD_EDGE_HTTP_PORT',
  edgeHttps: 'CORDBOARD_EDGE_HTTPS_PORT',
  edgeExternal: 'CORDBOARD_EDGE_EXTERNAL_PORT',
};

function parseFlags(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        home: text,
        'control-port': text,
        'edge-http-port': text,
        'edge-https-port': text,
        'edge-external-port': text,
      },
    }).values;
  } catch (error) {
    throw new LaunchError(`${(error as Error).message.split('\n')[0]} (see npm start -- --help)`, { cause: error });
  }
}

function wish(name: PortName, flag: string | undefined, variable: string | undefined): PortWish {
  const asked = flag ?? variable;
  if (asked === undefined) return { port: DEFAULTS[name], askedBy: undefined };
  const askedBy = flag === undefined ? VARIABLES[name] : `--${FLAGS[name]}`;
  const port = Number(asked);
  if (!/^\d{1,5}$/.test(asked) || port < 1 || port > 65535)
    throw new LaunchError(`${askedBy} must be a port from 1 to 65535, not "${asked}"`);
  return { port, askedBy };
}

/** @param argv without program and script */
export function parseOptions(argv: readonly string[], environment: Environment, cwd: string): LaunchOptions {
  const flags = parseFlags(argv);
  const ports = {
    control: wish('control', flags['control-port'], environment.controlPort),
    edgeHttp: wish('edgeHttp', flags['edge-http-port'], environment.edgeHttpPort),
    edgeHttps: wish('edgeHttps', flags['edge-https-port'], environment.edgeHttpsPort),
    edgeExternal: wish('edgeExternal', flags['edge-external-port'], environment.edgeExternalPort),
  };
  for (const [index, name] of PORT_NAMES.entries()) {
    const twin = PORT_NAMES.slice(0, index).find((other) => ports[other].port === ports[name].port);
    if (twin !== undefined)
      throw new LaunchError(`port ${ports[name].port} is asked for twice (${FLAGS[twin]} and ${FLAGS[name]}): choose two ports`);
  }
  return {
    help: flags.help === true,
    home: flags.home === undefined ? environment.home : resolve(cwd, flags.home),
    edgeDomain: environment.edgeDomain ?? 'cordboard.localhost',
    ports,
    databaseUrl: environment.databaseUrl,
    queueUrl: environment.queueUrl,
    logLevel: environment.logLevel,
  };
}
