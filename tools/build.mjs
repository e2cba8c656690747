/**
 * `npm run build`: TypeScript into dist/, and the bundled gateway and router into folders of their own there. Quick when nothing changed: a
 * stamp holds sizes and times of all sources. Two builds at once: the second waits and then has nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './folder-lock.mjs';
import { adviceFor, ensureInstalled, giveUp, root } from './install.mjs';

const SOURCES = ['apps', 'libs', 'migrations', 'tools', 'bench'];
const SINGLE = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const dist = join(root, 'dist');
const stampFile = join(dist, '.built');
const bundles = [join(dist, 'gateway', 'gateway.mjs'), join(dist, 'router', 'router.mjs')];

function* filesBelow(dir) {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (/\.(ts|mts|mjs|json|wsdl|xsd)$/.test(entry.name) && !/\.(int-|e2e-)?spec\.ts$/.test(entry.name)) yield path;
  }
}

function wantedStamp() {
  const hash = createHash('sha256');
  for (const path of [...SOURCES.flatMap((dir) => [...filesBelow(join(root, dir))]), ...SINGLE.map((file) => join(root, file))]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function isBuilt() {
  return bundles.every((file) => existsSync(file)) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();
}

function runOrGiveUp(script, args, what) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) giveUp(`${what} failed: its messages are above`);
}

/** Files in dist whose source is gone would be loaded for ever: they are removed. */
function removeOrphans() {
  for (const dir of SOURCES) {
    for (const path of everyFile(join(dist, dir))) {
      const source = join(root, path.slice(dist.length + 1)).replace(/(\.js|\.js\.map)$/, '.ts');
      if (source.endsWith('.ts') && !existsSync(source)) rmSync(path, { force: true });
    }
  }
}

function* everyFile(dir) {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* everyFile(path);
    else yield path;
  }
}

function build() {
  if (isBuilt()) return;
  console.log('building, about 20 s the first time');
  mkdirSync(dist, { recursive: true });
  const stamp = wantedStamp();
  rmSync(stampFile, { force: true });
  // tsc trusts its record of what it wrote: without the output the record is void.
  if (!existsSync(join(dist, 'apps', 'launcher', 'src', 'main.js'))) rmSync(join(dist, '.build.tsbuildinfo'), { force: true });
  runOrGiveUp(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ['-p', 'tsconfig.build.json'], 'the TypeScript build');
  removeOrphans();
  runOrGiveUp(join(root, 'tools', 'bundle-gateway.mjs'), [], 'bundling gateway and router');
  writeFileSync(stampFile, stamp);
}

/** dist/ as the sources are; installs first when needed. */
export function ensureBuilt() {
  ensureInstalled();
  if (isBuilt()) return;
  try {
    withLock(join(dist, '.lock'), build, () => console.log('waiting for another build in this folder'));
  } catch (error) {
    giveUp(adviceFor(error));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) ensureBuilt();
