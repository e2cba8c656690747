/** A session at the application API over the edge, as any application would hold one. */
import { APPLICATION_OPERATIONS, type OperationName, type OperationResponse } from '#contracts/application-api';
import type { ProblemDocument } from '#contracts/errors';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { CliError, EXIT_CODES } from './exit-codes.js';
import { plain } from './output.js';

export interface Edge {
  /** Base address of the tenant, for example `https://localhost:8443/t/acme`. */
  readonly base: string;
  /** PEM of the authority that signed the edge's certificate; undefined for the system's own authorities. */
  readonly ca: string | undefined;
}

export interface Credentials {
  readonly companyName: string;
  readonly applicationName: string;
  readonly applicationPassword: string;
  readonly localPassword: string;
}

type Input<N extends OperationName> = z.input<(typeof APPLICATION_OPERATIONS)[N]['request']>;

export class ApplicationSession {
  private token: string | undefined;
  private sessionId = 0;
  keepAliveMs = 30_000;

  private constructor(
    private readonly edge: Edge,
    private readonly agent: Agent,
  ) {}

  static async open(edge: Edge, credentials: Credentials): Promise<ApplicationSession> {
    const agent = new Agent({
      connect: edge.ca === undefined ? {} : { ca: edge.ca },
      headersTimeout: 75_000,
      bodyTimeout: 75_000,
    });
    const session = new ApplicationSession(edge, agent);
    try {
      const { sessionId, token, keepAliveMs } = await session.call('login', credentials);
      Object.assign(session, { sessionId, token, keepAliveMs });
    } catch (error) {
      await agent.destroy();
      throw error;
    }
    return session;
  }

  /** An operation of this session: members of the path where the contract puts them, the others in query or body. */
  ask<N extends Exclude<OperationName, 'login'>>(
    name: N,
    input: Omit<Input<N>, 'sessionId'>,
    signal?: AbortSignal,
  ): Promise<OperationResponse<N>> {
    return this.call(name, { ...input, sessionId: this.sessionId } as unknown as Input<N>, signal);
  }

  /** Logs out as well as it can; never rejects. */
  async close(): Promise<void> {
    await this.ask('logout', {}).catch(() => undefined);
    await this.agent.destroy();
  }

  private async call<N extends OperationName>(name: N, input: Input<N>, signal?: AbortSignal): Promise<OperationResponse<N>> {
    const { rest, response } = APPLICATION_OPERATIONS[name];
    const members: Record<string, unknown> = { ...input };
    const path = rest.path.replace(/\{(\w+)\}/g, (_, member: string) => {
      const value = String(members[member]);
      delete members[member];
      return encodeURIComponent(value);
    });
    const url = new URL(`${this.edge.base.replace(/\/+$/, '')}${path}`);
    const hasBody = rest.method === 'POST';
    if (!hasBody)
      for (const [member, value] of Object.entries(members)) if (value !== undefined) url.searchParams.set(member, String(value));
    const headers = {
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
    };
    const answer = await request(url, {
      method: rest.method,
      headers,
      dispatcher: this.agent,
      ...(hasBody ? { body: JSON.stringify(members) } : {}),
      ...(signal ? { signal } : {}),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw new CliError(`no answer from ${url.origin}: ${(error as Error).message}`, EXIT_CODES.unreachable);
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw refusalOf(name, answer.statusCode, text);
    return response.parse(text === '' ? {} : JSON.parse(text)) as OperationResponse<N>;
  }
}

function refusalOf(name: string, status: number, text: string): CliError {
  try {
    const { code, detail } = JSON.parse(text) as ProblemDocument;
    return new CliError(`${name} refused: ${plain(code)}: ${plain(detail)}`, EXIT_CODES.refused);
  } catch {
    return new CliError(`${name} refused with HTTP ${status}`, EXIT_CODES.refused);
  }
}
