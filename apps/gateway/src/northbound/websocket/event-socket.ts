/** One WebSocket on one session's events: `events` frames out, `ack` frames in, ping and pong for life. */
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { STREAM_ENDS, type StreamEnd } from '#contracts/event-streams';
import { cursorText, type EventPage } from '../../event-page.js';
import type { Epoch } from '#contracts/gateway-admin';
import type { EventReader } from '../../northbound-port.js';
import { EventPump, type Outlet } from '../event-pump.js';
import { pageMembers } from '../http/event-json.js';
import type { NorthboundLimits } from '../limits.js';
import { textFrame } from './text-frame.js';

export type SocketLimits = Pick<
  NorthboundLimits,
  'streamHeartbeatMs' | 'streamStalledMs' | 'socketPongMs' | 'socketBufferBytesMax' | 'socketMessagesPerSecondMax'
>;

/** Of the library, whose value this file does without. */
const OPEN: WebSocket['OPEN'] = 1;
const CLOSE_GRACE_MS = 2000;
/** White space may be where JSON has it, and nowhere else. */
const ACKNOWLEDGEMENT = /^\s*\{\s*"type"\s*:\s*"ack"\s*,\s*"cursor"\s*:\s*"(\d{1,9})\.(\d{1,9})\.(\d{1,15})"\s*\}\s*$/;

export class EventSocket implements Outlet {
  readonly pump: EventPump;
  private web: WebSocket | undefined;
  private socket: Socket | undefined;
  private isAnswered = true;
  private heard = { inSecond: 0, second: 0 };

  constructor(
    private readonly limits: SocketLimits,
    window: number | undefined,
    onCut: () => void,
  ) {
    this.pump = new EventPump(this, limits.streamStalledMs, onCut, window);
  }

  /** The handshake is done: greets and begins. */
  attach(web: WebSocket, socket: Socket, reader: EventReader): void {
    const { epoch } = reader;
    this.web = web;
    this.socket = socket;
    const heartbeat = setInterval(() => this.beat(), this.limits.streamHeartbeatMs);
    socket.on('drain', () => this.pump.drained());
    web.on('pong', () => (this.isAnswered = true));
    web.on('message', (data, isBinary) => this.onMessage(data, isBinary, epoch));
    web.on('error', () => web.terminate());
    web.once('close', () => {
      clearInterval(heartbeat);
      this.pump.close();
    });
    web.send(`{"type":"open","cursor":"${cursorText(epoch, reader.seq)}"}`);
    this.pump.begin();
  }

  /** Past the library, whose frames are uncompressed and whole too: it would write each in two pieces. */
  write(page: EventPage): boolean {
    // nothing may follow a close frame
    if (this.web!.readyState !== OPEN) return true;
    this.socket!.write(textFrame(`{"type":"events",${pageMembers(page)}}`));
    // without a drain to come there is room
    return !this.socket!.writableNeedDrain || this.socket!.writableLength < this.limits.socketBufferBytesMax;
  }

  end(why: StreamEnd): void {
    const web = this.web;
    if (web === undefined) return;
    web.close(STREAM_ENDS[why], why);
    // a peer that does not close too is not waited for
    setTimeout(() => web.terminate(), CLOSE_GRACE_MS).unref();
  }

  cut(): void {
    this.web?.terminate();
  }

  /** A peer that left the last ping unanswered for a whole beat is gone. */
  private beat(): void {
    if (!this.isAnswered) return this.cut();
    this.isAnswered = false;
    this.web!.ping();
  }

  private onMessage(data: RawData, isBinary: boolean, epoch: Epoch): void {
    const second = Math.floor(performance.now() / 1000);
    this.heard = second === this.heard.second ? { second, inSecond: this.heard.inSecond + 1 } : { second, inSecond: 1 };
    const match = isBinary ? null : ACKNOWLEDGEMENT.exec((data as Buffer).toString('latin1'));
    if (match === null || this.heard.inSecond > this.limits.socketMessagesPerSecondMax) return this.pump.finish('bad-frame');
    // of an earlier incarnation: what it says has been said by the cursor this socket was opened with
    if (Number(match[1]) === epoch.major && Number(match[2]) === epoch.minor) this.pump.acknowledge(Number(match[3]));
  }
}
