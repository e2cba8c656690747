/** The faults that the chaos command can play here, each with its healing; and those it cannot, with the reason. */
import { familyOf, instancesOf, isAlive, programsOf, signal } from './process-table.js';
import type { Site } from './site.js';

export interface Fault {
  /** What is done, for people: `kill -9`, `stall`. */
  readonly fault: string;
  readonly target: string;
  /** Two faults of one group are not played together. */
  readonly group: string;
  /** Answers whom it hit; rejects when there is nobody to hit. */
  inject(site: Site): Promise<string>;
  /** Ends it. May be called when nothing stands; what heals by itself has nothing to do here. */
  heal(site: Site): Promise<void>;
}

function victims(site: Site, target: string): number[] {
  if (target === 'instance')
    return instancesOf(site.layout)
      .map(({ pid }) => pid)
      .slice(0, 1);
  if (target === 'postgres') return familyOf(site.run.pids['postgres'] ?? 0).filter(isAlive);
  return programsOf(site.layout)
    .filter(({ name }) => name === target)
    .map(({ pid }) => pid);
}

function ofProcess(target: string, name: 'SIGKILL' | 'SIGSTOP'): Fault {
  let hit: number[] = [];
  return {
    fault: name === 'SIGKILL' ? 'kill -9' : 'SIGSTOP',
    target,
    group: target,
    inject: (site) => {
      hit = victims(site, target);
      if (hit.length === 0) return Promise.reject(new Error(`${target} does not run`));
      signal(hit, name);
      return Promise.resolve(`pid ${hit.slice(0, 1).join('')}${hit.length > 1 ? ` and ${hit.length - 1} below it` : ''}`);
    },
    heal: () => {
      if (name === 'SIGSTOP') signal(hit.filter(isAlive), 'SIGCONT');
      return Promise.resolve();
    },
  };
}

function ofController(fault: string, index: number, body: Readonly<Record<string, unknown>>): Fault {
  const path = (site: Site) => `/v1/controllers/${site.run.tenant.controllers[index]!.address}/faults`;
  return {
    fault,
    target: `controller ${index + 1}`,
    group: `controller ${index + 1}`,
    inject: async (site) => {
      await site.simulator('POST', path(site), body);
      return site.run.tenant.controllers[index]!.address;
    },
    heal: (site) => site.simulator('DELETE', path(site)),
  };
}

const PROGRAMS = ['instance', 'worker', 'orchestrator', 'router', 'postgres'] as const;
const AT_CONTROLLERS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['drop the links', { kind: 'drop-links' }],
  ['stall', { kind: 'stall' }],
  ['refuse requests', { kind: 'refuse-requests', result: 'OVERLOADED', types: ['MAKE_CALL', 'MONITOR_START'] }],
  ['delay answers by 1.5 s', { kind: 'delay-answers', ms: 1500 }],
  ['restart', { kind: 'restart', downMs: 1000 }],
];

export function catalogue(site: Site): Fault[] {
  return [
    ...PROGRAMS.flatMap((target) => [ofProcess(target, 'SIGKILL'), ofProcess(target, 'SIGSTOP')]),
    ...site.run.tenant.controllers.flatMap((_, index) => AT_CONTROLLERS.map(([name, body]) => ofController(name, index, body))),
  ];
}

/** What is not played, and why. */
export function notInjected(site: Site): { readonly fault: string; readonly why: string }[] {
  const external = site.run.pids['postgres'] === undefined;
  return [
    { fault: 'a cut or slow network between programs', why: 'all of them are on loopback addresses of one host' },
    { fault: 'death of the host, loss of unsynced pages', why: 'it would end this command too' },
    { fault: 'a full disk', why: 'it would fill the disk of this machine; `npm test` does it on a small file system of its own' },
    { fault: 'jumps of the clock', why: 'the clock is this machine’s' },
    { fault: 'death of the simulator', why: 'it is the witness' },
    { fault: 'loss of a journal’s folder', why: 'what its copy lags behind may then be lost, so no invariant could judge it' },
    ...(external ? [{ fault: 'death of Postgres', why: 'the database of DATABASE_URL is not ours to kill' }] : []),
  ];
}
