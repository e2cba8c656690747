import { Client, type ClientConfig } from 'pg';

/**
 * pg leaves a new pooled connection without an error listener for a moment, and Node ends a process for an unheard error: Postgres going down
 * just then would take us with it (C9). The pool hears of the loss by its own listener and replaces the connection.
 */
export class SturdyClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
