/** An answer as one text with its head, as node's own server writes it. */
import { STATUS_CODES } from 'node:http';
import { headersOf } from '../write-reply.js';
import type { Reply } from '../reply.js';

export interface PlainAnswer {
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
}

let date = '';
let dateSecond = 0;

function dateNow(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(second * 1000).toUTCString();
  }
  return date;
}

/** @param keepAliveMs how long the connection stays open for the next request; undefined: it ends with this answer */
export function plainAnswer(reply: Reply, keepAliveMs: number | undefined): PlainAnswer {
  const { status, body = '', ascii } = reply;
  if (reply.stream !== undefined) throw new Error('a stream is no plain answer');
  const bytes = ascii === true ? body.length : Buffer.byteLength(body);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  const headers = headersOf(reply, bytes);
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  head += `date: ${dateNow()}\r\n`;
  head +=
    keepAliveMs === undefined
      ? 'connection: close\r\n\r\n'
      : `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n\r\n`;
  return { text: head + body, encoding: bytes === body.length ? 'latin1' : 'utf8' };
}
