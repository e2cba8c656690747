/** The routing table on disk: what the router starts from when nobody is there to push one (design.md 5). */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReceivedRoutingTableSchema, type RoutingTable } from '#contracts/routing';

/** Undefined when there is none yet. @throws when there is one that cannot be used */
export async function readTable(file: string): Promise<RoutingTable | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const document: unknown = JSON.parse(text);
  ReceivedRoutingTableSchema.parse(document);
  return document as RoutingTable;
}

/** Resolves when the table, as a whole, survives a power cut. */
export async function writeTable(file: string, table: RoutingTable): Promise<void> {
  const dir = dirname(file);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(table));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
