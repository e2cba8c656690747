/**
 * Secrets at rest (S-71): AES-256-GCM under a key of the tenant, which is derived (HKDF-SHA256) from the installation's secret key. That one is a
 * file beside the authority, never in the database and never with an instance: an instance gets its tenant's keys alone. Only node:crypto
 * here: the gateway bundles this file.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KEY_MODE, readIfThere, replaceFile, writeOnce } from './files/atomic-file.js';

/** Keys by version: what is sealed anew is sealed with `current`, what was sealed before is opened with its own. */
export interface KeyRing {
  readonly current: number;
  /** Version to 32 bytes in base64. */
  readonly keys: Readonly<Record<string, string>>;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 's1';

/** What is sealed cannot be opened, or the keys cannot be used; never has any of it in its message. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * Loads `<dir>/secrets.key`, or makes it with one key; processes that call this at once get the same. {@link rotateSecretsKey} adds
 * another one.
 * @throws SealError when the file is not a key ring
 */
export async function ensureSecretsKey(dir: string): Promise<{ readonly file: string; readonly ring: KeyRing }> {
  const file = join(dir, 'secrets.key');
  const made: KeyRing = { current: 1, keys: { 1: randomBytes(KEY_BYTES).toString('base64') } };
  const text = (await readIfThere(file)) ?? (await writeOnce(file, `${JSON.stringify(made)}\n`, KEY_MODE));
  return { file, ring: parseKeyRing(text) };
}

/** The ring of `<dir>/secrets.key`. @throws SealError when there is none, or it is none */
export async function readSecretsKey(dir: string): Promise<KeyRing> {
  const file = join(dir, 'secrets.key');
  const text = await readIfThere(file);
  if (text === undefined) throw new SealError(`there is no key ring at ${file}`);
  return parseKeyRing(text);
}

/**
 * Adds a key to the ring of `<dir>/secrets.key` and makes it the current one; those there were stay, for what was sealed with them. Instances seal
 * anew when they start next. For one person at a time.
 * @throws SealError when there is no ring, or it is none; nothing is changed then
 */
export async function rotateSecretsKey(dir: string): Promise<KeyRing> {
  const file = join(dir, 'secrets.key');
  const { keys } = await readSecretsKey(dir);
  const current = Math.max(...Object.keys(keys).map(Number)) + 1;
  const ring: KeyRing = { current, keys: { ...keys, [current]: randomBytes(KEY_BYTES).toString('base64') } };
  await replaceFile(file, `${JSON.stringify(ring)}\n`, KEY_MODE);
  return ring;
}

/** @throws SealError when it is none: which member is wrong, and nothing of the keys */
export function parseKeyRing(text: string): KeyRing {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new SealError('a key ring is JSON: {"current": <version>, "keys": {"<version>": "<32 bytes in base64>"}}');
  }
  const { current, keys } = (parsed ?? {}) as Partial<KeyRing>;
  if (typeof keys !== 'object' || keys === null) throw new SealError('a key ring has an object "keys"');
  for (const [version, key] of Object.entries(keys))
    if (!/^[1-9]\d{0,8}$/.test(version) || typeof key !== 'string' || Buffer.from(key, 'base64').length !== KEY_BYTES)
      throw new SealError(`version ${version.slice(0, 20)} of a key ring is not a number with ${KEY_BYTES} bytes in base64`);
  if (typeof current !== 'number' || !Object.hasOwn(keys, current))
    throw new SealError('"current" of a key ring names a version that is among its keys');
  return { current, keys };
}

/** The tenant's own keys, one for each version; nothing of the ring can be computed from them. */
export function tenantKeyRing({ current, keys }: KeyRing, tenantId: string): KeyRing {
  const derived = (key: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', `cordboard secrets of tenant ${tenantId}`, KEY_BYTES));
  const entries = Object.entries(keys).map(([version, key]) => [version, derived(key).toString('base64')] as const);
  return { current, keys: Object.fromEntries(entries) };
}

/** Replaces `file` (mode 0600) by the tenant's own keys, for an instance. */
export async function writeTenantKeys(file: string, ring: KeyRing, tenantId: string): Promise<void> {
  await replaceFile(file, `${JSON.stringify(tenantKeyRing(ring, tenantId))}\n`, KEY_MODE);
}

/** Seals and opens texts. `place` says where the text belongs (tenant, kind, row): sealed text that was moved elsewhere does not open. */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: string;

  constructor(ring: KeyRing) {
    this.#keys = new Map(Object.entries(ring.keys).map(([version, key]) => [version, Buffer.from(key, 'base64')]));
    this.#current = String(ring.current);
  }

  /** `s1.<version of the key>.<nonce, bytes and tag in base64url>`; another one each time. */
  seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#current)!, nonce);
    cipher.setAAD(Buffer.from(place, 'utf8'));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${this.#current}.${bytes.toString('base64url')}`;
  }

  /** @throws SealError when it was changed, was sealed for another place, or its key is not there (the version is named) */
  open(sealed: string, place: string): string {
    const [format, version, encoded = ''] = sealed.split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    if (format !== FORMAT || version === undefined || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new SealError('this is not a sealed text of a form that is known here');
    const key = this.#keys.get(version);
    if (key === undefined) throw new SealError(`the key of version ${version} is not there: add it to the key ring again`);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place, 'utf8'));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new SealError('a sealed text does not open: it was changed, moved, or sealed with another key', { cause: error });
    }
  }

  /** False: sealed with an earlier key, and to be sealed anew. */
  isCurrent(sealed: string): boolean {
    return sealed.split('.')[1] === this.#current;
  }
}
