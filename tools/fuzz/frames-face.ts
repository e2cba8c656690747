/**
 * Frames of the controller link as faces under bad input, in process: the gateway's framing, codec and link machine, and the simulator's own
 * decoder. A case has reached a handler when it got past the framing to what its message is read by. Over TLS a few hundred go by
 * test/integration/controller-link.
 */
import { decodeMessage } from '#southbound/codec';
import { FrameDecoder, FrameError } from '#southbound/framing';
import { decodeInstanceMessage } from '../../apps/call-manager-sim/src/wire/request.decoder.js';
import { LinkMachine, type ConnectionName } from '../../apps/gateway/src/southbound/link-machine.js';
import { badFrame, type BadFrame, type Receiver } from './bad-frames.js';
import type { Face, Made, Verdict } from './cases.js';

const INSTANCE_ID = '6f1c2a34-5b6d-4e8f-90a1-b2c3d4e5f607';
const PROTOCOL_ERROR = 2;

export interface FrameCase extends Made {
  readonly bad: BadFrame;
}

/** Whether the framing, which is the first parser, lets the bytes through. */
export function isFramed(bytes: Buffer): boolean {
  try {
    return [...new FrameDecoder().push(bytes)].length > 0;
  } catch {
    return false;
  }
}

/** The gateway's link machine with both connections standing, at time 0. */
function upMachine(): LinkMachine {
  const timings = { heartbeatMs: 1000, silenceMs: 6000, reconnectMinMs: 10, reconnectMaxMs: 20 };
  const identity = { instanceId: INSTANCE_ID, epoch: { major: 1, minor: 0 }, address: '127.0.0.1', callbackPort: 49_500 };
  const machine = new LinkMachine(identity, timings, { random: () => 0.5, nonce: () => 7n });
  machine.start();
  machine.dialled(0);
  machine.received(0, 'forward', {
    type: 'HELLO_ACK',
    result: 'OK',
    heartbeatMs: 1000,
    bootId: 9,
    platform: 'x86',
    release: '9.4.0',
  });
  if (!machine.backConnected(0, { nonce: 7n, bootId: 9 }).taken || !machine.isUp) throw new Error('the link did not come up');
  return machine;
}

/** Feeds the bytes as a connection does; answers what the machine wants done. */
function feed(machine: LinkMachine, connection: ConnectionName, bytes: Buffer) {
  try {
    return [...new FrameDecoder().push(bytes)].flatMap((frame) => machine.received(0, connection, decodeMessage(frame)));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return machine.broken(0, error.message);
  }
}

const GOODBYES = (['forward', 'back'] as const).map((connection) => ({
  kind: 'send',
  connection,
  message: { type: 'GOODBYE', reason: PROTOCOL_ERROR },
}));

/** It must say good-bye (protocol error) on both connections, end them and say why, and deliver nothing. */
function wrongAtGateway({ connection, bytes }: BadFrame): string | undefined {
  const effects = feed(upMachine(), connection, bytes).filter(({ kind, ...rest }) => kind !== 'send' || !isPong(rest));
  const [first, second, close, state, ...more] = effects;
  const asWanted =
    JSON.stringify([first, second, close]) === JSON.stringify([...GOODBYES, { kind: 'close', flush: true }]) &&
    state?.kind === 'state' &&
    state.state === 'CONNECTION_FAILURE' &&
    state.reason.includes('protocol error') &&
    more.length === 0;
  return asWanted ? undefined : `the link does ${JSON.stringify(effects)}`;
}
const isPong = (effect: object): boolean => 'message' in effect && (effect.message as { type: string }).type === 'PONG';

/** What is wrong in itself must be a protocol error, anything else no failure of another kind. */
function wrongAtSimulator({ bytes, inItself }: BadFrame): string | undefined {
  try {
    for (const frame of new FrameDecoder().push(bytes)) decodeInstanceMessage(frame);
  } catch (error) {
    return error instanceof FrameError ? undefined : `failed: ${String(error)}`;
  }
  return inItself ? 'was taken' : undefined;
}

export function framesFace(receiver: Receiver): Face<FrameCase> {
  const judge = receiver === 'instance' ? wrongAtGateway : wrongAtSimulator;
  return {
    name: receiver === 'instance' ? 'frames' : 'frames to the simulator',
    lanes: 1,
    operations: 2,
    make: (random) => {
      const bad = badFrame(random, receiver);
      return { what: bad.what, operation: bad.connection, bad };
    },
    send: (_lane, { bad }): Promise<Verdict> => {
      const wrong = judge(bad);
      const reached = isFramed(bad.bytes) ? 'handler' : 'parser';
      return Promise.resolve(wrong === undefined ? { reached } : { reached, wrong });
    },
    good: () => {
      if (receiver === 'instance' && !upMachine().isUp) return Promise.reject(new Error('no link'));
      return Promise.resolve();
    },
    state: () => Promise.resolve(''),
    failures: () => [],
    hangUp: () => Promise.resolve(),
    close: () => Promise.resolve(),
    show: ({ bad: { connection, bytes } }) => `${connection} 0x${bytes.toString('hex')}`,
  };
}
