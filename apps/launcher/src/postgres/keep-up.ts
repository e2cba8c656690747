/** The embedded server is kept up like the programs: killed, it is started again at the same port, and recovers by its own log. */
import type { Database } from './embedded.js';

const LOOK_EVERY_MS = 500;

/** Looks until the answered function is called; that resolves when nothing is being started any more. */
export function keepUp(
  database: Pick<Database, 'revive'>,
  on: { readonly say: (line: string) => void; readonly revived: () => void },
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let ended = false;
  let complaint = '';
  const look = async () => {
    try {
      if (await database.revive()) {
        on.say('the database had ended; it runs again');
        on.revived();
      }
      complaint = '';
    } catch (error) {
      // as long as the reason is the same, once is enough: on a full disk this goes on until there is space
      const said = (error as Error).message;
      if (said !== complaint) on.say(said);
      complaint = said;
    }
    if (!ended) arm();
  };
  const arm = () => {
    timer = setTimeout(() => (looking = look()), LOOK_EVERY_MS);
  };
  arm();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await looking;
  };
}
