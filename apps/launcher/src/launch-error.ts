/** A start that cannot go on for a reason the person at the keyboard can change: the message is one line that says what to do. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}

const ADVICE: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) => `the disk is full${path}: free some space and start again`,
  EDQUOT: (path) => `the disk quota is used up${path}: free some space and start again`,
  EACCES: (path) => `no permission${path}: start as the owner of that folder, or choose another with --home <folder>`,
  EPERM: (path) => `not permitted${path}: start as the owner of that folder, or choose another with --home <folder>`,
  EROFS: (path) => `the file system is read-only${path}: choose another folder with --home <folder>`,
  ENOENT: (path) => `a folder or file cannot be made there${path}: choose another folder with --home <folder>`,
  ENOTDIR: (path) => `a file is where a folder should be${path}: choose another folder with --home <folder>`,
  EMFILE: () => 'too many open files: raise the limit (ulimit -n 8192) and start again',
};

/** One line for a person: the known causes with what to do, anything else with its message. */
export function explain(error: unknown): string {
  if (error instanceof LaunchError) return error.message;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const advice = code === undefined ? undefined : ADVICE[code];
  if (advice !== undefined) return advice(path === undefined ? '' : ` (${path})`);
  return String(message ?? error).split('\n')[0] ?? 'unknown error';
}
