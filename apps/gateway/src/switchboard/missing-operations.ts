/**
 * Operations of the contract that this release does not carry out yet, in one place. They are in the contract, the documents and both faces,
 * their arguments and their session are checked, and then they are refused as a feature the device does not have. Whoever carries one out takes
 * its name from here: the compiler then asks for its handling in the switchboard (or, for one without a session, in the engine).
 */
import type { OperationName, OperationRequest } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';

const MISSING = [
  'registerEventHandler',
  'registerRestSession',
  'getRestEvent',
  'registerNotificationHandler',
] as const satisfies readonly OperationName[];

export type MissingOperation = (typeof MISSING)[number];
export const MISSING_OPERATIONS: ReadonlySet<OperationName> = new Set<OperationName>(MISSING);

/** Operations whose request names no session. */
export type SessionlessOperation = {
  [N in OperationName]: 'sessionId' extends keyof OperationRequest<N> ? never : N;
}[OperationName];

/** Narrows a union of operations to those that are carried out, where it says no. */
export const isMissing = <T extends { readonly name: string }>(
  operation: T,
): operation is Extract<T, { readonly name: MissingOperation }> => MISSING_OPERATIONS.has(operation.name as OperationName);

export const missingRefusal = (name: string): Refusal => ({
  code: 'FEATURE_NOT_ALLOWED',
  detail: `this release does not carry out ${name}`,
});
