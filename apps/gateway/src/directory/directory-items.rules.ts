/** Entries of the directory as the controller link carries them (docs/design/controller-link.md, section 2) and as applications see them. Pure. */
import type { Refusal } from '#contracts/errors';
import type { DirectoryEntity, Item, ItemWord } from '#southbound/messages';
import { makeObjectId } from '../switchboard/numbering.rules.js';
import type { Entry } from './directory.port.js';
import { ENTITIES, ICP_ID_FIELD, type Entity } from './entities.js';

/** Items of one DIRECTORY_WRITE, with their heads. */
const WRITE_BYTES_MAX = 50;
const ITEM_HEAD_BYTES = 2;

/** What is read of controllers; they themselves are described from the access document. */
const WIRE: Readonly<Record<number, DirectoryEntity>> = {
  2: 'PHONE',
  3: 'USER',
  4: 'HOT_DESK_USER',
  5: 'ACD_AGENT',
  6: 'LINE_APPEARANCE',
  7: 'GROUP',
  8: 'TRUNK',
};
export const SYNCED: readonly Entity[] = ENTITIES.filter(({ deiId }) => deiId in WIRE);
export const wireEntityOf = ({ deiId }: Entity): DirectoryEntity => WIRE[deiId]!;

const WORDS: Readonly<Record<string, ItemWord>> = {
  dn: 'DN',
  name: 'NAME',
  deviceType: 'DEVICE_TYPE',
  traits: 'TRAITS',
  primaryAddress: 'PRIMARY_ADDRESS',
  secondaryAddress: 'SECONDARY_ADDRESS',
  firstName: 'FIRST_NAME',
  lastName: 'LAST_NAME',
  email: 'EMAIL',
  department: 'DEPARTMENT',
  location: 'LOCATION',
  primeDn: 'PRIME_DN',
  hotDeskDeviceDn: 'HOT_DESK_DEVICE_DN',
  agentId: 'AGENT_ID',
  agentDn: 'AGENT_DN',
  agentType: 'AGENT_TYPE',
  button: 'BUTTON',
  trunkNumber: 'TRUNK_NUMBER',
};

/** What a controller says of an entry; a field it does not name is empty, one that is longer than ours is cut. */
export function entryOf(
  { fields }: Entity,
  icpId: number,
  { handle, items }: { readonly handle: number; readonly items: readonly Item[] },
): Entry {
  const objectId = makeObjectId(icpId, handle);
  const said = valuesOf(items);
  // of one map over all fields: a list put together from parts has room for twice as many, which a hundred thousand entries would keep
  const values = fields.map(({ name, size }, at) =>
    at > ICP_ID_FIELD ? (said.get(WORDS[name] ?? '') ?? '').slice(0, size) : String(at === ICP_ID_FIELD ? icpId : objectId),
  );
  return { objectId, values };
}

/** By word; what comes in pieces is put together, a piece of nothing is passed over. */
function valuesOf(items: readonly Item[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let last: string | undefined;
  for (const { word, value } of items) {
    if (word !== 'CONTINUED') last = word;
    if (last !== undefined) values.set(last, word === 'CONTINUED' ? values.get(last)! + value : value);
  }
  return values;
}

/**
 * What has to be written for `before` to become `after`, in pieces that each fit a request; empty when nothing differs. A new entry is all
 * that has a value.
 * @param takesLong the controller takes long items: then everything goes in one piece
 * @returns a refusal naming the field whose value no request can carry
 */
export function writesOf(
  { fields }: Entity,
  before: readonly string[] | undefined,
  after: readonly string[],
  takesLong: boolean,
): readonly (readonly Item[])[] | Refusal {
  const pieces: Item[][] = [];
  let room = 0;
  for (let at = ICP_ID_FIELD + 1; at < fields.length; at += 1) {
    const { name } = fields[at]!;
    const value = after[at] ?? '';
    if (value === (before?.[at] ?? '')) continue;
    const bytes = ITEM_HEAD_BYTES + Buffer.byteLength(value, 'utf8');
    if (!takesLong && bytes > WRITE_BYTES_MAX) {
      const message = `${name} can be written with at most ${WRITE_BYTES_MAX - ITEM_HEAD_BYTES} bytes`;
      const path = `newTuple.fields.${at}`;
      return { code: 'INVALID_ARGUMENT', detail: `${path}: ${message}`, errors: [{ path, message }] };
    }
    if (pieces.length === 0 || (!takesLong && bytes > room)) {
      pieces.push([]);
      room = WRITE_BYTES_MAX;
    }
    pieces.at(-1)!.push({ word: WORDS[name]!, value });
    room -= bytes;
  }
  return pieces;
}
