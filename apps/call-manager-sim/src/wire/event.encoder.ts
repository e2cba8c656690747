/** Events are the hot path: written straight into the connection's send buffer, device data from bytes kept per device and role. */
import { FRAME_VERSION } from '#southbound/framing';
import { NO_FLAGS, type CallFlags } from '../model/flags.js';
import type { FeatureChange, Happening, Party } from '../model/happening.js';
import type { Leg, Named } from '../model/phone.js';
import type { EventName, Role } from '../model/words.js';
import { FLAG, STATE, TYPE } from './numbers.js';
import { ATTRIBUTE, CAUSE, EVENT, ROLE, ROLE_CALL, ROLE_FEATURE, ROLE_PARTY_1 } from './word-numbers.js';

export const EVENT_FIXED_BYTES = 64;
export const EVENT_BYTES_MAX = 364;
const HIGH = 4_294_967_296;

interface Kept {
  readonly name: string;
  readonly bytes: Buffer;
}

const itemsOfDevices = new WeakMap<Named, Map<Role, Kept>>();

/**
 * Writes one EVENT at `offset` and returns the offset behind it. The buffer needs {@link EVENT_BYTES_MAX} bytes of room; items that would go
 * beyond are left out (page section 3). `epochMs` is the UTC time of virtual time 0.
 */
export function writeEvent(
  buffer: Buffer,
  offset: number,
  happening: Happening,
  monitorReference: number,
  sequence: number,
  epochMs: number,
): number {
  const end = writeData(buffer, offset, happening);
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
  buffer[offset + 49] = flagBits(happening.flags);
  buffer.writeUInt16BE(end - offset - EVENT_FIXED_BYTES, offset + 50);
  buffer.writeUInt32BE(happening.linked, offset + 52);
  buffer[offset + 56] = happening.members.length;
  buffer.fill(0, offset + 57, offset + EVENT_FIXED_BYTES);
  return end;
}

export function flagBits(flags: CallFlags): number {
  if (flags === NO_FLAGS) return 0;
  return (
    (flags.conference ? FLAG.conference : 0) |
    (flags.conferenceController ? FLAG.conferenceController : 0) |
    (flags.ownCall ? FLAG.ownCall : 0) |
    (flags.external ? FLAG.external : 0) |
    (flags.agent ? FLAG.agent : 0) |
    (flags.listening ? FLAG.listening : 0) |
    (flags.workTimer ? FLAG.workTimer : 0) |
    (flags.farAlerting ? FLAG.farAlerting : 0)
  );
}

function writeData(buffer: Buffer, offset: number, happening: Happening): number {
  const limit = offset + EVENT_BYTES_MAX;
  let end = offset + EVENT_FIXED_BYTES;
  for (const party of happening.parties) end = writeParty(buffer, end, limit, party);
  happening.members.forEach((leg, index) => {
    if (happening.event === 'CONFERENCED' || happening.event === 'DEVICE_DROPPED')
      end = writeMember(buffer, end, limit, ROLE_PARTY_1 + index, leg);
  });
  for (const { what, value } of happening.about ?? []) end = writeItem(buffer, end, limit, ROLE_CALL, ATTRIBUTE[what], value);
  if (happening.change)
    for (const [attribute, value] of changeItems(happening.event, happening, happening.change))
      end = writeItem(buffer, end, limit, ROLE_FEATURE, attribute, value);
  return end;
}

function writeParty(buffer: Buffer, offset: number, limit: number, { role, phone, dialled }: Party): number {
  let end = offset;
  if (phone) {
    const items = itemsOf(phone, role);
    if (end + items.length <= limit) {
      buffer.set(items, end);
      end += items.length;
    }
  }
  return dialled === null || dialled === '' ? end : writeItem(buffer, end, limit, ROLE[role], ATTRIBUTE.DIALED_DIGITS, dialled);
}

function writeMember(buffer: Buffer, offset: number, limit: number, role: number, leg: Leg): number {
  const { dn, name } = leg.outside ?? leg.phone;
  let end = writeItem(buffer, offset, limit, role, ATTRIBUTE.NUMBER, dn);
  if (name !== '') end = writeItem(buffer, end, limit, role, ATTRIBUTE.NAME, name);
  const callId = String(leg.localCallId);
  return callId === '' ? end : writeItem(buffer, end, limit, role, ATTRIBUTE.CALL_ID, callId);
}

/** Nothing is written when the item does not fit. */
function writeItem(buffer: Buffer, offset: number, limit: number, role: number, attribute: number, value: string): number {
  const bytes = Buffer.byteLength(value, 'utf8');
  if (offset + 3 + bytes > limit || bytes > 255) return offset;
  buffer[offset] = role;
  buffer[offset + 1] = attribute;
  buffer[offset + 2] = bytes;
  buffer.write(value, offset + 3, 'utf8');
  return offset + 3 + bytes;
}

function changeItems(event: EventName, { phone }: Happening, change: FeatureChange): [attribute: number, value: string][] {
  const { number, other, code } = change;
  const state: [number, string] = [ATTRIBUTE.FEATURE_EVENT_STATE, change.on ? '1' : '0'];
  switch (event) {
    case 'HOT_DESK_USER':
      return [state, [ATTRIBUTE.USER_DN, number], [ATTRIBUTE.DEVICE_NUMBER, other]];
    case 'ACD_AGENT':
    case 'CONFERENCE_FEATURE':
      return [state, [ATTRIBUTE.DEVICE_NUMBER, number]];
    case 'MAKE_BUSY':
      return [state, [ATTRIBUTE.ACD_AGENT_MAKE_BUSY_CODE, String(code)]];
    case 'JOIN_GROUP':
    case 'LEAVE_GROUP':
      return [state, [ATTRIBUTE.GROUP_DN, number], [ATTRIBUTE.INVOKER_DN, other]];
    case 'DIRECTORY_CHANGED':
      return [
        [ATTRIBUTE.AGENT_ID, number],
        [ATTRIBUTE.FEATURE_EVENT_STATE, String(code)],
      ];
    default:
      if (event.startsWith('CF_')) return [state, [ATTRIBUTE.FORWARD_DN, number]];
      if (!event.startsWith('BRIDGE_')) return [state];
      return [
        state,
        [ATTRIBUTE.BRIDGE_PARTY_DN, phone.dn],
        [ATTRIBUTE.BRIDGE_COACH_MODE, String(code)],
        [ATTRIBUTE.BRIDGE_REQUESTOR_DN, number],
      ];
  }
}

function itemsOf(device: Named, role: Role): Buffer {
  let byRole = itemsOfDevices.get(device);
  if (!byRole) itemsOfDevices.set(device, (byRole = new Map()));
  const kept = byRole.get(role);
  if (kept?.name === device.name) return kept.bytes;
  const items = [item(role, ATTRIBUTE.NUMBER, device.dn)];
  if (device.name !== '') items.push(item(role, ATTRIBUTE.NAME, device.name));
  if (device.trunk) {
    items.push(item(role, ATTRIBUTE.TRUNK_NUMBER, device.trunk.dn), item(role, ATTRIBUTE.TRUNK_NAME, device.trunk.name));
  }
  const bytes = Buffer.concat(items);
  byRole.set(role, { name: device.name, bytes });
  return bytes;
}

function item(role: Role, attribute: number, value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([Buffer.from([ROLE[role], attribute, bytes.length]), bytes]);
}
