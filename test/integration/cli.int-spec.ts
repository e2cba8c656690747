/** `cordboard` against a real control API: output, one-line errors, exit codes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { homeLayout } from '#config/home';
import { ensureSecretsKey } from '#pki/sealing';
import { createLogger } from '#telemetry/logger';
import { RotatingLog } from '#telemetry/rotating-log';
import { eventually } from '#testkit/eventually';
import { run } from '../../apps/cli/src/program.js';
import type { Surroundings } from '../../apps/cli/src/surroundings.js';
import { openBench, sampleTenant, type Bench, type SampleTenant } from '../../apps/orchestrator/src/testing/bench.js';

let bench: Bench;
let acme: SampleTenant;
let home: string;
beforeAll(async () => {
  bench = await openBench();
  acme = await sampleTenant(bench, 'acme');
  home = await mkdtemp(join(tmpdir(), 'cordboard-cli-'));
});
afterAll(async () => {
  await bench.close();
  await rm(home, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
async function bare(...argv: string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const surroundings: Surroundings = {
    out: (line) => void out.push(line),
    error: (line) => void err.push(line),
    home,
    signal: new AbortController().signal,
    isTerminal: false,
  };
  const code = await run(argv, surroundings);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const cordboard = (...argv: string[]) => bare('--base', bench.base, '--key', bench.adminKey, ...argv);

describe('cordboard', () => {
  it('shows help with examples for every command', async () => {
    for (const path of [
      [],
      ['status'],
      ['tenants'],
      ['instances'],
      ['operations'],
      ['licences'],
      ['directory'],
      ['secrets'],
      ['sync'],
      ['events', 'tail'],
    ]) {
      const { code, out } = await bare(...path, '--help');
      expect(code, path.join(' ')).toBe(0);
      expect(out).toContain('Usage: cordboard');
    }
    expect((await bare('--help')).out).toMatch(/Examples:[\s\S]*Exit codes/);
    expect(await bare('nonsense')).toMatchObject({ code: 2, err: expect.stringContaining("unknown command 'nonsense'") });
    expect(await bare('tenants', 'create', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('--company') });
  });

  it('says in one line where there is nothing to talk to, and what to do', async () => {
    const nothing = await bare('status');
    expect(nothing).toMatchObject({ code: 2, out: '' });
    expect(nothing.err).toMatch(/^cordboard: nothing runs in .*: run npm start.*--base and --key$/);
    expect(await bare('--base', bench.base, 'status')).toMatchObject({
      code: 2,
      err: 'cordboard: --base needs --key: the key of the system at that address',
    });
    expect((await bare('--base', 'http://127.0.0.1:1', '--key', 'x', 'status')).code).toBe(4);
    const key = await bare('--base', bench.base, '--key', 'cbk_wrong', 'status');
    expect(key).toMatchObject({ code: 3 });
    expect(key.err).toMatch(/^cordboard: UNAUTHENTICATED: [^\n]+$/);
  });

  it('R-ORC-01 creates, shows, suspends, resumes and deletes tenants', async () => {
    expect(await cordboard('tenants', 'create', 'globex', '--company', 'Globex Ltd')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Globex Ltd'),
    });
    expect((await cordboard('tenants', 'create', 'globex', '--company', 'x')).err).toMatch(/^cordboard: ALREADY_EXISTS: /);
    expect(JSON.parse((await cordboard('--json', 'tenants', 'suspend', 'globex')).out)).toMatchObject({
      slug: 'globex',
      status: 'suspended',
    });
    expect(JSON.parse((await cordboard('tenants', 'resume', 'globex', '--json')).out)).toMatchObject({ status: 'active' });
    expect((await cordboard('tenants', 'list')).out).toMatch(/^SLUG +COMPANY[\s\S]*globex +Globex Ltd +active/);
    expect((await cordboard('tenants', 'delete', 'globex')).out).toMatch(/cordboard operations watch [0-9a-f-]{36}$/);
    expect((await cordboard('status')).out).toMatch(/globex \(deleting\)/);
  });

  it('R-ORC-02 provisions and changes instances, and follows operations to their end', async () => {
    const created = await cordboard(
      'instances',
      '--tenant',
      'acme',
      'create',
      'gw-9',
      '--cluster',
      'main',
      '--sessions',
      '5',
      '--json',
    );
    const { id, targetId } = JSON.parse(created.out) as { id: string; targetId: string };
    const list = await cordboard('instances', 'list', '--tenant', 'acme');
    expect(list.out).toMatch(/gw-9 +pending +- \/ 5 +- \/ 50000/);
    expect(JSON.parse((await cordboard('instances', 'get', 'gw-9', '--tenant', 'acme', '--json')).out)).toMatchObject({
      id: targetId,
    });
    const watching = cordboard('operations', 'watch', id);
    const steps = JSON.stringify([
      { name: 'start incarnation', state: 'done', startedAt: null, endedAt: null, detail: '\u001b[31mpid 1' },
    ]);
    await bench.sql(
      `UPDATE operations SET state = 'succeeded', progress = 100, steps = $2::jsonb, updated_at = now() WHERE id = $1`,
      [id, steps],
    );
    const watched = await watching;
    expect(watched).toMatchObject({ code: 0, err: '' });
    expect(watched.out).toContain('100 %  ✓ start incarnation  \ufffd[31mpid 1');
    expect(watched.out).toMatch(/instance.create succeeded after \d+\.\d s$/);
    const stop = JSON.parse((await cordboard('instances', 'stop', 'gw-9', '--tenant', 'acme', '--json')).out) as { id: string };
    await bench.sql(
      `UPDATE operations SET state = 'failed', error = '{"code":"DEADLINE","detail":"too late"}', updated_at = now() WHERE id = $1`,
      [stop.id],
    );
    expect(await cordboard('operations', 'watch', stop.id)).toMatchObject({
      code: 1,
      err: 'cordboard: instance.stop failed: DEADLINE: too late',
    });
    expect((await cordboard('instances', 'start', 'nobody', '--tenant', 'acme')).err).toBe(
      'cordboard: tenant acme has no instance nobody',
    );
    expect((await cordboard('operations', 'list')).out).toMatch(/instance.stop +failed/);
  });

  it('R-LIC-01 R-LIC-02 shows and sets licences, and syncs on demand', async () => {
    expect((await cordboard('licences', '--tenant', 'acme', 'show')).out).toMatch(
      /^nothing is limited\n\nINSTANCE +SYNC[\s\S]*gw-1 +unknown/,
    );
    const set = await cordboard(
      'licences',
      '--tenant',
      'acme',
      'set',
      '--standard',
      '50',
      '--application',
      `${acme.applicationId}=3`,
    );
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toMatch(/standard +50 +0 \/ 100 monitors +\d+ \/ 100/);
    expect(set.out).toMatch(new RegExp(`application:${acme.applicationId} +3 +0 / 6 monitors`));
    const lifted = await cordboard('licences', 'set', '--standard', 'unlimited', '--tenant', 'acme', '--json');
    expect((JSON.parse(lifted.out) as { pools: unknown[] }).pools).toHaveLength(1);
    expect(await cordboard('licences', 'set', '--standard', 'many', '--tenant', 'acme')).toMatchObject({ code: 2 });
    const own = await bare('--base', bench.base, '--key', acme.key, 'licences', 'set', '--standard', '9');
    expect(own.err).toMatch(/^cordboard: FORBIDDEN: /);
    expect((await cordboard('sync', '--tenant', 'acme')).out).toMatch(/^documents signed: [1-9]\d*; instances/);
  });

  it('R-CLU-08 asks for a sync of the directories and shows how far it is', async () => {
    const asked = await cordboard('directory', '--tenant', 'acme', 'sync');
    expect(asked.out).toMatch(/^state +done\nasked for +1 times/);
    expect(asked.out).toMatch(/gw-1 +- +not running/);
    expect((await cordboard('directory', '--tenant', 'acme', 'sync', '--wait')).err).toMatch(/^cordboard: RATE_LIMITED: /);
    const shown = await cordboard('directory', '--tenant', 'acme', '--cluster', 'main', 'show', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ clusterId: acme.clusterId, revision: 1, state: 'done' });
    expect(await cordboard('directory', '--tenant', 'acme', '--cluster', 'other', 'show')).toMatchObject({
      code: 2,
      err: 'cordboard: there is no cluster other; the tenant has: main',
    });
  });

  it('S-71 rotates the keys that secrets are sealed under, and shows none of them', async () => {
    expect(await bare('secrets', 'show')).toMatchObject({ code: 3, err: expect.stringContaining('there is no key ring') });
    const { ring } = await ensureSecretsKey(join(home, 'pki'));
    expect((await bare('secrets', 'show', '--json')).out).toBe(JSON.stringify({ current: 1, versions: [1] }, undefined, 2));
    const rotated = await bare('secrets', 'rotate');
    expect(rotated.out).toMatch(/^current +2\nversions +1, 2\nback up/);
    const { ring: after } = await ensureSecretsKey(join(home, 'pki'));
    expect([after.current, after.keys['1']]).toEqual([2, ring.keys['1']]);
    for (const key of Object.values(after.keys)) expect(rotated.out).not.toContain(key);
    await writeFile(join(home, 'pki', 'secrets.key'), '{}');
    expect(await bare('secrets', 'rotate')).toMatchObject({ code: 3, err: 'cordboard: a key ring has an object "keys"' });
  });

  it('R-LOG-01 tells the log of an instance, by level, and follows it until it is stopped', async () => {
    const dir = homeLayout(bench.settings.home).instance(acme.instanceId).log;
    const log = new RotatingLog({ dir });
    const logger = createLogger('gateway', { destination: log });
    logger.info({ ports: 1 }, 'serving');
    logger.warn('trouble \u001b[31m');
    const abort = new AbortController();
    const out: string[] = [];
    const surroundings = {
      out: (line: string) => void out.push(line),
      error: () => {},
      home,
      signal: abort.signal,
      isTerminal: false,
    };
    const argv = ['--base', bench.base, '--key', acme.key, 'instances', 'logs', 'gw-1', '--follow'];
    const following = run(argv, surroundings);
    await eventually(() => out.length === 2);
    expect(out[0]).toMatch(/^\d{4}-.*Z INFO serving {2}\{"ports":1\}$/);
    expect(out[1]).toContain('WARN trouble \ufffd[31m');
    logger.error('broken');
    await eventually(() => out.length === 3);
    abort.abort();
    expect(await following).toBe(0);
    await log.end();
    const warned = await cordboard('instances', 'logs', 'gw-1', '--tenant', 'acme', '--level', 'err', '--json');
    expect(JSON.parse(warned.out)).toMatchObject({ level: 'ERR', msg: 'broken', n: 3 });
    expect((await cordboard('instances', 'logs', 'gw-1', '--tenant', 'acme', '--level', 'loud')).code).toBe(2);
  });

  it('a tenant’s key needs no --tenant', async () => {
    const own = await bare('--base', bench.base, '--key', acme.key, 'instances', 'list');
    expect(own).toMatchObject({ code: 0, out: expect.stringContaining('gw-1') });
  });
});
