/**
 * Judges a run by what applications were told, what controllers saw on their wires, what operators were told and the process table: never
 * by what an instance says of itself. Codes are the invariants of the reliability guide.
 */
import { CommandWitness } from './command.witness.js';
import { ControlWitness } from './control.witness.js';
import { SessionWitness } from './session.witness.js';
import { WireWitness } from './wire.witness.js';
import type { SwarmConfig } from '../swarm.js';
import type { World } from '../world/world.js';

export type Invariant =
  | 'I1-ACK-DURABLE'
  | 'I2-ONE-OWNER'
  | 'I3-CAPS'
  | 'I3-LEAK'
  | 'I4-SILENT-GAP'
  | 'I4-SEQUENCE'
  | 'I6-DOUBLE-COMMAND'
  | 'I6-OUTCOME'
  | 'I7-IDEMPOTENT'
  | 'I9-CONVERGE'
  | 'I10-STUCK'
  | 'I11-BOUNDED'
  | 'I12-TIME'
  | 'ACCESS'
  | 'ANSWER'
  | 'PACING'
  | 'FENCE'
  | 'PROTOCOL'
  | 'CORRELATION';

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly text: string;
}

const VIOLATIONS_MAX = 20;

export class Oracle {
  readonly violations: Violation[] = [];
  readonly wire: WireWitness;
  readonly commands = new CommandWitness(this);
  readonly control: ControlWitness;
  readonly sessions: SessionWitness;

  constructor(
    private readonly world: World,
    config: SwarmConfig,
  ) {
    this.wire = new WireWitness(this, config);
    const hasLosses = config.storeLossChance > 0 || config.runtimeLossChance > 0;
    this.control = new ControlWitness(this, hasLosses ? 30_000 : 14_000);
    this.sessions = new SessionWitness(this, config);
  }

  violation(invariant: Invariant, text: string): void {
    this.world.trace('oracle', `${invariant} ${text}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ invariant, atMs: this.world.nowMs, text });
  }
}
