/** All devices of a cluster by number, handle and controller. What names whom is fixed by the equipment; only who serves a device changes. */
import type {
  AcdExpressGroupSpec,
  AcdGroupSpec,
  AcdPathSpec,
  ControllerSpec,
  GroupSpec,
  LineSpec,
  TrunkSpec,
} from './equipment-spec.js';
import {
  GROUP_MEMBERS_MAX,
  isAcdGroup,
  isStation,
  type AcdExpressGroup,
  type AcdGroup,
  type AcdPath,
  type Group,
} from './group.js';
import { newDevice, newPhone, type Device, type Phone } from './phone.js';

const TRUNK_HANDLES_FROM = 2_000_000_000;
const LINE_HANDLES_FROM = 2_100_000_000;
const LINES_MAX = 100_000;
const STEP_MS = 5_000;
const AGENT_TIMEOUT_MS = 15_000;

export class Directory {
  readonly groups: Group[] = [];
  readonly acdGroups: AcdGroup[] = [];
  readonly acdExpressGroups: AcdExpressGroup[] = [];
  readonly acdPaths: AcdPath[] = [];
  readonly lines: Phone[] = [];
  private readonly byDn = new Map<string, Device>();
  private readonly byHandle = new Map<number, Device>();
  /** Of each controller, in the order they were given: a cluster of 250 controllers is asked for each of them. */
  private readonly devicesOf: Device[][] = [];
  private readonly setsOf: Phone[][] = [];
  private readonly sets: Phone[] = [];
  private readonly trunksOf: Phone[][] = [];
  private readonly prefixes: string[] = [];
  private readonly accountCodes = new Set<string>();

  constructor(specs: readonly ControllerSpec[]) {
    specs.forEach((spec, index) => {
      this.devicesOf.push([]);
      this.setsOf.push([]);
      for (const phone of spec.phones) this.addStation(newPhone(phone, index), specs.length);
      this.prefixes.push(spec.outsidePrefix ?? '9');
      this.trunksOf.push((spec.trunks ?? []).map((trunk) => this.addTrunk(trunk, index)));
      for (const code of spec.accountCodes ?? []) this.accountCodes.add(code);
    });
    specs.forEach((spec, index) => {
      for (const line of spec.lines ?? []) this.addLine(line, index);
      for (const group of spec.groups ?? []) this.addGroup(group, index);
      for (const group of spec.acdGroups ?? []) this.addAcdGroup(group, index);
      for (const group of spec.acdExpressGroups ?? []) this.addAcdExpressGroup(group, index);
    });
    specs.forEach((spec, index) => {
      for (const path of spec.acdPaths ?? []) this.addAcdPath(path, index);
    });
  }

  device(dn: string): Device | null {
    return this.byDn.get(dn) ?? null;
  }

  station(dn: string): Phone | null {
    const found = this.byDn.get(dn);
    return found && isStation(found) ? found : null;
  }

  /** Null for a handle of a controller that neither serves the device nor would. */
  at(controller: number, handle: number): Device | null {
    const device = this.byHandle.get(handle);
    return device && (device.primary === controller || device.secondary === controller) ? device : null;
  }

  /** Sets and users of a controller (absent: of the cluster) in the order they were given; no lines and trunks. */
  phones(controller?: number): Phone[] {
    return [...(controller === undefined ? this.sets : (this.setsOf[controller] ?? []))];
  }

  devices(controller: number): readonly Device[] {
    return this.devicesOf[controller] ?? [];
  }

  trunks(controller: number): readonly Phone[] {
    return this.trunksOf[controller] ?? [];
  }

  trunk(number: string): Phone | null {
    return this.trunksOf.flat().find(({ dn }) => dn === number) ?? null;
  }

  /** The trunks a call of this controller may take, its own first. */
  trunksFor(controller: number): Phone[] {
    return [...this.trunks(controller), ...this.trunksOf.filter((_, index) => index !== controller).flat()];
  }

  outsidePrefix(controller: number): string {
    return this.prefixes[controller] ?? '9';
  }

  isAccountCode(digits: string): boolean {
    return this.accountCodes.has(digits);
  }

  /** All that callers queue at. */
  queues(): AcdPath[] {
    return [...this.acdPaths, ...this.acdExpressGroups];
  }

  /** Groups that this agent serves, of both kinds. */
  groupsOfAgent(agent: Phone): AcdGroup[] {
    return [...this.acdGroups, ...this.acdExpressGroups].filter(({ agents }) => agents.includes(agent));
  }

  /** Where a number appears: the prime line that has it, then lines of other buttons. */
  appearancesOf(dn: string): Phone[] {
    const prime = this.station(dn);
    return [...(prime ? [prime] : []), ...this.lines.filter((line) => line.dn === dn)];
  }

