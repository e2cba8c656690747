/** One SOAP operation carried out: the arguments against the schema of the application operation, the engine, and the result as the contract's type. */
import type { CallViewEvent } from '#contracts/application-api';
import type { OperationRequest } from '#contracts/application-api';
import { ERROR_KINDS, type Refusal } from '#contracts/errors';
import { SOAP_EVENT_WAIT_MS, SOAP_NO_EVENT_TEXT, type SoapOperation } from '#contracts/soap';
import type { CallContext, Engine } from '../../northbound-port.js';
import { plainRequest, readRequest } from '../../shapes/shapes.js';
import { refuseArguments } from '../refusal.js';
import type { Arguments } from './decode.js';
import { encodeList, type SoapRecord } from './encode.js';
import { type EventFamily, numberedEvent, soapEvent } from './event-form.js';
import { callEventHeader } from './event-header.js';
import { readNextEvent } from './next-event.js';
import { resultForm } from './result-form.js';
import { refusalText } from './refusal-text.js';

export interface SoapResult {
  readonly value: SoapRecord;
  /** What the result does not say stands as it was asked. */
  readonly asked?: SoapRecord;
  readonly refusal?: Refusal;
  /** What goes into the header of the envelope. */
  readonly header?: string | undefined;
}

export async function carryOut(
  operation: SoapOperation,
  given: Arguments,
  engine: Engine,
  context: CallContext,
  longPollMaxMs: number,
): Promise<SoapResult> {
  if (!given.ok) return refused(operation, refuseArguments(given.errors).refusal);
  const request = given.values;
  if (operation.maps === 'nextEvent') {
    const parsed = await readNextEvent(request);
    if (!parsed.ok) return refused(operation, refuseArguments(parsed.errors).refusal);
    const waitMs = Math.min(parsed.value.timeout, SOAP_EVENT_WAIT_MS.max, longPollMaxMs);
    return nextEvent(operation, { ...parsed.value, waitMs }, engine, context);
  }
  if (operation.maps === 'getRestEvent') {
    const parsed = await readRequest(operation.maps, request);
    if (!parsed.ok) return refused(operation, refuseArguments(parsed.errors).refusal);
    return nextRestEvent(operation, parsed.value, engine, context, longPollMaxMs);
  }
  const plain = plainRequest(operation.maps, request);
  const parsed = plain === undefined ? await readRequest(operation.maps, request) : { ok: true as const, value: plain };
  if (!parsed.ok) return refused(operation, refuseArguments(parsed.errors).refusal);
  const outcome = await engine.execute(operation.maps, parsed.value, context);
  if (!outcome.ok) return refused(operation, outcome.refusal);
  // A result's members are the response's, or, where it only says what was asked about, the request's.
  const asked = parsed.value as unknown as SoapRecord;
  const { callEvent } = outcome.value as { readonly callEvent?: CallViewEvent };
  const form = resultForm(operation.maps, outcome.value);
  return {
    value: { ...('tuples' in form ? await inPieces(operation, form) : form), result: true },
    asked,
    header: callEvent === undefined ? undefined : callEventHeader(callEvent),
  };
}

/** The one long list there is, tuples, is written apart from the rest. */
async function inPieces({ outputType }: SoapOperation, form: SoapRecord): Promise<SoapRecord> {
  const type = outputType.elements.find(({ member }) => member === 'tuples')?.type;
  const list = type?.kind === 'complex' ? type.elements.find(({ member }) => member === 'tuples') : undefined;
  if (type?.kind !== 'complex' || list === undefined) return form;
  const tuples = form['tuples'] as { readonly tuples: readonly SoapRecord[] };
  return { ...form, tuples: { ...tuples, tuples: await encodeList(type, list, tuples.tuples) } };
}

/** A gap event has no SOAP form: it is passed over within the same wait, and shows as a jump of the event number (design.md 10). */
async function nextEvent(
  operation: SoapOperation,
  {
    sessionId,
    waitMs,
    eventNumber,
  }: { readonly sessionId: number; readonly waitMs: number; readonly eventNumber?: number | undefined },
  engine: Engine,
  context: CallContext,
): Promise<SoapResult> {
  const deadline = performance.now() + waitMs;
  const numbered = operation.input.some(({ name }) => name === 'eventNumber');
  let seen = numbered ? (eventNumber ?? 0) : undefined;
  for (;;) {
    const left = Math.max(0, Math.round(deadline - performance.now()));
    const outcome = await engine.nextEvent(
      { sessionId, waitMs: left, ...(seen === undefined ? {} : { numberedAfter: seen }) },
      context,
    );
    if (!outcome.ok) return refused(operation, outcome.refusal, seen);
    if (outcome.value === undefined)
      return { value: { result: false, [operation.errorMember]: SOAP_NO_EVENT_TEXT, eventNumber: seen } };
    const { event, eventNumber: number, advanced } = outcome.value;
    const form = numbered ? numberedEvent(event, advanced) : soapEvent(event, familyOf(operation));
    if (form !== undefined)
      return {
        value: { ...form, result: true, eventNumber: number },
        header: event.category === 'CALL_EVENT' ? callEventHeader(event) : undefined,
      };
    if (seen !== undefined) seen = number;
  }
}

const familyOf = ({ outputType }: SoapOperation): EventFamily => (outputType.name === 'advEventMsg' ? 'advanced' : 'standard');

/** The same for getRestEvent, whose event stands in the numbered form within its answer. */
async function nextRestEvent(
  operation: SoapOperation,
  { restSessionId, waitMs }: OperationRequest<'getRestEvent'>,
  engine: Engine,
  context: CallContext,
  longPollMaxMs: number,
): Promise<SoapResult> {
  const deadline = performance.now() + Math.min(waitMs, longPollMaxMs);
  for (;;) {
    const left = Math.max(0, Math.round(deadline - performance.now()));
    const outcome = await engine.nextRestEvent({ restSessionId, waitMs: left }, context);
    if (!outcome.ok) return refused(operation, outcome.refusal);
    const { sessionId, next } = outcome.value;
    if (next === undefined) return { value: { result: false, sessionId, [operation.errorMember]: SOAP_NO_EVENT_TEXT } };
    const form = numberedEvent(next.event, next.advanced);
    if (form === undefined) continue;
    return { value: { result: true, sessionId, eventMsg: { ...form, result: true, eventNumber: next.eventNumber } } };
  }
}

/** `eventNumber` is given back as it was, so that a client which stores what it is answered keeps its place. */
const refused = (operation: SoapOperation, refusal: Refusal, eventNumber?: number): SoapResult => ({
  // deleteTuple alone has a number for its refusal
  value: {
    result: false,
    [operation.errorMember]: refusalText(refusal),
    eventNumber,
    errorCode: ERROR_KINDS[refusal.code].status,
  },
  refusal,
});
