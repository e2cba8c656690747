/** What the REST form of the application API is made of, without the schemas: a program that starts often imports only this. */
import type { OperationName } from './application-api.js';

export type MemberPlace = 'path' | 'query' | 'body' | 'header';
export interface RestMember {
  readonly name: string;
  readonly place: MemberPlace;
  readonly required: boolean;
  /** JSON Schema of the member. */
  readonly schema: Readonly<Record<string, unknown>>;
}
export interface RestOperation {
  readonly name: OperationName;
  readonly method: string;
  /** With `{member}` for members in the path. */
  readonly path: string;
  readonly members: readonly RestMember[];
  /** 201 for what makes a session, 204 where there is nothing to tell. */
  readonly status: 200 | 201 | 204;
  /** When the answer has no members: 204 where that can be. */
  readonly emptyStatus: 200 | 201 | 204;
}

/** The release of the contract this API is compatible with (R-SES-02). */
export const CONTRACT_VERSION = '4.0';

/** Paths besides the operations: public, without a session. */
export const REST_DOCUMENTS = Object.freeze({ openApi: '/v1/openapi.json', versions: '/v1/versions' });

export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** Where SOAP services are found below the base address, with and without a trailing slash; `?wsdl` describes them. */
export const SOAP_PATH = '/axis2/services/';
