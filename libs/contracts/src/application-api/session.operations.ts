/** Sessions: log-in, log-out, keep-alive, users of integrations, and where the application wants to be told of a take-over. */
import { z } from 'zod';
import { EpochSchema } from '../gateway-admin.js';
import { empty, id53, operation, SESSION, sessionId, text } from './members.js';

const credentials = {
  companyName: text(100),
  applicationName: text(100),
  applicationPassword: text(200),
  localPassword: text(200),
};
const certificate = text(8192).describe('PEM of the application, when it signs the challenge (advanced applications)').optional();

const loginInput = z.strictObject({
  ...credentials,
  /** Contract version the application is built for, for example `4.0`; absent counts as 4.0. */
  version: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3}){0,2}( SP\d{1,2})?$/)
    .optional(),
  userId: text(200).optional(),
  certificate,
});

const userSession = z.strictObject({ sessionId: id53, token: z.string(), userId: z.int() });

export const SESSION_OPERATIONS = {
  login: operation({
    doc: 'Begins a session of an application.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'POST', path: '/v1/sessions' },
    request: loginInput,
    response: z.strictObject({
      sessionId: id53,
      token: z.string(),
      keepAliveMs: z.int(),
      epoch: EpochSchema,
      durability: z.enum(['local', 'copied']),
      /** The challenge, when a certificate was given: until it is answered by `authenticate`, only standard operations are open. */
      authenticationData: z.string().optional(),
    }),
  }),
  authenticate: operation({
    doc: 'Answers the challenge of log-in, signed with the key of the certificate.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'POST', path: `${SESSION}/authenticate` },
    request: z.strictObject({ sessionId, signedAuthenticationData: text(4096) }),
    response: empty,
  }),
  logout: operation({
    doc: 'Ends the session and frees what it held.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'DELETE', path: SESSION },
    request: z.strictObject({ sessionId }),
    response: empty,
  }),
  resetSessionTimer: operation({
    doc: 'A sign of life of the session.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'POST', path: `${SESSION}/keepalive` },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ keepAliveMs: z.int() }),
  }),
  serviceVersions: operation({
    doc: 'The contract versions this gateway serves.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'GET', path: `${SESSION}/versions` },
    request: z.strictObject({ sessionId }),
    response: z.strictObject({ serviceVersions: z.string() }),
  }),
  registerHAClientCallback: operation({
    doc: 'Where the application wants to be told that its gateway has another address.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'PUT', path: `${SESSION}/ha-callback` },
    request: z.strictObject({ sessionId, callbackUri: text(2048).optional() }),
    response: empty,
  }),
  loginUser: operation({
    doc: 'Logs a user of an integration in; the same user token shares a session (R-SES-04).',
    level: 'standard',
    kind: 'session',
    rest: { method: 'POST', path: '/v1/user-sessions' },
    request: z.strictObject({ ...credentials, userEmail: text(254), userPassword: text(200), certificate }),
    response: userSession,
  }),
  validateToken: operation({
    doc: 'The session of a user token, when it still stands.',
    level: 'standard',
    kind: 'session',
    rest: { method: 'POST', path: '/v1/user-sessions/validate' },
    request: z.strictObject({ token: text(512) }),
    response: userSession,
  }),
} as const;
