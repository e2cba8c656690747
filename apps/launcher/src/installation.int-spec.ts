import { spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, reserveLoopbackBlock, tryListen } from '#config/addresses';
import { readEnvironment } from '#config/environment';
import { homeLayout, type HomeLayout } from '#config/home';
import { eventually } from '#testkit/eventually';
import { ensureCertificates } from './certificates.js';
import { openInstallation, type Installation } from './installation.js';
import { awaitLeftOvers, programsOf } from './left-overs.js';
import { parseOptions } from './options.js';

describe('an installation', () => {
  const dirs: string[] = [];
  const installations: Installation[] = [];
  const servers: Server[] = [];
  let said: string[];
  let taken: number;

  const newHome = (): HomeLayout => {
    const dir = mkdtempSync(join(tmpdir(), 'cordboard-installation-'));
    dirs.push(dir);
    return homeLayout(dir);
  };
  const open = async (layout: HomeLayout, flags: string[] = [], hasState = false) => {
    const installation = await openInstallation(layout, parseOptions(flags, readEnvironment({}), '/'), hasState, (line) =>
      said.push(line),
    );
    installations.push(installation);
    return installation;
  };
  beforeEach(async () => {
    said = [];
    const server = await tryListen('127.0.0.1', 0);
    if (server === undefined) throw new Error('no port');
    servers.push(server);
    taken = (server.address() as { port: number }).port;
  });
  afterEach(async () => {
    for (const installation of installations.splice(0)) await installation.release();
    for (const server of servers.splice(0)) server.close();
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });

  it('two that come up at once on one machine share neither addresses nor ports nor keys', async () => {
    const [one, other] = await Promise.all([open(newHome()), open(newHome())]);
    expect(one.block).not.toBe(other.block);
    expect(new Set([...Object.values(one.ports), ...Object.values(other.ports)]).size).toBe(8);
    expect(one.adminKey).not.toBe(other.adminKey);
    expect(one.controllerAddresses).toEqual([201, 202, 203].map((host) => `${one.block}.${host}`));
  });

  it('is the same at the next start, and its secrets are readable by the owner only', async () => {
    const layout = newHome();
    const port = await freePort();
    const first = await open(layout, ['--control-port', String(port)]);
    await first.release();
    const second = await open(layout, ['--control-port', String(port)], true);
    expect({ block: second.block, key: second.adminKey, port: second.ports.control }).toEqual({
      block: first.block,
      key: first.adminKey,
      port,
    });
    expect(statSync(layout.installationFile).mode & 0o777).toBe(0o600);
  });

  it('a port that was asked for and is taken is an error that names it; nothing is held afterwards', async () => {
    const layout = newHome();
    await expect(open(layout, ['--edge-http-port', String(taken)])).rejects.toThrow(
      `port ${taken} (--edge-http-port) is taken: stop what listens there, or ask for another port`,
    );
    servers.splice(0).forEach((server) => server.close());
    expect((await open(layout, ['--edge-http-port', String(taken)])).ports.edgeHttp).toBe(taken);
  });

  it('a default port that is taken is replaced by a free one, and that is said', async () => {
    // Whoever has 8470 now keeps it; if nobody has, this test does.
    const holder = await tryListen('127.0.0.1', 8470);
    if (holder !== undefined) servers.push(holder);
    const { ports } = await open(newHome());
    expect(ports.control).not.toBe(8470);
    expect(said).toContain(`port 8470 is taken, using ${ports.control} for control`);
  });

  it('addresses in use: other ones while nothing depends on them, else an error that says what to do', async () => {
    const layout = newHome();
    const first = await open(layout);
    await first.release();
    const holder = await reserveLoopbackBlock(first.block);
    await expect(open(layout, [], true)).rejects.toThrow(`the addresses ${first.block}.0/24 of this installation are in use`);
    const moved = await open(layout);
    expect(moved.block).not.toBe(first.block);
    await holder?.release();
  });

  it('has certificates for every program with the names its peers check, from two authorities', async () => {
    const layout = newHome();
    const names = { edgeDomain: 'example.test', serviceAddress: '127.9.8.250', controllerAddresses: ['127.9.8.201'] };
    await ensureCertificates(layout, names);
    const read = (file: string) => new X509Certificate(readFileSync(file));
    const [ca, controllersCa] = [read(layout.caFile), read(layout.controllersCaFile)];
    expect(read(layout.certificate('router').certFile).subject).toBe('CN=router');
    expect(read(layout.certificate('router').certFile).checkIP('127.9.8.250')).toBe('127.9.8.250');
    const edge = read(layout.certificate('edge').certFile);
    for (const name of ['localhost', 'example.test', 'sample.example.test']) expect(edge.checkHost(name)).toBeDefined();
    expect(edge.checkIP('127.0.0.1')).toBe('127.0.0.1');
    const controller = read(join(layout.controllerCertificates, '127.9.8.201.crt'));
    expect(controller.subject).toBe('CN=controller:127.9.8.201');
    expect([controller.checkIssued(controllersCa), controller.checkIssued(ca)]).toEqual([true, false]);
    const before = readFileSync(layout.certificate('worker').certFile, 'utf8');
    await ensureCertificates(layout, names);
    expect(readFileSync(layout.certificate('worker').certFile, 'utf8')).toBe(before);
    for (const key of [layout.certificate('worker').keyFile, join(layout.pki, 'ca.key'), layout.documentKeyFile])
      expect(statSync(key).mode & 0o777).toBe(0o600);
  });

  it('waits for programs that a killed launcher has left, and ends those that stay; others are not touched', async () => {
    const [layout, foreign] = [newHome(), newHome()];
    const children: ChildProcess[] = [];
    const leave = (home: HomeLayout, source: string) => {
      const script = join(home.home, 'left.mjs');
      writeFileSync(script, source);
      const child = spawn(process.execPath, [script, '--settings', home.settingsFile('router')], { stdio: 'ignore' });
      children.push(child);
      return child;
    };
    try {
      const leaving = leave(layout, 'setTimeout(() => process.exit(0), 300)');
      const staying = leave(foreign, 'setInterval(() => {}, 1000)');
      await eventually(() => programsOf(layout).length === 1 && programsOf(foreign).length === 1);
      await awaitLeftOvers(layout, (line) => said.push(line));
      expect(said).toEqual(['waiting for 1 programs of a start that was killed']);
      await eventually(() => leaving.exitCode === 0);
      expect(programsOf(foreign)).toEqual([staying.pid]);
      await awaitLeftOvers(foreign, () => undefined, 200);
      await eventually(() => staying.signalCode === 'SIGKILL');
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  });
});
