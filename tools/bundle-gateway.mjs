/**
 * Bundles the gateway, from TypeScript, into the one file that an instance runs, dist/gateway/gateway.mjs: a head that starts with V8's code
 * cache (gateway-loader.mjs), and the program behind it. The map for stack traces lies beside it and is not needed to run. The router, which
 * has to be back soon after it died, likewise. Run as a program or call {@link bundleGateway}. The files appear whole: tests and builds may do
 * this at the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** zod brings its messages in fifty languages; the programs need the default one, which is imported by itself. Start time is what this is for. */
const withoutLanguages = {
  name: 'without-languages',
  setup(bundler) {
    bundler.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      /[\\/]zod[\\/]/.test(importer) ? { path: 'no-languages', namespace: 'empty' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {}' }));
  },
};

/**
 * One file of the loader and a CommonJS program: the program stands in a comment, where the loader finds it. What would end the comment is
 * written `*~/` there.
 * @throws when the program holds `*~/` itself, which the loader could not tell apart
 */
export function joined(loader, program) {
  if (program.includes('*~/'))
    throw new Error('the program holds "*~/", which stands for the end of a comment in the bundled file');
  return `${loader}/*cordboard-program\n${program.replaceAll('*/', '*~/')}\n*/\n`;
}

export const readLoader = () => readFile(join(root, 'tools', 'gateway-loader.mjs'), 'latin1');

/** @returns the path of the file, `outFile` */
export const bundleGateway = (outFile = join(root, 'dist', 'gateway', 'gateway.mjs')) => bundle('gateway', outFile);
/** @returns the path of the file, `outFile` */
export const bundleRouter = (outFile = join(root, 'dist', 'router', 'router.mjs')) => bundle('router', outFile);

/** Packages that a gateway loads when it wants them: at every start they would cost more time and memory than all the rest. */
const LATER = { gateway: ['zod', 'undici', 'libphonenumber-js'], router: [] };

/**
 * The first of `packages` that evaluating `entry` evaluates too, with the way there; undefined when none.
 * @param inputs of esbuild's metafile
 */
export function loadedAtStart(inputs, entry, packages) {
  const importer = new Map([[entry, undefined]]);
  for (const path of importer.keys()) {
    if (packages.some((name) => path.includes(`node_modules/${name}/`))) {
      const way = [];
      for (let step = path; step !== undefined; step = importer.get(step)) way.unshift(step);
      return way.join(' > ');
    }
    for (const { path: next, kind, external } of inputs[path].imports)
      if (!external && kind !== 'dynamic-import' && !importer.has(next)) importer.set(next, path);
  }
  return undefined;
}

async function bundle(app, outFile) {
  const folder = dirname(outFile);
  const making = join(folder, `.making-${randomBytes(6).toString('hex')}`);
  const made = join(making, 'program.cjs');
  const whole = join(making, basename(outFile));
  const entry = `apps/${app}/src/main.ts`;
  await mkdir(folder, { recursive: true });
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      metafile: true,
      outfile: made,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      conditions: ['source'],
      sourcemap: 'external',
      // one byte a character: the loader reads it so, and V8 keeps it so
      charset: 'ascii',
      minifyWhitespace: true,
      plugins: [withoutLanguages],
      logLevel: 'warning',
    });
    const tooEarly = loadedAtStart(metafile.inputs, entry, LATER[app]);
    if (tooEarly !== undefined)
      throw new Error(`${app} would load this at every start: ${tooEarly}; import() it where it is wanted`);
    await writeFile(whole, joined(await readLoader(), await readFile(made, 'latin1')), 'latin1');
    await rename(`${made}.map`, `${outFile}.map`);
    await rename(whole, outFile);
    // code caches of an earlier bundle: the loader would pass them over
    for (const name of await readdir(folder))
      if (name.startsWith(`${basename(outFile)}.`) && name.includes('.cache')) await rm(join(folder, name), { force: true });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return outFile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await Promise.all([bundleGateway(), bundleRouter()]);
