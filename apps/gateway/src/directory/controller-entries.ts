/** Controllers and their versions in the directory: from the access document, and what the controllers say of themselves when a link comes up. */
import type { AccessDocument } from '#contracts/gateway-admin';
import { makeObjectId } from '../switchboard/numbering.rules.js';
import type { Directory } from './directory.port.js';

const CONTROLLERS = 1;
/** Controllers are no devices; one of them is one entry. */
const HANDLE = 1;

export function describeController(
  directory: Directory,
  { icpId, address, name, release }: Pick<AccessDocument['controllers'][number], 'icpId' | 'address' | 'name' | 'release'>,
): void {
  const objectId = makeObjectId(icpId, HANDLE);
  directory.put(CONTROLLERS, { objectId, values: [String(objectId), String(icpId), address, name, release] });
}
