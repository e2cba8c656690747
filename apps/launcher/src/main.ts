/** The program behind `npm start`. */
import { readEnvironment } from '#config/environment';
import { homeLayout, type HomeLayout } from '#config/home';
import { RunFileSchema } from '#contracts/run-file';
import { isAlive, takeLock, type Holder, type HomeLock } from './home-lock.js';
import { explain } from './launch-error.js';
import { HELP, parseOptions, type LaunchOptions } from './options.js';
import { createProgress, type Progress } from './progress.js';
import { readJson } from './private-files.js';
import { summaryOf } from './run-summary.js';
import { makeHome, System } from './system.js';

/** Shows where the system that runs here already is; false when its launcher ended meanwhile. */
async function join(layout: HomeLayout, holder: Holder, progress: Progress): Promise<boolean> {
  progress.say(`Cordboard runs here already (${layout.home}, pid ${holder.pid})`);
  for (let said = false; isAlive(holder); said = true) {
    const run = RunFileSchema.safeParse(readJson(layout.runFile)).data;
    if (run?.pid === holder.pid) {
      process.stdout.write(`${summaryOf(run, layout.logs)}\n`);
      return true;
    }
    if (!said) progress.say('it is still coming up; waiting for it');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  progress.say('it has ended meanwhile');
  return false;
}

async function lockOrJoin(layout: HomeLayout, progress: Progress): Promise<HomeLock | undefined> {
  for (;;) {
    const lock = takeLock(layout.lockFile);
    if ('release' in lock) return lock;
    if (await join(layout, lock, progress)) return undefined;
  }
}

/** First signal: stop in order. Second: stop at once. */
function onSignals(progress: Progress): { readonly asked: AbortSignal; readonly hurry: AbortSignal } {
  const [asked, hurry] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    if (!asked.signal.aborted) {
      progress.say('stopping (once more to hurry)');
      asked.abort();
    } else if (!hurry.signal.aborted) {
      progress.say('hurrying');
      hurry.abort();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { asked: asked.signal, hurry: hurry.signal };
}

async function launch(layout: HomeLayout, options: LaunchOptions, cloneRoot: string, progress: Progress): Promise<number> {
  const { asked, hurry } = onSignals(progress);
  const system = new System({ layout, options, cloneRoot, progress });
  let code = 0;
  try {
    const run = await system.start(asked);
    process.stdout.write(
      `${summaryOf(run, layout.logs)}\nCordboard is ready (${progress.elapsed()}). Ctrl-C stops everything.\n`,
    );
    await new Promise<void>((resolve) => {
      asked.addEventListener('abort', () => resolve(), { once: true });
      if (asked.aborted) resolve();
    });
  } catch (error) {
    if (!asked.aborted) {
      process.stderr.write(`${explain(error)}\n`);
      code = 1;
    }
  }
  try {
    await system.stop(hurry);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    code = 1;
  }
  return code;
}

/** @param argv without program and script. Ends the process. */
export async function main(argv: readonly string[]): Promise<never> {
  // A closed terminal must not end the stop half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const progress = createProgress();
  try {
    const environment = readEnvironment();
    const options = parseOptions(argv, environment, process.cwd());
    if (options.help) {
      process.stdout.write(HELP);
      return process.exit(0);
    }
    const layout = homeLayout(options.home);
    makeHome(layout);
    const lock = await lockOrJoin(layout, progress);
    if (lock === undefined) return process.exit(0);
    try {
      const code = await launch(layout, options, environment.cloneRoot, progress);
      lock.release();
      return process.exit(code);
    } finally {
      lock.release();
    }
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return process.exit(1);
  }
}
