/** Which requests came as far as their operation in the orchestrator: past entry, key and checks, of which the pipe is the last. */
import { ContractPipe, type PendingCall } from '../../apps/orchestrator/src/rest/contract.pipe.js';

export interface WatchedOperations {
  /** Whether the request of this correlation id was handed to its operation; it is forgotten then. */
  took(correlationId: string): boolean;
  unwatch(): void;
}

/** For orchestrators of this process; the pipe does what it did. */
export function watchedOperations(): WatchedOperations {
  const seen = new Set<string>();
  const { transform } = ContractPipe.prototype;
  ContractPipe.prototype.transform = function watched(this: ContractPipe, pending: PendingCall) {
    const call = transform.call(this, pending);
    seen.add(pending.state.correlationId);
    return call;
  };
  return {
    took: (correlationId) => seen.delete(correlationId),
    unwatch: () => (ContractPipe.prototype.transform = transform),
  };
}
