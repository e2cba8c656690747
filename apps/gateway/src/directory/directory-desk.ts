/** All that has to do with the directory, for the engine: the copy, its sync with the controllers, and what applications ask of it. */
import type { AccessDocument, ConnectionState } from '#contracts/gateway-admin';
import type { ControllerResponse, DirectoryEntries, EventMessage } from '#southbound/messages';
import type { LinkUp } from '../southbound-port.js';
import type { DirectoryMessage } from './controller-directory.js';
import { describeController } from './controller-entries.js';
import { DataAccess } from './data-access.js';
import type { ChangeSender } from './change-sender.port.js';
import type { Directory, DirectoryWriter } from './directory.port.js';
import { DirectorySync, type DirectorySyncParts } from './directory-sync.js';
import { MemoryDirectory } from './memory-directory.js';

export interface DirectoryDeskParts extends Omit<DirectorySyncParts, 'directory'> {
  /** Default: an empty one in memory. */
  readonly directory: Directory | undefined;
  /** Default: the controllers themselves, over their links. */
  readonly writer: DirectoryWriter | undefined;
  readonly isLive: (sessionId: number) => boolean;
  readonly sender: ChangeSender;
}

export const isOfDirectory = (message: ControllerResponse | DirectoryEntries | EventMessage): message is DirectoryMessage =>
  message.type.startsWith('DIRECTORY_');

export class DirectoryDesk {
  readonly directory: Directory;
  readonly sync: DirectorySync;
  readonly data: DataAccess;

  constructor({ directory = new MemoryDirectory(), writer, isLive, sender, ...parts }: DirectoryDeskParts) {
    this.directory = directory;
    this.sync = new DirectorySync({ ...parts, directory });
    this.data = new DataAccess(directory, writer ?? this.sync, isLive, sender);
  }

  /** Controllers that are no more in the document are forgotten, the others described. */
  documentChanged(before: AccessDocument | undefined, { controllers, directorySync }: AccessDocument): void {
    for (const { icpId } of before?.controllers ?? [])
      if (!controllers.some((controller) => controller.icpId === icpId)) this.sync.forget(icpId);
    for (const controller of controllers) describeController(this.directory, controller);
    if (directorySync !== undefined) this.sync.demand(directorySync.revision);
  }

  linkChanged(icpId: number, state: ConnectionState, up: LinkUp | undefined, document: AccessDocument | undefined): void {
    const granted = document?.controllers.find((controller) => controller.icpId === icpId);
    if (granted !== undefined && up !== undefined) describeController(this.directory, { ...granted, release: up.release });
    if (up !== undefined) this.sync.up(icpId);
    else if (state !== 'CONNECTED') this.sync.down(icpId);
  }
}
