/** Asks an instance at rest for everything it still has room for. */
import type { Site } from '../site.js';
import { Process } from '../world/process.js';

export class Probe {
  readonly sessions: { readonly id: number; readonly token: string }[] = [];
  readonly refusals: string[] = [];
  monitors = 0;
  private readonly process: Process;
  private tokens = 0;

  constructor(
    private readonly site: Site,
    private readonly instanceId: string,
  ) {
    this.process = new Process(site.world, `probe of ${instanceId}`);
  }

  login(): void {
    this.tokens += 1;
    const token = `probe-${this.tokens}`;
    this.site.ask(this.process, this.instanceId, { kind: 'login', applicationName: 'probe', token }, undefined, (told) => {
      if (told !== 'lost' && told.ok) this.sessions.push({ id: (told.value as { sessionId: number }).sessionId, token });
      else this.refusals.push(told === 'lost' ? told : told.refusal.detail);
    });
  }

  monitor({ id, token }: { readonly id: number; readonly token: string }, objectId: number): void {
    const operation = { name: 'monitorObject', request: { sessionId: id, objectId } } as const;
    this.site.ask(this.process, this.instanceId, { kind: 'plain', operation, token, waitMs: 0 }, undefined, (told) => {
      if (told !== 'lost' && told.ok) this.monitors += 1;
      else this.refusals.push(told === 'lost' ? told : told.refusal.detail);
    });
  }
}
