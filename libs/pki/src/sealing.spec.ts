import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSecretsKey, parseKeyRing, rotateSecretsKey, Sealer, SealError, tenantKeyRing, type KeyRing } from './sealing.js';

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const RING: KeyRing = { current: 1, keys: { 1: key(1) } };
const sealerOf = (ring: KeyRing, tenant = 'a') => new Sealer(tenantKeyRing(ring, tenant));

describe('S-71 a sealed text', () => {
  it('opens where it belongs, says nothing, and is another one each time', () => {
    const sealer = sealerOf(RING);
    const [one, two] = [sealer.seal('canary-é', 'row 1'), sealer.seal('canary-é', 'row 1')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.split('.')[2]!, 'base64url').includes('canary')).toBe(false);
    expect([one, two].map((sealed) => sealer.open(sealed, 'row 1'))).toEqual(['canary-é', 'canary-é']);
  });

  it('does not open in another row, at another tenant, or when one bit of it is another', () => {
    const sealed = sealerOf(RING).seal('canary', 'row 1');
    expect(() => sealerOf(RING).open(sealed, 'row 2')).toThrow(SealError);
    expect(() => sealerOf(RING, 'b').open(sealed, 'row 1')).toThrow(SealError);
    const [format, version, encoded] = sealed.split('.');
    const bytes = Buffer.from(encoded!, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      const text = [format, version, changed.toString('base64url')].join('.');
      expect(() => sealerOf(RING).open(text, 'row 1'), String(at)).toThrow(SealError);
    }
    for (const text of ['', 's1', 's1.1', 's1.1.AA', `s2.1.${encoded}`])
      expect(() => sealerOf(RING).open(text, 'row 1'), text).toThrow(SealError);
  });

  it('of an earlier key opens while that is in the ring, and is known to be old', () => {
    const old = sealerOf(RING).seal('canary', 'row');
    const rotated = sealerOf({ current: 2, keys: { ...RING.keys, 2: key(2) } });
    expect([rotated.open(old, 'row'), rotated.isCurrent(old), rotated.isCurrent(rotated.seal('x', 'row'))]).toEqual([
      'canary',
      false,
      true,
    ]);
    expect(() => sealerOf({ current: 2, keys: { 2: key(2) } }).open(old, 'row')).toThrow(/version 1 is not there/);
  });
});

describe('the secret key of an installation', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cordboard-secrets-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is made once, whoever asks first, and is its owner’s alone', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureSecretsKey(dir)));
    expect(new Set(made.map(({ ring }) => JSON.stringify(ring))).size).toBe(1);
    expect((await stat(made[0]!.file)).mode & 0o777).toBe(0o600);
  });

  it('S-71 is rotated by a key that is added: what was sealed before still opens, what is sealed then has the new one', async () => {
    const { file, ring: before } = await ensureSecretsKey(dir);
    const old = sealerOf(before).seal('canary', 'row');
    const after = await rotateSecretsKey(dir);
    expect([after.current, Object.keys(after.keys)]).toEqual([before.current + 1, ['1', '2']]);
    expect((await ensureSecretsKey(dir)).ring).toEqual(after);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const sealer = sealerOf(after);
    expect([sealer.open(old, 'row'), sealer.isCurrent(old), sealer.isCurrent(sealer.seal('x', 'row'))]).toEqual([
      'canary',
      false,
      true,
    ]);
    await expect(rotateSecretsKey(join(dir, 'none'))).rejects.toThrow(SealError);
  });

  it('is refused with what is wrong, and without the keys, when it is none', () => {
    const secret = key(9).slice(0, 30);
    for (const text of ['', 'null', '{}', `{"current":1,"keys":{"1":"${secret}"}}`, `{"current":2,"keys":{"1":"${key(9)}"}}`]) {
      expect(() => parseKeyRing(text), text).toThrow(SealError);
      expect(() => parseKeyRing(text), text).not.toThrow(secret);
    }
  });
});
