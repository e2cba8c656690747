import { readFileSync } from 'node:fs';

/**
 * The bytes of a file at the start, or undefined when there is none. Other failures (no permission, a folder) are thrown. Not by the pool of threads:
 * nothing could be done meanwhile (docs/design/performance.md).
 */
export function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
