/**
 * Sending to addresses that applications chose (S-41 to S-46). A name is resolved for each connection, all of its addresses are checked
 * and one of them is connected to by number, so that nothing can change in between; the connected address is looked at once more.
 * Redirects are answers like any other. Nothing is decompressed, little is read, and nobody is waited for long.
 */
import { Resolver } from 'node:dns/promises';
import { Socket } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { mayConnect, parseAddress } from '#domain/network-addresses';
import { hostOf, type OutboundPolicy } from '../switchboard/events/handler-url.rules.js';

export const RECEIVER_LIMITS = Object.freeze({
  connectMs: 5000,
  resolveMs: 2000,
  totalMs: 15_000,
  replyBytesMax: 64 * 1024,
  /** At one receiver at the same time; what is more waits, and only for that receiver. */
  perOriginMax: 32,
  keepAliveMs: 10_000,
});
export type ReceiverLimits = { readonly [name in keyof typeof RECEIVER_LIMITS]: number };

export interface ReceiverOptions {
  /** Asked at each connection: what the operator approves may change. */
  readonly policy: () => OutboundPolicy;
  /** Addresses of this machine that nobody may be sent to. */
  readonly ownAddresses?: ReadonlySet<string>;
  /** PEM, beside the authorities that node brings. */
  readonly extraCa?: string;
  readonly limits?: Partial<ReceiverLimits>;
  /** All addresses of a name; default: DNS, without the thread pool that files share. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

export type SendFailure = 'timeout' | 'unreachable' | 'address-not-allowed' | 'reply-too-large';
export type SendResult = { readonly status: number; readonly body: string } | { readonly failure: SendFailure };

class AddressNotAllowed extends Error {}

export class Receivers {
  private readonly limits: ReceiverLimits;
  private opening: Promise<Agent> | undefined;

  constructor(private readonly options: ReceiverOptions) {
    this.limits = { ...RECEIVER_LIMITS, ...options.limits };
  }

  /** Never rejects. */
  async send(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<SendResult> {
    const agent = await (this.opening ??= this.open());
    return new Promise((resolve) => {
      const reply = new Reply(this.limits, resolve);
      const request = { origin: url.origin, path: url.pathname + url.search, method: 'POST' as const, headers, body };
      try {
        agent.dispatch(request, reply);
      } catch (error) {
        reply.fail(error as Error);
      }
    });
  }

  async close(): Promise<void> {
    await (await this.opening)?.destroy();
  }

  /** The library is loaded for the first who is sent to: most instances have nobody. */
  private async open(): Promise<Agent> {
    const undici = await import('undici');
    const { keepAliveMs, connectMs, totalMs, perOriginMax } = this.limits;
    const { extraCa } = this.options;
    const terms = { timeout: connectMs, ALPNProtocols: ['http/1.1'] };
    const plain = undici.buildConnector(terms);
    let secure: buildConnector.connector | undefined;
    // named, because the process trusts none by itself; read once, and only for who sends over TLS, because it takes a while
    const secured = () => {
      const ca = extraCa === undefined ? [...rootCertificates] : [...rootCertificates, extraCa];
      return undici.buildConnector({ ...terms, secureContext: createSecureContext({ ca, minVersion: 'TLSv1.2' }) });
    };
    const connectorOf = (protocol: string) => (protocol === 'https:' ? (secure ??= secured()) : plain);
    return new undici.Agent({
      connections: perOriginMax,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: totalMs,
      bodyTimeout: totalMs,
      connect: (target, callback) => void this.connect(connectorOf, target, callback),
    });
  }

  private async connect(
    connectorOf: (protocol: string) => buildConnector.connector,
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ): Promise<void> {
    try {
      const { http, ranges } = this.options.policy();
      if (target.protocol === 'http:' && !http) throw new AddressNotAllowed('http is switched off');
      const allowed = (address: string) => mayConnect(address, ranges, this.options.ownAddresses);
      const name = hostOf({ hostname: target.hostname } as URL);
      const addresses = parseAddress(name) === undefined ? await this.resolve(name) : [name];
      if (addresses.length === 0) throw new Error('the name has no address');
      // one bad address makes the name bad: which of them is taken would otherwise be luck
      if (!addresses.every(allowed)) throw new AddressNotAllowed('the name leads to an address that is not allowed');
      connectorOf(target.protocol)({ ...target, hostname: addresses[0]! }, (...outcome) => {
        const socket: unknown = outcome[1];
        if (socket instanceof Socket && !allowed(socket.remoteAddress ?? '')) {
          socket.destroy();
          return callback(new AddressNotAllowed('the connection leads elsewhere'), null);
        }
        callback(...outcome);
      });
    } catch (error) {
      callback(error as Error, null);
    }
  }

  private async resolve(name: string): Promise<readonly string[]> {
    if (this.options.resolve !== undefined) return this.options.resolve(name);
    const resolver = new Resolver({ timeout: this.limits.resolveMs, tries: 1 });
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return found.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  }
}

/** Reads as much of an answer as may be, within the time. */
class Reply implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private readonly chunks: Buffer[] = [];
  private length = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: ReceiverLimits,
    private readonly resolve: (result: SendResult) => void,
  ) {
    this.timer = setTimeout(() => this.abandon('timeout'), limits.totalMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.length += chunk.length;
    if (this.length > this.limits.replyBytesMax) this.abandon('reply-too-large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.settle({ status: this.status, body: Buffer.concat(this.chunks).toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    if (error instanceof AddressNotAllowed) return this.settle({ failure: 'address-not-allowed' });
    this.settle({ failure: /TIMEOUT/.test((error as NodeJS.ErrnoException).code ?? '') ? 'timeout' : 'unreachable' });
  }

  private abandon(failure: SendFailure): void {
    this.settle({ failure });
    this.controller?.abort(new Error(failure));
  }

  private settle(result: SendResult): void {
    clearTimeout(this.timer);
    this.resolve(result);
  }
}
