/**
 * The head of the one bundled file: starts the program that stands behind it, in a comment, with V8's code cache, so that nothing of it is
 * compiled twice on one machine. In a comment, because Node would otherwise scan all of the program before it knows that a cache is there.
 * Put before the program by `bundle-gateway.mjs`; it imports nothing but Node.
 *
 * The cache lies beside the file, named by V8's own tag (version, flags, processor). It counts only when it was made from exactly
 * these bytes (V8 itself compares lengths alone) and is whole, and V8 takes it; otherwise the program is compiled as usual and the cache
 * is written anew a little after the start, when it holds what a start needs. A folder that cannot be written to changes nothing else.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script, constants } from 'node:vm';

/** After the start and its first moments, so that the cache holds what they compiled. */
const WRITE_AFTER_MS = 2000;
const DIGEST_BYTES = 32;
/** Written so that they stand once in the file: around the program. */
const BEGINS = '/' + '*cordboard-program\n';
const ENDS = '\n*' + '/';

const program = fileURLToPath(import.meta.url);
const cacheFile = `${program}.${cachedDataVersionTag().toString(16)}.cache`;
const file = readFileSync(program);
const text = file.toString('latin1');
const source = text.slice(text.indexOf(BEGINS) + BEGINS.length, text.lastIndexOf(ENDS)).replaceAll('*~/', '*/');

/** Over file and cache together. */
const digestOf = (data) => createHash('sha256').update(file).update(data).digest();

function readCache() {
  try {
    const bytes = readFileSync(cacheFile);
    const data = bytes.subarray(DIGEST_BYTES);
    return digestOf(data).equals(bytes.subarray(0, DIGEST_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function writeCache() {
  const making = `${cacheFile}.${process.pid}`;
  try {
    const data = script.createCachedData();
    writeFileSync(making, Buffer.concat([digestOf(data), data]));
    renameSync(making, cacheFile);
  } catch {
    rmSync(making, { force: true });
  }
}

const cachedData = readCache();
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: program,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData === undefined ? {} : { cachedData }),
});
const used = cachedData !== undefined && script.cachedDataRejected === false;
/** For the log: whether this start was spared the compiling. */
globalThis[Symbol.for('cordboard.code-cache')] = used ? 'used' : 'made';
if (!used) setTimeout(writeCache, WRITE_AFTER_MS).unref();
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program));
