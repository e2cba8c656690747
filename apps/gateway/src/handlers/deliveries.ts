/** The deliveries of all handlers of an instance. */
import type { DeadLetter, Delivery as DeliveryTry } from '#contracts/application-api';
import type { EventReader, Outcome, ReaderListener } from '../northbound-port.js';
import { LAST_WORDS_MS } from '../switchboard/sessions/departed-sessions.js';
import type { EventHandler, HandlerKind, Input } from '../switchboard/switchboard.port.js';
import { Delivery } from './delivery.js';
import { WEBHOOK_FORM, type MessageForm } from './message-form.js';
import type { Receivers } from './receivers.js';
import { SOAP_ADVANCED_FORM, SOAP_FORM } from './soap-form.js';

type HandlerInput = Extract<Input, { kind: 'handled' | 'handler-change' | 'dead-letter' }>;

const CLOSE_GRACE_MS = 1000;

const FORMS: Readonly<Record<HandlerKind, MessageForm>> = {
  webhook: WEBHOOK_FORM,
  soap: SOAP_FORM,
  'soap-advanced': SOAP_ADVANCED_FORM,
};

export interface DeliveriesParts {
  readonly receivers: Receivers;
  readonly open: (sessionId: number, afterSeq: number, listener: ReaderListener) => Outcome<EventReader>;
  readonly dispatch: (input: HandlerInput) => void;
  readonly retentionMs: number;
  readonly now: () => { readonly nowMs: number; readonly wallMs: number };
  readonly random?: () => number;
}

export interface DeliveryFigures {
  readonly failures: number;
  readonly nextAttemptAt: number | undefined;
  readonly tries: readonly DeliveryTry[];
}

export class Deliveries {
  private readonly byId = new Map<number, { readonly handlerId: string; readonly delivery: Delivery }>();
  private readonly leaving = new Set<Delivery>();

  constructor(private readonly parts: DeliveriesParts) {}

  /** @param from send from behind this event; undefined: go on where it is */
  set(sessionId: number, handler: EventHandler | undefined, from: number | undefined): void {
    const held = this.byId.get(sessionId);
    if (handler !== undefined && held?.handlerId === handler.id) return held.delivery.update(handler, from);
    held?.delivery.stop();
    this.byId.delete(sessionId);
    if (handler === undefined) return;
    const delivery = new Delivery(handler, this.deliveryParts(sessionId));
    this.byId.set(sessionId, { handlerId: handler.id, delivery });
    delivery.begin(from ?? 0);
  }

  /** Its session has ended: what is left of the log is sent while that can be read, with the retries there is time for. */
  retire(sessionId: number): void {
    const held = this.byId.get(sessionId);
    if (held === undefined) return;
    this.byId.delete(sessionId);
    this.leaving.add(held.delivery);
    held.delivery.onNews();
    setTimeout(() => {
      held.delivery.stop();
      this.leaving.delete(held.delivery);
    }, LAST_WORDS_MS).unref();
  }

  figures(sessionId: number): DeliveryFigures {
    const delivery = this.byId.get(sessionId)?.delivery;
    return { failures: delivery?.failures ?? 0, nextAttemptAt: delivery?.nextAttemptMs, tries: delivery?.tries ?? [] };
  }

  /** What is under way may be answered for a moment; then nothing is sent any more. */
  async close(): Promise<void> {
    const deadline = this.parts.now().nowMs + CLOSE_GRACE_MS;
    const all = [...this.leaving, ...[...this.byId.values()].map(({ delivery }) => delivery)];
    const isSending = () => all.some((delivery) => delivery.isSending);
    while (isSending() && this.parts.now().nowMs < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const delivery of all) delivery.stop();
    this.byId.clear();
    this.leaving.clear();
  }

  private deliveryParts(sessionId: number): ConstructorParameters<typeof Delivery>[1] {
    const { receivers, open, dispatch, retentionMs, now, random = Math.random } = this.parts;
    return {
      receivers,
      forms: FORMS,
      open: (afterSeq, listener) => open(sessionId, afterSeq, listener),
      sink: {
        handled: (handlerId, seq) => dispatch({ kind: 'handled', sessionId, handlerId, seq }),
        changed: (handlerId, disabled) => dispatch({ kind: 'handler-change', sessionId, handlerId, disabled }),
        deadLetter: (handlerId: string, letter: DeadLetter) => dispatch({ kind: 'dead-letter', sessionId, handlerId, letter }),
      },
      retentionMs,
      now,
      random,
    };
  }
}
