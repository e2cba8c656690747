/** What every command needs before it can do anything: a fit Node, a fit system, the packages of package-lock.json. No dependencies. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withLock } from './folder-lock.mjs';

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const NODE_FLOOR = [20, 19];
const stampFile = join(root, 'node_modules', '.cordboard-installed');

/** Ends this process with one line that says what to do. */
export function giveUp(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

/** Why Cordboard cannot run on such a machine, as one line that says what to do; undefined when it can. */
export function systemFault({ node, platform, arch }) {
  const [major, minor] = node.split('.').map(Number);
  if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) {
    return `Node ${node} is too old: install Node ${NODE_FLOOR.join('.')} or later (22 or 24 for production) and start again`;
  }
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
    return `Cordboard runs on Linux x64 and arm64, not on ${platform} ${arch}: use a Linux machine, virtual machine or container`;
  }
  return undefined;
}

function checkSystem() {
  const fault = systemFault({ node: process.versions.node, platform: process.platform, arch: process.arch });
  if (fault !== undefined) giveUp(fault);
}

function wantedStamp() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, file)));
  return `${hash.digest('hex')} ${process.platform}-${process.arch} node-abi-${process.versions.modules}\n`;
}

const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();

/** Packages as package-lock.json has them; quick when they are there. Packages installed by hand (npm ci, npm install) count when they fit the lock. */
export function ensureInstalled() {
  checkSystem();
  if (isInstalled()) return;
  try {
    withLock(join(root, '.install.lock'), install, () => console.log('waiting for another install in this folder'));
  } catch (error) {
    giveUp(adviceFor(error));
  }
}

function install() {
  if (isInstalled()) return;
  if (!fitsLock()) {
    console.log('installing packages (npm ci), about a minute the first time');
    // Development packages too: the build needs them. No package's script runs (S-84): none is needed.
    const { status, error } = spawnSync(
      'npm',
      ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    if (error !== undefined) giveUp(`npm cannot be run (${error.code}): install npm beside Node and start again`);
    if (status !== 0)
      giveUp(
        'npm ci failed (its message is above): check the network and the registry, free space on the disk, then start again',
      );
  }
  writeFileSync(stampFile, wantedStamp());
}

/** npm writes what it installed into node_modules/.package-lock.json: every package of the lock must be there in its version. */
function fitsLock() {
  try {
    const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
    const [wanted, installed] = [read('package-lock.json'), read('node_modules/.package-lock.json')];
    return Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        path === '' || link || installed[path]?.version === version || (optional && installed[path] === undefined),
    );
  } catch {
    return false;
  }
}

export function adviceFor(error) {
  const where = error.path === undefined ? '' : ` (${error.path})`;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return `the disk is full${where}: free some space and start again`;
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')
    return `no permission to write${where}: start as the owner of this clone, or clone it where you may write`;
  return String(error.message).split('\n')[0];
}
