/** `node tools/run.mjs <path below dist, without .js> [arguments]`: installs and builds when needed, then is that program. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { giveUp, root } from './install.mjs';

const name = process.argv[2];
if (name === undefined) giveUp('usage: node tools/run.mjs <path below dist, without .js> [arguments]', 2);
ensureBuilt();
const file = join(root, 'dist', `${name}.js`);
if (relative(join(root, 'dist'), file).startsWith('..') || !existsSync(file)) giveUp(`there is no program ${name} in dist/`, 2);
// The program sees itself as the one that was started.
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);
