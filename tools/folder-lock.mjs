/**
 * One process at a time in a clone: installing or building. A lock is a file that names its process; it is waited for while that process
 * lives, and taken over when it does not. Plain JavaScript: this runs before anything is installed.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** When a process started, in ticks since boot: with its number it is one process for certain. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isHeld(text) {
  const [pid, start] = text.split(' ');
  return start !== undefined && startOf(Number(pid)) === start;
}

/** Runs `work` while holding `file`; `waiting` is called once when somebody else has it. */
export function withLock(file, work, waiting = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  const text = `${process.pid} ${startOf(process.pid)}`;
  const own = `${file}.${process.pid}`;
  writeFileSync(own, text);
  let said = false;
  try {
    for (;;) {
      try {
        linkSync(own, file);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const held = readText(file);
      if (held === undefined) continue;
      if (!isHeld(held)) {
        takeAside(file, held);
        continue;
      }
      if (!said) waiting();
      said = true;
      pause(200);
    }
    const free = () => readText(file) === text && rmSync(file, { force: true });
    // `work` may end the process.
    process.once('exit', free);
    try {
      rmSync(own, { force: true });
      return work();
    } finally {
      free();
      process.off('exit', free);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Moves a stale lock away; what turns out to be somebody's new lock is put back. */
function takeAside(file, stale) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readText(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