  appearance(setDn: string, button: number): Phone | null {
    const set = this.station(setDn);
    if (!set || button === 1) return set;
    return set.appearances.find(({ line }) => line?.button === button) ?? null;
  }

  private add(device: Device, named = true): void {
    if (named && this.byDn.has(device.dn)) throw new Error(`directory number ${device.dn} is given twice in the cluster`);
    if (this.byHandle.has(device.handle)) throw new Error(`${device.kind} ${device.dn} is given twice in the cluster`);
    if (named) this.byDn.set(device.dn, device);
    this.byHandle.set(device.handle, device);
    this.devicesOf[device.primary]!.push(device);
  }

  private addStation(phone: Phone, controllers: number): void {
    if (phone.secondary !== null && phone.secondary >= controllers)
      throw new Error(`the secondary controller of ${phone.dn} is not in the cluster`);
    this.add(phone);
    this.sets.push(phone);
    this.setsOf[phone.primary]!.push(phone);
  }

  private addTrunk({ number, name, kind, answersAfterMs }: TrunkSpec, controller: number): Phone {
    const spec = { dn: String(number), name, kind, monitorable: true, responseMs: answersAfterMs ?? 0 };
    const trunk = newPhone(spec, controller, TRUNK_HANDLES_FROM + number);
    this.add(trunk, false);
    return trunk;
  }

  private addLine({ setDn, button, dn, shared }: LineSpec, controller: number): void {
    const set = this.member(setDn);
    if (set.primary !== controller) throw new Error(`line ${button} of ${setDn} is given at another controller than its set`);
    if (this.appearance(setDn, button)) throw new Error(`button ${button} of ${setDn} is given twice`);
    if (this.lines.length >= LINES_MAX) throw new Error(`a cluster has at most ${LINES_MAX} line appearances`);
    const spec = { dn, name: set.name, monitorable: true, kind: 'line' as const };
    const line = newPhone(spec, controller, LINE_HANDLES_FROM + this.lines.length, { button, shared });
    line.set = set;
    this.add(line, false);
    this.lines.push(line);
    set.appearances.push(line);
  }

  private addGroup(
    { dn, name, kind, members, order = 'linear', stepMs = STEP_MS, overflow }: GroupSpec,
    controller: number,
  ): void {
    if (members.length > GROUP_MEMBERS_MAX) throw new Error(`group ${dn} has more than ${GROUP_MEMBERS_MAX} members`);
    const device = newDevice({ dn, name, kind, monitorable: true }, controller);
    const found = members.map((member) => this.member(member));
    const group = { ...device, order, stepMs, members: found, absent: new Set<Phone>(), lastServed: -1 };
    this.groups.push({ ...group, overflow: overflow ?? null });
    this.add(this.groups.at(-1) as Group);
  }

  private addAcdGroup({ dn, name, agents }: AcdGroupSpec, controller: number): void {
    const device = newDevice({ dn, name, kind: 'acd-group', monitorable: true }, controller);
    const group: AcdGroup = { ...device, agents: this.agents(dn, agents), absent: new Set() };
    this.acdGroups.push(group);
    this.add(group);
  }

  private addAcdExpressGroup(spec: AcdExpressGroupSpec, controller: number): void {
    const { dn, name, agents, agentTimeoutMs = AGENT_TIMEOUT_MS, workMs = 0 } = spec;
    const device = newDevice({ dn, name, kind: 'acd-express-group', monitorable: true }, controller);
    const groups: AcdGroup[] = [];
    const found = this.agents(dn, agents);
    const group: AcdExpressGroup = { ...device, agents: found, absent: new Set(), groups, agentTimeoutMs, workMs, queue: [] };
    groups.push(group);
    this.acdExpressGroups.push(group);
    this.add(group);
  }

  private agents(group: string, dns: readonly string[]): Phone[] {
    const found = dns.map((dn) => this.member(dn));
    for (const agent of found) if (agent.kind !== 'agent') throw new Error(`${agent.dn} in group ${group} is not an agent`);
    return found;
  }

  private addAcdPath(spec: AcdPathSpec, controller: number): void {
    const { dn, name, groups, agentTimeoutMs = AGENT_TIMEOUT_MS, workMs = 0 } = spec;
    const device = newDevice({ dn, name, kind: 'acd-path', monitorable: true }, controller);
    const found = groups.map((group) => {
      const known = this.device(group);
      if (!known || !isAcdGroup(known) || known.kind !== 'acd-group')
        throw new Error(`path ${dn} names ${group}, which is no agent group`);
      return known;
    });
    const path: AcdPath = { ...device, groups: found, agentTimeoutMs, workMs, queue: [] };
    this.acdPaths.push(path);
    this.add(path);
  }

  private member(dn: string): Phone {
    const found = this.station(dn);
    if (!found) throw new Error(`there is no phone, user or agent ${dn}`);
    return found;
  }
}
