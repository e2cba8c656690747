/** Events are the hot path: written straight into the connection's send buffer, device data from bytes kept per phone and role. */
import { FRAME_VERSION } from '#southbound/framing';
import type { Happening, Party } from '../model/happening.js';
import type { Phone } from '../model/phone.js';
import type { Role } from '../model/words.js';
import { ATTRIBUTE, CAUSE, EVENT, ROLE, STATE, TYPE } from './numbers.js';

export const EVENT_FIXED_BYTES = 64;
export const EVENT_BYTES_MAX = 364;
const HIGH = 4_294_967_296;

const itemsOfPhones = new WeakMap<Phone, Map<Role, Buffer>>();

/**
 * Writes one EVENT at `offset` and returns the offset behind it. The buffer needs {@link EVENT_BYTES_MAX} bytes of room.
 * `epochMs` is the UTC time of virtual time 0.
 */
export function writeEvent(
  buffer: Buffer,
  offset: number,
  happening: Happening,
  monitorReference: number,
  sequence: number,
  epochMs: number,
): number {
  let end = offset + EVENT_FIXED_BYTES;
  for (const party of happening.parties) end = writeParty(buffer, end, party);
  const time = Math.floor(epochMs + happening.atMs);
  buffer.writeUInt16BE(end - offset, offset);
  buffer[offset + 2] = FRAME_VERSION;
  buffer[offset + 3] = TYPE.EVENT;
  buffer.writeUInt32BE(monitorReference, offset + 4);
  buffer.writeUInt32BE(happening.phone.handle, offset + 8);
  buffer.writeUInt32BE(Math.floor(happening.serial / HIGH), offset + 12);
  buffer.writeUInt32BE(happening.serial % HIGH, offset + 16);
  buffer.writeUInt32BE(Math.floor(time / HIGH), offset + 20);
  buffer.writeUInt32BE(time % HIGH, offset + 24);
  buffer.writeUInt32BE(sequence, offset + 28);
  buffer.writeUInt32BE(happening.localCallId, offset + 32);
  buffer.writeUInt32BE(happening.call?.globalHigh ?? 0, offset + 36);
  buffer.writeUInt32BE(happening.call?.globalLow ?? 0, offset + 40);
  buffer.writeUInt16BE(EVENT[happening.event], offset + 44);
  buffer.writeUInt16BE(CAUSE[happening.cause], offset + 46);
  buffer[offset + 48] = STATE[happening.state];
  buffer[offset + 49] = 0;
  buffer.writeUInt16BE(end - offset - EVENT_FIXED_BYTES, offset + 50);
  buffer.fill(0, offset + 52, offset + EVENT_FIXED_BYTES);
  return end;
}

function writeParty(buffer: Buffer, offset: number, party: Party): number {
  let end = offset;
  if (party.phone) {
    const items = itemsOf(party.phone, party.role);
    buffer.set(items, end);
    end += items.length;
  }
  if (party.dialled !== null) {
    buffer[end] = ROLE[party.role];
    buffer[end + 1] = ATTRIBUTE.DIALED_DIGITS;
    buffer[end + 2] = party.dialled.length;
    end += 3 + buffer.write(party.dialled, end + 3, 'latin1');
  }
  return end;
}

function itemsOf(phone: Phone, role: Role): Buffer {
  let byRole = itemsOfPhones.get(phone);
  if (!byRole) itemsOfPhones.set(phone, (byRole = new Map()));
  let items = byRole.get(role);
  if (!items) {
    const name = phone.name === '' ? [] : [item(role, ATTRIBUTE.NAME, phone.name)];
    byRole.set(role, (items = Buffer.concat([item(role, ATTRIBUTE.NUMBER, phone.dn), ...name])));
  }
  return items;
}

function item(role: Role, attribute: number, value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([Buffer.from([ROLE[role], attribute, bytes.length]), bytes]);
}
