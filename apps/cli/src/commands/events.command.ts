import { readFileSync } from 'node:fs';
import type { ApplicationEvent } from '#contracts/application-api';
import type { RunFile } from '#contracts/run-file';
import { type Command, InvalidArgumentError } from 'commander';
import { ApplicationSession, type Credentials, type Edge } from '../application-session.js';
import type { GlobalOptions } from '../connection.js';
import { CliError, EXIT_CODES } from '../exit-codes.js';
import { plain } from '../output.js';
import { readRunFile, type Surroundings } from '../surroundings.js';

interface TailOptions extends GlobalOptions {
  readonly extension?: readonly string[];
  readonly controller?: string;
  readonly edge?: string;
  readonly ca?: string;
  readonly company?: string;
  readonly application?: string;
  readonly applicationPassword?: string;
  readonly localPassword?: string;
  readonly max?: number;
}

interface TailPlan {
  readonly edge: Edge;
  readonly credentials: Credentials;
  readonly controller: string;
  readonly extensions: readonly string[];
}

const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1');
  return Number(text);
};

export function addEvents(program: Command, surroundings: Surroundings): void {
  program
    .command('events')
    .description('events as an application sees them')
    .command('tail')
    .description('logs in over the edge, monitors extensions, prints their events until interrupted')
    .option('--extension <number...>', 'default: the first two of the sample controller')
    .option('--controller <address>', 'default: the sample tenant’s first')
    .option('--edge <url>', 'address of the tenant, for example https://localhost:8443/t/acme')
    .option('--ca <file>', 'certificate of the authority of the edge (PEM)')
    .option('--company <name>')
    .option('--application <name>')
    .option('--application-password <text>')
    .option('--local-password <text>')
    .option('--max <n>', 'end after so many events', count)
    .addHelpText('after', '\nExamples:\n  cordboard events tail\n  cordboard events tail --extension 1001 1002 --json')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<TailOptions>();
      const plan = planOf(options, readRunFile(surroundings.home), surroundings.home);
      const session = await ApplicationSession.open(plan.edge, plan.credentials);
      try {
        await tail(session, plan, options, surroundings);
      } finally {
        await session.close();
      }
    });
}

/** What is not given comes from the running system's sample tenant. */
function planOf(options: TailOptions, runFile: RunFile | undefined, home: string): TailPlan {
  const sample = runFile?.tenant;
  const need = (value: string | undefined, option: string): string => {
    if (value === undefined) throw new CliError(`nothing runs in ${home}: run npm start, or give ${option}`, EXIT_CODES.usage);
    return value;
  };
  const controller = sample?.controllers.find(
    ({ address }) => options.controller === undefined || address === options.controller,
  );
  const extensions = options.extension ?? controller?.extensions.slice(0, 2);
  if (extensions === undefined || extensions.length === 0)
    throw new CliError('which extensions? give --extension <number...>', EXIT_CODES.usage);
  const caFile = options.ca ?? (options.edge === undefined ? runFile?.edge.caFile : undefined);
  return {
    edge: {
      base: need(options.edge ?? (runFile && `${runFile.edge.https.replace(/\/+$/, '')}/t/${runFile.tenant.slug}`), '--edge'),
      ca: caFile === undefined ? undefined : readCa(caFile),
    },
    credentials: {
      companyName: need(options.company ?? sample?.companyName, '--company'),
      applicationName: need(options.application ?? sample?.application.name, '--application'),
      applicationPassword: need(options.applicationPassword ?? sample?.application.applicationPassword, '--application-password'),
      localPassword: need(options.localPassword ?? sample?.application.localPassword, '--local-password'),
    },
    controller: need(options.controller ?? controller?.address, '--controller'),
    extensions,
  };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(
      `cannot read the certificate ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
      EXIT_CODES.usage,
    );
  }
}

async function tail(
  session: ApplicationSession,
  plan: TailPlan,
  { json, max = Infinity }: TailOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { icpId } = await session.ask('getIcpId', { icpIpAddress: plan.controller });
  const names = new Map<number, string>();
  for (const primeDn of plan.extensions) {
    const { objectId } = await session.ask('getPhoneNumberId', { icpId, primeDn });
    await session.ask('monitorObject', { objectId });
    names.set(objectId, primeDn);
  }
  const waitMs = Math.min(20_000, Math.floor(session.keepAliveMs / 2));
  let seen = 0;
  let after: string | undefined;
  while (seen < max && !surroundings.signal.aborted) {
    const asked = session.ask('getEvents', { waitMs, ...(after === undefined ? {} : { after }) }, surroundings.signal);
    const read = await asked.catch((error: unknown) => {
      if (surroundings.signal.aborted) return undefined;
      throw error;
    });
    if (read === undefined) return;
    for (const event of read.events) {
      if ((seen += 1) > max) break;
      surroundings.out(json === true ? JSON.stringify(event) : lineOf(event, names));
    }
    after = read.cursor;
    // A long poll is not a sign of life of its own.
    await session.ask('resetSessionTimer', {});
  }
}

function lineOf(event: ApplicationEvent, names: ReadonlyMap<number, string>): string {
  const head = `${new Date(event.eventTime).toISOString()}  ${event.epoch.major}.${event.epoch.minor}.${event.seq}  ${event.type}`;
  if (event.category === 'CALL_EVENT') {
    const others = event.devices.map(({ role, attributes }) => `${role}=${Object.values(attributes).join('/')}`).join(' ');
    return `${head}  ${names.get(event.objectId) ?? event.objectId}  ${event.callState}  ${plain(event.cause)}  call ${event.localCallId}  ${plain(others)}`.trimEnd();
  }
  if (event.category === 'SYSTEM_EVENT') return `${head}  controller ${event.icpId}  ${event.connectionState ?? ''}`.trimEnd();
  if (event.category === 'FEATURE_EVENT') {
    const facts = Object.entries(event.attributes).map(([name, value]) => `${name}=${value}`);
    return `${head}  ${names.get(event.objectId) ?? event.objectId}  ${plain(facts.join(' '))}`.trimEnd();
  }
  if (event.category === 'SESSION_EVENT') return `${head}  ${plain(event.reason)}`;
  return `${head}  lost ${event.lost ?? 'unknown'} (${event.reason})  ${event.objectIds.map((id) => names.get(id) ?? id).join(' ')}`.trimEnd();
}
