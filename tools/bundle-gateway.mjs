/**
 * Bundles the gateway, from TypeScript, into one file, dist/gateway/gateway.cjs, and puts its loader beside it: gateway.mjs is what an
 * instance runs. Run as a program or call {@link bundleGateway}. The files appear whole: tests and builds may do this at the same time.
 */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** zod brings its messages in fifty languages; the gateway needs the default one, which is imported by itself. Start time is what this is for. */
const withoutLanguages = {
  name: 'without-languages',
  setup(bundler) {
    bundler.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      /[\\/]zod[\\/]/.test(importer) ? { path: 'no-languages', namespace: 'empty' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {}' }));
  },
};

/** @returns the path of the loader, `outFile`; the bundle is beside it as .cjs */
export async function bundleGateway(outFile = join(root, 'dist', 'gateway', 'gateway.mjs')) {
  const folder = dirname(outFile);
  const making = join(folder, `.making-${randomBytes(6).toString('hex')}`);
  const bundle = outFile.replace(/\.mjs$/, '.cjs');
  const made = join(making, basename(bundle));
  const loader = join(making, basename(outFile));
  await mkdir(folder, { recursive: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [join(root, 'apps', 'gateway', 'src', 'main.ts')],
      outfile: made,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      conditions: ['source'],
      sourcemap: true,
      // one byte a character: the loader reads it so, and V8 keeps it so
      charset: 'ascii',
      minifyWhitespace: true,
      plugins: [withoutLanguages],
      logLevel: 'warning',
    });
    await copyFile(join(root, 'tools', 'gateway-loader.mjs'), loader);
    await rename(`${made}.map`, `${bundle}.map`);
    await rename(made, bundle);
    await rename(loader, outFile);
    // code caches of an earlier bundle: the loader would pass them over
    for (const name of await readdir(folder))
      if (name.startsWith(`${basename(bundle)}.`) && name.includes('.cache')) await rm(join(folder, name), { force: true });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return outFile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleGateway();
