import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callManagerSimSettings, orchestratorSettings, readSettings, routerSettings, SettingsError } from './settings.js';

const tls = { certFile: '/pki/a.crt', keyFile: '/pki/a.key', caFile: '/pki/ca.crt' };
const good = {
  home: '/var/lib/cordboard',
  databaseUrl: 'postgres://app:hunter2@127.0.0.1/cordboard',
  queueUrl: 'postgres://app:hunter2@127.0.0.1/cordboard',
  tls,
  documentKeyFile: '/pki/documents.key',
  edge: { http: 'http://127.0.0.1:8080', https: 'https://127.0.0.1:8443' },
};

describe('settings', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'cordboard-settings-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const file = (content: unknown) => {
    const path = join(dir, 'settings.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return ['node', 'main.js', '--settings', path];
  };
  const failure = (content: unknown, env = {}): string => {
    try {
      readSettings(orchestratorSettings, file(content), env);
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      return (error as Error).message;
    }
    throw new Error('the settings were taken');
  };

  it('come from the file, with defaults for what is left out', () => {
    const { settings } = readSettings(orchestratorSettings, file(good), {});
    expect(settings).toMatchObject({
      ...good,
      listen: { host: '127.0.0.1', port: 8470 },
      routers: [],
      logLevel: 'info',
      edge: { domain: 'cordboard.localhost' },
    });
  });

  it('are shown with their source, secrets hidden', () => {
    const { settings, shown } = readSettings(orchestratorSettings, file({ ...good, bootstrapAdminKeySha256: 'a'.repeat(64) }), {
      DATABASE_URL: 'postgres://other:hunter3@db/cordboard',
      CORDBOARD_UNKNOWN: '1',
    });
    expect(settings.databaseUrl).toBe('postgres://other:hunter3@db/cordboard');
    expect(shown).toContainEqual({
      name: 'databaseUrl',
      value: '"postgres://other:[hidden]@db/cordboard"',
      source: 'environment',
    });
    expect(shown).toContainEqual({ name: 'home', value: '"/var/lib/cordboard"', source: 'file' });
    expect(shown).toContainEqual({ name: 'logLevel', value: '"info"', source: 'default' });
    expect(JSON.stringify(shown)).not.toMatch(/hunter|aaaa/);
  });

  it('S-73 hide the key of an admin interface too', () => {
    const { shown } = readSettings(
      callManagerSimSettings,
      file({
        instanceCaFile: '/pki/ca.crt',
        admin: { port: 1, key: 'very-secret-key-0001' },
        controllers: [{ name: 'a', address: '127.9.9.9', certFile: '/a', keyFile: '/b', extensions: { from: 1001, count: 50 } }],
      }),
      {},
    );
    expect(JSON.stringify(shown)).not.toContain('very-secret');
  });

  it('that cannot be used are refused with one line that names file or variable, member and reason', () => {
    expect(failure({ ...good, listen: { port: 70000 } })).toMatch(/^settings of .*settings\.json: listen\.port: /);
    expect(failure({ ...good, surprise: true })).toMatch(/surprise/);
    expect(failure({ ...good, home: 'relative' })).toMatch(/home: must be an absolute path$/);
    expect(failure(good, { QUEUE_URL: 'amqp://nowhere' })).toBe(
      'settings of the variable QUEUE_URL: queueUrl: must be a postgres:// or redis:// URL',
    );
    expect(failure('{')).toMatch(/is not JSON$/);
    expect(failure('[]')).toMatch(/must hold one JSON object$/);
    expect(() => readSettings(orchestratorSettings, ['node', 'main.js'], {})).toThrow(/--settings <file\.json>/);
    expect(() => readSettings(orchestratorSettings, ['--settings', join(dir, 'none.json')], {})).toThrow(
      /cannot read the settings file .*: ENOENT$/,
    );
    for (const content of [{ ...good, home: 3 }, { ...good, tls: null }, 'null']) expect(failure(content)).not.toContain('\n');
  });

  it('the limits of the router are all set when none is given', () => {
    const { settings } = readSettings(
      routerSettings,
      file({
        admin: { host: '127.9.9.250', port: 9444 },
        edgeTls: { certFile: '/a', keyFile: '/b' },
        tls,
        tableFile: '/table.json',
      }),
      {},
    );
    expect(Object.values(settings.limits).every((limit) => limit > 0)).toBe(true);
    expect(settings.peers.orchestrator).toBe('orchestrator');
  });
});
