/** What the watch of a controller's directory tells (directory-watch.ts), for who keeps the copy. */
import type { EventMessage } from '#southbound/messages';
import type { Core } from '../core.js';
import type { Monitor } from '../monitors/monitor-table.js';

/** The watch stands, or something it would have told was lost: what changed before is not known. */
export function directoryUnknown(core: Core, { kind, icpId }: Monitor): void {
  if (kind === 'DIRECTORY') core.tellDirectory(icpId, undefined);
}

/** DIRECTORY_CHANGED: the target is the entry, the number of its entity is an item. */
export function directoryChanged(core: Core, { icpId }: Monitor, { target, devices }: EventMessage): void {
  const deiId = Number(devices.find(({ attribute }) => attribute === 'AGENT_ID')?.value);
  core.tellDirectory(icpId, Number.isInteger(deiId) ? { deiId, handle: target } : undefined);
}
