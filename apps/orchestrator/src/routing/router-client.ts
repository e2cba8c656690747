/** One router's admin interface, over mutual TLS; its certificate must bear the name the settings say. */
import { ROUTER_ADMIN_ROUTES, type RoutingTable } from '#contracts/routing';
import { Agent } from 'undici';
import { z } from 'zod';

export interface RouterTls {
  /** PEM */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const versionAnswer = z.object({ version: z.int().min(0) });

export class RouterClient {
  private readonly agent: Agent;

  constructor(
    readonly adminUrl: string,
    serverName: string,
    tls: RouterTls,
  ) {
    this.agent = new Agent({
      connect: { ...tls, servername: serverName, timeout: 3000 },
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
      connections: 2,
    });
  }

  /** The version of the table it holds; 0 for none. */
  async heldVersion(): Promise<number> {
    const { health } = ROUTER_ADMIN_ROUTES;
    const answer = await this.agent.request({ origin: this.adminUrl, path: health.path, method: health.method });
    const body: unknown = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(`the router answered ${answer.statusCode} to health`);
    return versionAnswer.parse(body).version;
  }

  /** `held`: the version it holds afterwards; higher than the offered one when it refused that as old. */
  async put(table: RoutingTable): Promise<{ readonly held: number }> {
    const { table: route } = ROUTER_ADMIN_ROUTES;
    const answer = await this.agent.request({
      origin: this.adminUrl,
      path: route.path,
      method: route.method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(table),
    });
    const body: unknown = await answer.body.json();
    if (answer.statusCode !== 200 && answer.statusCode !== 409)
      throw new Error(`the router answered ${answer.statusCode} to a table`);
    return { held: versionAnswer.parse(body).version };
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}
