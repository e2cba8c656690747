import type { Device, Leg, Phone } from './phone.js';

/** Ring and hunt groups, and personal ring groups with the presence of their members. */
export interface Group extends Device {
  readonly order: 'linear' | 'circular';
  readonly members: readonly Phone[];
  readonly absent: Set<Phone>;
  readonly stepMs: number;
  readonly overflow: string | null;
  /** Index of the member that had the last call; circular search begins behind it. */
  lastServed: number;
}

export interface AcdGroup extends Device {
  readonly agents: readonly Phone[];
  readonly absent: Set<Phone>;
}

export interface AcdPath extends Device {
  readonly groups: readonly AcdGroup[];
  readonly agentTimeoutMs: number;
  readonly workMs: number;
  /** Callers' legs, longest waiting first. */
  readonly queue: Leg[];
}

/** ACD Express: the group is its own path, and the only group of it. */
export interface AcdExpressGroup extends AcdGroup, AcdPath {}

export const QUEUE_LEGS_MAX = 1_000;
export const GROUP_MEMBERS_MAX = 64;

export function isGroup(device: Device): device is Group {
  return 'members' in device;
}

export function isAcdPath(device: Device): device is AcdPath {
  return 'queue' in device;
}

export function isAcdGroup(device: Device): device is AcdGroup {
  return 'agents' in device;
}

export function isStation(device: Device): device is Phone {
  return 'legs' in device;
}
