/** What operators see of their wishes. */
import type { Operation } from '#domain/resources';
import type { InstanceRow } from '../control/store.model.js';
import type { Oracle } from './oracle.js';

export class ControlWitness {
  /** Processes of an instance that are alive. */
  alive: (instanceId: string) => number = () => 0;

  constructor(private readonly oracle: Oracle) {}

  /** At rest: I10, nothing under way past its deadline; I9, exactly what was asked for runs. */
  atRest(rows: ReadonlyMap<string, InstanceRow>, operations: Iterable<Operation>, nowMs: number, known: Iterable<string>): void {
    for (const { id, kind, state } of operations)
      if (state === 'pending' || state === 'running')
        this.oracle.violation('I10-STUCK', `${id} (${kind}) never ended: ${state} at ${nowMs}`);
    for (const { spec, status } of rows.values()) {
      if (status.state !== 'running' && status.state !== 'stopped')
        this.oracle.violation(
          'I9-CONVERGE',
          `${spec.id} should be ${spec.desiredState} and is ${status.state}: ${status.message}`,
        );
    }
    for (const id of known) {
      const wanted = rows.get(id)?.spec.desiredState === 'running' ? 1 : 0;
      const alive = this.alive(id);
      if (alive !== wanted) this.oracle.violation('I9-CONVERGE', `${alive} processes of ${id} are alive, ${wanted} should be`);
    }
  }
}
