/** What a router sees of the orchestrator: a server of our authority that asks for the orchestrator's certificate and keeps the tables. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { RoutingTableSchema, type RoutingTable } from '#contracts/routing';

export class RouterWitness {
  /** Every table taken, oldest first. */
  readonly tables: RoutingTable[] = [];
  readonly peers = new Set<string>();
  healthRequests = 0;
  private held = 0;

  private constructor(private readonly server: Server) {}

  static async open(tls: { cert: string; key: string; ca: string }): Promise<RouterWitness> {
    const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true });
    const witness = new RouterWitness(server);
    server.on('request', (request, response) => {
      witness.peers.add(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
      const answer = (status: number) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ version: witness.held }));
      if (request.method === 'GET') {
        witness.healthRequests += 1;
        answer(200);
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const table = RoutingTableSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
        if (table.version < witness.held) return answer(409);
        witness.held = table.version;
        witness.tables.push(table);
        answer(200);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return witness;
  }

  get adminUrl(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** As after a restart with an empty disk. */
  forget(): void {
    this.held = 0;
    this.tables.length = 0;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
