/** Refusals as values, and those that a schema gives. */
import type { z } from 'zod';
import type { ErrorCode, Refusal } from '#contracts/errors';

export type ArgumentErrors = readonly { readonly path: string; readonly message: string }[];
export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

const ERRORS_SHOWN_MAX = 10;
const MESSAGE_LENGTH_MAX = 200;

export const refuse = (code: ErrorCode, detail: string): Refused => ({ ok: false, refusal: { code, detail } });

/** Bounded, because names in it are the sender's. */
export function refuseArguments(errors: ArgumentErrors): Refused {
  const shown = errors.slice(0, ERRORS_SHOWN_MAX).map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
  const first = shown[0];
  const detail =
    first === undefined
      ? 'an argument is not as the contract says'
      : `${first.path === '' ? 'request' : first.path}: ${first.message}`;
  return { ok: false, refusal: { code: 'INVALID_ARGUMENT', detail, errors: shown } };
}

export const argumentErrors = (error: z.ZodError): ArgumentErrors =>
  error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

const cut = (text: string): string => (text.length <= MESSAGE_LENGTH_MAX ? text : `${text.slice(0, MESSAGE_LENGTH_MAX)}…`);
