/** Operations of the contract by their names there, over REST and over SOAP, as an application would ask for them through a router. */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { OperationName } from '#contracts/application-api';
import { ApplicationApiClient, ApplicationApiError } from '#contracts/application-api-client';
import type { AccessDocument } from '#contracts/gateway-admin';
import { soapServices } from '#contracts/soap';
import { sha256Hex } from '#pki/api-keys';
import { attributeOf, envelope, requestElement, serviceOf, textOf } from '../northbound/clients.js';

export type Members = Readonly<Record<string, unknown>>;
export interface Answer {
  readonly ok: boolean;
  /** Of a refusal. */
  readonly code: string;
  readonly detail: string;
  /** JSON or XML. */
  readonly text: string;
}
export interface Face {
  readonly name: 'REST' | 'SOAP';
  /** @param token of another session than that of `login` */
  call(operation: string, members: Members, token?: string): Promise<Answer>;
  /** An advanced session that has signed its challenge. */
  login(): Promise<number>;
}

const keys = generateKeyPairSync('ed25519');
export const PUBLIC_KEY_PEM = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const CREDENTIALS = { companyName: 'Acme', applicationName: 'walker', applicationPassword: 'app', localPassword: 'local' };
/** An advanced application that signs its challenge, and a standard one beside it. */
const walker = {
  id: '00000000-0000-4000-8000-0000000000b1',
  name: CREDENTIALS.applicationName,
  type: 'generic',
  advanced: true,
  allowed: true,
  applicationPasswordSha256: sha256Hex(CREDENTIALS.applicationPassword),
  localPasswordSha256: sha256Hex(CREDENTIALS.localPassword),
  signing: { publicKeyPem: PUBLIC_KEY_PEM, legacy: false },
} as const;
export const APPLICATIONS: AccessDocument['applications'] = [
  walker,
  { ...walker, id: '00000000-0000-4000-8000-0000000000b2', name: 'crm', advanced: false, signing: undefined },
];
export const signed = (challenge: string): string => sign(null, Buffer.from(challenge), keys.privateKey).toString('base64');

const OURS = new Map(
  [...soapServices().values()].flatMap(({ operations }) =>
    [...operations.values()].map(({ name, maps }) => [name, maps] as const),
  ),
);
/** Over REST the polls for one event are the page of events. */
const restName = (operation: string): OperationName => {
  const name = OURS.get(operation);
  return name === undefined || name === 'nextEvent' ? 'getEvents' : name;
};

/** By the client that is made from the contract, so that the walk proves each of its methods. */
export class RestFace implements Face {
  readonly name = 'REST';
  private client: ApplicationApiClient;
  /** Of the session that `login` began. */
  token = '';

  constructor(base: string) {
    this.client = new ApplicationApiClient({ base });
  }

  async login(level: 'standard' | 'advanced' = 'advanced'): Promise<number> {
    const { sessionId, token, authenticationData } = await this.client.login({ ...CREDENTIALS, certificate: PUBLIC_KEY_PEM });
    this.token = token;
    this.client = this.client.withToken(token);
    // until the challenge is signed the session is a standard one
    if (level === 'standard') return sessionId;
    await this.client.authenticate({ sessionId, signedAuthenticationData: signed(authenticationData!) });
    return sessionId;
  }

  async call(operation: string, members: Members, token?: string): Promise<Answer> {
    const client = token === undefined ? this.client : this.client.withToken(token);
    const name = restName(operation);
    const request: Record<string, unknown> = { ...members };
    // polls of the old contract name their wait otherwise, and their place by a number
    if (name === 'getEvents') {
      request['waitMs'] = request['timeout'] ?? 0;
      delete request['timeout'];
      delete request['eventNumber'];
    }
    try {
      const ask = client[name].bind(client) as (request: object) => Promise<unknown>;
      const answer = (await ask(request)) as object;
      // the client answers an empty object where there was nothing to tell
      return { ok: true, code: '', detail: '', text: Object.keys(answer).length === 0 ? '' : JSON.stringify(answer) };
    } catch (error) {
      if (!(error instanceof ApplicationApiError)) throw error;
      const { code, detail } = error.problem;
      return { ok: false, code, detail, text: JSON.stringify(error.problem) };
    }
  }
}

export class SoapFace implements Face {
  readonly name = 'SOAP';

  constructor(private readonly base: string) {}

  async login(): Promise<number> {
    const { text } = await this.call('loginEx', { ...CREDENTIALS, version: '4.0', certificate: PUBLIC_KEY_PEM });
    const sessionId = attributeOf(text, 'sessionId');
    await this.call('authenticate', { sessionId, signedAuthenticationData: signed(textOf(text, 'authenticationData')!) });
    return Number(sessionId);
  }

  async call(operation: string, members: Members): Promise<Answer> {
    const answer = await fetch(`${this.base}/axis2/services/${serviceOf(operation)}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:${operation}"` },
      body: envelope(requestElement(operation, members)),
    });
    const text = await answer.text();
    if (attributeOf(text, 'result') === 'true') return { ok: true, code: '', detail: '', text };
    const said = textOf(text, 'errorDescription') ?? textOf(text, 'errorDesc') ?? text;
    const [code = '', ...detail] = said.split(': ');
    return { ok: false, code, detail: detail.join(': '), text };
  }
}

/** How old clients read a refusal that has a code over REST. */
export const SOAP_WORDS: Readonly<Record<string, string>> = {
  CONTROLLER_TIMEOUT: 'MCD_TIMEOUT_ERROR',
  PRIVILEGE_VIOLATION: 'PRIVILEGE_VIOLATION',
  FEATURE_NOT_ALLOWED: 'Feature not allowed',
};
