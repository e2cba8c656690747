import type { Hello } from '../wire/request.decoder.js';

type Epoch = Pick<Hello, 'epochMajor' | 'epochMinor'>;

/** Only holders of a certificate of their own get in here, so that nobody can push others out of it. */
const INSTANCES_MAX = 10_000;

/**
 * The highest epoch of each instance since the controller's own start, whether its link still stands or not (page section 1): an incarnation
 * that was thought dead and wakes late does not get in again. Bounded: the instance not heard of for longest is forgotten.
 */
export class EpochMemory {
  private readonly highest = new Map<string, Epoch>();

  constructor(private readonly instancesMax = INSTANCES_MAX) {}

  isStale({ instanceId, epochMajor, epochMinor }: Hello): boolean {
    const known = this.highest.get(instanceId);
    if (known === undefined) return false;
    return epochMajor < known.epochMajor || (epochMajor === known.epochMajor && epochMinor < known.epochMinor);
  }

  /** Of a HELLO that is not stale. */
  saw({ instanceId, epochMajor, epochMinor }: Hello): void {
    this.highest.delete(instanceId);
    if (this.highest.size >= this.instancesMax) this.highest.delete(this.highest.keys().next().value!);
    this.highest.set(instanceId, { epochMajor, epochMinor });
  }

  /** The controller starts anew. */
  forget(): void {
    this.highest.clear();
  }
}
