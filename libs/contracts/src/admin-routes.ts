/** The routes of an instance's admin interface; bodies are the schemas of `gateway-admin`. */

/** Admin interface; all answers JSON, errors problem documents. */
export const ADMIN_ROUTES = Object.freeze({
  /** 200 as soon as the incarnation serves, else 503; body {@link InstanceHealthSchema} */
  health: { method: 'GET', path: '/v1/health' },
  status: { method: 'GET', path: '/v1/status' },
  /** Body: SignedDocument. 200 `{serial, digest}`; the same document twice is accepted twice; an older one is 409. */
  accessDocument: { method: 'PUT', path: '/v1/access-document' },
  /** Query: {@link JournalQuerySchema}; 200 with a {@link JournalPieceSchema}. Changes nothing. */
  journal: { method: 'GET', path: '/v1/journal' },
  /** Takes no new sessions until DELETE; 200 with the status. May be called twice. */
  drain: { method: 'PUT', path: '/v1/drain' },
  undrain: { method: 'DELETE', path: '/v1/drain' },
} as const);
