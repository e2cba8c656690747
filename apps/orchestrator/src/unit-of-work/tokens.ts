/** Injection tokens of what is no class: made in `start.ts`, given to the module. */
export const DATABASE = Symbol('database');
export const LOGGER = Symbol('logger');
export const SETTINGS = Symbol('settings');
export const DOCUMENT_KEY = Symbol('PEM of the key that signs access documents');
export const PUBLISHED_TABLE = Symbol('the routing table as last published');
