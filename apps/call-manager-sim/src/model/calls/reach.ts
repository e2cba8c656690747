/** Where a dialled number leads, as things stand: a plan that changes nothing. Forwardings are followed, loops are bounded. */
import type { Exchange } from '../exchange.js';
import { DEVICE_KIND_OF } from '../device-kind.js';
import type { ForwardingKind } from '../features.js';
import { isAcdPath, isGroup, isStation, type AcdPath, type Group } from '../group.js';
import { DIVERSIONS_MAX, isFree, type Device, type Phone } from '../phone.js';
import type { Cause } from '../words.js';

export interface Hop {
  readonly from: Device;
  readonly why: ForwardingKind | 'overflow';
}

interface Way {
  readonly hops: readonly Hop[];
  /** The number as it was dialled last. */
  readonly number: string;
}

export type Plan = Way &
  (
    | { readonly kind: 'ring'; readonly phones: readonly Phone[]; readonly group: Group | null }
    | { readonly kind: 'queue'; readonly path: AcdPath }
    | { readonly kind: 'outside'; readonly trunk: Phone; readonly digits: string }
    | { readonly kind: 'fail'; readonly cause: Cause; readonly at: Device | null }
  );

export interface Caller {
  readonly phone: Phone;
  /** Diversions that the call has behind it. */
  readonly diversions: number;
}

export function planRoute(x: Exchange, dialled: string, caller: Caller): Plan {
  const hops: Hop[] = [];
  let number = dialled;
  for (;;) {
    const step = nextStep(x, number, caller);
    if (!('onward' in step)) return { ...step, hops, number } as Plan;
    if (caller.diversions + hops.length >= DIVERSIONS_MAX)
      return { kind: 'fail', cause: 'DESTINATION_NOT_OBTAINABLE', at: step.hop.from, hops, number };
    hops.push(step.hop);
    number = step.onward;
  }
}

type Step =
  | { readonly onward: string; readonly hop: Hop }
  | { readonly kind: 'ring'; readonly phones: readonly Phone[]; readonly group: Group | null }
  | { readonly kind: 'queue'; readonly path: AcdPath }
  | { readonly kind: 'outside'; readonly trunk: Phone; readonly digits: string }
  | { readonly kind: 'fail'; readonly cause: Cause; readonly at: Device | null };

function nextStep(x: Exchange, number: string, caller: Caller): Step {
  const device = x.directory.device(number);
  if (!device) return shared(x, number) ?? outside(x, number, caller.phone);
  if (isGroup(device)) return toGroup(x, device);
  if (isAcdPath(device)) return { kind: 'queue', path: device };
  if (isStation(device)) return toStation(x, device, caller.phone);
  return { kind: 'fail', cause: 'DESTINATION_NOT_OBTAINABLE', at: device };
}

/** A number that is no set's own and appears on key lines only. */
function shared(x: Exchange, number: string): Step | null {
  const lines = x.directory.appearancesOf(number);
  if (lines.length === 0) return null;
  const free = freeAppearances(x, number);
  if (free.length > 0) return { kind: 'ring', phones: free, group: null };
  return { kind: 'fail', cause: 'DESTINATION_BUSY', at: lines[0] ?? null };
}

function outside(x: Exchange, number: string, caller: Phone): Step {
  const prefix = x.directory.outsidePrefix(caller.controller);
  const digits = number.slice(prefix.length);
  const trunks = x.directory.trunksFor(caller.controller);
  if (!number.startsWith(prefix) || digits === '' || trunks.length === 0)
    return { kind: 'fail', cause: 'NO_SUCH_NUMBER', at: null };
  const trunk = trunks.find((candidate) => isFree(candidate) && isThere(x, candidate) && candidate.features.makeBusy === null);
  return trunk ? { kind: 'outside', trunk, digits } : { kind: 'fail', cause: 'TRUNKS_BUSY', at: null };
}

function toGroup(x: Exchange, group: Group): Step {
  const phones = choose(x, group, []);
  if (phones.length > 0) return { kind: 'ring', phones, group };
  if (group.overflow !== null) return { onward: group.overflow, hop: { from: group, why: 'overflow' } };
  return { kind: 'fail', cause: 'DESTINATION_BUSY', at: group };
}

/** Who of the group rings next: all, or the first free one in its order that was not tried yet. */
export function choose(x: Exchange, group: Group, tried: readonly Phone[]): Phone[] {
  const free = (phone: Phone) =>
    !group.absent.has(phone) && !tried.includes(phone) && isThere(x, phone) && !refuses(phone) && isFree(phone);
  if (group.kind === 'ring-all-group' || group.kind === 'personal-ring-group') return group.members.filter(free);
  const from = group.order === 'circular' ? group.lastServed + 1 : 0;
  const inOrder = group.members.map((_, index) => group.members[(from + index) % group.members.length] as Phone);
  return inOrder.filter(free).slice(0, 1);
}

function toStation(x: Exchange, phone: Phone, caller: Phone): Step {
  const internal = !DEVICE_KIND_OF[caller.kind].trunk;
  const forwarded = (why: ForwardingKind): Step | null => {
    const { on, number } = phone.features.forwarding[why];
    return on ? { onward: number, hop: { from: phone, why } } : null;
  };
  const always = forwarded('always');
  if (always) return always;
  if (!isThere(x, phone)) return { kind: 'fail', cause: 'DESTINATION_NOT_OBTAINABLE', at: phone };
  if (phone.features.doNotDisturb) return { kind: 'fail', cause: 'DESTINATION_DO_NOT_DISTURB', at: phone };
  const free = phone.features.makeBusy === null ? freeAppearances(x, phone.dn) : [];
  if (free.length > 0) return { kind: 'ring', phones: free, group: null };
  const busy = forwarded(internal ? 'busy-internal' : 'busy-external');
  return busy ?? { kind: 'fail', cause: 'DESTINATION_BUSY', at: phone };
}

/** A key line bears one call; of a multicall number one free appearance per set rings, the prime line first. */
function freeAppearances(x: Exchange, dn: string): Phone[] {
  const all = x.directory.appearancesOf(dn);
  const inUse = all.some(({ legs }) => legs.length > 0);
  const sets = new Set<Phone>();
  return all.filter((phone) => {
    const set = phone.line ? (phone.set as Phone) : phone;
    if (sets.has(set) || !isThere(x, set) || !isFree(phone)) return false;
    if (phone.line?.shared === 'key' && inUse) return false;
    sets.add(set);
    return true;
  });
}

/** It can be reached at all: in service, its controller there, nobody else sitting at it. */
export function isThere(x: Exchange, phone: Phone): boolean {
  return phone.inService && !x.away.has(phone.controller) && phone.occupant === null && phone.survivor === null;
}

function refuses(phone: Phone): boolean {
  return phone.features.doNotDisturb || phone.features.makeBusy !== null;
}
