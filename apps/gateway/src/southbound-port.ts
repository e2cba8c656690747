/**
 * Between the links to controllers and the engine. The adapter keeps the links up by itself (dial, call-back, heartbeat, back-off with
 * jitter); the engine numbers requests, times them out and decides what to do when a link comes or goes.
 */
import type { ConnectionState } from '#contracts/gateway-admin';
import type { ControllerRequest, ControllerResponse, DirectoryEntries, EventMessage } from '#southbound/messages';

export interface ControllerTarget {
  readonly icpId: number;
  readonly address: string;
  readonly port: number;
}

export interface LinkUp {
  readonly bootId: number;
  readonly release: string;
  readonly platform: 'x86' | 'powerpc';
  /** Bits of CAPABILITIES: what the controller takes beyond the first release of the link; absent counts as 0. */
  readonly capabilities?: number;
}

export interface LinkListener {
  /**
   * Every change of a link's state; `up` is given exactly with CONNECTED. Monitors of an ended link are gone at the controller.
   * @param silentMs where a link that stood has ended: for so long nothing had been heard of the controller; events may be missing since then
   */
  linkState(icpId: number, state: ConnectionState, up: LinkUp | undefined, reason: string, silentMs?: number): void;
  message(icpId: number, message: ControllerResponse | DirectoryEntries | EventMessage): void;
}

export interface ControllerLinks {
  /** Replaces the set of controllers: new ones are dialled, absent ones are said GOODBYE and closed, the rest is left alone. */
  setControllers(targets: readonly ControllerTarget[]): void;
  /**
   * False when the link is not CONNECTED or its send buffer is full: nothing was sent then.
   * @param traceparent of the application's request that caused this one; goes only to a controller that takes it
   */
  send(icpId: number, request: ControllerRequest, traceparent?: string): boolean;
  readonly figures: (icpId: number) => { readonly roundTripMs: number | null; readonly refusedBackConnections: number };
  /** GOODBYE on every link, then closes; resolves when all sockets are closed. May be called twice. */
  close(): Promise<void>;
}
