/** Which devices are entries of which entity of the directory. */
import type { Device } from '../model/phone.js';
import type { ENTITY } from './asked-numbers.js';

type Entity = keyof typeof ENTITY;

export const ENTITY_KINDS: Partial<Record<Entity, readonly Device['kind'][]>> = {
  PHONE: ['phone', 'sip-phone'],
  HOT_DESK_USER: ['hot-desk-user', 'external-user'],
  ACD_AGENT: ['agent'],
  LINE_APPEARANCE: ['line'],
  GROUP: [
    'hunt-group',
    'ring-all-group',
    'ring-cascade-group',
    'personal-ring-group',
    'acd-group',
    'acd-express-group',
    'acd-path',
  ],
  TRUNK: ['trunk', 'sip-peer'],
};

/** Undefined for a device that is in no directory. */
export const entityOf = ({ kind }: Device): Entity | undefined =>
  (Object.keys(ENTITY_KINDS) as Entity[]).find((entity) => ENTITY_KINDS[entity]?.includes(kind));
