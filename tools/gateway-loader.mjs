/**
 * The head of the one bundled file: starts the program that stands behind it, in a comment, with V8's code cache, so that nothing of it is
 * compiled twice on one machine. In a comment, because Node would otherwise scan all of the program before it knows that a cache is there.
 * Put before the program by `bundle-gateway.mjs`; it imports nothing but Node.
 *
 * There are two comments: the program, and, packed, what it loads later, if ever (`require('cordboard:later/<key>')`), which is neither unpacked
 * nor compiled before. Each has its cache, beside the file, named by V8's own tag (version, flags, processor). It counts only when it was made
 * from exactly these bytes (V8 itself compares lengths alone) and is whole, and V8 takes it; otherwise the part is compiled as usual and its
 * cache is written anew a little later, when it holds what a start needs. A folder that cannot be written to changes nothing else.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script, constants, runInNewContext } from 'node:vm';

/** After the start and its first moments, so that the cache holds what they compiled. */
const WRITE_AFTER_MS = 2000;
/** After the caches. */
const TIDY_AFTER_MS = 3000;
const DIGEST_BYTES = 32;
/** Written so that it stands once in the file: before the part. */
const begins = (part) => '/' + `*cordboard-${part}\n`;
const ENDS = '\n*' + '/\n';
const LATER = 'cordboard:later/';

const bundle = fileURLToPath(import.meta.url);

/** The bytes of a part as they stand in the file. */
function bytesOf(part) {
  const file = readFileSync(bundle);
  const from = file.indexOf(begins(part)) + begins(part).length;
  return file.subarray(from, file.indexOf(ENDS, from));
}

/** Over part and cache together. */
const digestOf = (bytes, data) => createHash('sha256').update(bytes).update(data).digest();

function readCache(cacheFile, bytes) {
  try {
    const cache = readFileSync(cacheFile);
    const data = cache.subarray(DIGEST_BYTES);
    return digestOf(bytes, data).equals(cache.subarray(0, DIGEST_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(cacheFile, bytes, script) {
  const making = `${cacheFile}.${process.pid}`;
  try {
    const data = script.createCachedData();
    writeFileSync(making, Buffer.concat([digestOf(bytes, data), data]));
    renameSync(making, cacheFile);
  } catch {
    rmSync(making, { force: true });
  }
}

/** What Node puts around a CommonJS module stands around each part already: another copy of the text would be held for nothing. */
const textOf = {
  program: (bytes) => bytes.toString('latin1').replaceAll('*~/', '*/'),
  later: (bytes) =>
    requireOfNode('node:zlib')
      .gunzipSync(Buffer.from(bytes.toString('latin1'), 'base64'))
      .toString('latin1'),
};

/** Compiles and runs a part. Nothing that was needed for it is held afterwards: an instance's memory counts. */
function run(part, require) {
  const bytes = bytesOf(part);
  const cacheFile = `${bundle}.${cachedDataVersionTag().toString(16)}.${part}.cache`;
  const cachedData = readCache(cacheFile, bytes);
  const script = new Script(textOf[part](bytes), {
    filename: bundle,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const used = cachedData !== undefined && script.cachedDataRejected === false;
  if (!used) setTimeout(writeCache, WRITE_AFTER_MS, cacheFile, bytes, script).unref();
  /** For the log: whether this start was spared the compiling. */
  globalThis[Symbol.for('cordboard.code-cache')] ??= used ? 'used' : 'made';
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle));
  return module.exports;
}

/**
 * How V8 grows the heap from then on (ADR 0095): room for young objects stays as it is after the start, and old ones may grow by a fifth before they are
 * collected. V8 looks at both where it decides on room, so they may change while nothing is being collected. Not at the start: by these flags V8 knows
 * compiled code, and with them node would compile its own modules anew.
 */
const HEAP_FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=20'];

/** Gives back what the start left behind. V8 does so when there is work; an instance that waits would keep it for hours. */
function tidy() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  collect?.();
  for (const flag of HEAP_FLAGS) setFlagsFromString(flag);
}

const requireOfNode = createRequire(bundle);
let later;
run('program', (name) => {
  if (!name.startsWith(LATER)) return requireOfNode(name);
  later ??= run('later', requireOfNode);
  return later[name.slice(LATER.length)]();
});
setTimeout(tidy, TIDY_AFTER_MS).unref();
