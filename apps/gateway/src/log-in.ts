/**
 * Log-ins and proofs on their way into the switchboard: secrets become hashes, certificates become keys, signatures are checked, and whatever has
 * to be random is made here. Nothing is decided: the switchboard does that.
 */
import { hash, randomBytes, randomInt } from 'node:crypto';
import type { OperationRequest } from '#contracts/application-api';
import { makeSessionId } from '#domain/session-id';
import { applicationKeyOf, signatureHolds } from '#pki/application-keys';
import type { CoreOperation, LoginFacts, OperationOf } from './switchboard/switchboard.port.js';
import type { Switchboard } from './switchboard/switchboard.js';

export const sha256 = (text: string): string => hash('sha256', text, 'hex');
const secret = (): string => randomBytes(32).toString('base64url');

/** An operation, and what its answer has to have besides what the switchboard answers. */
export interface Prepared<O extends CoreOperation> {
  readonly operation: O;
  readonly complete: (value: object) => object;
}

type Credentials = Pick<
  OperationRequest<'login'>,
  'companyName' | 'applicationName' | 'applicationPassword' | 'localPassword' | 'version' | 'certificate'
>;

function factsOf({
  companyName,
  applicationName,
  applicationPassword,
  localPassword,
  version,
  certificate,
}: Credentials): LoginFacts {
  return {
    companyName,
    applicationName,
    applicationPasswordSha256: sha256(applicationPassword),
    localPasswordSha256: sha256(localPassword),
    version,
    // an empty certificate is how old clients say that they have none
    ...(certificate === undefined || certificate === ''
      ? {}
      : { certificateKeyPem: applicationKeyOf(certificate)?.publicKeyPem ?? null }),
  };
}

export function prepareLogin(request: OperationRequest<'login'>, slots: readonly number[]): Prepared<OperationOf<'login'>> {
  const token = secret();
  return {
    operation: {
      name: 'login',
      request: factsOf(request),
      entropy: { sessionIds: proposedIds(slots), tokenHash: sha256(token), challenge: secret() },
    },
    complete: (value) => ({ ...value, token }),
  };
}

/** A user's token begins with the number of its session, so that a router knows where to ask about it. */
export function prepareLoginUser(
  { userEmail, userPassword, ...credentials }: OperationRequest<'loginUser'>,
  slots: readonly number[],
): Prepared<OperationOf<'loginUser'>> {
  const random = secret();
  const tokenOf = (sessionId: number) => `${sessionId}.${random}`;
  const candidates = proposedIds(slots).map((sessionId) => ({ sessionId, tokenHash: sha256(tokenOf(sessionId)) }));
  return {
    operation: {
      name: 'loginUser',
      request: { ...factsOf(credentials), userEmail, userPasswordSha256: sha256(userPassword) },
      entropy: { candidates },
    },
    complete: (value) => ({ ...value, token: tokenOf((value as { sessionId: number }).sessionId) }),
  };
}

export function prepareValidate({ token }: OperationRequest<'validateToken'>): Prepared<OperationOf<'validateToken'>> {
  const digits = /^(0|[1-9]\d{0,15})\./.exec(token)?.[1];
  // what is no token names no session, and is counted as a wrong one
  return {
    operation: { name: 'validateToken', request: { sessionId: digits === undefined ? 0 : Number(digits) } },
    complete: (value) => ({ ...value, token }),
  };
}

/** To be carried out in the same turn: the challenge must still be the one that was signed. */
export function prepareAuthenticate(
  { sessionId, signedAuthenticationData }: OperationRequest<'authenticate'>,
  switchboard: Pick<Switchboard, 'challengeOf'>,
): OperationOf<'authenticate'> {
  const asked = switchboard.challengeOf(sessionId);
  const verified = asked !== undefined && signatureHolds(asked.challenge, signedAuthenticationData, asked);
  return { name: 'authenticate', request: { sessionId, verified } };
}

function proposedIds(slots: readonly number[]): number[] {
  return shuffled(slots).map((slot) => makeSessionId(slot, random43()));
}

function random43(): number {
  return randomBytes(6).readUIntBE(0, 6) % 2 ** 43;
}

function shuffled<T>(items: readonly T[]): T[] {
  const from = items.length > 1 ? randomInt(items.length) : 0;
  return [...items.slice(from), ...items.slice(0, from)];
}
