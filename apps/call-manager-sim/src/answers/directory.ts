/** DIRECTORY_READ and DIRECTORY_WRITE: entries by handle, a page at a time; users may be written, of devices the name. */
import type { Device } from '../model/phone.js';
import { TEXT_CHARACTERS_MAX } from '../model/phone.js';
import type { UserEntry, UserFields } from '../model/users-book.js';
import type { Result } from '../model/words.js';
import type { Simulation } from '../simulation.js';
import type { ENTITY, DirectoryAction } from '../wire/asked-numbers.js';
import { ENTITY_KINDS } from '../wire/entity-kinds.js';
import type { DirectoryEntry, ItemValue } from '../wire/controller.encoder.js';
import type { Item } from '../wire/request.decoder.js';
import { agentType, asPhone, traitsOf, typeName } from './described.js';

export type Entity = keyof typeof ENTITY;

/** Entries sent for one request. */
export const READ_ENTRIES_MAX = 500;

export function readDirectory(
  simulation: Simulation,
  controller: number,
  entity: Entity,
  after: number,
): { readonly entries: readonly DirectoryEntry[]; readonly next: number } {
  const left = described(simulation, controller, entity).filter(({ handle }) => handle > after);
  left.sort((a, b) => a.handle - b.handle);
  const entries = left.slice(0, READ_ENTRIES_MAX).map(({ handle, items }) => ({ handle, items: items() }));
  return { entries, next: left.length > entries.length ? (entries.at(-1)?.handle ?? 0) : 0 };
}

/** All there is of an entity, with what it is described by when it is sent. */
function described(
  simulation: Simulation,
  controller: number,
  entity: Entity,
): { readonly handle: number; readonly items: () => DirectoryEntry['items'] }[] {
  if (entity === 'CONTROLLER') {
    const { address = '', name = '', release = '' } = simulation.spec(controller);
    const items: ItemValue[] = [
      ['ADDRESS', address],
      ['NAME', name],
      ['RELEASE', release],
    ];
    return [{ handle: controller + 1, items: () => items }];
  }
  if (entity === 'USER')
    return simulation
      .users(controller)
      .all()
      .map((user) => ({ handle: user.handle, items: () => userItems(user) }));
  const kinds = ENTITY_KINDS[entity] ?? [];
  return simulation.cluster.directory
    .devices(controller)
    .filter(({ kind }) => kinds.includes(kind))
    .map((device) => ({ handle: device.handle, items: () => deviceItems(simulation, entity, device) }));
}

function userItems(user: UserEntry): ItemValue[] {
  return [
    ['FIRST_NAME', user.firstName],
    ['LAST_NAME', user.lastName],
    ['EMAIL', user.email],
    ['DEPARTMENT', user.department],
    ['LOCATION', user.location],
    ['PRIME_DN', user.primeDn],
  ];
}

function deviceItems(simulation: Simulation, entity: Entity, device: Device): ItemValue[] {
  const { dn, fullName: name } = device;
  const address = (index: number | null) => (index === null ? '' : (simulation.spec(index).address ?? ''));
  const phone = asPhone(device);
  switch (entity) {
    case 'PHONE':
      return [
        ['DN', dn],
        ['NAME', name],
        ['DEVICE_TYPE', typeName(device)],
        ['TRAITS', String(traitsOf(device))],
        ['PRIMARY_ADDRESS', address(device.primary)],
        ['SECONDARY_ADDRESS', address(device.secondary)],
        ...(device.model === null ? [] : [['MODEL', device.model] as const]),
      ];
    case 'HOT_DESK_USER':
      return [
        ['DN', dn],
        ['NAME', name],
        ['HOT_DESK_DEVICE_DN', phone?.set?.dn ?? ''],
      ];
    case 'ACD_AGENT':
      return [
        ['AGENT_ID', phone?.agentId ?? dn],
        ['AGENT_DN', dn],
        ['NAME', name],
        ['AGENT_TYPE', phone ? agentType(simulation.cluster.directory, phone) : ''],
      ];
    case 'LINE_APPEARANCE':
      return [
        ['DN', dn],
        ['BUTTON', String(phone?.line?.button ?? 1)],
        ['PRIME_DN', phone?.set?.dn ?? dn],
      ];
    case 'TRUNK':
      return [
        ['TRUNK_NUMBER', dn],
        ['NAME', name],
        ['DEVICE_TYPE', typeName(device)],
      ];
    default:
      return [
        ['DN', dn],
        ['NAME', name],
        ['DEVICE_TYPE', typeName(device)],
      ];
  }
}

