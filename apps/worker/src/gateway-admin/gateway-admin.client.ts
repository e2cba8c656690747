/** The worker's side of the gateway's admin interface, over mutual TLS. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import {
  ADMIN_ROUTES,
  ReceivedHealthSchema,
  ReceivedStatusReportSchema,
  ReceivedJournalPieceSchema,
  type InstanceHealth,
  type InstanceStatusReport,
  type JournalGeneration,
  type JournalPiece,
  type SignedDocument,
} from '#contracts/gateway-admin';
import { ADMIN_PORT, serverNameOf } from '../instance-files/instance-files.js';

export interface AdminTarget {
  readonly instanceId: string;
  readonly address: string;
}

interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const HEALTH_TIMEOUT_MS = 1500;
const TLS_AGE_MAX_MS = 60_000;
const ANSWER_BYTES_MAX = 1_048_576;

/** One connection pool per instance, because the name that is checked in the certificate is the instance's own. */
export class GatewayAdminClient {
  readonly #files: TlsFiles;
  #tls: { readonly readAt: number; readonly ca: string; readonly cert: string; readonly key: string };
  readonly #timeoutMs: number;
  readonly #agents = new Map<string, Agent>();

  constructor(files: TlsFiles, timeoutMs = 3000) {
    this.#files = files;
    this.#tls = read(files);
    this.#timeoutMs = timeoutMs;
  }

  /** Undefined when it does not answer, or not as the contract says, or another one answers. Never rejects. */
  async status(target: AdminTarget): Promise<InstanceStatusReport | undefined> {
    try {
      const answer = await this.#call(target, ADMIN_ROUTES.status);
      if (answer.status !== 200) return undefined;
      const said: unknown = JSON.parse(answer.text);
      const report = ReceivedStatusReportSchema.safeParse(said);
      // as it came: an orchestrator of its release understands what we do not
      return report.success && report.data.instanceId === target.instanceId ? (said as InstanceStatusReport) : undefined;
    } catch {
      // The next attempt begins with a new connection, and with certificates that may have been renewed.
      this.forget(target.instanceId);
      return undefined;
    }
  }

  /** Whether it is there, whatever state it is in; undefined as for {@link status}. Never rejects. */
  async health(target: AdminTarget): Promise<InstanceHealth | undefined> {
    try {
      const answer = await this.#call(target, ADMIN_ROUTES.health, undefined, HEALTH_TIMEOUT_MS);
      const health = ReceivedHealthSchema.safeParse(JSON.parse(answer.text));
      return health.success && health.data.instanceId === target.instanceId ? health.data : undefined;
    } catch {
      this.forget(target.instanceId);
      return undefined;
    }
  }

  /** The next piece of its journal after what is held, see {@link ReceivedJournalPieceSchema}; undefined as for {@link status}. Never rejects. */
  async journal(
    target: AdminTarget,
    held: { readonly generation: JournalGeneration; readonly bytes: number } | null,
  ): Promise<JournalPiece | undefined> {
    const { method, path } = ADMIN_ROUTES.journal;
    const query = held === null ? '' : `?generation=${held.generation.join('.')}&from=${held.bytes}`;
    try {
      const answer = await this.#call(target, { method, path: `${path}${query}` });
      const piece = answer.status === 200 ? ReceivedJournalPieceSchema.safeParse(JSON.parse(answer.text)) : undefined;
      return piece?.success && piece.data.instanceId === target.instanceId ? piece.data : undefined;
    } catch {
      this.forget(target.instanceId);
      return undefined;
    }
  }

  /** Resolves when the instance has accepted the document and kept it; rejects otherwise. */
  async pushAccessDocument(target: AdminTarget, document: SignedDocument): Promise<void> {
    const answer = await this.#call(target, ADMIN_ROUTES.accessDocument, JSON.stringify(document));
    if (answer.status !== 200)
      throw new Error(`the instance refused its access document with ${answer.status}: ${answer.text.slice(0, 300)}`);
  }

  /** Forgets connections to an instance that has ended. May be called twice. */
  forget(instanceId: string): void {
    const agent = this.#agents.get(instanceId);
    this.#agents.delete(instanceId);
    void agent?.destroy().catch(() => undefined);
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  async #call(
    target: AdminTarget,
    route: { readonly method: string; readonly path: string },
    body?: string,
    timeoutMs = this.#timeoutMs,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await request(`https://${target.address}:${ADMIN_PORT}${route.path}`, {
      method: route.method as 'GET' | 'PUT',
      dispatcher: this.#agentOf(target.instanceId),
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      length += (chunk as Buffer).length;
      if (length > ANSWER_BYTES_MAX) throw new Error(`the instance answered more than ${ANSWER_BYTES_MAX} bytes`);
      chunks.push(chunk as Buffer);
    }
    return { status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  }

  #agentOf(instanceId: string): Agent {
    let agent = this.#agents.get(instanceId);
    if (!agent) {
      if (performance.now() - this.#tls.readAt > TLS_AGE_MAX_MS) this.#tls = read(this.#files);
      const { ca, cert, key } = this.#tls;
      agent = new Agent({
        connections: 2,
        keepAliveTimeout: 10_000,
        connect: { ca, cert, key, servername: serverNameOf(instanceId), minVersion: 'TLSv1.3', timeout: this.#timeoutMs },
      });
      this.#agents.set(instanceId, agent);
    }
    return agent;
  }
}

function read(files: TlsFiles): { readonly readAt: number; readonly ca: string; readonly cert: string; readonly key: string } {
  const text = (file: string): string => readFileSync(file, 'utf8');
  return { readAt: performance.now(), ca: text(files.caFile), cert: text(files.certFile), key: text(files.keyFile) };
}
