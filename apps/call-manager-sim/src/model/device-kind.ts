/** The kinds of devices that the simulated cluster has, and what tells them apart in the call rules. */
export type DeviceKind =
  | 'phone'
  | 'sip-phone'
  | 'line'
  | 'hot-desk-user'
  | 'external-user'
  | 'agent'
  | 'trunk'
  | 'sip-peer'
  | 'hunt-group'
  | 'ring-all-group'
  | 'ring-cascade-group'
  | 'personal-ring-group'
  | 'acd-group'
  | 'acd-express-group'
  | 'acd-path';

interface KindFacts {
  /** It can be an end of a call. */
  readonly station: boolean;
  /** R-CC-06, R-CC-07: making, answering and clearing wait for the user's hand. */
  readonly needsHand: boolean;
  /** It is nowhere until somebody logs in. */
  readonly needsSet: boolean;
  readonly trunk: boolean;
}

const set: KindFacts = { station: true, needsHand: false, needsSet: false, trunk: false };
const group: KindFacts = { station: false, needsHand: false, needsSet: false, trunk: false };

export const DEVICE_KIND_OF: Readonly<Record<DeviceKind, KindFacts>> = {
  phone: set,
  'sip-phone': { ...set, needsHand: true },
  line: set,
  'hot-desk-user': { ...set, needsSet: true },
  'external-user': { ...set, needsHand: true, needsSet: true },
  agent: { ...set, needsSet: true },
  trunk: { ...set, trunk: true },
  'sip-peer': { ...set, trunk: true },
  'hunt-group': group,
  'ring-all-group': group,
  'ring-cascade-group': group,
  'personal-ring-group': group,
  'acd-group': group,
  'acd-express-group': group,
  'acd-path': group,
};
