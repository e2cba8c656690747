/** What the person at the keyboard sees while the system comes up and goes down: one line per step, with the time it took. */
export interface Progress {
  /** Runs a step; its answer says in a few words what came of it. */
  step<T>(name: string, work: () => Promise<T>, summary?: (answer: T) => string): Promise<T>;
  /** A line outside of a step. */
  say(line: string): void;
  /** Seconds since the start. */
  elapsed(): string;
}

export function createProgress(write: (text: string) => void = (text) => void process.stdout.write(text)): Progress {
  const began = performance.now();
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  return {
    say: (line) => write(`           ${line}\n`),
    elapsed: () => seconds(began),
    step: async (name, work, summary) => {
      const since = performance.now();
      const answer = await work();
      write(`  ${seconds(since).padStart(7)}  ${name}${summary === undefined ? '' : `: ${summary(answer)}`}\n`);
      return answer;
    },
  };
}
