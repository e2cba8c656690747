/** What is to become of the folders of instances that the store does not have. Pure. */

export interface FoldersSeen {
  /** Names of folders where instances have theirs; looked at first. */
  readonly folders: readonly string[];
  /** Ids of which a process runs. */
  readonly running: ReadonlySet<string>;
  /** Ids that the store has; asked last, so that one made meanwhile is among them. */
  readonly known: ReadonlySet<string>;
  /** Ids that the store has or has had. */
  readonly named: ReadonlySet<string>;
}

export interface FolderPlan {
  /** Left by a late write: its instance was deleted. */
  readonly remove: readonly string[];
  /** Of an instance that the store has never known: it may have gone back to an old backup, and the journal in there be the only one. */
  readonly leave: readonly string[];
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids, without those the store has. */
export const withoutOwner = ({ folders, known }: Pick<FoldersSeen, 'folders' | 'known'>): readonly string[] =>
  folders.filter((name) => ID.test(name) && !known.has(name));

export function planFolders(seen: FoldersSeen): FolderPlan {
  const ownerless = withoutOwner(seen);
  return {
    remove: ownerless.filter((id) => seen.named.has(id) && !seen.running.has(id)),
    leave: ownerless.filter((id) => !seen.named.has(id)),
  };
}
