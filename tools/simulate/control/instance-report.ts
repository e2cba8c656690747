/** What an incarnation says of itself when the worker asks it, as far as the simulation needs it. */
import type { ControllerReport } from '../../../apps/gateway/src/switchboard/switchboard.port.js';

export interface InstanceReport {
  readonly epochMajor: number;
  readonly serving: boolean;
  readonly digest: string | null;
  readonly controllers: readonly ControllerReport[];
}

/** The part that goes on record. */
export const observedOf = ({ digest, controllers }: InstanceReport) => ({ digest, controllers });
