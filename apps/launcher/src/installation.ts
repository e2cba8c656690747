/**
 * What makes one installation differ from another on the same machine: its loopback block, its ports, its secrets.
 * Kept in `installation.json` (mode 0600) and checked at every start, because other processes come and go meanwhile.
 *
 * Addresses in the block: .1 to .126 gateway instances, .201 on controllers, .250 services of our own, .254 the reservation.
 */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { z } from 'zod';
import { freeLoopbackBlock, freePort, isPortFree, reserveLoopbackBlock, tryListen, type LoopbackBlock } from '#config/addresses';
import type { HomeLayout } from '#config/home';
import { generateApiKey } from '#pki/api-keys';
import { LaunchError } from './launch-error.js';
import { PORT_NAMES, type LaunchOptions, type PortName, type PortWish } from './options.js';
import { readJson, writePrivateJson } from './private-files.js';

const KeptSchema = z.strictObject({
  schema: z.literal(1),
  block: z.string(),
  /** `edgeExternal`: absent in an installation of an earlier release. */
  ports: z.strictObject({ control: z.int(), edgeHttp: z.int(), edgeHttps: z.int(), edgeExternal: z.int().optional() }),
  /** The first admin key, made here so that the launcher can provision; the orchestrator only knows its digest. */
  adminKey: z.string(),
  simulatorKey: z.string(),
});
type Kept = z.infer<typeof KeptSchema>;

export interface Installation extends Kept {
  readonly ports: Readonly<Record<PortName, number>>;
  readonly controllerAddresses: readonly string[];
  readonly serviceAddress: string;
  readonly instanceRange: string;
  /** Gives block and ports back; may be called twice. */
  release(): Promise<void>;
}

const CONTROLLERS = 3;
const HOST = '127.0.0.1';
/**
 * A port is reserved by listening on it at this address, where no program of ours listens: two launchers that start at once
 * then see each other before their programs have bound anything.
 */
const RESERVATION_ADDRESS = '127.255.255.1';

async function takeBlock(kept: Kept | undefined, hasState: boolean, say: (line: string) => void): Promise<LoopbackBlock> {
  if (kept === undefined) return freeLoopbackBlock();
  const same = await reserveLoopbackBlock(kept.block);
  if (same !== undefined) return same;
  if (hasState) {
    throw new LaunchError(
      `the addresses ${kept.block}.0/24 of this installation are in use (something listens on ${kept.block}.254:5320): stop it and start again`,
    );
  }
  const other = await freeLoopbackBlock();
  say(`addresses ${kept.block}.0/24 are in use, taking ${other.cidr}`);
  return other;
}

/** Holds `port` against other launchers, when nobody listens on it. */
async function holdPort(port: number): Promise<Server | undefined> {
  const holder = await tryListen(RESERVATION_ADDRESS, port);
  if (holder === undefined) return undefined;
  holder.unref();
  if (await isPortFree(HOST, port)) return holder;
  holder.close();
  return undefined;
}

async function takePort(
  name: PortName,
  wish: PortWish,
  kept: number | undefined,
  say: (line: string) => void,
): Promise<{ port: number; holder: Server }> {
  const wanted = await holdPort(wish.port);
  if (wanted !== undefined) return { port: wish.port, holder: wanted };
  if (wish.askedBy !== undefined)
    throw new LaunchError(`port ${wish.port} (${wish.askedBy}) is taken: stop what listens there, or ask for another port`);
  for (const candidate of [kept ?? (await freePort(HOST)), await freePort(HOST), await freePort(HOST)]) {
    const holder = await holdPort(candidate);
    if (holder === undefined) continue;
    say(`port ${wish.port} is taken, using ${candidate} for ${name}`);
    return { port: candidate, holder };
  }
  throw new LaunchError(`no free port found for ${name}`);
}

/** @param hasState whether the record already names addresses of the block */
export async function openInstallation(
  layout: HomeLayout,
  options: LaunchOptions,
  hasState: boolean,
  say: (line: string) => void,
): Promise<Installation> {
  const kept = KeptSchema.safeParse(readJson(layout.installationFile)).data;
  const block = await takeBlock(kept, hasState, say);
  const holders: Server[] = [];
  const release = async () => {
    for (const holder of holders.splice(0)) holder.close();
    await block.release();
  };
  try {
    const ports = { control: 0, edgeHttp: 0, edgeHttps: 0, edgeExternal: 0 };
    for (const name of PORT_NAMES) {
      const taken = await takePort(name, options.ports[name], kept?.ports[name], say);
      holders.push(taken.holder);
      ports[name] = taken.port;
    }
    const current = {
      schema: 1 as const,
      block: block.prefix,
      ports,
      adminKey: kept?.adminKey ?? generateApiKey('admin').key,
      simulatorKey: kept?.simulatorKey ?? randomBytes(24).toString('base64url'),
    };
    writePrivateJson(layout.installationFile, current);
    return {
      ...current,
      controllerAddresses: Array.from({ length: CONTROLLERS }, (_, index) => block.address(201 + index)),
      serviceAddress: block.address(250),
      instanceRange: `${block.prefix}.0/25`,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
