/** Members that many operations have, and how an operation is written down. One noun each, whatever the contract calls it in a particular place. */
import { z } from 'zod';

/** What an application needs to be licensed for (R-CC-10). */
export type OperationLevel = 'standard' | 'advanced';
/**
 * `command` changes something at a controller, `query` asks, `monitor` begins or ends the watching of something, `event` is about fetching
 * events, `session` about the session itself, `data` about the directory (R-DAS-*).
 */
export type OperationKind = 'command' | 'query' | 'monitor' | 'event' | 'session' | 'data';
export type RestMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface OperationDefinition<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  /** One sentence for the reference. */
  readonly doc: string;
  readonly level: OperationLevel;
  readonly kind: OperationKind;
  readonly rest: { readonly method: RestMethod; readonly path: string };
  readonly request: Q;
  readonly response: A;
}

/** Says that an object is an operation, and keeps its exact types. */
export const operation = <Q extends z.ZodType, A extends z.ZodType>(
  definition: OperationDefinition<Q, A>,
): OperationDefinition<Q, A> => definition;

export const id53 = z.int().min(0);
export const text = (max: number) => z.string().max(max);
export const sessionId = id53.describe('The session, as log-in answered it');
export const objectId = id53.describe('The device, as getPhoneNumberId answered it');
export const icpId = id53.describe('The controller, as getIcpId answered it');
export const localCallId = z.int().min(0).max(0xffffffff).describe('The call at this device, as its events name it');
/** Characters a controller can dial. */
export const number = z.string().regex(/^\+?[0-9*#]{1,32}$/, 'digits, * and #, at most 32, optionally with a leading +');
/** A number within the controllers: of a phone, a line, a group, an agent. */
export const dn = z.string().regex(/^[0-9*#]{1,32}$/, 'digits, * and #, at most 32');
export const pin = z.string().regex(/^[0-9*#]{1,20}$/, 'digits, * and #, at most 20');
export const accountCode = z.string().regex(/^[0-9*#]{1,12}$/, 'digits, * and #, at most 12');
export const idempotencyKey = z.string().min(1).max(100).optional();

export const empty = z.strictObject({});
/** R-CC-06: told when the user has to do something at the telephone before what was asked for happens. */
export const accepted = z.strictObject({ requiresUserAction: z.literal(true).optional() });

/** Where a resilient device or group lives. */
export const homes = {
  isResilient: z.boolean(),
  primaryIcpId: id53,
  primaryIcpAddress: z.string(),
  secondaryIcpId: id53.optional(),
  secondaryIcpAddress: z.string().optional(),
};

export const SESSION = '/v1/sessions/{sessionId}';
export const CONTROLLER = `${SESSION}/controllers/{icpId}`;
export const DEVICE = `${SESSION}/devices/{objectId}`;
export const CALL = `${DEVICE}/calls/{localCallId}`;

/** A question about a controller. */
export const controllerRequest = z.strictObject({ sessionId, icpId });
/** A question about a device, or a monitor of it. */
export const deviceRequest = z.strictObject({ sessionId, objectId });
/** A command to a device, and one to a call at it. */
export const deviceCommandRequest = z.strictObject({ sessionId, objectId, idempotencyKey });
export const callCommandRequest = z.strictObject({ sessionId, objectId, localCallId, idempotencyKey });
