/**
 * A controller that is nothing but a source of events, for rates that no call model keeps up with: it takes links, answers what an instance
 * asks about phones, and writes call events at a given rate to one of its links, one frame per TLS record, each with the time at which it was written.
 */
import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { FrameDecoder, type Frame } from '#southbound/framing';
import { dialTls, listenTls } from '#southbound/transport-tls';
import { clockMicros, stampOf } from './stamp.js';

interface Settings {
  readonly address: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}
/** By the bench: events per second to the instance at this address; null: none. */
export interface SourceOrder {
  readonly to: string;
  readonly perSecond: number | null;
}

const [HELLO, PING, LOOKUP, MONITOR_START, SNAPSHOT] = [0x01, 0x05, 0x10, 0x11, 0x13];
const HEADER = 12;
const BOOT_ID = Buffer.from('5eed0001', 'hex');
const TICK_MS = 1;

function frame(type: number, body: Buffer, correlation = 0, target = 0): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER), body]);
  bytes.writeUInt16BE(bytes.length, 0);
  bytes.writeUInt16BE(0x0100 | type, 2);
  bytes.writeUInt32BE(correlation, 4);
  bytes.writeUInt32BE(target, 8);
  return bytes;
}

/** A call of the device begins (ORIGINATED), or ends (CLEARED). */
function eventFrame(begins: boolean, target: number, serial: number, monitorSequence: number, call: number): Buffer {
  const name = Buffer.from(stampOf(clockMicros()));
  const body = Buffer.alloc(52);
  body.writeBigUInt64BE(BigInt(serial), 0);
  body.writeBigUInt64BE(BigInt(Date.now()), 8);
  body.writeUInt32BE(monitorSequence, 16);
  body.writeUInt32BE(call, 20);
  // a call that has ended is not told of again: each has numbers of its own
  body.writeUInt32BE(target, 24);
  body.writeUInt32BE(call, 28);
  body.writeUInt16BE(begins ? 1 : 7, 32);
  body.writeUInt16BE(begins ? 1 : 6, 34);
  body.writeUInt8(begins ? 1 : 0, 36);
  body.writeUInt16BE(3 + name.length, 38);
  // the name of the device itself
  return frame(0x40, Buffer.concat([body, Buffer.from([1, 2, name.length]), name]), target, target);
}

class Link {
  private serial = 0;
  private readonly monitored: { readonly target: number; sequence: number; calls: number; inCall: boolean }[] = [];
  private timer: NodeJS.Timeout | undefined;
  back: TLSSocket | undefined;

  /** What an instance asked. */
  answer({ type, correlation, target, body }: Frame): Buffer | undefined {
    if (type === LOOKUP) return frame(0x90, Buffer.from([0, 1, 1]), correlation, handleOf(body));
    if (type === SNAPSHOT) return frame(0x93, Buffer.from([0, 0, 0]), correlation, target);
    if (type !== MONITOR_START) return undefined;
    this.monitored.push({ target, sequence: 0, calls: 0, inCall: false });
    const reference = Buffer.alloc(5);
    reference.writeUInt32BE(target, 1);
    return frame(0x91, reference, correlation, target);
  }

  /** What is due is written as it is due; a stream that is late makes up for it. */
  emit(perSecond: number | null): void {
    clearInterval(this.timer);
    if (perSecond === null) return;
    const since = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - since) * perSecond) / 1000);
      for (; sent < due; sent += 1) this.one(sent);
    }, TICK_MS);
  }

  private one(at: number): void {
    const monitor = this.monitored[at % this.monitored.length];
    if (monitor === undefined) return;
    monitor.inCall = !monitor.inCall;
    if (monitor.inCall) monitor.calls += 1;
    const { inCall, target, calls } = monitor;
    this.back?.write(eventFrame(inCall, target, (this.serial += 1), (monitor.sequence += 1), calls));
  }
}

/** The number's digits, as a handle. */
const handleOf = (body: Buffer): number => Number(body.toString('latin1').replace(/\D/g, ''));

const { address, certFile, keyFile, caFile } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Settings;
const identity = {
  certPem: readFileSync(certFile, 'utf8'),
  keyPem: readFileSync(keyFile, 'utf8'),
  caPem: readFileSync(caFile, 'utf8'),
};
const links = new Map<string, Link>();

async function callBack(hello: Frame, link: Link): Promise<void> {
  const back = await dialTls({
    identity,
    address: hello.body.subarray(33, 37).join('.'),
    port: hello.body.readUInt16BE(49),
    localAddress: address,
    handshakeTimeoutMs: 5000,
    signal: new AbortController().signal,
  });
  back.setNoDelay(true);
  link.back = back;
  back.on('error', () => undefined);
  back.on('data', reader(back, link));
  back.write(frame(0x03, Buffer.concat([hello.body.subarray(0, 8), BOOT_ID])));
}

function reader(socket: TLSSocket, link: Link): (chunk: Buffer) => void {
  const decoder = new FrameDecoder();
  return (chunk) => {
    for (const one of decoder.push(chunk)) {
      if (one.type === HELLO) {
        const acknowledged = Buffer.concat([Buffer.from([0, 0x03, 0xe8]), BOOT_ID, Buffer.from([1, 9, 4, 1, 0])]);
        links.set(one.body.subarray(33, 37).join('.'), link);
        socket.write(frame(0x02, acknowledged));
        void callBack(one, link);
      } else if (one.type === PING) socket.write(frame(0x06, one.body));
      else {
        const answer = link.answer(one);
        if (answer !== undefined) socket.write(answer);
      }
    }
  };
}

await listenTls({
  identity,
  address,
  ports: { from: 5320, to: 5320 },
  handshakeTimeoutMs: 5000,
  connectionsMax: 10,
  handshakesPerAddressMax: 10,
  admits: () => true,
  onRefused: () => undefined,
  onConnection: (forward) => {
    forward.on('error', () => undefined);
    forward.on('data', reader(forward, new Link()));
  },
});
process.on('message', ({ to, perSecond }: SourceOrder) => {
  links.get(to)?.emit(perSecond);
  process.send?.({ to, perSecond });
});
process.send?.({ ready: true });