export interface Write {
  readonly entity: Entity;
  readonly action: DirectoryAction;
  readonly target: number;
  readonly items: readonly Item[];
}

const USER_WORDS: Readonly<Record<string, keyof UserFields>> = {
  FIRST_NAME: 'firstName',
  LAST_NAME: 'lastName',
  EMAIL: 'email',
  DEPARTMENT: 'department',
  LOCATION: 'location',
  PRIME_DN: 'primeDn',
};

/** What came of it, and the handle of the entry. A refused write changes nothing. */
export function writeDirectory(
  simulation: Simulation,
  controller: number,
  write: Write,
): { readonly result: Result; readonly handle: number } {
  return write.entity === 'USER' ? writeUser(simulation, controller, write) : writeName(simulation, controller, write);
}

function writeUser(simulation: Simulation, controller: number, { action, target, items }: Write) {
  const book = simulation.users(controller);
  const fields = userFields(items);
  const refused = (result: Result) => ({ result, handle: 0 });
  if (action !== 'INSERT' && !book.has(target)) return refused('UNKNOWN_DEVICE');
  if (action === 'INSERT' && target !== 0) return refused('MALFORMED');
  if (action !== 'DELETE' && (!fields || Object.keys(fields).length === 0)) return refused('MALFORMED');
  let handle: number | null = target;
  if (action === 'DELETE') book.delete(target);
  else if (action === 'UPDATE') book.update(target, fields ?? {});
  else handle = book.insert({ ...NO_FIELDS, ...fields });
  if (handle === null) return refused('OVERLOADED');
  simulation.directoryChanged(controller, 'USER', handle, action);
  return { result: 'OK' as const, handle };
}

const NO_FIELDS: UserFields = { firstName: '', lastName: '', email: '', department: '', location: '', primeDn: '' };

/** Null: an item that users do not have, or too long a text. Items of a later release are passed over. */
function userFields(items: readonly Item[]): Partial<UserFields> | null {
  const fields: Partial<Record<keyof UserFields, string>> = {};
  for (const { word, value } of items) {
    if (word === null) continue;
    const field = Object.hasOwn(USER_WORDS, word) ? USER_WORDS[word] : undefined;
    if (!field || value.length > TEXT_CHARACTERS_MAX) return null;
    fields[field] = value;
  }
  return fields;
}

/** Devices come and go with the equipment; their names may be written. */
function writeName(simulation: Simulation, controller: number, { entity, action, target, items }: Write) {
  const refused = (result: Result) => ({ result, handle: 0 });
  const kinds = ENTITY_KINDS[entity];
  if (!kinds || action !== 'UPDATE') return refused('NOT_SUPPORTED');
  const device = simulation.cluster.directory.at(controller, target);
  if (!device) return refused('UNKNOWN_DEVICE');
  if (!kinds.includes(device.kind)) return refused('WRONG_KIND');
  const known = items.filter(({ word }) => word !== null);
  const [first] = known;
  if (!first || known.length !== 1) return refused('MALFORMED');
  if (first.word !== 'NAME') return refused('NOT_SUPPORTED');
  if (first.value.length > TEXT_CHARACTERS_MAX) return refused('MALFORMED');
  simulation.rename(device, first.value);
  return { result: 'OK' as const, handle: target };
}
