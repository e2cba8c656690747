/** The access document of this instance: verified, kept on disk before it counts, replaced only by a newer one. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument, InstanceConfig } from '#contracts/gateway-admin';
import { digestOf, DocumentError, verifyDocument } from '#pki/documents';
import { replaceDurably } from '../journal/durable-file.js';
import { readIfThere } from '../journal/read-if-there.js';
import type { Outcome } from '../northbound-port.js';
import { readDocument } from '../shapes/shapes.js';
import { documentRefusal } from '../switchboard/sessions/access-changes.js';
import { notUnderstood } from './understanding.rules.js';

export interface AcceptedDocument {
  readonly document: AccessDocument;
  readonly digest: string;
}

export type StoreConfig = Pick<InstanceConfig, 'tenant' | 'instance' | 'limits' | 'accessDocumentFile'>;

const refuse = (code: Refusal['code'], detail: string): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { code, detail },
});

export class AccessDocumentStore {
  private accepted: AcceptedDocument | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: StoreConfig,
    private readonly publicKeyPem: string,
    /** Called with each newly accepted document, after it is on disk. */
    private readonly apply: (document: AccessDocument) => void,
  ) {}

  get current(): AcceptedDocument | undefined {
    return this.accepted;
  }

  /**
   * Once, at the start: the document accepted last. An expired one counts (it refuses new log-ins only); one that does not verify does not.
   * @returns why the stored one was passed over, if it was
   */
  async load(): Promise<Refusal | undefined> {
    const bytes = readIfThere(this.config.accessDocumentFile);
    if (bytes === undefined) return undefined;
    const checked = await this.check(parseOrUndefined(bytes.toString()));
    if (!checked.ok) return checked.refusal;
    this.accepted = checked.value;
    return undefined;
  }

  /** A pushed document. The same one twice is accepted twice; nothing has changed when it is refused or cannot be written (throws). */
  accept(pushed: unknown): Promise<Outcome<{ readonly serial: number; readonly digest: string }>> {
    const done = this.turn.then(() => this.acceptInTurn(pushed));
    this.turn = done.catch(() => {});
    return done;
  }

  private async acceptInTurn(pushed: unknown): Promise<Outcome<{ readonly serial: number; readonly digest: string }>> {
    const checked = await this.check(pushed);
    if (!checked.ok) return checked;
    const { document, digest } = checked.value;
    const { serial, expiresAt } = document;
    const held = this.accepted;
    if (held !== undefined && held.digest === digest) return { ok: true, value: { serial, digest } };
    if (held !== undefined && serial <= held.document.serial) {
      return refuse('CONFLICT', `the document has serial ${serial}, this instance holds ${held.document.serial}`);
    }
    if (Date.parse(expiresAt) <= Date.now()) return refuse('INVALID_ARGUMENT', `the document expired at ${expiresAt}`);
    await replaceDurably(this.config.accessDocumentFile, JSON.stringify(pushed));
    this.accepted = checked.value;
    this.apply(document);
    return { ok: true, value: { serial, digest } };
  }

  /** Signature, shape, what it must know, addressee and limits; in this order, so that nothing unsigned is looked at. */
  private async check(pushed: unknown): Promise<Outcome<AcceptedDocument>> {
    const signed = await readDocument('signedDocument', pushed);
    if (!signed.ok) return refuse('INVALID_ARGUMENT', 'the body is not a signed document');
    let payload: unknown;
    try {
      payload = verifyDocument(signed.value, this.publicKeyPem);
    } catch (error) {
      if (error instanceof DocumentError) return refuse('INVALID_ARGUMENT', error.message);
      throw error;
    }
    const parsed = await readDocument('accessDocument', payload);
    if (!parsed.ok) return refuse('INVALID_ARGUMENT', 'the signed bytes are not an access document of this version');
    const document = parsed.value;
    const unknown = notUnderstood(document);
    if (unknown.length > 0)
      return refuse(
        'INVALID_ARGUMENT',
        `the document needs a later release of the gateway, for its ${unknown.join(', ').slice(0, 200)}`,
      );
    const { tenant, instance, limits } = this.config;
    if (document.tenantId !== tenant.id || document.instanceId !== instance.id)
      return refuse('INVALID_ARGUMENT', 'the document is for another instance');
    const refusal = documentRefusal(document, limits);
    return refusal === undefined ? { ok: true, value: { document, digest: digestOf(signed.value) } } : { ok: false, refusal };
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
