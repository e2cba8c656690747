/**
 * R-plain: the least a reverse proxy in node can be. HTTP in front, mutual TLS to one instance behind, kept alive; the headers the instance
 * asks for are added. No routing, no checks, no limits, no time-outs. Kept as it is once measured against.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'node:https';

interface Settings {
  readonly address: string;
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly upstream: { readonly address: string; readonly port: number; readonly serverName: string };
  readonly headers: Readonly<Record<string, string>>;
}
const settings = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Settings;
const agent = new Agent({
  keepAlive: true,
  cert: readFileSync(settings.certFile),
  key: readFileSync(settings.keyFile),
  ca: readFileSync(settings.caFile),
  servername: settings.upstream.serverName,
});

createServer((message, response) => {
  const up = request(
    {
      agent,
      host: settings.upstream.address,
      port: settings.upstream.port,
      method: message.method,
      path: message.url,
      headers: { ...message.headers, ...settings.headers },
    },
    (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    },
  );
  up.on('error', () => response.destroy());
  message.pipe(up);
}).listen(settings.port, settings.address);
