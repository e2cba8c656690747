/** `npm start`: installs and builds when needed, then is the launcher. One process, so that Ctrl-C and signals reach it directly. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { root } from './install.mjs';

ensureBuilt();
const { main } = await import(pathToFileURL(join(root, 'dist', 'apps', 'launcher', 'src', 'main.js')).href);
await main(process.argv.slice(2));
