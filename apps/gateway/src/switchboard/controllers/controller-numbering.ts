/** By which settings numbers of a controller are read and dialled (R-E164-01). */
import type { NumberingSettings } from '#domain/numbering';
import type { Controller } from './controller-table.js';
import type { Core } from '../core.js';

/** The controller's own settings, else the tenant's; undefined: none. */
export const numberingOf = (core: Core, { grant }: Controller): NumberingSettings | undefined =>
  grant.numbering ?? core.document?.numbering;
