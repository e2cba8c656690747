import { randomBytes, randomInt } from 'node:crypto';
import type { Epoch } from '#contracts/gateway-admin';
import type { ControllerRequest } from '#southbound/messages';
import { canonicalAddress, type TlsIdentity } from '#southbound/transport-tls';
import type { ControllerLinks, ControllerTarget, LinkListener } from '../southbound-port.js';
import { type BackHello, type CallbackListener, openCallbackListener } from './callback-listener.js';
import type { LinkConnection } from './link-connection.js';
import { ControllerLink } from './controller-link.js';
import type { Chance, InstanceIdentity, LinkTimings } from './link-machine.js';

export interface ControllerLinksOptions {
  readonly instanceId: string;
  readonly epoch: Epoch;
  /** Own address: links are dialled from it and called back on it. */
  readonly address: string;
  /** Normally 49500 to 49600; the first free one is taken. */
  readonly callbackPorts: { readonly from: number; readonly to: number };
  /** PEM texts; `caPem` is the authority of controllers. */
  readonly tls: TlsIdentity;
  readonly timings: LinkTimings;
  /** A controller has shown a certificate that holds until then, milliseconds since 1970. */
  readonly sawCertificate?: (icpId: number, notAfterMs: number) => void;
}

/** {@link ControllerLinks} and what only the status shows. */
export interface ControllerLinksAdapter extends ControllerLinks {
  readonly callbackPort: number;
  /** Back connections refused because no configured controller has their address (R-CLU-04). */
  unknownBackConnections(): number;
}

/**
 * Opens the call-back listener and resolves when it listens; rejects when no port is free or the address is not ours.
 * The listener is never called from within a call of a method: only later.
 */
export async function createControllerLinks(
  options: ControllerLinksOptions,
  listener: LinkListener,
): Promise<ControllerLinksAdapter> {
  const links = new LinkSet(options, listener);
  await links.open();
  return links;
}

const chance: Chance = {
  random: () => randomInt(2 ** 32) / 2 ** 32,
  nonce: () => randomBytes(8).readBigUInt64BE(0),
};

class LinkSet implements ControllerLinksAdapter {
  private readonly byIcpId = new Map<number, ControllerLink>();
  private readonly byAddress = new Map<string, ControllerLink>();
  private readonly ending = new Set<Promise<void>>();
  private callback: CallbackListener | undefined;
  private closing: Promise<void> | undefined;
  private unknown = 0;

  constructor(
    private readonly options: ControllerLinksOptions,
    private readonly listener: LinkListener,
  ) {}

  async open(): Promise<void> {
    this.callback = await openCallbackListener({
      identity: this.options.tls,
      address: this.options.address,
      ports: this.options.callbackPorts,
      expects: (remoteAddress) => this.byAddress.get(remoteAddress)?.expectsBack === true,
      take: (remoteAddress: string, hello: BackHello, connection: LinkConnection) =>
        this.byAddress.get(remoteAddress)?.takeBack(hello, connection) === true,
      refused: (remoteAddress) => {
        const link = this.byAddress.get(remoteAddress);
        if (link === undefined) this.unknown += 1;
        else link.refusedBackConnections += 1;
      },
    });
  }

  get callbackPort(): number {
    if (this.callback === undefined) throw new Error('the call-back listener is not open');
    return this.callback.port;
  }

  setControllers(targets: readonly ControllerTarget[]): void {
    if (this.closing !== undefined) return;
    const wanted = new Map(targets.map((target) => [target.icpId, target]));
    for (const [icpId, link] of this.byIcpId) {
      const target = wanted.get(icpId);
      if (target === undefined || target.address !== link.target.address || target.port !== link.target.port) {
        this.end(link, 'controller removed');
      }
    }
    for (const target of targets) {
      if (!this.byIcpId.has(target.icpId)) this.begin(target);
    }
  }

  send(icpId: number, request: ControllerRequest, traceparent?: string): boolean {
    return this.byIcpId.get(icpId)?.send(request, traceparent) ?? false;
  }

  figures = (icpId: number): { readonly roundTripMs: number | null; readonly refusedBackConnections: number } => {
    const link = this.byIcpId.get(icpId);
    return { roundTripMs: link?.roundTripMs ?? null, refusedBackConnections: link?.refusedBackConnections ?? 0 };
  };

  unknownBackConnections(): number {
    return this.unknown;
  }

  async close(): Promise<void> {
    this.closing ??= this.closeAll();
    await this.closing;
  }

  private async closeAll(): Promise<void> {
    for (const link of this.byIcpId.values()) this.end(link, 'instance stops');
    await Promise.all([this.callback?.close(), ...this.ending]);
  }

  private begin(target: ControllerTarget): void {
    const { instanceId, epoch, address, tls, timings, sawCertificate } = this.options;
    const identity: InstanceIdentity = { instanceId, epoch, address, callbackPort: this.callbackPort };
    const link = new ControllerLink({
      target,
      identity,
      tls,
      timings,
      chance,
      listener: this.listener,
      sawCertificate: (notAfterMs) => sawCertificate?.(target.icpId, notAfterMs),
    });
    this.byIcpId.set(target.icpId, link);
    this.byAddress.set(canonicalAddress(target.address), link);
    // at a start the doors are opened first
    setImmediate(() => {
      if (this.byIcpId.get(target.icpId) === link) link.start();
    });
  }

  private end(link: ControllerLink, reason: string): void {
    this.byIcpId.delete(link.target.icpId);
    const address = canonicalAddress(link.target.address);
    if (this.byAddress.get(address) === link) this.byAddress.delete(address);
    const ended = Promise.resolve().then(() => link.stop(reason));
    this.ending.add(ended);
    void ended.finally(() => this.ending.delete(ended));
  }
}
