/**
 * Bundles the gateway, from TypeScript, into the one file that an instance runs, dist/gateway/gateway.mjs: a head that starts with V8's code
 * cache (gateway-loader.mjs), the program behind it, and behind that what the program loads later, if ever. Maps for stack traces lie beside it and are not needed to run. The router, which
 * has to be back soon after it died, likewise. Run as a program or call {@link bundleGateway}. The files appear whole: tests and builds may do
 * this at the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
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

const wrapped = (part) => `(function (exports, require, module, __filename, __dirname) {${part}\n})`;

/**
 * One file of the loader and its CommonJS parts: each stands in a comment, where the loader finds it. What would end the comment is
 * written `*~/` in the program; the later part is packed, because Node holds the text of this file as long as the process lives.
 * @param parts `program`, which is run, and `later`, an object of functions for what the program requires as `cordboard:later/<key>`
 * @throws when the program holds `*~/` itself, which the loader could not tell apart
 */
export function joined(loader, { program, later }) {
  if (program.includes('*~/'))
    throw new Error('the program holds "*~/", which stands for the end of a comment in the bundled file');
  // one character beyond, and Node would hold two bytes for each of them
  if (/[^\x00-\x7f]/.test(loader + program)) throw new Error('the loader and the program must be ASCII');
  const packed = gzipSync(Buffer.from(wrapped(later), 'latin1'), { level: 9 }).toString('base64');
  return `${loader}/*cordboard-program\n${wrapped(program).replaceAll('*/', '*~/')}\n*/\n/*cordboard-later\n${packed}\n*/\n`;
}

export const readLoader = () => readFile(join(root, 'tools', 'gateway-loader.mjs'), 'latin1');

/** @returns the path of the file, `outFile` */
export const bundleGateway = (outFile = join(root, 'dist', 'gateway', 'gateway.mjs')) => bundle('gateway', outFile);
/** @returns the path of the file, `outFile` */
export const bundleRouter = (outFile = join(root, 'dist', 'router', 'router.mjs')) => bundle('router', outFile);

/** Packages that a program loads when it wants them: at every start they would cost more time and memory than all the rest. */
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

/** Modules that are reached by import() and bring one of `packages`, in a fixed order. */
function broughtLater(inputs, packages) {
  const dynamic = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === 'dynamic-import'));
  const paths = [...new Set(dynamic.filter(({ external }) => !external).map(({ path }) => path))];
  return paths.filter((path) => loadedAtStart(inputs, path, packages) !== undefined).sort();
}

/** These modules are not in the program: it requires each as `cordboard:later/<its number>`. */
const apart = (modules) => ({
  name: 'apart',
  setup(bundler) {
    bundler.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'ours') return undefined;
      const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: 'ours' });
      const number = modules.indexOf(relative(root, found.path));
      return number < 0 ? undefined : { path: `cordboard:later/${number}`, external: true };
    });
  },
});

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  conditions: ['source'],
  // one byte a character: the loader reads it so, and V8 keeps it so
  charset: 'ascii',
  minifyWhitespace: true,
  logLevel: 'warning',
};

async function bundle(app, outFile) {
  const folder = dirname(outFile);
  const making = join(folder, `.making-${randomBytes(6).toString('hex')}`);
  const made = (part) => join(making, `${part}.cjs`);
  const whole = join(making, basename(outFile));
  const entry = `apps/${app}/src/main.ts`;
  await mkdir(folder, { recursive: true });
  try {
    const { metafile } = await build({
      ...common,
      entryPoints: [entry],
      metafile: true,
      write: false,
      plugins: [withoutLanguages],
    });
    const tooEarly = loadedAtStart(metafile.inputs, entry, LATER[app]);
    if (tooEarly !== undefined)
      throw new Error(`${app} would load this at every start: ${tooEarly}; import() it where it is wanted`);
    const modules = broughtLater(metafile.inputs, LATER[app]);
    const requires = modules.map((path, number) => `exports[${number}] = () => require(${JSON.stringify(`./${path}`)});`);
    await Promise.all([
      build({
        ...common,
        entryPoints: [entry],
        outfile: made('program'),
        sourcemap: 'external',
        legalComments: 'external',
        // import() of a part that stands apart is a require() of the loader's
        supported: { 'dynamic-import': false },
        plugins: [apart(modules), withoutLanguages],
      }),
      build({
        ...common,
        stdin: { contents: requires.join('\n'), resolveDir: root, sourcefile: 'later.cjs' },
        outfile: made('later'),
        sourcemap: 'external',
        legalComments: 'external',
        plugins: [withoutLanguages],
      }),
    ]);
    const [program, later] = await Promise.all(['program', 'later'].map((part) => readFile(made(part), 'latin1')));
    await writeFile(whole, joined(await readLoader(), { program, later }), 'latin1');
    // maps and licences, for reading
    for (const name of await readdir(making)) {
      const [, part, kind] = /^(program|later)\.cjs\.(.+)$/.exec(name) ?? [];
      if (kind !== undefined) await rename(join(making, name), `${outFile}.${part}.${kind}`);
    }
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
