/** What became of each makeCall: each carries a number of its own to the controller in its account code. */
import type { CoreOutcome } from '../../../apps/gateway/src/switchboard/switchboard.port.js';
import type { Oracle } from './oracle.js';

/** Answers that leave open what happened, or speak of the key and not of the command. */
const OPEN = ['CONTROLLER_TIMEOUT', 'IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED', 'SESSION_INVALID', 'UNAVAILABLE'];

export class CommandWitness {
  private readonly carried = new Map<string, number[]>();

  private readonly numbers = new Map<string, string>();

  constructor(private readonly oracle: Oracle) {}

  /** A controller did it (result OK) or refused it. */
  carriedOut(accountCode: string, result: string, localCallId: number, number: string): void {
    if (result !== 'OK') return;
    this.numbers.set(accountCode, number);
    const calls = [...(this.carried.get(accountCode) ?? []), localCallId];
    this.carried.set(accountCode, calls);
    if (calls.length > 1)
      this.oracle.violation('I6-DOUBLE-COMMAND', `command ${accountCode} was carried out ${calls.length} times`);
  }

  /** An application was told what became of it. */
  answered(accountCode: string, outcome: CoreOutcome): void {
    const calls = this.carried.get(accountCode) ?? [];
    if (outcome.ok) {
      const { localCallId } = outcome.value as { localCallId: number };
      if (!calls.includes(localCallId))
        this.oracle.violation(
          'I6-OUTCOME',
          `command ${accountCode} was answered with call ${localCallId}, the controller made ${calls.join() || 'none'}`,
        );
    } else if (!OPEN.includes(outcome.refusal.code) && calls.length > 0) {
      this.oracle.violation('I6-OUTCOME', `command ${accountCode} was refused (${outcome.refusal.code}) and carried out`);
    }
  }

  /** Whether a controller has made this call, to another number than this. */
  isDoneOtherwise(accountCode: string, number: string): boolean {
    const made = this.numbers.get(accountCode);
    return made !== undefined && made !== number;
  }

  /** The same key with another number, after the call had been made. */
  mixedUp(accountCode: string, outcome: CoreOutcome): void {
    if (outcome.ok) this.oracle.violation('I7-IDEMPOTENT', `the key of command ${accountCode} was taken for another number`);
  }
}
