/** An application of its own at the edge: one session that holds monitors, reads its events by cursor without end, and notes all it is told. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApplicationEvent, OperationResponse } from '#contracts/application-api';
import type { Answer, Site } from './site.js';

const LONG_POLL_S = 5;
const AGAIN_MS = 100;
const AGAIN_MAX_MS = 2000;
/** Answers that say the session, or its place in the log, is not there. */
const LOST: ReadonlySet<string> = new Set(['SESSION_INVALID', 'EVENT_CURSOR_INVALID']);

export interface MonitoredPhone {
  readonly controller: string;
  readonly dn: string;
  readonly objectId: number;
}

const codeOf = ({ body }: Answer): string => String((body as { code?: unknown }).code ?? '');

export class Application {
  readonly phones: MonitoredPhone[] = [];
  readonly events: ApplicationEvent[] = [];
  cursor: string | undefined;
  /** When the last answer to a reading came, monotonic. */
  answeredAt = performance.now();
  /** How many readings were answered. */
  answers = 0;
  private reading: Promise<void> | undefined;
  private ended = false;

  private constructor(
    private readonly site: Site,
    readonly id: number,
    private readonly token: string,
    /** Without TLS; may change between two requests. */
    public plain: boolean,
  ) {}

  /** One log-in; rejects when it is refused. */
  static async logIn(site: Site, plain = false): Promise<Application> {
    const { tenant } = site.run;
    const { name: applicationName, applicationPassword, localPassword } = tenant.application;
    const credentials = { companyName: tenant.companyName, applicationName, applicationPassword, localPassword };
    const answer = await site.edge('POST', '/v1/sessions', { body: credentials, plain });
    if (answer.status !== 201) throw new Error(`the log-in was answered ${answer.status} ${codeOf(answer)}`);
    const { sessionId, token } = answer.body as OperationResponse<'login'>;
    site.note({ kind: 'log-in', atMs: Date.now(), session: sessionId });
    return new Application(site, sessionId, token, plain);
  }

  ask(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
    const options = {
      token: this.token,
      plain: this.plain,
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
    };
    return this.site.edge(method, `/v1/sessions/${this.id}${path}`, options);
  }

  /** Until it is answered 200; what a passing fault refuses is asked again. */
  private async insist<T>(method: string, path: string, body?: unknown): Promise<T> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const answer = await this.ask(method, path, body).catch(() => undefined);
      if (answer?.status === 200) return answer.body as T;
      if (performance.now() > deadline) throw new Error(`${method} ${path}: ${answer?.status} ${answer && codeOf(answer)}`);
      await delay(AGAIN_MS);
    }
  }

  /** Resolves when the monitor was acknowledged. */
  async monitor(controller: string, dn: string): Promise<MonitoredPhone> {
    const { icpId } = await this.insist<OperationResponse<'getIcpId'>>('GET', `/controllers?icpIpAddress=${controller}`);
    const found = await this.insist<OperationResponse<'getPhoneNumberId'>>('GET', `/controllers/${icpId}/phones/${dn}`);
    const { objectId } = found;
    await this.insist('POST', '/monitors', { objectId });
    const phone = { controller, dn, objectId };
    this.phones.push(phone);
    this.site.note({ kind: 'monitor', atMs: Date.now(), session: this.id, ...phone });
    return phone;
  }

  /** Begins to read events; goes on through every fault until {@link logOut} or {@link stopReading}. */
  read(): void {
    this.ended = false;
    this.reading ??= this.readOn();
  }

  async stopReading(): Promise<void> {
    this.ended = true;
    await this.ask('DELETE', '/events').catch(() => undefined);
    await this.reading;
    this.reading = undefined;
  }

  private async readOn(): Promise<void> {
    let againMs = AGAIN_MS;
    while (!this.ended) {
      const after = this.cursor === undefined ? '' : `&after=${this.cursor}`;
      const answer = await this.ask('GET', `/events?wait=${LONG_POLL_S}${after}`).catch(() => undefined);
      if (answer?.status === 200) {
        this.take(answer.body as OperationResponse<'getEvents'>);
        againMs = AGAIN_MS;
        continue;
      }
      if (answer !== undefined && LOST.has(codeOf(answer))) this.lost(codeOf(answer));
      // with jitter, so that hundreds of applications do not come back in step
      await delay(againMs * (0.5 + Math.random()));
      againMs = Math.min(againMs * 2, AGAIN_MAX_MS);
    }
  }

  private take({ events, cursor }: OperationResponse<'getEvents'>): void {
    this.answeredAt = performance.now();
    this.answers += 1;
    this.cursor = cursor;
    for (const event of events) {
      this.events.push(event);
      this.site.note({ kind: 'event', atMs: Date.now(), session: this.id, event });
    }
  }

  private lost(code: string): void {
    this.site.note({ kind: 'session-lost', atMs: Date.now(), session: this.id, code });
  }

  /** Whether the session answers. */
  async alive(): Promise<boolean> {
    const answer = await this.ask('POST', '/keepalive', {}).catch(() => undefined);
    if (answer !== undefined && LOST.has(codeOf(answer))) this.lost(codeOf(answer));
    return answer?.status === 200;
  }

  /**
   * A call under an idempotency key, asked until something definite is answered, and cleared again. The key travels as account code too, so
   * that the controller's own trace can tell how often it arrived.
   */
  async call(from: MonitoredPhone, number: string, key: string, givenUp: () => boolean = () => false): Promise<void> {
    const body = { number, accountCode: key };
    for (;;) {
      const answer = await this.ask('POST', `/devices/${from.objectId}/calls`, body, key).catch(() => undefined);
      const status = answer?.status ?? 0;
      if (answer !== undefined && LOST.has(codeOf(answer))) this.lost(codeOf(answer));
      if (status === 200) {
        this.site.note({ kind: 'command', atMs: Date.now(), session: this.id, key, outcome: 'accepted' });
        const { localCallId } = answer!.body as OperationResponse<'makeCall'>;
        await this.ask('POST', `/devices/${from.objectId}/calls/${localCallId}/clear`, {}).catch(() => undefined);
        return;
      }
      if (givenUp() || (status >= 400 && status < 500 && status !== 429)) {
        const outcome = status === 0 || status >= 500 ? 'unknown' : 'rejected';
        this.site.note({ kind: 'command', atMs: Date.now(), session: this.id, key, outcome });
        return;
      }
      await delay(AGAIN_MS);
    }
  }

  async logOut(): Promise<void> {
    this.site.note({ kind: 'log-out', atMs: Date.now(), session: this.id });
    await this.stopReading();
    await this.ask('DELETE', '').catch(() => undefined);
  }
}
