import { readdir } from 'node:fs/promises';
import type { Database } from '#persistence/database';
import * as instances from '#persistence/instances';
import * as operations from '#persistence/operations';
import type { RuntimeDriver } from '#runtime-drivers/runtime-driver';
import type { Logger } from '#telemetry/logger';
import type { InstanceFiles } from '../../instance-files/instance-files.js';
import { planFolders, withoutOwner } from './orphan-folders.rules.js';

export interface OrphanFolderOptions {
  readonly database: Database;
  readonly driver: RuntimeDriver;
  readonly files: InstanceFiles;
  /** Where the folders of instances are. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * Removes folders of deleted instances. A worker that stood still right before it wrote the files of one, and was taken over and woke after the
 * deletion, writes them all the same: no fence of the store reaches a file. Ids are never used again, so what is deleted stays so.
 */
export class OrphanFolders {
  readonly #options: OrphanFolderOptions;
  /** Told once each. */
  readonly #left = new Set<string>();

  constructor(options: OrphanFolderOptions) {
    this.#options = options;
  }

  /** One turn of the sweep. Rejects, and removes nothing, when store, runtime or folder cannot be asked. */
  async sweep(): Promise<void> {
    const { database, driver, files, folder, logger } = this.#options;
    const folders = await namesIn(folder);
    const running = new Set((await driver.list()).map((handle) => handle.instanceId));
    const { known, named } = await database.asPlatform(async (tx) => {
      const ids = new Set((await instances.listAll(tx)).map((spec) => spec.id));
      return { known: ids, named: await operations.targetsAmong(tx, withoutOwner({ folders, known: ids })) };
    });
    const { remove, leave } = planFolders({ folders, running, known, named });
    for (const instanceId of remove) {
      logger.warn({ instanceId }, 'folder: its instance was deleted, and a late write left it; it is removed');
      await files.remove(instanceId);
    }
    for (const instanceId of leave) {
      if (this.#left.has(instanceId)) continue;
      this.#left.add(instanceId);
      logger.warn(
        { instanceId },
        'folder: the store has never known its instance; it is left alone, remove it by hand if nobody misses it',
      );
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
