/** What a person needs to use the running system: the commands to try, and everything on one screen. */
import type { RunFile } from '#contracts/run-file';

/** A word of a shell command, quoted when it must be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface CommandFacts {
  readonly cloneRoot: string;
  readonly home: string;
  readonly isDefaultHome: boolean;
  readonly run: Pick<RunFile, 'control' | 'edge' | 'tenant'>;
}

/** Commands that work when pasted into any shell, in any folder. */
export function commandsToTry({ cloneRoot, home, isDefaultHome, run }: CommandFacts): RunFile['commands'] {
  const inClone = (script: string) =>
    `(cd ${shellWord(cloneRoot)} && ${isDefaultHome ? '' : `CORDBOARD_HOME=${shellWord(home)} `}npm run ${script})`;
  const { companyName, application, slug } = run.tenant;
  const login = JSON.stringify({
    companyName,
    applicationName: application.name,
    applicationPassword: application.applicationPassword,
    localPassword: application.localPassword,
  });
  return [
    { title: 'a call between two phones, over REST and SOAP', command: inClone('demo') },
    { title: 'what runs', command: inClone('--silent cordboard -- status') },
    {
      title: 'log in as an application, over TLS',
      command: `curl -sS --cacert ${shellWord(run.edge.caFile)} -H 'content-type: application/json' -d ${shellWord(login)} ${shellWord(`${run.edge.https}/t/${slug}/v1/sessions`)}`,
    },
    {
      title: 'the instances of the sample tenant, as its provider',
      command: `curl -sS -H ${shellWord(`authorization: Bearer ${run.tenant.key}`)} ${shellWord(`${run.control.base}/v1/tenants/${slug}/instances`)}`,
    },
  ];
}

/** The screen at the end of a start, and of a second start in the same home. */
export function summaryOf(run: RunFile, logs: string): string {
  const { tenant } = run;
  const lines: [string, string][] = [
    ['control API', `${run.control.base}/v1 (OpenAPI: ${run.control.base}/v1/openapi.json)`],
    ['admin key', run.control.adminKey],
    ['edge', `${run.edge.https}/t/${tenant.slug} and ${run.edge.http}/t/${tenant.slug}`],
    ...(run.edge.external === undefined
      ? []
      : [['  from outside', `${run.edge.external}/t/${tenant.slug}, for remote applications alone`] as [string, string]]),
    ['CA certificate', run.edge.caFile],
    ['SOAP', `${run.edge.https}/t/${tenant.slug}/axis2/services/SessionService?wsdl`],
    ['sample tenant', `${tenant.slug} (${tenant.companyName}), key ${tenant.key}`],
    ['application', tenant.application.name],
    ['  its passwords', `application ${tenant.application.applicationPassword}, local ${tenant.application.localPassword}`],
    ...tenant.controllers.map(({ name, address, extensions }): [string, string] => [
      name,
      `${address}, phones ${extensions[0]} to ${extensions.at(-1)}`,
    ]),
    ...tenant.instances.map(({ name, address, pid }): [string, string] => [
      name,
      `${address ?? 'no address'}, ${pid === null ? 'not running' : `pid ${pid}`}`,
    ]),
    ['logs', logs],
  ];
  const facts = lines.map(([name, value]) => `  ${name.padEnd(16)}${value}`);
  const commands = run.commands.map(({ title, command }) => `  # ${title}\n  ${command}`);
  return ['', ...facts, '', 'Try, in another terminal:', '', ...commands, ''].join('\n');
}
