/** How a program starts and ends below the launcher: it says when it is ready, and it does not outlive its launcher. */

/**
 * Ends this program when the launcher that started it (over an ipc channel) is gone: the program gets the same clean stop as by
 * SIGTERM, and is ended hard when that takes longer than `graceMs`. Without a channel (started by hand) nothing happens.
 * Call once, early. Postgres and gateway instances are not children of this kind: they stay and are adopted at the next start.
 */
export function exitWithLauncher(graceMs = 10_000): void {
  if (process.send === undefined) return;
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), graceMs).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // The listener alone must not keep a program alive that has nothing else to do, such as one that could not start.
  process.channel?.unref();
}

/** Tells the launcher that this program serves; `facts` are shown and logged there. Without a launcher nothing happens. */
export function announceReady(facts: Readonly<Record<string, unknown>> = {}): void {
  if (process.connected) process.send?.({ type: 'ready', ...facts });
}

/**
 * SIGTERM and SIGINT run `stop` once and then exit 0, or 1 when it throws or takes longer than `graceMs`.
 * A second signal ends at once. Returns the same stop for other causes (a message over ipc, a failed start).
 */
export function stopOnSignals(stop: () => Promise<void>, graceMs = 15_000): () => void {
  let stopping = false;
  const begin = () => {
    if (stopping) return process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), graceMs).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
  return begin;
}
