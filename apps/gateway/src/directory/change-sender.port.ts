/** Who sends changes of the directory to applications that want them sent. */
import type { OperationResponse } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Outcome } from '../northbound-port.js';

/** The oldest change that waits, or how many were lost; undefined: none. What it answered is sent until it is taken. */
export type ChangeReader = () => Outcome<OperationResponse<'getNotification'>> | undefined;

export interface ChangeSender {
  /** In place of an earlier address of the session; a refusal changes nothing. Asks `read` at once, and after each `news`. */
  set(sessionId: number, url: string, read: ChangeReader): Refusal | undefined;
  /** No address: nothing happens. */
  remove(sessionId: number): void;
  /** False again when its receiver has been given up. */
  isSet(sessionId: number): boolean;
  /** Where a session's changes are sent; '' for nowhere. Stays when the receiver has been given up: the next incarnation tries again. */
  urlOf(sessionId: number): string;
  /** There may be changes to send. */
  news(): void;
}
