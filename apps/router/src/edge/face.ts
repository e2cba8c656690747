/** What a request wants, by the face of the application API it comes through. Pure. */
import { SOAP_PATH } from '#contracts/soap';
import type { Wanted } from '../table/instance-choice.js';
import { BODY_LOOK_BYTES, lookAtBody } from './body-look.js';

export type Face = 'rest' | 'soap';

const LOGIN_PATHS: ReadonlySet<string> = new Set(['/v1/sessions', '/v1/user-sessions']);
const TOKEN_PATH = '/v1/user-sessions/validate';
/** A user's token begins with the number of its session (R-SES-04): a hint, proven by the gateway. */
const TOKEN_MEMBER = /"token"\s*:\s*"(0|[1-9]\d{0,15})\./;
/** The number of getRestEvent is routed by the slot it would have as a session id, which the gateway sees to when it is registered. */
const SESSION_PATH = /^\/v1\/(?:rest-)?sessions\/(0|[1-9]\d{0,15})(?:\/|$)/;

/** @param path without the tenant's prefix */
export function faceOf(path: string): Face {
  return path.startsWith(SOAP_PATH) ? 'soap' : 'rest';
}

export function wantedOf(face: Face, method: string, path: string, soapAction: string | undefined, body: Buffer): Wanted {
  if (face === 'rest') {
    if (method === 'POST' && LOGIN_PATHS.has(path)) return { kind: 'login' };
    const id =
      path === TOKEN_PATH
        ? TOKEN_MEMBER.exec(body.toString('latin1', 0, Math.min(body.length, BODY_LOOK_BYTES)))?.[1]
        : SESSION_PATH.exec(path)?.[1];
    return id === undefined ? { kind: 'any' } : { kind: 'session', sessionId: Number(id) };
  }
  if (method !== 'POST') return { kind: 'any' };
  const hint = lookAtBody(body, soapAction);
  // A body that names a session is never treated as a log-in, whatever its SOAPAction says: only log-ins are tried more than once.
  if (hint.sessionId !== undefined) return { kind: 'session', sessionId: hint.sessionId };
  return { kind: hint.login ? 'login' : 'any' };
}
