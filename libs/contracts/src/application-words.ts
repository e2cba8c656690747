/** Words of the application contract, without its schemas: a program that starts often imports only this. */
export * from './application-api/words.js';
