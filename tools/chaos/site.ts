/** The running system of one home, as its users and its operator reach it. */
import { existsSync, readFileSync } from 'node:fs';
import { homeLayout, type HomeLayout } from '#config/home';
import { ControlApiClient } from '#contracts/control-api-client';
import { RunFileSchema, type RunFile } from '#contracts/run-file';
import { Agent, request } from 'undici';
import type { Entry } from './history.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface EdgeOptions {
  readonly token?: string;
  readonly body?: unknown;
  /** Idempotency key. */
  readonly key?: string;
  /** Without TLS; default with. */
  readonly plain?: boolean;
}

const ANSWER_WITHIN_MS = 15_000;

export class Site {
  readonly layout: HomeLayout;
  /** What was seen; one list for all who look. */
  readonly history: Entry[] = [];
  private readonly agent: Agent;

  constructor(home: string) {
    this.layout = homeLayout(home);
    const ca = readFileSync(this.run.edge.caFile, 'utf8');
    this.agent = new Agent({ connect: { ca, timeout: 10_000 }, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS });
  }

  /** Whether something runs in that home. */
  static runs(home: string): boolean {
    return existsSync(homeLayout(home).runFile);
  }

  get run(): RunFile {
    return RunFileSchema.parse(JSON.parse(readFileSync(this.layout.runFile, 'utf8')));
  }

  get control(): ControlApiClient {
    const { base, adminKey } = this.run.control;
    return new ControlApiClient({ base, key: adminKey, timeoutMs: ANSWER_WITHIN_MS });
  }

  /** Below `/t/<sample tenant>` at the edge. Rejects when nobody answers. */
  async edge(method: string, path: string, options: EdgeOptions = {}): Promise<Answer> {
    const { edge, tenant } = this.run;
    const { token, body, key, plain } = options;
    const base = plain === true ? edge.http : edge.https;
    return ask(`${base.replace(/\/$/, '')}/t/${tenant.slug}${path}`, method, body, this.agent, {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    });
  }

  /** The simulator's own interface: the outside witness. Throws on a refusal. */
  async simulator<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { base, key } = this.run.simulator;
    const url = `${base.replace(/\/$/, '')}${path}`;
    const answer = await ask(url, method, body, undefined, { authorization: `Bearer ${key}` });
    if (answer.status >= 300) throw new Error(`the simulator answered ${answer.status} to ${method} ${path}`);
    return answer.body as T;
  }

  note(entry: Entry): void {
    this.history.push(entry);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
async function ask(
  url: string,
  method: string,
  body: unknown,
  dispatcher: Agent | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await request(url, {
    method: method as Method,
    ...(dispatcher === undefined ? {} : { dispatcher }),
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  try {
    return { status: answer.statusCode, body: text === '' ? {} : JSON.parse(text) };
  } catch {
    return { status: answer.statusCode, body: text };
  }
}
