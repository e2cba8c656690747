/** The running system as tests see it: run.json, the control API, the edge, the simulator as the outside witness. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { inject } from 'vitest';
import type { OperationResponse } from '#contracts/application-api';
import { ControlApiClient } from '#contracts/control-api-client';
import { RunFileSchema, type RunFile } from '#contracts/run-file';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export const systemHome = (): string => inject('systemHome');
export const runFile = (): RunFile => RunFileSchema.parse(JSON.parse(readFileSync(join(systemHome(), 'run.json'), 'utf8')));
export const adminClient = (): ControlApiClient => {
  const { control } = runFile();
  return new ControlApiClient({ base: control.base, key: control.adminKey });
};

let edgeAgent: Agent | undefined;
/** Verifies the edge against the installation's authority, as applications do. */
const dispatcher = (): Agent =>
  (edgeAgent ??= new Agent({ connect: { ca: readFileSync(runFile().edge.caFile, 'utf8') }, headersTimeout: 90_000 }));

/** One request at the edge, below `/t/<slug>`; over HTTPS unless `base` says otherwise. */
export async function atEdge<T = Record<string, unknown>>(
  slug: string,
  method: 'GET' | 'POST' | 'DELETE' | 'PUT',
  path: string,
  options: {
    readonly token?: string;
    readonly body?: unknown;
    readonly base?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer<T>> {
  const base = (options.base ?? runFile().edge.https).replace(/\/$/, '');
  const answer = await request(`${base}/t/${slug}${path}`, {
    method,
    dispatcher: dispatcher(),
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  const text = await answer.body.text();
  const json = String(answer.headers['content-type'] ?? '').includes('json');
  return { status: answer.statusCode, body: (json && text !== '' ? JSON.parse(text) : text) as T, headers: answer.headers };
}

export interface Credentials {
  readonly companyName: string;
  readonly applicationName: string;
  readonly applicationPassword: string;
  readonly localPassword: string;
}

export function sampleCredentials(): Credentials {
  const { tenant } = runFile();
  return { companyName: tenant.companyName, ...{ applicationName: tenant.application.name }, ...passwordsOf(tenant.application) };
}
const passwordsOf = ({ applicationPassword, localPassword }: RunFile['tenant']['application']) => ({
  applicationPassword,
  localPassword,
});

/** A session of an application at the edge. */
export class TestSession {
  private constructor(
    readonly slug: string,
    readonly id: number,
    readonly token: string,
  ) {}
  cursor: string | undefined;

  static async open(slug = runFile().tenant.slug, credentials: Credentials = sampleCredentials()): Promise<TestSession> {
    const answer = await atEdge<OperationResponse<'login'>>(slug, 'POST', '/v1/sessions', { body: credentials });
    if (answer.status !== 201) throw new Error(`log-in was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return new TestSession(slug, answer.body.sessionId, answer.body.token);
  }

  ask<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'DELETE', path = '', body?: unknown): Promise<Answer<T>> {
    return atEdge<T>(this.slug, method, `/v1/sessions/${this.id}${path}`, {
      token: this.token,
      ...(body === undefined ? {} : { body }),
    });
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.ask<T>('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Handle of a phone of the controller at `address`. */
  async phone(address: string, primeDn: string): Promise<number> {
    const { icpId } = await this.get<OperationResponse<'getIcpId'>>(`/controllers?icpIpAddress=${address}`);
    return (await this.get<OperationResponse<'getPhoneNumberId'>>(`/controllers/${icpId}/phones/${primeDn}`)).objectId;
  }

  /** Events after the cursor until `enough` is true of all read since; fails after 20 s. */
  async eventsUntil(
    enough: (events: OperationResponse<'getEvents'>['events']) => boolean,
  ): Promise<OperationResponse<'getEvents'>['events']> {
    const read: OperationResponse<'getEvents'>['events'] = [];
    const deadline = performance.now() + 20_000;
    while (!enough(read)) {
      if (performance.now() > deadline) throw new Error(`not within 20 s; read so far: ${JSON.stringify(read, null, 1)}`);
      const page = await this.get<OperationResponse<'getEvents'>>(
        `/events?wait=2${this.cursor === undefined ? '' : `&after=${this.cursor}`}`,
      );
      this.cursor = page.cursor;
      read.push(...page.events);
    }
    return read;
  }
}

/** The simulator's own interface: what its controllers saw, and their faults. */
export async function simulator<T = Record<string, unknown>>(
  method: 'GET' | 'POST' | 'DELETE' | 'PUT',
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const { base, key } = runFile().simulator;
  const answer = await request(`${base.replace(/\/$/, '')}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
}
