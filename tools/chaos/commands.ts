/** Commands of applications beside the traffic: each under an idempotency key, so that it can be told how often it was carried out. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from './load.js';
import type { Random } from './random.js';

const COMMAND_EVERY_MS = 400;
/** Account codes have at most twelve digits. */
const KEYS_OF_A_RUN = 1_000_000;

/** Applications make calls, each under an idempotency key, until the answered function is called; it resolves when the last is answered. */
export function commands(load: Load, random: Random): () => Promise<void> {
  const begun = Math.floor(Date.now() / 1000) % KEYS_OF_A_RUN;
  let count = 0;
  let ended = false;
  const one = async () => {
    // one that has just logged in holds no phone yet, and while parts are away its first monitor may take long
    const ready = load.applications.filter(({ phones }) => phones.length > 0);
    const application = ready[random.below(ready.length)]!;
    const phone = application.phones[random.below(application.phones.length)]!;
    count += 1;
    await application.call(phone, '1149', `${begun}${String(count).padStart(5, '0')}`, () => ended);
  };
  const lanes = Array.from({ length: 3 }, async () => {
    while (!ended) {
      await one();
      await delay(COMMAND_EVERY_MS);
    }
  });
  const allLanes = Promise.all(lanes);
  // told to who ends them: an unhandled rejection would end this program while what it froze stays frozen
  allLanes.catch(() => undefined);
  return async () => {
    ended = true;
    await allLanes;
  };
}
