/**
 * `npm test [-- tier ...]`: lint, types, import rules, unit, integration and end-to-end tests from a fresh clone, in this order, all of them even
 * when one fails, and a last line `N passed, N failed, N skipped`. With CI set a skipped test is a failure.
 * Tiers: lint types imports unit integration e2e; without arguments all.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ensureInstalled } from './install.mjs';

const root = resolve(import.meta.dirname, '..');
const results = join(root, '.test-results', String(process.pid));
const bin = (name) => join(root, 'node_modules', '.bin', name);

const checks = {
  lint: [
    [bin('eslint'), '.', '--max-warnings', '0'],
    [bin('prettier'), '--check', '--log-level', 'warn', '.'],
  ],
  types: [[bin('tsc'), '--noEmit', '-p', 'tsconfig.json', '--incremental', 'false']],
  imports: ['.dependency-cruiser.cjs', '.dependency-cruiser.cycles.cjs'].map((config) => {
    return [bin('depcruise'), '--config', config, 'apps', 'libs', 'tools', 'test', 'migrations', 'bench'];
  }),
};
const suites = ['unit', 'integration', 'e2e'];

const wanted = process.argv.slice(2);
const known = [...Object.keys(checks), ...suites];
if (wanted.some((tier) => !known.includes(tier))) {
  console.error(`usage: npm test [-- ${known.join('|')} ...]`);
  process.exit(2);
}
const chosen = (tier) => wanted.length === 0 || wanted.includes(tier);
const total = { passed: 0, failed: 0, skipped: 0 };
/** Said once more at the end, where they are found without reading all the rest. */
const failures = [];

/**
 * The longest any one command may take. A test whose process never gives its event loop back cannot be timed out from within: without this
 * the whole run would hang silently.
 */
const COMMAND_MAX_MS = 25 * 60_000;

/** Ends a command with all it has started, by its process group. */
function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it has ended by itself
  }
}

/** Runs a command in the clone with our own output streams; answers its exit code, 124 when it took longer than it may. */
function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true, ...options });
    const passOn = (signal) => endGroup(child, signal);
    const overdue = setTimeout(() => {
      console.error(
        `FAILED: ${command} ${args.join(' ')}: not done after ${COMMAND_MAX_MS / 60_000} minutes; a test hangs whose file is not listed above`,
      );
      endGroup(child, 'SIGKILL');
      done(124);
    }, COMMAND_MAX_MS);
    const ended = (code) => {
      clearTimeout(overdue);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, passOn);
      done(code);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      ended(127);
    });
    child.once('exit', (code, signal) => ended(signal === null ? code : 1));
  });
}

const MESSAGE_LINES_MAX = 30;
const shortened = (message) => message.split('\n').slice(0, MESSAGE_LINES_MAX).join('\n  ');

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function check(tier) {
  const since = performance.now();
  for (const [command, ...args] of checks[tier]) {
    const code = await run(command, args);
    total[code === 0 ? 'passed' : 'failed'] += 1;
    if (code !== 0) failures.push(`${tier}: ${command.split('/').at(-1)} ${args.join(' ')}`);
  }
  console.log(`== ${tier}: ${seconds(since)}`);
}

async function suite(tier) {
  const since = performance.now();
  const file = join(results, `${tier}.json`);
  const code = await run(bin('vitest'), [
    'run',
    '--project',
    tier,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const counted = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  if (counted !== undefined) {
    total.passed += counted.numPassedTests;
    total.failed += counted.numFailedTests;
    total.skipped += counted.numPendingTests + (counted.numTodoTests ?? 0);
  }
  const before = failures.length;
  for (const { name, message, assertionResults } of counted?.testResults ?? []) {
    if (message) failures.push(`${tier}: ${relative(root, name)}: ${shortened(message)}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed')
        failures.push(`${tier}: ${relative(root, name)} > ${fullName}: ${shortened(failureMessages.join('\n'))}`);
  }
  if (code !== 0 && failures.length === before) failures.push(`${tier}: vitest ended with ${code}; what it says is above`);
  // a file that could not be loaded, an unhandled rejection or a failed hook fails the run without failing a test
  if (code !== 0 && (counted === undefined || counted.numFailedTests === 0)) total.failed += 1;
  if (code === 0 && (counted?.numPassedTests ?? 0) === 0) total.failed += 1;
  console.log(`== ${tier}: ${seconds(since)}`);
}

ensureInstalled();
mkdirSync(results, { recursive: true });
try {
  for (const tier of Object.keys(checks)) if (chosen(tier)) await check(tier);
  if (chosen('integration') || chosen('e2e')) {
    if ((await run(process.execPath, ['tools/build.mjs'])) !== 0) total.failed += 1;
  }
  for (const tier of suites) if (chosen(tier)) await suite(tier);
} finally {
  rmSync(results, { recursive: true, force: true });
}
if (process.env.CI && total.skipped > 0) {
  console.error('a skipped test is a failure in CI');
  total.failed += total.skipped;
}
for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
