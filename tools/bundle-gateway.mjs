/**
 * Bundles the gateway, from TypeScript, into the one file an instance runs: dist/gateway/gateway.mjs. Run as a program or call
 * {@link bundleGateway}. The file appears whole: tests and builds may do this at the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** @returns the path of the bundle */
export async function bundleGateway(outFile = join(root, 'dist', 'gateway', 'gateway.mjs')) {
  const folder = dirname(outFile);
  const making = join(folder, `.making-${randomBytes(6).toString('hex')}`);
  const made = join(making, 'gateway.mjs');
  await mkdir(folder, { recursive: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [join(root, 'apps', 'gateway', 'src', 'main.ts')],
      outfile: made,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['source'],
      sourcemap: true,
      minifyWhitespace: true,
      plugins: [withoutLanguages],
      logLevel: 'warning',
      // packages in CommonJS ask for node's modules by require, which an ES module does not have by itself
      banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
    });
    await rename(`${made}.map`, `${outFile}.map`);
    await rename(made, outFile);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return outFile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleGateway();
