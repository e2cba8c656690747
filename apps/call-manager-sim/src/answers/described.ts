/** How devices are described on the link: their type, their traits, what they are found by. */
import type { DeviceKind } from '../model/device-kind.js';
import type { Directory } from '../model/directory.js';
import type { Device, Phone } from '../model/phone.js';
import { DEVICE_TYPE, type LOOKUP_KIND } from '../wire/asked-numbers.js';
import { TRAIT } from '../wire/numbers.js';

const TYPE_OF: Readonly<Record<DeviceKind, keyof typeof DEVICE_TYPE>> = {
  phone: 'VOICE_SET_PRIME',
  'sip-phone': 'VOICE_SET_PRIME',
  line: 'LINE_APPEARANCE',
  'hot-desk-user': 'HOT_DESK_USER',
  'external-user': 'HOT_DESK_USER',
  agent: 'ACD2_AGENT',
  trunk: 'TDM_TRUNK',
  'sip-peer': 'PEER',
  'hunt-group': 'HUNT_GROUP',
  'ring-all-group': 'RING_ALL_GROUP',
  'ring-cascade-group': 'RING_CASCADE_GROUP',
  'personal-ring-group': 'PERSONAL_RING_GROUP',
  'acd-group': 'ACD2_GROUP',
  'acd-express-group': 'ACDX_GROUP',
  'acd-path': 'ACD2_PATH',
};

export function asPhone(device: Device | null): Phone | null {
  return device && 'legs' in device ? (device as Phone) : null;
}

export function typeName(device: Device): keyof typeof DEVICE_TYPE {
  return asPhone(device)?.line?.shared === 'key' ? 'KEYLINE' : TYPE_OF[device.kind];
}

export function typeNumber(device: Device): number {
  return DEVICE_TYPE[typeName(device)];
}

export function traitsOf(device: Device): number {
  const phone = asPhone(device);
  let traits = device.secondary === null ? 0 : TRAIT.resilient;
  if (device.kind === 'sip-phone') traits |= TRAIT.sip;
  if (device.kind === 'external-user') traits |= TRAIT.externalHotDesk;
  if (device.kind === 'line') traits |= TRAIT.lineAppearance;
  if (phone?.supervisor) traits |= TRAIT.supervisor;
  if (phone?.hotDesk || device.kind === 'hot-desk-user' || device.kind === 'agent') traits |= TRAIT.hotDesk;
  return traits;
}

/** By the groups that he serves; of both kinds, or of none yet, an agent is one of ACD 2. */
export function agentType(directory: Directory, agent: Phone): 'HOTDESK_ACD2' | 'HOTDESK_ACD_EXPRESS' {
  const groups = directory.groupsOfAgent(agent);
  return groups.length > 0 && groups.every(({ kind }) => kind === 'acd-express-group') ? 'HOTDESK_ACD_EXPRESS' : 'HOTDESK_ACD2';
}

type LookupKind = keyof typeof LOOKUP_KIND;

const KINDS: Readonly<Record<LookupKind, readonly DeviceKind[]>> = {
  PHONE: ['phone', 'sip-phone', 'hot-desk-user', 'external-user', 'agent'],
  LINE_APPEARANCE: ['line', 'phone', 'sip-phone'],
  TDM_TRUNK: ['trunk'],
  SIP_PEER: ['sip-peer'],
  ACD2_PATH: ['acd-path'],
  ACD2_GROUP: ['acd-group'],
  ACD_AGENT: ['agent'],
  ACDX_GROUP: ['acd-express-group'],
  RING_GROUP: ['ring-all-group', 'ring-cascade-group', 'personal-ring-group'],
  HUNT_GROUP: ['hunt-group'],
};

/** Null: the controller has no such device, neither as its own nor as one it would take. */
export function find(directory: Directory, controller: number, kind: LookupKind, number: number, text: string): Device | null {
  const found = named(directory, controller, kind, number, text);
  if (!found || !KINDS[kind].includes(found.kind)) return null;
  return found.primary === controller || found.secondary === controller ? found : null;
}

function named(directory: Directory, controller: number, kind: LookupKind, number: number, text: string): Device | null {
  switch (kind) {
    case 'LINE_APPEARANCE':
      return directory.appearance(text, number);
    case 'TDM_TRUNK':
      return directory.trunks(controller).find(({ dn }) => dn === String(number)) ?? null;
    case 'SIP_PEER':
      return directory.trunks(controller).find(({ fullName, kind: sort }) => sort === 'sip-peer' && fullName === text) ?? null;
    default:
      return directory.device(text);
  }
}
